"""`matcher demo`: from the officer's files to the lists, as a person runs it."""

import re

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from api.cli.app import app
from matcher.domain import Confidentiality
from matcher.sample.province import province

HERE = province()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder, CliRunner().invoke(app, ["demo", "--folder", str(folder)])


def cells(path):
    book = load_workbook(path)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def test_it_says_what_became_of_every_row(run):
    folder, result = run
    assert result.exit_code == 0, result.output
    assert [line.strip() for line in result.output.splitlines() if "读取" in line] == [
        "专利盘点表.xlsx：读取 174 = 新增 168 + 合并 3 + 未导入 3；提醒 5 处",
        "企业名录.xlsx：读取 49 = 新增 48 + 合并 1 + 未导入 0；提醒 1 处",
        "技术需求征集汇总.xlsx：读取 74 = 新增 72 + 合并 1 + 未导入 1；提醒 0 处",
        "企业评价.xlsx：读取 119 = 新增 116 + 合并 1 + 未导入 2；提醒 0 处",
        "历史交易.csv：读取 116 = 新增 113 + 合并 1 + 未导入 2；提醒 0 处",
        "高校院所名录.xlsx：读取 18 = 新增 18 + 合并 0 + 未导入 0；提醒 0 处",
        "专家名录.xlsx：读取 26 = 新增 24 + 合并 1 + 未导入 1；提醒 0 处",
        "服务机构名录.xlsx：读取 14 = 新增 13 + 合并 0 + 未导入 1；提醒 0 处",
    ]
    assert str(folder) in result.output


def test_every_need_is_answered_or_said_to_have_no_answer(run):
    output = run[1].output
    assert set(re.findall(r"HD202[56]-\d{3}", output)) == {need.id for need in HERE.needs}
    assert "暂无合适专利" in output


def test_the_files_are_there(run):
    folder = run[0]
    assert {file.name for file in folder.iterdir()} >= {
        "示例文件",
        "工作区",
        "对接清单-内部版.xlsx",
        "对接清单-对外版.xlsx",
        "导入报告-专利盘点表.xlsx",
        "导入报告-历史交易.xlsx",
    }


def test_the_printed_counts_are_those_of_the_files(run):
    folder, result = run
    for preset in ("内部版", "对外版"):
        printed = re.search(
            rf"对接清单-{preset}\.xlsx：(\d+) 条需求，(\d+) 项推荐", result.output.replace("\n", "")
        )
        lines = cells(folder / f"对接清单-{preset}.xlsx")["对接清单"]
        header = next(number for number, row in enumerate(lines) if row[0] == "序号")
        assert len(lines) - header - 1 == int(printed[2])


def test_most_needs_that_can_be_answered_are_answered_first_by_the_right_patent(run):
    rows = cells(run[0] / "对接清单-内部版.xlsx")["对接清单"]
    header = next(row for row in rows if row[0] == "序号")
    need, number = header.index("需求编号"), header.index("专利号")
    first = {}
    for row in rows:
        if row[need] and row[need] not in first and str(row[need]).startswith("HD"):
            first[row[need]] = "CN" + re.sub(r"\D", "", str(row[number]).rpartition(".")[0])
    answered = [need.id for need in HERE.needs if HERE.answers[need.id]]
    right = sum(first.get(need_id) in HERE.answers[need_id] for need_id in answered)
    assert right / len(answered) >= 0.6


def test_the_public_version_names_no_confidential_need(run):
    sheets = cells(run[0] / "对接清单-对外版.xlsx")
    said = repr(sheets)
    hidden = [need for need in HERE.needs if need.confidentiality is not Confidentiality.PUBLIC]
    assert len(hidden) > 10
    for need in hidden:
        assert need.id not in said
        assert need.title not in said
    named = {need.enterprise for need in HERE.needs if need.confidentiality is Confidentiality.PUBLIC}
    for patent in HERE.patents:  # what the register says of patents is public
        named |= {*patent.holders, *(item.party for item in patent.encumbrances)}
    unnamed = {need.enterprise for need in hidden} - named
    assert unnamed
    assert not [name for name in unnamed if name in said]
    assert "不推荐" not in said


def test_a_line_of_an_anonymous_need_names_none_of_the_enterprises_behind(run):
    names = {need.enterprise for need in HERE.needs if need.confidentiality is Confidentiality.ANONYMOUS}
    lines = [
        row for rows in cells(run[0] / "对接清单-对外版.xlsx").values() for row in rows if "匿名企业" in row
    ]
    assert len(lines) > 10
    holders = {holder for patent in HERE.patents for holder in patent.holders}
    assert not [name for name in names - holders for row in lines if name in repr(row)]
