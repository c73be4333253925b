"""A file into the store: rows read, records merged, and one report that accounts for every row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from matcher.errors import InputError
from matcher.importing.reading import KIND_LABELS, Located, Reading, read_records
from matcher.importing.report import ImportReport, RowProblem, Severity
from matcher.importing.synonyms import RecordKind
from matcher.matching import Progress
from matcher.settings import FileLimits
from matcher.store.database import Store
from matcher.store.imports import Import
from matcher.store.intake import Landing, Outcome


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is to be understood: `mapping` header → field, `source` its origin (part of own ids' identity)."""

    mapping: Mapping[str, str]
    source: str = ""
    prefer_new: bool = False
    """Whether a conflicting new value replaces the stored one."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file, and the ids of the records that it brought or touched, in file order."""

    report: ImportReport
    ids: tuple[str, ...]


def record_kind(name: str) -> RecordKind:
    """The kind of that name; raises InputError with the names there are."""
    try:
        return RecordKind(name)
    except ValueError as error:
        kinds = "、".join(f"{kind.value}（{KIND_LABELS[kind]}）" for kind in RecordKind)
        raise InputError(f"不认识的数据种类“{name}”。可选：{kinds}。", code="unknown_kind") from error


def land_file(
    store: Store,
    path: Path,
    kind: RecordKind,
    manner: Manner,
    limits: FileLimits,
    at: datetime,
    progress: Progress,
) -> Imported:
    """Merge every good record of a file into the store, as known on the day `at`."""
    reading: Reading[Any] = read_records(
        path, kind, mapping=manner.mapping, limits=limits, source=manner.source
    )
    located: list[Located[Any]] = []

    def records() -> Iterator[Any]:
        for item in reading:
            located.append(item)
            yield item.record

    outcomes = store.merge(
        records(),
        at.date(),
        prefer_new=manner.prefer_new,
        progress=lambda _: progress(reading.rows_read, reading.rows_read),
    )
    report = _report(reading, located, outcomes)
    counts = (report.rows_read, report.landed, report.merged, report.refused)
    store.imports.add(Import(at, kind.value, path.name, _checksum(path), *counts))
    return Imported(report, tuple(dict.fromkeys(outcome.id for outcome in outcomes)))


def _report(reading: Reading[Any], located: list[Located[Any]], outcomes: list[Outcome]) -> ImportReport:
    landed = sum(outcome.landing is Landing.LANDED for outcome in outcomes)
    headers = {(sheet.sheet, use.field): use.header for sheet in reading.sheets for use in sheet.recognised}
    conflicts = [
        RowProblem(
            file=reading.file,
            sheet=item.sheet,
            row=item.row,
            column=headers.get((item.sheet, conflict.field), conflict.field),
            value=conflict.new,
            message=f"与已有记录 {outcome.id} 的值“{conflict.stored}”不同，保留原值",
            severity=Severity.WARNING,
        )
        for item, outcome in zip(located, outcomes, strict=True)
        for conflict in outcome.conflicts
    ]
    return ImportReport(
        file=reading.file,
        kind=reading.kind.value,
        landed=landed,
        merged=len(outcomes) - landed,
        refused=reading.refused,
        sheets=tuple(reading.sheets),
        problems=(*reading.problems, *conflicts),
        remarks=reading.remarks,
        encoding=reading.encoding,
    )


def _checksum(path: Path) -> str:
    """SHA-256 of a file; of a folder, that of its files' names and sums."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
