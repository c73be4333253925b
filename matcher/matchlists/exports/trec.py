"""TREC run files, for evaluation tools: every pair once, the order beyond doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matcher.errors import InputError
from matcher.matchlists.exports.rows import ListRows

DEFAULT_TAG = "patent-matcher"


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One scored pair of a run."""

    need_id: str
    patent_id: str
    score: float


def write_trec(rows: ListRows, path: Path) -> None:
    """Write the list's lines as a run; raises InputError for a version that may not show scores."""
    if not rows.preset.internal:
        raise InputError(
            f"TREC 运行文件含原始分值，{rows.preset.name}不提供。请改用内部版。", code="scores_not_allowed"
        )
    write_run((RunEntry(r.match.need.id, r.match.patent.id, r.match.score) for r in rows.matches), path)


def write_run(entries: Iterable[RunEntry], path: Path, tag: str = DEFAULT_TAG) -> int:
    """Stream `entries` (each need's together, best first) as `need_id Q0 patent_id rank score tag`.

    Scores are written strictly decreasing within a need, also when read as 32-bit floats as trec_eval does:
    one that is not is lowered by the smallest step. Returns the number of lines; raises InputError where an
    id is empty or holds white space, ValueError where scores increase or are no finite numbers. Write to a
    temporary path (`replacing`) where the file must appear whole.
    """
    count = 0
    tag = "_".join(tag.split()) or DEFAULT_TAG
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in _lines(entries):
            file.write(f"{line} {tag}\n")
            count += 1
    return count


def _lines(entries: Iterable[RunEntry]) -> Iterator[str]:
    need_id, rank = "", 0
    last = written = np.float32(np.inf)
    before = float("inf")
    for entry in entries:
        _check_id(entry.patent_id)
        if entry.need_id != need_id:
            _check_id(entry.need_id)
            need_id, rank, before, last = entry.need_id, 0, float("inf"), np.float32(np.inf)
        if not np.isfinite(entry.score) or entry.score > before:
            raise ValueError(f"scores of {need_id} are not in descending order: {before!r}, {entry.score!r}")
        before = entry.score
        rank += 1
        written = np.float32(entry.score)
        if written < last:
            shown = entry.score
        else:
            written = np.nextafter(last, np.float32(-np.inf))
            shown = float(written)
        last = written
        yield f"{need_id} Q0 {entry.patent_id} {rank} {shown!r}"


def _check_id(identity: str) -> None:
    if not identity or len(identity.split()) != 1 or identity != identity.strip():
        raise InputError(
            f"编号“{identity}”为空或含有空格，无法写入 TREC 运行文件。请修改该记录的编号。",
            code="id_with_space",
        )
