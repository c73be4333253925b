"""The judgement sets that a workspace holds: what was said of listed matches, what enterprises and experts assessed,
and files of blind judging (`eval pool --read`) or whole test collections in its folder `judgements`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from eval.beir import TestCollection, read_collection
from eval.evidence import Witnesses
from eval.judgements import Judgements, require_known
from eval.labels import LABELS, Source, gather
from eval.replay import masked, queries_at
from eval.trec import read_judgements
from matcher.domain import Need
from matcher.errors import InputError

FOLDER = "judgements"
"""Within the workspace folder: NAME.tsv or NAME.qrels over the workspace's own records, or the folder of a collection."""
_FILES = frozenset({".tsv", ".qrels"})
_SAID = {LABELS[source]: source for source in (Source.ASSESSMENTS, Source.OUTCOMES)}
"""Deals are replayed day by day instead (`usecases.history`)."""


def names(home: Path) -> tuple[str, ...]:
    """The sets of a workspace by name: what its records say, then its files and folders in order of names."""
    return (*_SAID, *_files(home))


def collection_of(found: Witnesses, home: Path, name: str, on: date) -> TestCollection:
    """The needs, patents and judgements of a set as of a day; raises InputError for an unknown, empty or foreign one.

    Assessments are of enterprises: their query is what they had said by then. What may follow from an assessment or a
    deal is masked where records judge; blind judging saw patents as they are.
    """
    if name in _SAID:
        known = gather(found, [_SAID[name]], on).judgements
        return _collection(found, name, known, on, seen=False)
    path = _files(home).get(name)
    if path is None:
        raise InputError(
            f"没有名为“{name}”的标注集。现有：{'、'.join(names(home))}；"
            f"专家评审的标注放在工作区的 {FOLDER} 文件夹（matcher eval pool 评审.xlsx --read 标注.tsv）。",
            code="unknown_set",
        )
    if path.is_dir():
        return read_collection(path)
    return _collection(found, name, read_judgements(path), on, seen=True)


def groups_of(collection: TestCollection) -> dict[str, str]:
    """Each need's enterprise, itself where it names none: what is drawn together when means are compared."""
    return {need.id: need.enterprise_id or need.id for need in collection.needs}


def _files(home: Path) -> Mapping[str, Path]:
    folder = home / FOLDER
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {
        path.name: path
        for path in found
        if not path.is_symlink() and path.name not in _SAID and (path.is_dir() or path.suffix in _FILES)
    }


def _collection(found: Witnesses, name: str, known: Judgements, on: date, *, seen: bool) -> TestCollection:
    past = found.past
    asked: dict[str, Need] = {need.id: need for need in queries_at(past.enterprises, past.needs, on)}
    asked |= {need.id: need for need in past.needs}
    patents = {patent.id: patent if seen else masked(patent, on) for patent in past.patents}
    if seen:
        require_known("需求", known.levels, asked)
        require_known("专利", (id_ for row in known.levels.values() for id_ in row), patents)
    known = known.of_needs(asked).of_candidates(patents)
    if not known.needs_with():
        raise InputError(
            f"标注集“{name}”中没有一条需求有“较相关”以上的专利（或它们已不在库中），无法评估。", code="empty"
        )
    needs = tuple(asked[id_] for id_ in sorted(known.levels))
    return TestCollection(name, needs, tuple(patents[id_] for id_ in sorted(patents)), known)
