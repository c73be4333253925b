"""企业评价 by experts: who assesses which patent, by focus areas, with balanced load and 回避; pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from matcher.domain import Expert, Patent
from matcher.matchlists.programme import Programme, Row, solve

_CONSIDERED = 8
"""Experts of a patent that the assignment may choose from, the fittest first, besides those nobody has chosen."""
_FIT = 1_000_000
"""Fits are compared to a millionth. An assessment is worth 2 plus its fit in [0, 1]: coverage comes before fit."""


def conflict(expert: Expert, patent: Patent) -> str:
    """The unit because of which the expert stands aside, its own or one of 回避单位; "" where there is none."""
    barred = {_plain(unit): unit for unit in (expert.unit, *expert.avoids) if unit.strip()}
    return next((barred[_plain(holder)] for holder in patent.holders if _plain(holder) in barred), "")


def _plain(name: str) -> str:
    return "".join(name.split()).replace("（", "(").replace("）", ")")


@dataclass(frozen=True, slots=True)
class Assigned:
    """One expert and one patent; `fit` in [0, 1] compares the expert's focus areas with the patent's text."""

    expert: Expert
    patent: Patent
    fit: float


@dataclass(frozen=True, slots=True)
class Assignment:
    """What everybody assesses; `short` maps a patent's id to how many experts it lacks and why."""

    assigned: tuple[Assigned, ...]
    short: Mapping[str, str]

    def load(self) -> Counter[str]:
        """Patents by expert (name and unit)."""
        return Counter(f"{one.expert.name}（{one.expert.unit}）" for one in self.assigned)


def assign(
    experts: Sequence[Expert],
    patents: Sequence[Patent],
    fits: Sequence[Sequence[float]],
    per_patent: int,
    already: frozenset[tuple[str, str]] = frozenset(),
) -> Assignment:
    """The assessments of largest total worth, each 2 plus its fit; `fits` has a row of patents per expert.

    `already` (expert id, patent id) were given before and stay. No expert assesses more than its even share, rounded
    up, unless it has more already. The result is optimal, and the same whenever it is asked.
    """
    pairs = [
        (patent, expert)
        for patent in range(len(patents))
        for expert in _eligible(experts, patents[patent], [row[patent] for row in fits], already)
    ]
    kept = [
        place
        for place, (patent, expert) in enumerate(pairs)
        if (experts[expert].id, patents[patent].id) in already
    ]
    values = [_FIT * 2 + round(_FIT * fits[expert][patent]) for patent, expert in pairs]
    share = ceil(len(patents) * per_patent / len(experts)) if experts else 0
    rows = [
        *(_row(pairs, 0, patent, per_patent, kept) for patent in range(len(patents))),
        *(_row(pairs, 1, expert, share, kept) for expert in range(len(experts))),
    ]
    programme = Programme(values, [row for row in rows if row.members], frozenset(kept))
    chosen = solve(programme).chosen if pairs else ()
    assigned = tuple(
        Assigned(experts[expert], patents[patent], fits[expert][patent])
        for patent, expert in (pairs[place] for place in chosen)
    )
    counts = Counter(one.patent.id for one in assigned)
    short = {
        patent.id: _why(experts, patent, per_patent - counts[patent.id])
        for patent in patents
        if counts[patent.id] < per_patent
    }
    return Assignment(assigned, short)


def _eligible(
    experts: Sequence[Expert], patent: Patent, fits: Sequence[float], already: frozenset[tuple[str, str]]
) -> list[int]:
    """The fittest experts that need not stand aside, and those who have the patent; all of them where they are few."""
    free = [place for place, expert in enumerate(experts) if not conflict(expert, patent)]
    free.sort(key=lambda place: ((experts[place].id, patent.id) not in already, -fits[place], place))
    return sorted(free[: max(_CONSIDERED, len(experts) // 4)])


def _row(pairs: Sequence[tuple[int, int]], side: int, which: int, limit: int, kept: Sequence[int]) -> Row:
    """At most `limit` of the pairs of one patent or expert, or as many as it has already."""
    held = sum(pairs[place][side] == which for place in kept)
    return Row(tuple(place for place, pair in enumerate(pairs) if pair[side] == which), max(limit, held))


def _why(experts: Sequence[Expert], patent: Patent, missing: int) -> str:
    aside = sum(bool(conflict(expert, patent)) for expert in experts)
    return f"尚缺 {missing} 位专家（专家 {len(experts)} 位，其中须回避 {aside} 位）"
