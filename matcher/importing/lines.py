"""One record as one line of a .jsonl file and back: what a program writes is read by the importer's own rules.

Fields are named as in `matcher.domain`; coded terms stand as their Chinese words, days as 2026-06-30, money in 万元.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Generic, TypeVar

import orjson

from matcher.availability import in_force
from matcher.domain import (
    Assessment,
    Encumbrance,
    EncumbranceKind,
    Enterprise,
    FeeTerms,
    Maturity,
    Need,
    Patent,
)
from matcher.errors import InputError
from matcher.identifiers import parse_credit_code
from matcher.importing.reading import read_records
from matcher.importing.report import RowProblem, Severity
from matcher.importing.synonyms import RecordKind

R = TypeVar("R", Patent, Enterprise, Need, Assessment)

KINDS: Mapping[type, RecordKind] = {
    Patent: RecordKind.PATENTS,
    Enterprise: RecordKind.ENTERPRISES,
    Need: RecordKind.NEEDS,
    Assessment: RecordKind.ASSESSMENTS,
}
_LEFT_OUT = frozenset({"id", "source", "encumbrances"})
"""The store's own, and what a file states in several columns."""


@dataclass(frozen=True, slots=True)
class Read(Generic[R]):
    """What the importer makes of a line: a record, and everything that it would refuse, leave out or warn of."""

    record: R | None
    problems: tuple[RowProblem, ...]


def line_of(record: Patent | Enterprise | Need | Assessment) -> dict[str, Any]:
    """The stated fields of a record; `read_line` makes the same record of them, but for provenance and encumbrances."""
    stated = {field.name: getattr(record, field.name) for field in fields(record)}
    line = {name: _cell(value) for name, value in stated.items() if name not in _LEFT_OUT}
    if isinstance(record, Patent) and record.maturity is not None:
        line["maturity_source"] = record.maturity.source.value
    if isinstance(record, Need | Assessment):
        line |= _owner(record)
    return {name: value for name, value in line.items() if value not in ("", [], None)}


def read_line(kind: type[R], line: Mapping[str, Any], source: str = "") -> Read[R]:
    """A line as a line of a file of that kind; `source` is part of the identity of records with an own id only."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "接口.jsonl"
        file.write_bytes(orjson.dumps(dict(line)))
        try:
            reading = read_records(file, KINDS[kind], mapping={"own_id": "own_id"}, source=source)
            records = [located.record for located in reading]
        except InputError as error:  # not one field of it is known, or it is empty
            problem = RowProblem(file.name, "", 1, "", "", str(error), Severity.REFUSED)
            return Read(None, (problem,))
    return Read(records[0] if records else None, tuple(reading.problems))


def burdens(patent: Patent, as_of: date) -> dict[str, Any]:
    """What stands on a patent on a day, in the columns from which the importer reads it: of each kind the last one."""
    line: dict[str, Any] = {}
    for burden in patent.encumbrances:
        if in_force(burden, as_of):
            line |= _burden(burden)
    return {name: value for name, value in line.items() if value}


def _burden(burden: Encumbrance) -> dict[str, Any]:
    until = burden.until.isoformat() if burden.until else ""
    match burden.kind:
        case EncumbranceKind.PLEDGE:
            return {"是否质押": True, "质权人": burden.party}
        case EncumbranceKind.PRESERVATION:
            return {"是否保全": True}
        case EncumbranceKind.OPEN_LICENCE:
            return {"是否开放许可": True, "许可期限届满日": until}
        case licence:
            return {"许可类型": licence.value, "被许可人": burden.party, "许可期限届满日": until}


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return [_cell(item) for item in value]
    if isinstance(value, Maturity):
        return value.text
    if isinstance(value, FeeTerms):
        return value.text or (
            f"{value.amount:.10g}万元" if value.amount is not None else str(value.kind or "")
        )
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _owner(record: Need | Assessment) -> dict[str, str]:
    """The enterprise as a file names it: by its credit code, else by its name, else by its own number."""
    try:
        return {"credit_code": parse_credit_code(record.enterprise_id), "enterprise_id": ""}
    except InputError:
        return {"enterprise_id": "" if record.enterprise else record.enterprise_id}
