"""A worksheet of lines under a title, a note and a header, set for print: what all our reports are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from matcher.matchlists.exports.columns import Cell, Column, Setting
from matcher.matchlists.exports.sheet_text import clean, fitted, line_count, looks_like_formula
from matcher.matchlists.exports.styles import BODY_SIZE, LINE_HEIGHT, Styles

HEADER_ROW = 2
"""Zero-based; title and note stand above it."""
_MAX_LINES = 31
"""Excel's highest row, 409 points, in lines of body text."""
_A4 = 9


def set_page(page: Any, above: str, beside: str, below: str, day: date) -> None:  # noqa: ANN401
    """A4 landscape, one page wide; `above` left and `beside` right of the header, `below` and the day in the footer."""
    page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.35, right=0.35, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.center_horizontally()
    page.set_header(f"&L{_in_header(above)}&R{_in_header(beside)}", {"margin": 0.3})
    page.set_footer(f"&L{_in_header(below)}&C第 &P 页 / 共 &N 页&R{day:%Y-%m-%d}", {"margin": 0.3})


def _in_header(text: str) -> str:
    """At most 80 characters (a header holds 255 in all), & doubled because it begins a code."""
    return clean(text).replace("\n", " ")[:80].replace("&", "&&")


class Table:
    """One worksheet of lines under a title, a note and a header that repeats on every page."""

    def __init__(self, page: Any, styles: Styles, columns: tuple[Column, ...]) -> None:  # noqa: ANN401
        self.page = page
        self.styles = styles
        self.columns = columns
        self.em = [((column.width * 7 - 1) * 0.75) / BODY_SIZE * 0.97 for column in columns]
        for index, column in enumerate(columns):
            page.set_column(index, index, column.width)

    def write_head(self, title: str, note: str) -> None:
        """Write title, note and header; the header repeats on every printed page."""
        last = len(self.columns) - 1
        self.page.set_row(0, 30)
        self.page.merge_range(0, 0, 0, last, clean(title), self.styles.named("title"))
        self.page.set_row(1, 18)
        self.page.merge_range(1, 0, 1, last, clean(note), self.styles.named("note"))
        titles = [column.title for column in self.columns]
        lines = max(line_count(text, em) for text, em in zip(titles, self.em, strict=True))
        self.page.set_row(HEADER_ROW, lines * LINE_HEIGHT + 8)
        for index, text in enumerate(titles):
            self.page.write_string(HEADER_ROW, index, text, self.styles.named("header"))
        self.page.freeze_panes(HEADER_ROW + 1, 2)
        self.page.repeat_rows(HEADER_ROW)

    def write_rows(self, rows: Sequence[object]) -> None:
        """Write the lines, each high enough to show all of its text."""
        first, last = HEADER_ROW + 1, HEADER_ROW + max(1, len(rows))
        for number, row in enumerate(rows, first):
            cells = [self._shown(column.cell(row), em) for column, em in self._columns()]
            lines = max(
                line_count(cell, em) if isinstance(cell, str) else 1
                for cell, em in zip(cells, self.em, strict=True)
            )
            self.page.set_row(number, max(20.0, lines * LINE_HEIGHT + 8))
            for index, cell in enumerate(cells):
                self._write(number, index, cell)
        if not rows:
            self.page.write_string(first, 1, "（无）", self.styles.cell(Setting.TEXT))
        self.page.autofilter(HEADER_ROW, 0, last, len(self.columns) - 1)
        self._offer_choices(first, last)

    def _columns(self) -> zip[tuple[Column, float]]:
        return zip(self.columns, self.em, strict=True)

    def _shown(self, cell: Cell, em: float) -> Cell:
        if isinstance(cell, date) and (isinstance(cell, datetime) or cell.year < 1900):
            return cell.isoformat()
        return fitted(clean(cell), em, _MAX_LINES) if isinstance(cell, str) else cell

    def _write(self, row: int, index: int, cell: Cell) -> None:
        setting = self.columns[index].setting
        if cell is None:
            self.page.write_blank(row, index, None, self.styles.cell(setting))
        elif isinstance(cell, str):
            style = self.styles.cell(setting, cell, looks_like_formula(cell))
            if cell:
                self.page.write_string(row, index, cell, style)
            else:
                self.page.write_blank(row, index, None, style)
        elif isinstance(cell, date):
            self.page.write_datetime(row, index, cell, self.styles.cell(setting))
        else:
            self.page.write_number(row, index, cell, self.styles.cell(setting))

    def _offer_choices(self, first: int, last: int) -> None:
        for index, column in enumerate(self.columns):
            if column.choices:
                choice = {"validate": "list", "source": list(column.choices), "error_type": "warning"}
                self.page.data_validation(first, index, last, index, choice)
