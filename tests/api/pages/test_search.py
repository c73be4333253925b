"""检索: filters count and act before the search; chosen patents stand side by side."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from api.access.roles import Role
from api.pages.comparing import remaining
from matcher import usecases
from matcher.domain import FeeTerms, LicensingMode, Maturity, MaturityScale, PatentType
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BEARING, MEMBRANE, NOW
from tests.api.pages.conftest import Browser
from tests.api.pages.test_pages import words

TEXT = "海水淡化反渗透膜抗污染"
OTHER = replace(
    MEMBRANE,
    id="CN202310999999",
    title="一种抗污染纳滤膜及其制备方法",
    application_number="CN202310999999.5",
    type=PatentType.UTILITY_MODEL,
    holders=("云州理工学院",),
    region="",
    maturity=Maturity(5, "小试", MaturityScale.STAGE),
    modes=(LicensingMode.ASSIGNMENT,),
    fee=FeeTerms(amount=30.0),
)


def choices(page: str, field: str) -> list[tuple[str, bool, int]]:
    """(value, whether it is ticked, count) of one filter."""
    found = re.findall(
        rf'name="{field}" value="([^"]+)"( checked)?>[^<]*<span class="count">(\d+)</span>', page
    )
    return [(value, bool(ticked), int(count)) for value, ticked, count in found]


def titles(page: str) -> list[str]:
    """The patents of the results, best first."""
    return [words(title).strip() for title in re.findall(r"<h3>(.*?)</h3>", page)]


@pytest.fixture
def two(bureau: Browser, filled: Settings) -> Browser:
    """The bureau's browser, over a workspace with two membranes."""
    with Workspace.open(filled) as workspace:
        workspace.store.merge([OTHER], NOW.date())
        usecases.build_index(workspace, NOW)
    return bureau


def test_a_filter_counts_what_the_others_leave_and_unknown_is_a_value(two: Browser) -> None:
    page = two.post("/", {"text": TEXT}).text
    assert sorted(titles(page)) == sorted([MEMBRANE.title, OTHER.title])
    assert choices(page, "maturity") == [("小试中试（TRL 4–6）", False, 1), ("未注明", False, 1)]
    assert choices(page, "fee") == [("10 至 50 万元", False, 1), ("未注明", False, 1)]
    assert choices(page, "region") == [("云州市", False, 1), ("未注明", False, 1)]
    page = two.post("/", {"text": TEXT, "fee": "未注明"}).text
    assert titles(page) == [MEMBRANE.title]
    # The filter itself still shows what else there would be; the others count what it leaves.
    assert choices(page, "fee") == [("未注明", True, 1), ("10 至 50 万元", False, 1)]
    assert choices(page, "maturity") == [("未注明", False, 1)]
    assert titles(two.post("/", {"text": TEXT, "region": "未注明"}).text) == [OTHER.title]
    assert titles(two.post("/", {"text": TEXT, "maturity": "小试中试（TRL 4–6）"}).text) == [OTHER.title]
    both = two.post("/", {"text": TEXT, "fee": ["未注明", "10 至 50 万元"]}).text
    assert len(titles(both)) == 2


def test_filters_that_leave_nothing_lead_to_a_need(bureau: Browser) -> None:
    text = "滚动轴承振动信号故障诊断"
    page = bureau.post("/", {"text": text, "type": "实用新型", "region": "临川市"}).text
    assert "没有合适的专利" in page
    assert '<button formaction="/need-forms/draft">发布需求</button>' in page
    assert choices(page, "region") == [("临川市", True, 0)]
    assert choices(page, "type") == [("实用新型", True, 0), ("发明专利", False, 1)]
    assert titles(bureau.post("/", {"text": text, "region": "临川市"}).text) == [BEARING.title]


@pytest.mark.parametrize(
    ("field", "value"),
    [("type", "商标"), ("maturity", "TRL 5"), ("fee", "便宜"), ("mode", "赠与"), ("status", "好")],
)
def test_a_value_that_no_form_offers(bureau: Browser, field: str, value: str) -> None:
    refused = bureau.post("/", {"text": "膜", field: value})
    assert (refused.status_code, "筛选条件不在可选范围内" in refused.text) == (422, True)


