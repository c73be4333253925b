"""Workbooks of plain tables: values, kinds of cells, names of sheets, equal bytes."""

from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import load_workbook

from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Line, Page, Report, explaining, sheet_name, write_report


@dataclass(frozen=True)
class Row:
    name: str
    share: float | None
    on: date | None


COLUMNS = (
    Column("名称", "name", 20),
    Column("比例", "share", 8, Setting.SHARE),
    Column("日期", "on", 10, Setting.DATE),
)
ROWS = (Row("=甲+乙", 0.625, date(2026, 3, 31)), Row("丙", None, None))
REPORT = Report(
    "进展报告",
    (
        Page("明细", COLUMNS, ROWS, "口径见说明"),
        explaining("说明", (Line("口径", "分子÷分母"),)),
        Page("空", COLUMNS, ()),
    ),
    datetime(2026, 6, 30, 8),
    "某局",
)


def test_values_stand_as_what_they_are(tmp_path):
    write_report(REPORT, tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    rows = [tuple(cell.value for cell in row) for row in book["明细"].iter_rows()]
    assert rows[0][0] == "进展报告"
    assert rows[1][0] == "明细　口径见说明"
    assert rows[2:] == [
        ("名称", "比例", "日期"),
        ("=甲+乙", 0.625, datetime(2026, 3, 31)),
        ("丙", None, None),
    ]
    assert book["明细"]["A4"].data_type == "s", "a text that looks like a formula stays a text"
    assert book["明细"]["B4"].number_format == "0.0%"
    assert [cell.value for cell in book["说明"][4]] == ["口径", "分子÷分母"]
    assert book["空"]["B4"].value == "（无）"


def test_the_same_report_gives_the_same_bytes(tmp_path):
    write_report(REPORT, tmp_path / "a.xlsx")
    write_report(REPORT, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_names_of_sheets():
    taken: set[str] = set()
    assert sheet_name("甲/乙:大学", taken) == "甲-乙-大学"
    assert sheet_name("甲/乙:大学", taken) == "甲-乙-大学(2)"
    assert sheet_name("长" * 40, taken) == "长" * 31
    assert sheet_name("长" * 40, taken) == "长" * 28 + "(2)"
    assert sheet_name("", taken) == "表"
