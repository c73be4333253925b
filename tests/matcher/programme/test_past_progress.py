"""Progress of a workspace: past days have the facts of their day, enterprises are counted by their groups."""

from datetime import date

import pytest

from matcher.domain import (
    Assessment,
    Encumbrance,
    EncumbranceKind,
    Enterprise,
    LegalStatus,
    Need,
    Prospect,
    Transaction,
    TransactionKind,
)
from matcher.programme.progress import progress
from matcher.programme.progress_reports import progress_pages
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.matcher.programme.inventory_examples import patent

MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
OPEN = Encumbrance(EncumbranceKind.OPEN_LICENCE, since=date(2026, 5, 1))
PATENTS = (
    patent("201610000001.5", encumbrances=(OPEN,), ipc=("H01M 10/0525",)),
    patent("201610000002.X", status=LegalStatus.LAPSED, status_date=date(2026, 6, 10), ipc=()),
    patent("201610000003.4", granted=date(2026, 4, 1), ipc=()),
)
FIRMS = (
    Enterprise("e1", "甲公司", region="山东省泰安市", kinds=("高企", "国企"), registration="已注册"),
    Enterprise("e2", "乙公司", region="山东省济南市", kinds=("高新技术企业",), department="省工信厅"),
)


@pytest.fixture
def workspace(tmp_path):
    with Workspace.open(Settings(home=tmp_path)) as opened:
        deal = Transaction(
            "t1",
            PATENTS[0].id,
            TransactionKind.ORDINARY_LICENCE,
            date(2026, 4, 2),
            "泰山学院",
            "甲公司",
            "e1",
        )
        said = Assessment("a1", PATENTS[0].id, "e2", "乙公司", Prospect.GOOD, on=date(2026, 2, 1))
        need = Need("n1", "阀门", enterprise_id="e1", received=date(2026, 4, 1))
        opened.store.merge([*PATENTS, *FIRMS, need, said, deal])
        yield opened


def whole(found):
    return {
        line.indicator: (line.rate.numerator, line.rate.denominator)
        for line in found.rates
        if line.dimension == "全部"
    }


def test_a_past_day_has_the_facts_of_that_day(workspace):
    then, now = progress(workspace, MARCH), progress(workspace, JUNE)
    assert whole(then) == {"盘点率": (0, 2), "实施率": (0, 2), "产业化率": (0, 2)}, (
        "granted by then, not known to have lapsed"
    )
    assert whole(now) == {
        "盘点率": (0, 1),
        "盘点率（其后授权）": (0, 1),
        "实施率": (1, 2),
        "产业化率": (0, 2),
    }
    assert (then.unknown_then, now.unknown_then) == (1, 0)
    assert (len(then.open_licences), len(now.open_licences)) == (0, 1)
    assert (len(then.deals), len(now.deals)) == (0, 1)


def test_deals_by_the_buyers_groups_and_the_patents_industry(workspace):
    lines = [(line.dimension, line.group, line.deals) for line in progress(workspace, JUNE).deal_lines]
    assert lines == [
        ("全部", "全部", 1),
        ("出让方", "泰山学院", 1),
        ("受让方地市", "泰安市", 1),
        ("受让方归口部门", "未注明", 1),
        ("受让方资质类型", "国有企业", 1),
        ("受让方资质类型", "高新技术企业", 1),
        ("月份", "2026-04", 1),
        ("重点产业", "新能源与储能", 1),
    ]


def test_enterprises_take_part_by_their_groups(workspace):
    def counted(day):
        return {
            (line.dimension, line.group, line.indicator): (line.rate.numerator, line.rate.denominator)
            for line in progress(workspace, day).participation
        }

    now = counted(JUNE)
    assert now["全部", "全部", "需求提出率"] == (1, 2)
    assert now["资质类型", "高新技术企业", "评价参与率"] == (1, 2)
    assert now["资质类型", "国有企业", "成交率"] == (1, 1)
    assert now["归口部门", "省工信厅", "需求提出率"] == (0, 1)
    assert now["注册状态", "未注明", "评价参与率"] == (1, 1)
    assert now["企业地市", "泰安市", "成交率"] == (1, 1)
    then = counted(MARCH)
    assert (then["全部", "全部", "需求提出率"], then["全部", "全部", "成交率"]) == ((0, 2), (0, 2))


def test_the_report_says_where_present_facts_are_used(workspace):
    pages = {page.name: page for page in progress_pages(progress(workspace, MARCH))}
    said = {line.label: line.text for line in pages["指标口径"].rows}
    assert "法律状态在统计日以后才核验的（1 件）按当时不详、视为有效。" in said["按统计日当时的"]
    assert said["用现有记录的"].startswith(
        "实施状态、所属学院、专利权人、高校院所名录、企业名录没有日期，用现在库中的记录"
    )
    firms = [(row.one.name, row.qualifications, row.mark0, row.mark1) for row in pages["企业明细"].rows]
    assert firms == [
        ("甲公司", "高新技术企业；国有企业", "分母", "分母"),
        ("乙公司", "高新技术企业", "分母", "分子"),
    ]
