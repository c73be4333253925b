"""What became of every row of a file, for people (xlsx, Chinese) and for programs (JSON)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from matcher.replacing import replacing


class Severity(StrEnum):
    """Whether the row was refused, or landed with something left out or to be looked at."""

    REFUSED = "refused"
    WARNING = "warning"


SEVERITY_LABELS = {Severity.REFUSED: "未导入", Severity.WARNING: "提醒"}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one row; `row` counts from 1 as the file shows it, `column` is the header in the file."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    message: str
    severity: Severity

    def line(self, *, file: bool = False) -> str:
        """Where and what in one line: 盘点表 第 5 行“自评日期”“2027-04-24”：…; with the file's name where there are several."""
        sheet = self.sheet if self.sheet != self.file else ""
        places = (self.file if file else "", sheet, f"第 {self.row} 行" if self.row else "")
        place = " ".join(filter(None, places))
        column = f"“{self.column}”" if self.column else ""
        value = f"“{self.value[:30]}”" if self.value else ""
        return f"{place}{column}{value}：{self.message}"


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """A header in the file and the field that it fills."""

    header: str
    field: str


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """How one sheet was understood; `header_row` is 0 where rows name their own columns (jsonl)."""

    sheet: str
    header_row: int
    recognised: tuple[ColumnUse, ...]
    unrecognised: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A refused row as it stood in the file: its cells by header, and why it did not land."""

    sheet: str
    cells: Mapping[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """rows_read = landed + merged + refused, always; the rest says what was understood and what was wrong."""

    file: str
    kind: str
    landed: int
    merged: int
    refused: int
    sheets: tuple[SheetSummary, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    remarks: tuple[str, ...] = ()
    encoding: str = ""
    returned: tuple[ReturnedRow, ...] = ()
    """The first refused rows themselves (`returns` writes them); no part of the JSON."""

    @property
    def rows_read(self) -> int:
        """Rows with content below the header."""
        return self.landed + self.merged + self.refused

    @property
    def warnings(self) -> int:
        """How many things were left out or are to be looked at."""
        return sum(problem.severity is Severity.WARNING for problem in self.problems)

    def to_json(self) -> dict[str, object]:
        """The report as plain values, counts first."""
        values = asdict(replace(self, returned=()))
        del values["returned"]
        return {"rows_read": self.rows_read, "warnings": self.warnings, **values}

    def write_xlsx(self, path: Path, *, made_at: datetime) -> None:
        """Write the report as a workbook (sheets 概况 and 问题行), replacing `path` at once or not at all; raises InputError."""
        with replacing(path) as temporary:
            self._write(temporary, made_at)

    def _write(self, path: Path, made_at: datetime) -> None:
        import xlsxwriter

        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"title": "导入报告", "created": made_at})
            bold = book.add_format({"bold": True})
            for title, widths, rows in (
                ("概况", (24, 60), self._summary()),
                ("问题行", (24, 14, 8, 10, 18, 30, 60), self._lines()),
            ):
                sheet = book.add_worksheet(title)
                for column, width in enumerate(widths):
                    sheet.set_column(column, column, width)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row, bold if number == 0 else None)
                sheet.freeze_panes(1, 0)

    def _summary(self) -> list[Sequence[object]]:
        rows: list[Sequence[object]] = [
            ("项目", "内容"),
            ("文件", neutral(self.file)),
            ("读取行数", self.rows_read),
            ("新增", self.landed),
            ("合并到已有记录", self.merged),
            ("未导入", self.refused),
            ("提醒", self.warnings),
        ]
        for sheet in self.sheets:
            name = f"工作表“{sheet.sheet}”" if sheet.sheet else ""
            columns = "、".join(f"{use.header} → {use.field}" for use in sheet.recognised)
            rows.append((f"{name}已识别的列", neutral(columns)))
            rows.append((f"{name}未识别的列", neutral("、".join(sheet.unrecognised) or "无")))
        counts = Counter(problem.message for problem in self.problems)
        rows += [("说明", neutral(remark)) for remark in self.remarks]
        return rows + [
            ("问题", neutral(f"{message}（{count} 处）")) for message, count in counts.most_common(50)
        ]

    def _lines(self) -> list[Sequence[object]]:
        head = ("文件", "工作表", "行", "结果", "列", "值", "原因")
        return [
            head,
            *(
                (
                    neutral(each.file),
                    neutral(each.sheet),
                    each.row,
                    SEVERITY_LABELS[each.severity],
                    neutral(each.column),
                    neutral(each.value),
                    neutral(each.message),
                )
                for each in self.problems[:1_000_000]
            ),
        ]


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
