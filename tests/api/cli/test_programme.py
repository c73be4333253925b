"""The programme's commands over the small inventory."""

import json
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from api.cli.app import app
from matcher.domain import ImplementationStatus, PatentType, Prospect
from matcher.store.database import Store
from tests.matcher.programme.inventory_examples import PATENTS

MORE = (
    replace(PATENTS[0], prospect=Prospect.GOOD, ipc=("H01M 10/0525",)),
    replace(PATENTS[1], implementation=ImplementationStatus.NOT_IMPLEMENTED),
    replace(PATENTS[3], type=PatentType.UTILITY_MODEL, filed=date(2018, 1, 1), evaluation_report=False),
)


@pytest.fixture
def matcher(tmp_path, monkeypatch):
    """Runs a command in a workspace that holds the small inventory with a few more facts."""
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "workspace" / "matcher.db") as store:
        store.merge([*MORE, PATENTS[2], *PATENTS[4:]], date(2026, 3, 1))

    def run(*words):
        result = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_tiers_and_public_transfers(matcher, tmp_path):
    found = json.loads(matcher("tiers", "--as-of", "2026-06-30", "--out", "a.xlsx", "--json"))
    assert found == {
        "tiers": {"专利池候选": 1, "先出具评价报告": 1, "常规推广": 3},
        "public_transfers": {"列入": 1, "待核实": 3, "有正当理由": 0},
        "patents": 5,
        "served": 0,
        "assigned": 0,
        "answers": {},
    }
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == [
        "分层汇总", "分层推广", "待补充", "公开转移转化清单", "待核实", "有正当理由", "重点产业", "重点产业依据",
    ]  # fmt: skip
    assert [row[:3] for row in book["重点产业"].iter_rows(min_row=4, values_only=True)] == [
        ("新能源与储能", 1, 0),
        ("未归类", 4, 0),
    ]
    assert list(book["重点产业依据"].iter_rows(min_row=4, values_only=True)) == [
        ("专利", PATENTS[0].application_number, "一种阀门01", "新能源与储能", "IPC H01M 10/0525（H01M）")
    ]
    listed = [[cell.value for cell in row] for row in book["公开转移转化清单"].iter_rows(min_row=4)]
    assert [row[0] for row in listed] == [PATENTS[1].application_number]
    pooled = [
        row for row in book["分层推广"].iter_rows(min_row=4, values_only=True) if row[4] == "专利池候选"
    ]
    assert [row[6] for row in pooled] == [
        "重点产业：新能源与储能（要求有）；专利类型：发明专利（要求为发明专利）；产业化前景：好（要求为好、较好）"
    ]


def test_patents_are_given_to_the_institutions_that_suit_them(matcher, tmp_path):
    (tmp_path / "机构.csv").write_text(
        "机构名称,机构类型,关注产业,联系人\n"
        "云泽运营公司,运营机构,储能,业务部 0000-1\n"
        "青岚代理所,专利代理,,\n"
        "望川银行,银行,,\n",
        encoding="utf-8",
    )
    matcher("import", "services", "机构.csv")
    words = ("tiers", "--assign", "--as-of", "2026-06-30", "--out", "a.xlsx", "--json")
    found = json.loads(matcher(*words))
    assert (found["served"], found["assigned"]) == (2, 2)
    assert json.loads(matcher(*words))["assigned"] == 0, "what is given stays given"
    book = load_workbook(tmp_path / "a.xlsx")
    offered = [row[0:1] + row[3:-2] for row in book["服务机构匹配"].iter_rows(min_row=4, values_only=True)]
    assert offered == [
        (PATENTS[0].application_number, "专利池候选", "运营", "云泽运营公司", "运营机构", "机构类型“运营机构”；关注产业含“新能源与储能”"),
        (PATENTS[3].application_number, "先出具评价报告", "评价报告", "青岚代理所", "专利代理", "机构类型“专利代理”；未限定产业"),
    ]  # fmt: skip
    (mine,) = json.loads(matcher("assigned", "云泽运营公司", "--json", "--out", "b.xlsx"))
    assert mine == {
        "id": mine["id"],
        "party": "云泽运营公司",
        "state": "待联系",
        "note": "",
        "kind": "服务对接",
        "patent_id": PATENTS[0].id,
        "on": "2026-06-30",
        "service": "运营",
        "reason": "推广层级“专利池候选”；机构类型“运营机构”；关注产业含“新能源与储能”",
    }
    cells = [
        cell
        for page in load_workbook(tmp_path / "b.xlsx")
        for row in page.iter_rows(values_only=True)
        for cell in row
    ]
    assert "云泽运营公司" in cells
    assert not any("0000-1" in str(cell) for cell in cells), "no contact is handed out"
    said = ("respond", "服务对接", mine["id"], "提供服务", "--note", "作价入股", "--as-of", "2026-06-30")
    assert "服务对接 " + mine["id"] + "：提供服务。" in matcher(*said)
    assert json.loads(matcher(*words))["answers"] == {"提供服务": 1, "待联系": 1}
    book = load_workbook(tmp_path / "a.xlsx")
    states = [row[-2:] for row in book["服务机构匹配"].iter_rows(min_row=4, values_only=True)]
    assert [tuple(cell or "" for cell in row) for row in states] == [("提供服务", "作价入股"), ("待联系", "")]
    assert "提供服务（作价入股）" in matcher("assigned", "云泽运营公司")
    assert "服务机构未回应 1 件次" in matcher("assigned")


def test_the_tables_can_be_copied_and_are_not_overwritten(matcher, tmp_path):
    matcher("rules")
    own = tmp_path / "workspace" / "programme" / "tiers.toml"
    own.write_text("", encoding="utf-8")
    assert "已有全部规则表" in matcher("rules")
    assert json.loads(matcher("tiers", "--json", "--as-of", "2026-06-30"))["tiers"] == {"常规推广": 5}


def test_progress_counts_and_shows_the_rows(matcher, tmp_path):
    found = json.loads(matcher("progress", "--as-of", "2026-06-30", "--out", "a.xlsx", "--json"))
    assert found["rates"]["盘点率"] == {"numerator": 0, "denominator": 5}
    assert found["rates"]["实施率"] == {"numerator": 1, "denominator": 5}
    assert found["milestones"] == {"已完成": 0, "按期": 0, "滞后": 4}
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == [
        "指标", "转化交易", "企业参与", "分月", "节点", "督办清单", "指标口径", "专利明细", "企业明细", "交易明细",
    ]  # fmt: skip
    rows = list(book["专利明细"].iter_rows(min_row=3, values_only=True))
    place = rows[0].index("实施率")
    marks = [row[place] for row in rows[1:]]
    assert (marks.count("分子"), marks.count("分子") + marks.count("分母")) == (1, 5)
    lag = [row[:4] for row in book["督办清单"].iter_rows(min_row=4, values_only=True)]
    assert [(row[0], row[3]) for row in lag] == [
        ("其余单位盘点过六成", "泰山学院"),
        ("其余单位盘点过六成", "岱岳研究院"),
        ("全部单位完成盘点", "泰山学院"),
        ("全部单位完成盘点", "岱岳研究院"),
    ]
