"""The workbook a bureau hands out: a worksheet per sheet of the version, set for print on A4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from matcher.matchlists.exports import cover
from matcher.matchlists.exports.columns import Cell, Column, Row, Setting, columns_of, rows_of
from matcher.matchlists.exports.presets import Sheet
from matcher.matchlists.exports.rows import ListRows
from matcher.matchlists.exports.sheet_text import clean, fitted, line_count, looks_like_formula
from matcher.matchlists.exports.styles import BODY_SIZE, LINE_HEIGHT, Styles

EXCEL_ROWS = 1_048_576
_HEADER_ROW = 2
_LARGE = 10_000
"""Lines from which rows are flushed to disk while writing."""
_MAX_LINES = 31
"""Excel's highest row, 409 points, in lines of body text."""
_COVER_EM = 58
_A4 = 9


def write_xlsx(rows: ListRows, path: Path, max_rows: int = EXCEL_ROWS) -> None:
    """Write the workbook; a sheet longer than `max_rows` goes on in 对接清单(2) and so on.

    The same rows give the same bytes: document properties carry `made_at`, zip entries a fixed date.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    large = len(rows.matches) > _LARGE
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(path, {**options, "constant_memory": large, "in_memory": not large})
    book.set_properties(_properties(rows))
    styles = Styles(book)
    for sheet in rows.preset.sheets:
        if sheet is Sheet.COVER:
            _write_cover(book, styles, rows)
        else:
            _write_parts(book, styles, rows, _Parts(sheet, max_rows - _HEADER_ROW - 1))
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error


def _properties(rows: ListRows) -> dict[str, Any]:
    made = rows.provenance.made_at
    return {
        "title": clean(cover.title(rows)),
        "author": clean(rows.provenance.organiser),
        "category": rows.preset.name,
        "created": made.astimezone(UTC) if made.tzinfo else made,
    }


def _write_cover(book: Any, styles: Styles, rows: ListRows) -> None:  # noqa: ANN401
    page = book.add_worksheet(Sheet.COVER)
    _set_page(page, rows)
    page.hide_gridlines(2)
    page.set_column(0, 0, 1)
    page.set_column(1, 1, 24)
    page.set_column(2, 2, 124)
    page.set_row(0, 24)
    page.set_row(1, 54)
    page.merge_range(1, 1, 1, 2, clean(cover.title(rows)), styles.named("cover title"))
    page.set_row(2, 18)
    first = 3
    for line_number, line in enumerate(cover.cover_lines(rows), first):
        text = clean(line.text)
        page.set_row(line_number, max(23.0, 16.0 * line_count(text, _COVER_EM) + 8))
        page.write_string(line_number, 1, line.label, styles.named("label"))
        style = styles.named("quoted text" if looks_like_formula(text) else "text")
        page.write_string(line_number, 2, text, style)


def _write_parts(book: Any, styles: Styles, rows: ListRows, parts: _Parts) -> None:  # noqa: ANN401
    lines = rows_of(parts.sheet, rows)
    for number, start in enumerate(range(0, max(1, len(lines)), parts.size), 1):
        name = parts.sheet if number == 1 else f"{parts.sheet}({number})"
        page = book.add_worksheet(name)
        _set_page(page, rows)
        table = _Table(page, styles, columns_of(parts.sheet, rows.preset))
        table.write_head(cover.title(rows), f"{name}　{_note(rows)}")
        table.write_rows(lines[start : start + parts.size])


def _note(rows: ListRows) -> str:
    made = rows.provenance
    parts = [
        f"编制单位：{made.organiser}" if made.organiser else "",
        f"清单基准日：{made.as_of:%Y-%m-%d}",
        f"版本：{rows.preset.name}",
        f"清单编号：{made.list_id}" if made.list_id else "",
        f"推荐等级{cover.grade_note(rows)}",
    ]
    return "　".join(part for part in parts if part)


def _set_page(page: Any, rows: ListRows) -> None:  # noqa: ANN401
    """A4 landscape, one page wide, event and version above, page numbers below."""
    event = _in_header(rows.provenance.event)
    organiser = _in_header(rows.provenance.organiser)
    page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.35, right=0.35, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.center_horizontally()
    page.set_header(f"&L{event}&R{rows.preset.name}", {"margin": 0.3})
    page.set_footer(
        f"&L{organiser}&C第 &P 页 / 共 &N 页&R{rows.provenance.made_at:%Y-%m-%d}", {"margin": 0.3}
    )


def _in_header(text: str) -> str:
    """At most 80 characters (a header holds 255 in all), & doubled because it begins a code."""
    return clean(text).replace("\n", " ")[:80].replace("&", "&&")


@dataclass(frozen=True, slots=True)
class _Parts:
    """A sheet and how many lines one worksheet of it holds."""

    sheet: Sheet
    size: int


class _Table:
    """One worksheet of lines under a title, a note and a header that repeats on every page."""

    def __init__(self, page: Any, styles: Styles, columns: tuple[Column, ...]) -> None:  # noqa: ANN401
        self.page = page
        self.styles = styles
        self.columns = columns
        self.em = [((column.width * 7 - 1) * 0.75) / BODY_SIZE * 0.97 for column in columns]
        for index, column in enumerate(columns):
            page.set_column(index, index, column.width)

    def write_head(self, title: str, note: str) -> None:
        last = len(self.columns) - 1
        self.page.set_row(0, 30)
        self.page.merge_range(0, 0, 0, last, clean(title), self.styles.named("title"))
        self.page.set_row(1, 18)
        self.page.merge_range(1, 0, 1, last, clean(note), self.styles.named("note"))
        titles = [column.title for column in self.columns]
        lines = max(line_count(text, em) for text, em in zip(titles, self.em, strict=True))
        self.page.set_row(_HEADER_ROW, lines * LINE_HEIGHT + 8)
        for index, text in enumerate(titles):
            self.page.write_string(_HEADER_ROW, index, text, self.styles.named("header"))
        self.page.freeze_panes(_HEADER_ROW + 1, 2)
        self.page.repeat_rows(_HEADER_ROW)

    def write_rows(self, rows: tuple[Row, ...]) -> None:
        """Write the lines, each high enough to show all of its text."""
        first, last = _HEADER_ROW + 1, _HEADER_ROW + max(1, len(rows))
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
        self.page.autofilter(_HEADER_ROW, 0, last, len(self.columns) - 1)
        self._offer_choices(first, last)

    def _columns(self) -> zip[tuple[Column, float]]:
        return zip(self.columns, self.em, strict=True)

    def _shown(self, cell: Cell, em: float) -> Cell:
        if isinstance(cell, date) and (isinstance(cell, datetime) or cell.year < 1900):
            return cell.isoformat()
        return fitted(clean(cell), em, _MAX_LINES) if isinstance(cell, str) else cell

    def _write(self, row: int, index: int, cell: Cell) -> None:
        setting = self.columns[index].setting
        if isinstance(cell, str):
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
