"""Where a system is good and where it is not: the same measure over groups of needs, or of patents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from eval.comparison import Interval, interval
from eval.judgements import RELEVANT, Judgements, Run
from eval.metrics import Values
from eval.scoring import Scheme, Scores, score
from matcher.corpus import FOCUS
from matcher.domain import Need
from matcher.errors import InputError
from matcher.groups import Group
from matcher.programme.diagnosis import diagnose


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


def by_pair(
    run: Run, known: Judgements, scheme: Scheme, group: Callable[[str, str], str], seed: int = 0
) -> tuple[Stratum, ...]:
    """The scheme's first measure where only one group's patents count as known to fit, by name.

    `group` names the group of a need id and a patent id. Tells whether the popular and the long tail, or inventions
    and utility models, are found equally well. Groups that hold no relevant patent are left out.
    """
    parts: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for need, judged in known.levels.items():
        for candidate, level in judged.items():
            parts[group(need, candidate)][need][candidate] = level
    return tuple(
        stratum
        for name in sorted(parts)
        for stratum in _part(name, run, Judgements(parts[name]), scheme, seed)
    )


def _part(name: str, run: Run, part: Judgements, scheme: Scheme, seed: int) -> Iterator[Stratum]:
    """The stratum of some judgements; none where nothing among them is relevant."""
    if part.needs_with(scheme.relevant):
        scores = score(run, part, scheme)
        values = scores.values[scheme.measures[0]]
        yield Stratum(name, scheme.measures[0], len(scores.need_ids), interval(values, seed))


def by_need_groups(
    scores: Scores, measure: str, members: Mapping[str, Iterable[Group]], seed: int = 0
) -> tuple[Stratum, ...]:
    """The measure over the needs of each group, by dimension and name; a need of several qualifications counts in each."""
    rows: dict[Group, list[int]] = defaultdict(list)
    for row, need in enumerate(scores.need_ids):
        for group in members.get(need, ()):
            rows[group].append(row)
    values = scores.values[measure]
    return tuple(
        Stratum(_named(group), measure, len(rows[group]), interval(values[rows[group]], seed))
        for group in sorted(rows)
    )


def by_patent_groups(
    run: Run, known: Judgements, scheme: Scheme, members: Mapping[str, Iterable[Group]], seed: int = 0
) -> tuple[Stratum, ...]:
    """`by_pair` over the groups of patents, by patent id; a patent of several industries counts in each."""
    parts: dict[Group, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for need, judged in known.levels.items():
        for candidate, level in judged.items():
            for group in members.get(candidate, ()):
                parts[group][need][candidate] = level
    return tuple(
        stratum
        for group in sorted(parts)
        for stratum in _part(_named(group), run, Judgements(parts[group]), scheme, seed)
    )


def _named(group: Group) -> str:
    return f"{group.dimension}：{group.name}"


def popularity(deals: int) -> str:
    """热门 for patents that had a deal before, 长尾 for the others: the tail is where lists earn their keep."""
    return "热门专利" if deals else "长尾专利"


def quality(need: Need) -> str:
    """How specific a need is by its diagnosis (quantities, length, empty words): from 0.6, from 0.35, below; or a topic."""
    if need.source == FOCUS:
        return "只有关注领域"
    specificity = diagnose(need).specificity
    return "需求具体" if specificity >= 0.6 else "需求较具体" if specificity >= 0.35 else "需求笼统"


def weighted(
    run: Run,
    known: Judgements,
    deals: Mapping[str, Mapping[str, int]],
    measure: str,
    relevant: int = RELEVANT,
) -> Values:
    """recall@k or ndcg@k with each relevant patent weighted by 1/√(deals + 1), shape (needs,), as needs_with orders.

    `deals` counts by need id and patent id what was sold before the need's day; without it all weights are 1, and
    ndcg counts every relevant patent alike. Popular patents are more likely to be seen bought than to fit better;
    the weights undo a part of that (self-normalised inverse propensity, Yang et al., RecSys 2018, power ½). Raises
    InputError without needs.
    """
    needs = known.needs_with(relevant)
    if not needs:
        raise InputError("没有可评测的需求：没有相关标注。", code="empty")
    name, _, depth = measure.partition("@")
    values = []
    for need in needs:
        sold = deals.get(need, {})
        weights = {c: (sold.get(c, 0) + 1) ** -0.5 for c, v in known.levels[need].items() if v >= relevant}
        top = run.rankings[need].ids[: int(depth)] if need in run.rankings else ()
        found = np.array([weights.get(candidate, 0.0) for candidate in top])
        best = np.sort(list(weights.values()))[::-1]
        if name == "ndcg":
            found, best = found / np.log2(np.arange(2, len(found) + 2)), best[: int(depth)]
            best = best / np.log2(np.arange(2, len(best) + 2))
        values.append(found.sum() / best.sum())
    return np.array(values)
