"""The manual's one sequence from import to after-event report runs as it is written, on the sample province."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from api.cli.app import app
from matcher.sample.workbooks import write_workbooks

MANUAL = Path(__file__).parents[3] / "docs" / "manual.zh.md"
PLACEHOLDER = "M2C8F5D3K4Q"


def sequence() -> list[list[str]]:
    section = MANUAL.read_text(encoding="utf-8").split("### 一次活动从导入到会后报告")[1]
    block = re.findall(r"^```\n(.*?)^```", section, flags=re.S | re.M)[0]
    return [shlex.split(line)[1:] for line in block.splitlines()]


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, f"{' '.join(words)}: {result.output}{result.exception}"
    return result.output


def answered(listed: Path, filled: Path) -> str:
    """Fill in the first line of the feedback sheet as interested and the second as not; the first line's match id."""
    book = load_workbook(listed)
    sheet = book["对接反馈"]
    titles = {sheet.cell(3, column).value: column for column in range(1, sheet.max_column + 1)}
    sheet.cell(4, titles["是否有意向"]).value = "是"
    sheet.cell(4, titles["意向方式"]).value = "普通许可"
    sheet.cell(5, titles["是否有意向"]).value = "否"
    sheet.cell(5, titles["不合适原因"]).value = "时机不合适"
    book.save(filled)
    return str(sheet.cell(4, titles["对接编号"]).value)


def test_an_event_from_import_to_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATCHER_HOME", raising=False)
    files = tmp_path / "示例" / "示例文件"
    files.mkdir(parents=True)
    write_workbooks(files)
    said: dict[str, str] = {}
    match_id = ""
    for words in sequence():
        if words[:2] == ["event", "import"]:
            match_id = answered(tmp_path / "对接清单.xlsx", tmp_path / "企业反馈.xlsx")
        said[" ".join(words[:2])] = run(*[match_id if word == PLACEHOLDER else word for word in words])

    assert "差距 0.00%" in said["event build"]
    assert "新增 2 " in said["event import"]
    assert "未导入 0" in said["event import"]
    outcomes = json.loads(run("event", "outcomes", "HD001", "--json"))
    states = {outcome["id"]: outcome["state"] for outcome in outcomes}
    assert states[match_id] == "已签约"
    assert sorted(states.values()).count("不合适") == 1
    text = "\n".join(paragraph.text for paragraph in docx.Document("会后报告.docx").paragraphs)
    assert f"共推送对接 {len(outcomes)} 条，其中表达过意向的 1 条" in text
    assert "签约 1 项（普通许可 1 项），合同金额合计 30 万元。" in text
    duties = load_workbook(tmp_path / "应办事项.xlsx").worksheets[0]
    assert "许可合同备案" in {row[3] for row in duties.iter_rows(values_only=True)}
    assert run("event", "import", "企业反馈.xlsx").count("新增 0 ") == 1


def test_the_same_day_lists_the_same_and_what_differs_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_workbooks(tmp_path)
    for kind, name in (("patents", "专利盘点表.xlsx"), ("needs", "技术需求征集汇总.xlsx")):
        run("import", kind, name)
    run("event", "new", "路演", "--on", "2026-10-20")
    first = json.loads(run("event", "build", "HD001", "--as-of", "2026-06-30", "--json"))
    again = json.loads(run("event", "build", "HD001", "--as-of", "2026-06-30", "--json"))
    assert first["list"]["id"] == "HD001-01"
    assert {k: v for k, v in first.items() if k != "list"} == {k: v for k, v in again.items() if k != "list"}
    assert json.loads(run("event", "diff", "HD001-01", "HD001-02", "--json")) == []
    assert first["value"] == first["bound"] > 0
    fresh = json.loads(run("list", "--since", "HD001-01", "--as-of", "2026-06-30", "--json"))
    shown = {(need["need_id"], m["patent_id"]) for need in fresh["needs"] for m in need["matches"]}
    changed = run(
        "event", "set", "HD001", "--per-need", "1", "--per-holder-in-need", "0", "--no-repeat-months", "6"
    )
    assert changed == (
        "HD001：每项需求 1 件，每件专利至多 3，每项需求中同一权利人不限，同一权利人合计不限，"
        "等级不低于可关注，6 个月内不重复。\n"
    )
    small = json.loads(run("event", "build", "HD001", "--as-of", "2026-06-30", "--json"))
    assert small["pairs"] == small["needs"] < first["pairs"]
    run("event", "new", "小路演", "--on", "2026-10-21", "--per-need", "1")
    run("event", "build", "HD002", "--as-of", "2026-06-30")
    later = json.loads(run("list", "--since", "HD002-01", "--as-of", "2026-06-30", "--json"))
    assert shown < {(need["need_id"], m["patent_id"]) for need in later["needs"] for m in need["matches"]}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("event", "build", "HD404"), "没有编号或名称为“HD404”的活动"),
        (("event", "export", "HD404", "--out", "a.xlsx"), "没有编号为“HD404”的清单"),
        (("event", "new", "路演", "--on", "2026-10-20", "--until", "2026-10-19"), "早于活动日期"),
        (("event", "new", "路演", "--on", "2026-10-20", "--floor", "好"), "不认识的推荐等级“好”"),
        (("event", "outcome", "M404", "签了", "--by", "李强"), "不认识的对接状态“签了”"),
        (("event", "done", "M404-备案"), "没有编号为“M404-备案”的应办事项"),
    ],
)
def test_refusals_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, list(words))
    assert message in str(result.exception)
