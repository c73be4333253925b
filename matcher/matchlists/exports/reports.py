"""Workbooks of a few tables each: what the programme hands out beside match lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from matcher.matchlists.exports.columns import Column
from matcher.matchlists.exports.sheet_text import clean
from matcher.matchlists.exports.styles import Styles
from matcher.matchlists.exports.table import Table, set_page
from matcher.replacing import replacing

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_NAME_LIMIT = 31
_LARGE = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One worksheet: two columns or more, rows read through them, and what the numbers mean in `note`."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[object]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A workbook; the same report gives the same bytes."""

    title: str
    pages: tuple[Page, ...]
    made_at: datetime
    organiser: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of two texts, for sheets that explain."""

    label: str
    text: str


def explaining(name: str, lines: Sequence[Line], heads: tuple[str, str] = ("项目", "说明")) -> Page:
    """A page of labelled texts."""
    return Page(name, (Column(heads[0], "label", 26), Column(heads[1], "text", 100)), lines)


def write_report(report: Report, path: Path) -> None:
    """Write the workbook, whole or not at all; raises InputError where the place cannot be written."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    large = max((len(page.rows) for page in report.pages), default=0) > _LARGE
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    made = report.made_at
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(temporary, {**options, "constant_memory": large, "in_memory": not large})
        created = made.astimezone(UTC) if made.tzinfo else made
        book.set_properties(
            {"title": clean(report.title), "author": clean(report.organiser), "created": created}
        )
        styles = Styles(book)
        taken: set[str] = set()
        for page in report.pages:
            sheet = book.add_worksheet(sheet_name(page.name, taken))
            set_page(sheet, report.title, page.name, report.organiser, made)
            table = Table(sheet, styles, page.columns)
            table.write_head(report.title, f"{page.name}　{page.note}" if page.note else page.name)
            table.write_rows(page.rows)
        try:
            book.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that a worksheet may have, unlike those `taken` (case does not count), which it joins."""
    wanted = _NOT_IN_A_NAME.sub("-", clean(name)).strip("' ")[:_NAME_LIMIT] or "表"
    found, number = wanted, 2
    while found.lower() in taken:
        ending = f"({number})"
        found, number = wanted[: _NAME_LIMIT - len(ending)] + ending, number + 1
    taken.add(found.lower())
    return found
