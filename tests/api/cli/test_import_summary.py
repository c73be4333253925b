"""What an import prints: every kind of problem is seen, however often another kind occurs."""

from __future__ import annotations

from api.cli.records import summary
from matcher.importing.report import ImportReport, RowProblem, Severity


def problem(row: int, column: str, value: str, message: str, severity: Severity) -> RowProblem:
    return RowProblem("表.xlsx", "专利", row, column, value, message, severity)


SPOILT = tuple(
    problem(
        row,
        "申请号",
        f"2.0{row % 2 + 1}E+12",
        f"“2.0{row % 2 + 1}E+12”末位已丢失。",
        Severity.WARNING,
    )
    for row in range(2, 1000)
)
REFUSED = problem(1000, "专利名称", "", "缺少专利名称。", Severity.REFUSED)


def test_a_thousand_of_one_kind_do_not_hide_the_other() -> None:
    report = ImportReport(
        file="表.xlsx", kind="patents", landed=998, merged=0, refused=1, problems=(*SPOILT, REFUSED)
    )
    assert summary(report).split("\n")[1:] == [
        "  未导入：专利 第 1000 行“专利名称”：缺少专利名称。",
        "  提醒：专利 第 2 行“申请号”“2.01E+12”：“2.01E+12”末位已丢失。",
        "  提醒：专利 第 3 行“申请号”“2.02E+12”：“2.02E+12”末位已丢失。",
        "  提醒：专利 第 4 行“申请号”“2.01E+12”：“2.01E+12”末位已丢失。",
        "    …… 同类共 998 处。",
        "  共 999 处，用 --report 报告.xlsx 导出全部。",
    ]


def test_nothing_is_said_of_problems_where_there_are_none() -> None:
    report = ImportReport(file="表.xlsx", kind="patents", landed=2, merged=1, refused=0)
    assert summary(report) == "表.xlsx：读取 3 行 = 新增 2 + 合并 1 + 未导入 0；提醒 0 处。"
