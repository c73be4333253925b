"""Writes the refused rows as a workbook of the file's own columns: mended there, it is imported again as it is."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from matcher.importing.report import ImportReport, ReturnedRow, neutral
from matcher.replacing import replacing

REASON = "未导入原因"
"""The first column; the importer knows it as one that carries nothing."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")
_TITLE = 31


def write_returned(report: ImportReport, path: Path, *, made_at: datetime) -> int:
    """Write a sheet for each sheet of the file that has refused rows; their number, 0 where nothing is written.

    Every cell is a text that no spreadsheet takes for a formula. Raises InputError where it cannot be written.
    """
    if not report.returned:
        return 0
    sheets: dict[str, list[ReturnedRow]] = {}
    for row in report.returned:
        sheets.setdefault(row.sheet, []).append(row)
    with replacing(path) as temporary:
        _write(sheets, temporary, made_at)
    return len(report.returned)


def _write(sheets: dict[str, list[ReturnedRow]], path: Path, made_at: datetime) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "待修改的行", "created": made_at})
        bold = book.add_format({"bold": True})
        for number, (name, rows) in enumerate(sheets.items(), 1):
            title = _FORBIDDEN.sub("", name)[:_TITLE] or f"待修改{number if number > 1 else ''}"
            sheet = book.add_worksheet(title)
            headers = list(dict.fromkeys(header for row in rows for header in row.cells))
            for column, header in enumerate([REASON, *headers]):
                sheet.write_string(0, column, neutral(header), bold)
            for line, row in enumerate(rows, 1):
                for column, text in enumerate([row.reason, *(row.cells.get(each, "") for each in headers)]):
                    if text:
                        sheet.write_string(line, column, neutral(text[:32_000]))
            sheet.set_column(0, 0, 40)
            sheet.set_column(1, len(headers), 18)
            sheet.freeze_panes(1, 1)
