"""Writes a sheet to be filled in: printed cells locked, the others open, with drop-downs that take nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from matcher.matchlists.exports.sheet_text import clean, line_count
from matcher.replacing import replacing

NOTES = "填写说明"
HEADER_ROW = 2
_EM, _LINE, _HIGHEST = 0.5, 13.5, 409
"""Han characters per unit of width, points a line, and the highest row that Excel takes."""
_BODY = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True, "border": 1}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"font_name": "黑体", "font_size": 14},
    "note": {"font_name": "宋体", "font_size": 9, "font_color": "#555555"},
    "header": {**_BODY, "font_name": "黑体", "bg_color": "#DDE4EC", "align": "center"},
    "printed": {**_BODY, "locked": True, "bg_color": "#F2F4F7", "num_format": "@"},
    "open": {**_BODY, "locked": False, "num_format": "@"},
}
_ALLOWED = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
    "sort": True,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One column; protected where `printed`. `choices` are offered in a drop-down and nothing else is taken."""

    title: str
    field: str
    width: float
    printed: bool = False
    choices: tuple[str, ...] = ()
    note: str = ""
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class FillIn:
    """One sheet: its name and title, what stands below the title, the columns, and each row's texts by field."""

    name: str
    title: str
    note: str
    entries: tuple[Entry, ...]
    rows: Sequence[Mapping[str, str]]
    made_at: datetime


def write_fill_in(sheet: FillIn, path: Path) -> None:
    """Write the sheet and its notes; raises InputError where the place cannot be written."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(temporary, options)
        book.set_properties({"title": clean(sheet.title), "created": sheet.made_at})
        formats = {name: book.add_format(values) for name, values in _FORMATS.items()}
        page = book.add_worksheet(sheet.name)
        _write_head(page, formats, sheet)
        for number, row in enumerate(sheet.rows, HEADER_ROW + 1):
            _write_row(page, formats, number, sheet.entries, row)
        _offer_choices(page, sheet.entries, HEADER_ROW + 1, HEADER_ROW + max(1, len(sheet.rows)))
        page.protect("", _ALLOWED)
        _write_notes(book.add_worksheet(NOTES), formats, sheet.entries)
        try:
            book.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error


def _write_head(page: Any, formats: Mapping[str, Any], sheet: FillIn) -> None:  # noqa: ANN401
    page.write_string(0, 0, clean(sheet.title), formats["title"])
    hint = f"{sheet.note}　灰色单元格不可修改，请勿增删行列；填法见“{NOTES}”"
    page.write_string(1, 0, clean(hint), formats["note"])
    page.set_row(HEADER_ROW, 30)
    for index, entry in enumerate(sheet.entries):
        page.set_column(index, index, entry.width)
        title = entry.title + ("*" if entry.mandatory else "")
        page.write_string(HEADER_ROW, index, title, formats["header"])
    page.freeze_panes(HEADER_ROW + 1, 3)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW)


def _write_row(
    page: Any,  # noqa: ANN401
    formats: Mapping[str, Any],
    number: int,
    entries: Sequence[Entry],
    row: Mapping[str, str],
) -> None:
    lines = max(line_count(row.get(entry.field, ""), entry.width * _EM) for entry in entries)
    page.set_row(
        number, min(_LINE * lines + 4, _HIGHEST)
    )  # a height of its own: office programs do not all find one
    for index, entry in enumerate(entries):
        text = clean(row.get(entry.field, ""))
        style = formats["printed" if entry.printed else "open"]
        if text:
            page.write_string(number, index, text, style)
        else:
            page.write_blank(number, index, None, style)


def _offer_choices(page: Any, entries: Sequence[Entry], first: int, last: int) -> None:  # noqa: ANN401
    for index, entry in enumerate(entries):
        if entry.printed:
            continue
        rule: dict[str, Any] = {"validate": "any"}
        if entry.choices:
            rule = {"validate": "list", "source": list(entry.choices), "error_message": entry.note}
        rule |= {"input_title": entry.title[:32], "input_message": entry.note}
        page.data_validation(first, index, last, index, rule)


def _write_notes(page: Any, formats: Mapping[str, Any], entries: Sequence[Entry]) -> None:  # noqa: ANN401
    for index, (title, width) in enumerate(
        (("栏目", 20), ("是否必填", 10), ("怎样填写", 60), ("可选值", 50))
    ):
        page.set_column(index, index, width)
        page.write_string(0, index, title, formats["header"])
    for number, entry in enumerate((entry for entry in entries if not entry.printed), 1):
        cells = (entry.title, "必填" if entry.mandatory else "", entry.note, "、".join(entry.choices))
        for index, text in enumerate(cells):
            page.write_string(number, index, text, formats["printed"])
