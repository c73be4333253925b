import json
from dataclasses import replace
from datetime import datetime

import pytest
from openpyxl import load_workbook

from matcher.errors import InputError
from matcher.importing import ImportReport, RowProblem, Severity
from matcher.importing.report import ColumnUse, SheetSummary

REPORT = ImportReport(
    file="a.xlsx",
    kind="patents",
    landed=5,
    merged=2,
    refused=1,
    sheets=(SheetSummary("专利", 2, (ColumnUse("专利名称", "title"),), ("甲",)),),
    problems=(
        RowProblem("a.xlsx", "专利", 7, "申请号", "=1+1", "不是有效的专利申请号。", Severity.REFUSED),
        RowProblem("a.xlsx", "专利", 9, "申请日", "明年", "不是能识别的日期。", Severity.WARNING),
    ),
    remarks=("未读取的工作表：说明。",),
)
MADE_AT = datetime(2026, 3, 1, 12, 0)


def test_rows_read_is_the_sum():
    assert (REPORT.rows_read, REPORT.warnings) == (8, 1)
    values = json.loads(json.dumps(REPORT.to_json()))
    assert list(values)[:2] == ["rows_read", "warnings"]
    assert values["rows_read"] == values["landed"] + values["merged"] + values["refused"]
    assert values["problems"][0]["severity"] == "refused"


def test_the_workbook_names_each_bad_row(tmp_path):
    path = tmp_path / "report.xlsx"
    REPORT.write_xlsx(path, made_at=MADE_AT)
    book = load_workbook(path)
    lines = list(book["问题行"].values)
    assert lines[1] == ("a.xlsx", "专利", 7, "未导入", "申请号", "'=1+1", "不是有效的专利申请号。")
    assert lines[2][3] == "提醒"
    summary = dict(row[:2] for row in book["概况"].values)
    assert (summary["读取行数"], summary["未导入"]) == (8, 1)
    assert summary["工作表“专利”未识别的列"] == "甲"


def test_the_same_report_is_the_same_file(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        REPORT.write_xlsx(tmp_path / name, made_at=MADE_AT)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_failed_report_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "report.xlsx"
    path.write_text("old")
    broken = replace(REPORT, sheets=(None,))
    with pytest.raises(AttributeError):
        broken.write_xlsx(path, made_at=MADE_AT)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["report.xlsx"]


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "not a folder").write_text("")
    path = tmp_path / "not a folder" / "report.xlsx"
    with pytest.raises(InputError, match=r"无法写入文件 .*report\.xlsx.*请检查文件夹权限和磁盘空间"):
        REPORT.write_xlsx(path, made_at=MADE_AT)
    assert [file.name for file in tmp_path.iterdir()] == ["not a folder"]


def test_a_problem_in_one_line():
    problem = RowProblem("盘点表.xlsx", "填写", 5, "自评日期", "2027-04-24", "晚于今天。", Severity.REFUSED)
    assert problem.line() == "填写 第 5 行“自评日期”“2027-04-24”：晚于今天。"
    assert problem.line(file=True) == "盘点表.xlsx 填写 第 5 行“自评日期”“2027-04-24”：晚于今天。"
    assert RowProblem("甲.csv", "", 3, "", "", "缺少名称。", Severity.REFUSED).line() == "第 3 行：缺少名称。"
