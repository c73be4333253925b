"""How a file would be understood, before anything lands: its columns, what each was taken for, and the first rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from matcher.importing.delimited import read_delimited
from matcher.importing.files import FileFormat, format_of
from matcher.importing.headers import LOOKED_AT, Recogniser
from matcher.importing.jsonlines import read_json_lines
from matcher.importing.labelled import is_list, unmerged
from matcher.importing.reading import FORMS
from matcher.importing.rows import Notes, Row, Sheet, cell_text
from matcher.importing.synonyms import RecordKind
from matcher.importing.workbooks import read_workbook
from matcher.settings import FileLimits

_ROWS = 5
_SHEETS = 8
_COLUMNS = 200
_CELL = 60


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """One column: the field it fills, "" where it carries nothing, None where it is not recognised; its first cells."""

    header: str
    field: str | None
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewSheet:
    """One sheet; without a header that was `found`, the columns are those of its fullest row at the top."""

    sheet: str
    found: bool
    columns: tuple[PreviewColumn, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first sheets of a file, and what is to be said of it as a whole."""

    sheets: tuple[PreviewSheet, ...]
    remarks: tuple[str, ...]


def preview(path: Path, kind: RecordKind, mapping: Mapping[str, str], limits: FileLimits) -> Preview:
    """Read the top of a file; raises InputError for what cannot be read at all, or an unknown field."""
    recogniser, notes = Recogniser(kind, mapping), Notes()
    format_ = format_of(path)
    if format_ is FileFormat.JSON_LINES:
        return Preview((_lines(path, recogniser, notes),), tuple(notes.remarks))
    tables = (
        read_workbook(path, limits, notes, documents=kind in FORMS)
        if format_ is FileFormat.WORKBOOK
        else read_delimited(path, notes)
    )
    return Preview(tuple(_sheets(tables, recogniser, notes)), tuple(notes.remarks))


def _sheets(tables: Iterator[Sheet], recogniser: Recogniser, notes: Notes) -> Iterator[PreviewSheet]:
    for table in islice(tables, _SHEETS):
        rows: Iterable[Row] = table.rows
        if table.form:
            rows = list(table.rows)
            if not is_list(rows, recogniser.field):
                notes.remarks.append(f"“{table.name}”是逐项填写的表，按各项的名称读取，不需要指定列。")
                continue
            rows = unmerged(rows)
        top = list(islice(rows, LOOKED_AT))
        if top:
            yield _sheet(table.name, top, recogniser)
        for _ in table.rows:
            pass


def _sheet(name: str, top: Sequence[Row], recogniser: Recogniser) -> PreviewSheet:
    header = recogniser.header(top)
    fullest = max(top, key=lambda row: sum(1 for cell in row.cells if cell_text(cell).strip()))
    number = header.row if header else fullest.number
    labels = header.labels if header else tuple(cell_text(cell).strip() for cell in fullest.cells)
    below = [row.cells for row in top if row.number > number][:_ROWS]
    columns = [
        PreviewColumn(
            label,
            recogniser.field(label),
            tuple(_cell(cells[index]) if index < len(cells) else "" for cells in below),
        )
        for index, label in enumerate(labels[:_COLUMNS])
        if label
    ]
    return PreviewSheet(name, header is not None, tuple(columns))


def _lines(path: Path, recogniser: Recogniser, notes: Notes) -> PreviewSheet:
    entries = [entry.values for entry in islice(read_json_lines(path, notes), _ROWS)]
    keys = list(dict.fromkeys(key for values in entries for key in values))[:_COLUMNS]
    columns = [
        PreviewColumn(key, recogniser.field(key), tuple(_cell(values.get(key)) for values in entries))
        for key in keys
    ]
    return PreviewSheet("", any(column.field for column in columns), tuple(columns))


def _cell(value: object) -> str:
    text = cell_text(value)
    return text if len(text) <= _CELL else f"{text[:_CELL]}…"