def test_what_a_gate_keeps_out_is_listed_with_its_reason(browser: Callable[..., Browser]) -> None:
    page = words(
        browser(Role.ENTERPRISE).post("/", {"text": "反渗透膜在线清洗装置，海水淡化膜元件清洗"}).text
    )
    assert "排除清单（1 件）" in page
    assert "未缴年费终止" in page


def test_patents_side_by_side_the_best_first(two: Browser) -> None:
    ids = [BEARING.id, OTHER.id, MEMBRANE.id]
    page = two.post("/compare", {"text": TEXT, "compare": ids}).text
    assert re.findall(r'<th scope="col"><a href="/patents/(\w+)">', page) == [
        MEMBRANE.id,
        OTHER.id,
        BEARING.id,
    ]
    rows = dict(re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', page, re.S))
    cells = {
        label: [words(cell).strip() for cell in re.findall("<td>(.*?)</td>", row, re.S)]
        for label, row in rows.items()
    }
    assert cells["推荐等级"][2] in ("不推荐", "未列入：与所写内容没有可比的共同点")
    assert cells["技术成熟度"] == ["未注明", "TRL 5（原述“小试”）", "未注明"]
    assert cells["费用"] == ["未注明", "30 万元", "未注明"]
    assert cells["专利权人"] == ["河东大学", "云州理工学院", "云州理工学院"]
    assert cells["剩余年限"][0] == "还有 16 年 7 个月（2043-02-01 届满）"
    assert "反渗透" in cells["匹配理由"][0]


def test_how_long_a_patent_still_runs() -> None:
    days = {
        date(2026, 6, 30): "还有 16 年 7 个月（2043-02-01 届满）",
        date(2041, 2, 1): "还有 2 年（2043-02-01 届满）",
        date(2042, 11, 15): "还有 2 个月（2043-02-01 届满）",
        date(2043, 1, 20): "不足 1 个月（2043-02-01 届满）",
        date(2043, 2, 1): "已届满（2043-02-01）",
    }
    assert {day: remaining(MEMBRANE, day) for day in days} == days
    assert remaining(replace(MEMBRANE, filed=None), date(2026, 6, 30)) == "待核实"


@pytest.mark.parametrize("count", [0, 1, 5])
def test_no_fewer_than_two_and_no_more_than_four(bureau: Browser, count: int) -> None:
    ids = [MEMBRANE.id, BEARING.id, "CN202420111222", "CN1", "CN2"][:count]
    refused = bureau.post("/compare", {"text": TEXT, "compare": ids})
    assert refused.status_code == 422
    assert f"请勾选 2 至 4 件专利再对比；现在勾选了 {count} 件。" in refused.text


def test_a_patent_that_is_gone_is_said_to_be(bureau: Browser) -> None:
    refused = bureau.post("/compare", {"text": TEXT, "compare": [MEMBRANE.id, "CN404"]})
    assert (refused.status_code, "没有找到专利“CN404”" in refused.text) == (404, True)


def test_what_was_ticked_stays_ticked_when_the_results_change(two: Browser) -> None:
    page = two.post("/", {"text": TEXT, "fee": "未注明", "compare": [OTHER.id, MEMBRANE.id]}).text
    assert re.findall(r'name="compare" value="(\w+)" checked', page) == [OTHER.id, MEMBRANE.id]
    assert "已选作对比、不在下面的" in page


def test_contacts_that_cannot_be_noted_are_not_shown_and_the_page_says_why(
    two: Browser, filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.serving._PATIENCE", 0.1)
    with Workspace.open(filled) as workspace:
        workspace.store.merge([replace(MEMBRANE, contact="科研院 0531")], NOW.date())
    assert "科研院 0531" in two.post("/", {"text": TEXT}).text
    with closing(sqlite3.connect(filled.home / "matcher.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        page = two.post("/", {"text": TEXT}).text
        other.execute("ROLLBACK")
    assert MEMBRANE.title in titles(page)
    assert "科研院" not in page
    assert "暂时不能登记查看联系方式，因此这次没有列出联系部门" in page
