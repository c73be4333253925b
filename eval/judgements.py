"""What is known to be right (judgements) and what a system answered (runs): checked once, here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import InputError

LEVELS = {1: "不相关", 2: "弱相关", 3: "较相关", 4: "强相关"}
"""The experts' scale; transactions count as 4."""

RELEVANT = 3
"""The lowest level that counts as relevant in the binary measures."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One statement that a patent answers a need to a level, 1 (not at all) to 4 (strongly)."""

    need_id: str
    candidate_id: str
    level: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A judgement and the row of the file that states it."""

    row: int
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Judgements:
    """Levels by need and candidate, both in ascending id order; `repeated` counts the merged repetitions."""

    levels: Mapping[str, Mapping[str, int]]
    repeated: int = 0

    def __len__(self) -> int:
        return sum(map(len, self.levels.values()))

    def needs_with(self, level: int = RELEVANT) -> tuple[str, ...]:
        """The needs that have a candidate at or above `level`, in id order."""
        return tuple(need for need, judged in self.levels.items() if max(judged.values()) >= level)

    def needs_without(self, level: int = RELEVANT) -> tuple[str, ...]:
        """The judged needs that nothing answers at `level`, in id order."""
        return tuple(need for need, judged in self.levels.items() if max(judged.values()) < level)

    def of_needs(self, need_ids: Collection[str]) -> Judgements:
        """The judgements of some needs only."""
        wanted = frozenset(need_ids)
        return Judgements({need: judged for need, judged in self.levels.items() if need in wanted})

    def of_candidates(self, candidate_ids: Collection[str]) -> Judgements:
        """The judgements of some candidates only; needs left without any disappear."""
        wanted = frozenset(candidate_ids)
        kept = {
            need: {c: v for c, v in judged.items() if c in wanted} for need, judged in self.levels.items()
        }
        return Judgements({need: judged for need, judged in kept.items() if judged})


@dataclass(frozen=True, slots=True)
class Ranking:
    """One need's answer, best first, equal scores in id order: ids and float64 scores of shape (results,)."""

    ids: tuple[str, ...]
    scores: NDArray[np.float64]

    @classmethod
    def of(cls, ids: Sequence[str], scores: Sequence[float] | NDArray[np.float64]) -> Ranking:
        """Sort by score, ties by id; raises InputError for scores that are no finite numbers."""
        values = np.asarray(scores, dtype=np.float64)
        if not np.isfinite(values).all():
            bad = [
                identifier for identifier, value in zip(ids, values, strict=True) if not np.isfinite(value)
            ]
            raise InputError(
                f"有 {len(bad)} 个分数不是有限数值（{some(bad)}）。请检查产生该结果的系统。",
                code="not_finite",
            )
        order = sorted(range(len(ids)), key=lambda i: (-values[i], ids[i]))
        return cls(tuple(ids[i] for i in order), values[order])


@dataclass(frozen=True, slots=True)
class Run:
    """The rankings of one system by need id."""

    name: str
    rankings: Mapping[str, Ranking]

    @classmethod
    def in_order(cls, name: str, rows: Mapping[str, Sequence[str]]) -> Run:
        """A run from ids that already stand best first; the scores are minus the rank."""
        return cls(
            name,
            {need: Ranking(tuple(ids), -np.arange(1.0, len(ids) + 1)) for need, ids in rows.items()},
        )


def judgements(records: Iterable[Judgement]) -> Judgements:
    """Collect records; raises InputError where there are none, a level is not 1–4, or two disagree."""
    levels: dict[str, dict[str, int]] = {}
    read = 0
    disagreeing: list[str] = []
    impossible: list[str] = []
    for record in records:
        if record.level not in LEVELS:
            impossible.append(f"{record.need_id} × {record.candidate_id}：{record.level}")
            continue
        read += 1
        before = levels.setdefault(record.need_id, {}).setdefault(record.candidate_id, record.level)
        if before != record.level:
            disagreeing.append(f"{record.need_id} × {record.candidate_id}：{before} 与 {record.level}")
    if impossible:
        raise InputError(f"有 {len(impossible)} 条标注的等级不是 1–4（{some(impossible)}）。请改正后重试。")
    if disagreeing:
        raise InputError(
            f"有 {len(disagreeing)} 条标注前后不一致（{some(disagreeing)}）。同一需求与专利只能有一个等级，请先核定。",
            code="judgements_disagree",
        )
    if not levels:
        raise InputError("标注为空：没有任何一条“需求—专利—等级”。请检查文件内容。", code="empty")
    ordered = {need: dict(sorted(levels[need].items())) for need in sorted(levels)}
    return Judgements(ordered, read - sum(map(len, ordered.values())))


def require_known(what: str, ids: Iterable[str], known: Collection[str]) -> None:
    """Raise InputError with a count and examples where an id is not in `known`; `what` is 需求 or 专利."""
    present = known if isinstance(known, (set, frozenset, dict)) else frozenset(known)
    unknown = sorted({identifier for identifier in ids if identifier not in present})
    if unknown:
        raise InputError(
            f"有 {len(unknown)} 个{what}编号在数据中找不到（{some(unknown)}）。请核对编号，或先导入这些{what}。",
            code="unknown_id",
        )


def some(examples: Sequence[str], shown: int = 3) -> str:
    """The first few examples as a Chinese phrase."""
    return "例如 " + "、".join(examples[:shown]) + ("等" if len(examples) > shown else "")
