"""Where a system is good and where it is not: the same measure over groups of needs, or of patents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eval.comparison import Interval, interval
from eval.judgements import Judgements, Run
from eval.metrics import Values
from eval.scoring import Scheme, Scores, score
from matcher.errors import InputError


@dataclass(frozen=True, slots=True)
class Stratum:
    """One group's mean; `needs` is the number of needs behind it."""

    name: str
    measure: str
    needs: int
    mean: Interval


def by_need(scores: Scores, measure: str, groups: Mapping[str, str], seed: int = 0) -> tuple[Stratum, ...]:
    """The measure over each group of needs, by name; needs without a group are 未知."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, need in enumerate(scores.need_ids):
        rows[groups.get(need, "未知")].append(row)
    values = scores.values[measure]
    return tuple(
        Stratum(name, measure, len(rows[name]), interval(values[rows[name]], seed)) for name in sorted(rows)
    )


def by_patent(
    run: Run, known: Judgements, scheme: Scheme, groups: Mapping[str, str], seed: int = 0
) -> tuple[Stratum, ...]:
    """The scheme's first measure where only one group's patents count as known to fit, by name.

    Tells whether the popular and the long tail, or inventions and utility models, are found equally well.
    Patents without a group are 未知; groups that hold no relevant patent are left out.
    """
    judged = {candidate for row in known.levels.values() for candidate in row}
    found = []
    for name in sorted({groups.get(candidate, "未知") for candidate in judged}):
        members = frozenset(candidate for candidate in judged if groups.get(candidate, "未知") == name)
        part = known.of_candidates(members)
        if part.needs_with(scheme.relevant):
            scores = score(run, part, scheme)
            values = scores.values[scheme.measures[0]]
            found.append(Stratum(name, scheme.measures[0], len(scores.need_ids), interval(values, seed)))
    return tuple(found)


def popularity_groups(known: Judgements, deals: Mapping[str, int]) -> dict[str, str]:
    """热门 for patents that had a deal before, 长尾 for the others: the tail is where lists earn their keep."""
    return {c: "热门" if deals.get(c, 0) else "长尾" for row in known.levels.values() for c in row}


def weighted_recall(
    run: Run, known: Judgements, deals: Mapping[str, int], k: int = 10, scheme: Scheme | None = None
) -> Values:
    """Recall@k with each relevant patent weighted by 1/√(deals + 1), shape (needs,), in the order of needs_with.

    Popular patents are more likely to be seen bought than to fit better; the weights undo a part of that
    (self-normalised inverse propensity, Yang et al., RecSys 2018, power ½). Raises InputError without needs.
    """
    relevant = (scheme or Scheme()).relevant
    needs = known.needs_with(relevant)
    if not needs:
        raise InputError("没有可评测的需求：没有相关标注。", code="empty")
    values = []
    for need in needs:
        weights = {c: (deals.get(c, 0) + 1) ** -0.5 for c, v in known.levels[need].items() if v >= relevant}
        top = run.rankings[need].ids[:k] if need in run.rankings else ()
        values.append(sum(weights.get(c, 0.0) for c in top) / sum(weights.values()))
    return np.array(values)
