"""Joins a run with the judgements and measures it, need by need.

Two modes. **judged**: only the judged candidates of each need are ranked; those that the run does not return
go last, in id order. **full**: the run as it is; what nobody judged has no gain and is counted (unjudged@10).
In both, a need that the run does not answer at all scores 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from eval.judgements import RELEVANT, Judgements, Ranking, Run
from eval.metrics import PAST_END, UNJUDGED, RankedLevels, Values, measure
from matcher.errors import InputError


class Mode(StrEnum):
    """What is ranked."""

    JUDGED = "judged"
    FULL = "full"


DEFAULT_MEASURES = ("ndcg@10", "map", "mrr", "recall@10", "recall@50", "hit@10", "precision@10")


@dataclass(frozen=True, slots=True)
class Scheme:
    """How runs are measured: the mode, the measures' names and the lowest level that is relevant."""

    mode: Mode = Mode.JUDGED
    measures: tuple[str, ...] = DEFAULT_MEASURES
    relevant: int = RELEVANT


DEFAULT_SCHEME = Scheme()


@dataclass(frozen=True, slots=True)
class Scores:
    """One run's values: by measure an array of shape (needs,), in the order of `need_ids`.

    `unanswered` are needs without any result, which scored 0; `short` have fewer results than the deepest k
    asks for although the run gives other needs as many.
    """

    run: str
    need_ids: tuple[str, ...]
    values: Mapping[str, Values]
    unanswered: tuple[str, ...] = ()
    short: tuple[str, ...] = ()

    def mean(self, name: str) -> float:
        """The mean of a measure over all needs."""
        return float(self.values[name].mean())


def score(
    run: Run, known: Judgements, scheme: Scheme = DEFAULT_SCHEME, need_ids: Sequence[str] | None = None
) -> Scores:
    """Measure a run over `need_ids`, by default every need with a relevant candidate.

    Raises InputError where no need is left to measure.
    """
    needs = tuple(sorted(known.needs_with(scheme.relevant) if need_ids is None else need_ids))
    if not needs:
        raise InputError(
            f"没有可评测的需求：没有一条需求带有等级不低于 {scheme.relevant} 的标注。请检查标注或数据划分。",
            code="empty",
        )
    ranked = ranked_levels(run, known, needs, scheme.mode)
    names = list(dict.fromkeys((*scheme.measures, *(("unjudged@10",) if scheme.mode is Mode.FULL else ()))))
    values = {name: measure(name).values(ranked, scheme.relevant) for name in names}
    answered = {need: len(run.rankings[need].ids) for need in needs if need in run.rankings}
    wanted = min(max((measure(name).k or 0 for name in names), default=0), max(answered.values(), default=0))
    return Scores(
        run.name,
        needs,
        values,
        unanswered=tuple(need for need in needs if not answered.get(need)),
        short=tuple(need for need, count in answered.items() if 0 < count < wanted),
    )


def ranked_levels(run: Run, known: Judgements, need_ids: Sequence[str], mode: Mode) -> RankedLevels:
    """The levels at each rank; a pure join of ids."""
    rows: list[list[int]] = []
    best: list[list[int]] = []
    for need in need_ids:
        judged = known.levels.get(need, {})
        best.append(sorted(judged.values(), reverse=True))
        ids = run.rankings[need].ids if need in run.rankings else ()
        if mode is Mode.FULL or not ids:
            rows.append([judged.get(candidate, UNJUDGED) for candidate in ids])
        else:
            found = {candidate: judged[candidate] for candidate in ids if candidate in judged}
            rows.append([*found.values(), *(level for c, level in judged.items() if c not in found)])
    return RankedLevels(tuple(need_ids), _padded(rows), _padded(best))


def fold(run: Run, known: Judgements, copies: Mapping[str, str]) -> tuple[Run, Judgements]:
    """Count copies once: `copies` maps each id to what it is a copy of (its title).

    Under one need the first of equal titles stays in the run and carries the highest level that any of them
    has; both sides are then named by the title's smallest id.
    """
    first: dict[str, str] = {}
    for identifier in sorted(copies):
        first.setdefault(copies[identifier], identifier)
    name = {identifier: first[title] for identifier, title in copies.items()}
    levels: dict[str, dict[str, int]] = {}
    for need, judged in known.levels.items():
        folded = levels.setdefault(need, {})
        for candidate, level in judged.items():
            key = name.get(candidate, candidate)
            folded[key] = max(level, folded.get(key, level))
    rankings = {need: _folded(ranking, name) for need, ranking in run.rankings.items()}
    return Run(run.name, rankings), Judgements({n: dict(sorted(j.items())) for n, j in levels.items()})


def _folded(ranking: Ranking, name: Mapping[str, str]) -> Ranking:
    first: dict[str, int] = {}
    for row, candidate in enumerate(ranking.ids):
        first.setdefault(name.get(candidate, candidate), row)
    return Ranking(tuple(first), ranking.scores[list(first.values())])


def _padded(rows: list[list[int]]) -> NDArray[np.int8]:
    matrix = np.full((len(rows), max(map(len, rows), default=0)), PAST_END, dtype=np.int8)
    for row, levels in zip(matrix, rows, strict=True):
        row[: len(levels)] = levels
    return matrix
