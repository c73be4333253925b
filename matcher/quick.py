"""The whole job on two files, without a workspace: records in memory, ids as the files have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matcher.corpus import need_text, patent_text, text_vectors
from matcher.domain import Need, Patent
from matcher.errors import InputError
from matcher.importing.reading import read_records
from matcher.importing.synonyms import RecordKind
from matcher.matching import Matching
from matcher.retrieval import Collection
from matcher.settings import Settings
from models.contract import Embedder, Role


@dataclass(frozen=True, slots=True)
class _InMemory:
    """The records of one file by id."""

    records: dict[str, Patent]

    def many(self, ids: Iterable[str]) -> dict[str, Patent]:
        """The records of those ids that exist, by id."""
        return {id_: self.records[id_] for id_ in ids if id_ in self.records}


@dataclass(frozen=True, slots=True)
class TwoFiles:
    """What two files hold; `notes` say in Chinese what was left out or looked odd."""

    needs: tuple[Need, ...]
    patents: dict[str, Patent]
    """By id, in ascending order."""
    notes: tuple[str, ...]


def read_two(needs_file: Path, patents_file: Path, settings: Settings) -> TwoFiles:
    """Read both files; raises InputError where one cannot be read or holds no record."""
    notes: list[str] = []
    needs = _records(needs_file, RecordKind.NEEDS, settings, notes)
    patents = _records(patents_file, RecordKind.PATENTS, settings, notes)
    return TwoFiles(tuple(needs.values()), dict(sorted(patents.items())), tuple(notes))


def matching_of(files: TwoFiles, embedder: Embedder, settings: Settings) -> Matching:
    """Index the patents in memory; the statistics of needs are fitted on the file's needs."""
    documents = [patent_text(patent) for patent in files.patents.values()]
    vectors = text_vectors(documents, embedder.spec, lambda texts: embedder.encode(texts, Role.PASSAGE))
    queries = [need_text(need) for need in files.needs]
    collection = Collection.build(list(files.patents), documents, vectors, queries)
    return Matching(collection, _InMemory(files.patents), embedder, settings)


def _records(path: Path, kind: RecordKind, settings: Settings, notes: list[str]) -> dict[str, Any]:
    reading = read_records(path, kind, limits=settings.limits)
    found: dict[str, Any] = {}
    repeated = 0
    for located in reading:
        record = replace(located.record, id=located.record.own_id or located.record.id)
        repeated += record.id in found
        found.setdefault(record.id, record)
    if not found:
        raise InputError(f"文件“{path.name}”中没有可用的记录：读取 {reading.rows_read} 行，均未通过检查。")
    if reading.refused:
        first = next(problem for problem in reading.problems if problem.severity == "refused")
        notes.append(
            f"“{path.name}”有 {reading.refused} 行未采用，如第 {first.row} 行“{first.column}”：{first.message}"
            "。用 matcher import 可得到逐行报告。"
        )
    if repeated:
        notes.append(f"“{path.name}”有 {repeated} 行编号重复，取先出现的一行。")
    return found
