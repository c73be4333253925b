"""Fills the template that an authority hands out with what is known, and says first which rows lack what it demands.

Headers are recognised by the importer's table, so that what is written can be read back; codes come from an editable
table. The templates written here are examples (示例): none of them is official.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from matcher.domain import Transaction
from matcher.errors import InputError
from matcher.importing.files import FileFormat, format_of
from matcher.importing.headers import LOOKED_AT, Recogniser, header_key
from matcher.importing.rows import Notes, cell_text
from matcher.importing.workbooks import read_workbook
from matcher.matchlists.exports.sheet_text import clean
from matcher.programme.inventory_form import number_of
from matcher.programme.rulebook import read_table
from matcher.programme.submission_fields import (
    ESSENTIAL,
    EXAMPLES,
    MORE,
    RECORDS,
    TITLES,
    VALUES,
    Entry,
    Kind,
)
from matcher.replacing import replacing
from matcher.settings import FileLimits


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of the template: where it stands (from 1), its header, the field, whether it must be filled."""

    column: int
    header: str
    field: str
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Template:
    """A template: its sheet, the row of its header, the columns that can be filled and the headers that cannot."""

    path: Path
    sheet: str
    row: int
    slots: tuple[Slot, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A row that cannot be written as it is."""

    patent: str
    header: str
    reason: str


@dataclass(frozen=True, slots=True)
class Filled:
    """Rows ready to be written (texts by column), and the others with what they lack."""

    rows: tuple[Mapping[int, str], ...]
    lacking: tuple[Lacking, ...]
    omitted: int


def read_template(path: Path, kind: Kind, limits: FileLimits) -> Template:
    """The template's header; raises InputError where none is found or what the kind cannot do without is missing."""
    if format_of(path) is not FileFormat.WORKBOOK or path.suffix.lower() != ".xlsx":
        raise InputError(
            f"模板“{path.name}”不是 .xlsx 文件。请用 Excel 或 WPS 另存为 .xlsx。", code="not_xlsx"
        )
    recogniser = Recogniser(RECORDS[kind], {})
    for sheet in read_workbook(path, limits, Notes()):
        for row in list(sheet.rows)[:LOOKED_AT]:
            labels = [cell_text(cell).strip() for cell in row.cells]
            slots = [_slot(place, label, kind, recogniser) for place, label in enumerate(labels, 1)]
            known = tuple(slot for slot in slots if slot is not None)
            if set(ESSENTIAL[kind]) <= {slot.field for slot in known}:
                offset = _offset(path, sheet.name, row.number, labels)
                shifted = tuple(
                    Slot(slot.column + offset, slot.header, slot.field, slot.mandatory) for slot in known
                )
                unknown = tuple(
                    label for label, slot in zip(labels, slots, strict=True) if label and slot is None
                )
                return Template(path, sheet.name, row.number, shifted, unknown)
    needed = "、".join(
        next(h.rstrip("*") for h in EXAMPLES[kind] if _field(h, kind, recogniser) == f)
        for f in ESSENTIAL[kind]
    )
    raise InputError(f"模板“{path.name}”中没有{kind}表的表头。表头须有：{needed}。", code="template_header")


def _slot(place: int, label: str, kind: Kind, recogniser: Recogniser) -> Slot | None:
    field = _field(label, kind, recogniser) if label else None
    mandatory = "*" in label or "＊" in label or "必填" in label
    return Slot(place, label, field, mandatory) if field in VALUES[kind] and field else None


def _field(label: str, kind: Kind, recogniser: Recogniser) -> str | None:
    more = MORE if kind is Kind.INVENTORY else TITLES
    return more.get(header_key(label)) or recogniser.field(label)


def _offset(path: Path, sheet: str, row: int, labels: Sequence[str]) -> int:
    """Blank columns on the left, which the reader leaves out."""
    from openpyxl import load_workbook

    page = load_workbook(path, read_only=True)[sheet]
    cells = next(page.iter_rows(min_row=row, max_row=row, values_only=True))
    first = next(label for label in labels if label)
    stands = next(
        place for place, cell in enumerate(cells) if cell is not None and cell_text(cell).strip() == first
    )
    return stands - next(place for place, label in enumerate(labels) if label)


def fill(template: Template, kind: Kind, entries: Sequence[Entry], home: Path) -> Filled:
    """What each entry gives for the template's columns, in codes where the table has some; what lacks is told apart."""
    codes: dict[str, dict[str, str]] = {
        header_key(h): c for h, c in read_table("codes", home).get(kind, {}).items()
    }
    rows, lacking, omitted = [], [], 0
    for entry in entries:
        texts, missing = {}, []
        for slot in template.slots:
            text = VALUES[kind][slot.field](entry)
            coded = codes.get(header_key(slot.header))
            if not text and slot.mandatory:
                missing.append(Lacking(number_of(entry.patent), slot.header, "必填项为空"))
            elif text and coded is not None and text not in coded:
                missing.append(Lacking(number_of(entry.patent), slot.header, f"“{text}”在代码表中没有代码"))
            elif text:
                texts[slot.column] = coded[text] if coded is not None else text
        if missing:
            lacking += missing
            omitted += 1
        else:
            rows.append(texts)
    return Filled(tuple(rows), tuple(lacking), omitted)


def write_submission(template: Template, filled: Filled, path: Path) -> None:
    """The template with the rows below its header, its own formatting kept; raises InputError where it cannot be written."""
    from openpyxl import load_workbook

    book = load_workbook(template.path)
    page: Any = book[template.sheet]
    for number, texts in enumerate(filled.rows, template.row + 1):
        for column, text in texts.items():
            cell = page.cell(number, column)
            cell.value = clean(text)
            cell.data_type = "s"
    with replacing(path) as temporary:
        book.save(temporary)


def write_example(kind: Kind, path: Path) -> None:
    """An example of a template, labelled as such."""
    from openpyxl import Workbook

    book = Workbook()
    page: Any = book.active
    page.title = kind.value
    page.append([f"{kind}上报表（示例，非官方模板；带 * 的为必填）"])
    page.append(list(EXAMPLES[kind]))
    with replacing(path) as temporary:
        book.save(temporary)


def deals_between(deals: Sequence[Transaction], since: date, until: date) -> list[Transaction]:
    """Those of a period, by day and id."""
    found = [deal for deal in deals if deal.on is not None and since <= deal.on <= until]
    return sorted(found, key=lambda deal: (deal.on or since, deal.id))
