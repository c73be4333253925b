"""The workbook a bureau hands out: a worksheet per sheet of the version, set for print on A4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from matcher.matchlists.exports import cover
from matcher.matchlists.exports.columns import columns_of, rows_of
from matcher.matchlists.exports.presets import Sheet
from matcher.matchlists.exports.rows import ListRows
from matcher.matchlists.exports.sheet_text import clean, line_count, looks_like_formula
from matcher.matchlists.exports.styles import Styles
from matcher.matchlists.exports.table import HEADER_ROW, Table, set_page

EXCEL_ROWS = 1_048_576
_LARGE = 10_000
"""Lines from which rows are flushed to disk while writing."""
_COVER_EM = 58


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
            _write_parts(book, styles, rows, _Parts(sheet, max_rows - HEADER_ROW - 1))
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
        table = Table(page, styles, columns_of(parts.sheet, rows.preset))
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
    made = rows.provenance
    set_page(page, made.event, rows.preset.name, made.organiser, made.made_at)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A sheet and how many lines one worksheet of it holds."""

    sheet: Sheet
    size: int
