"""A file into the store: rows read, records merged, and one report that accounts for every row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from matcher.confines import confined
from matcher.errors import InputError
from matcher.importing.reading import KIND_LABELS, Located, Reading, is_collection, read_records
from matcher.importing.report import ImportReport, RowProblem, Severity
from matcher.importing.synonyms import RecordKind
from matcher.matching import Progress
from matcher.settings import FileLimits
from matcher.store.database import Store
from matcher.store.imports import Import
from matcher.store.intake import Landing, Outcome
from matcher.store.sightings import Sighting


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is to be understood: `mapping` header → field ("" leaves it out; empty: as kept for the source, else as
    recognised), `source` its origin (part of own ids' identity)."""

    mapping: Mapping[str, str]
    source: str = ""
    prefer_new: bool = False
    """Whether a conflicting new value replaces the stored one."""
    within: str = ""
    """The city outside which nothing may land (`confines`); empty: anywhere."""


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
    """Merge every good record of a file into the store, as known on the day `at`; a folder is all of its files.

    A BEIR folder is read as the one collection that it is.
    """
    if path.is_dir() and not is_collection(path, kind):
        return _land_folder(store, path, kind, manner, limits, at, progress)
    mapping = manner.mapping or store.columns.of(kind.value, manner.source)
    screen = confined(store, manner.within) if manner.within else None
    reading: Reading[Any] = read_records(
        path, kind, mapping=mapping, limits=limits, source=manner.source, screen=screen
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
    number = store.imports.add(Import(at, kind.value, path.name, _checksum(path), *counts))
    store.sightings.add(number, kind.value, _sightings(located, outcomes))
    return Imported(report, tuple(dict.fromkeys(outcome.id for outcome in outcomes)))


def _land_folder(
    store: Store,
    folder: Path,
    kind: RecordKind,
    manner: Manner,
    limits: FileLimits,
    at: datetime,
    progress: Progress,
) -> Imported:
    """Every file below a folder, in the order of their names, as one report; raises InputError where none can be read."""
    found: list[Imported] = []
    remarks: list[str] = []
    paths = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(("~$", "."))
    ]
    for path in paths:
        try:
            found.append(land_file(store, path, kind, manner, limits, at, progress))
        except InputError as error:
            remarks.append(f"{path.relative_to(folder)} 未读取：{error}")
    if not found:
        reasons = "".join(remarks[:3]) or "文件夹是空的。"
        raise InputError(f"文件夹“{folder.name}”中没有能导入的文件。{reasons}", code="folder_unreadable")
    reports = [one.report for one in found]
    report = ImportReport(
        file=f"{folder.name}（{len(found)} 个文件）",
        kind=kind.value,
        landed=sum(each.landed for each in reports),
        merged=sum(each.merged for each in reports),
        refused=sum(each.refused for each in reports),
        problems=tuple(problem for each in reports for problem in each.problems),
        returned=tuple(row for each in reports for row in each.returned),
        remarks=(*remarks, *(f"{each.file}：{remark}" for each in reports for remark in each.remarks)),
    )
    return Imported(report, tuple(dict.fromkeys(id_ for one in found for id_ in one.ids)))


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
        returned=tuple(reading.returned),
    )


def _sightings(located: list[Located[Any]], outcomes: list[Outcome]) -> Iterator[Sighting]:
    """The rows that brought a record or changed one."""
    for item, outcome in zip(located, outcomes, strict=True):
        if outcome.landing is Landing.LANDED or outcome.changed:
            yield Sighting(outcome.id, item.sheet, item.row, outcome.changed)


def _checksum(path: Path) -> str:
    """SHA-256 of a file; of a folder, that of its files' names and sums."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
