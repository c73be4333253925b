"""企业评价 by experts: who assesses which patent, by focus areas, with balanced load and 回避; pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from matcher.domain import Patent
from matcher.matchlists.programme import Programme, Row, solve

_CONSIDERED = 8
"""Experts of a patent that the assignment may choose from, the fittest first, besides those nobody has chosen."""
_FIT = 1_000_000
"""Fits are compared to a millionth. An assessment is worth 2 plus its fit in [0, 1]: coverage comes before fit."""


@dataclass(frozen=True, slots=True)
class Expert:
    """An enterprise's expert; `avoids` are units whose patents it must not assess, its own is always one of them."""

    name: str
    unit: str
    title: str = ""
    focus: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    recommended: date | None = None
    contact: str = ""
    """Personal data: stands in no sheet that is handed out."""

    def conflict(self, patent: Patent) -> str:
        """The unit because of which the expert stands aside; "" where there is none."""
        barred = {_plain(unit): unit for unit in (self.unit, *self.avoids) if unit.strip()}
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
    experts: Sequence[Expert], patents: Sequence[Patent], fits: Sequence[Sequence[float]], per_patent: int
) -> Assignment:
    """The assessments of largest total worth, each 2 plus its fit; `fits` has a row of patents per expert.

    No expert assesses more than its even share, rounded up. The result is optimal, and the same whenever it is asked.
    """
    share = ceil(len(patents) * per_patent / len(experts)) if experts else 0
    pairs = [
        (patent, expert)
        for patent in range(len(patents))
        for expert in _eligible(experts, patents[patent], [row[patent] for row in fits])
    ]
    values = [_FIT * 2 + round(_FIT * fits[expert][patent]) for patent, expert in pairs]
    rows = [
        *(_row(pairs, 0, patent, per_patent) for patent in range(len(patents))),
        *(_row(pairs, 1, expert, share) for expert in range(len(experts))),
    ]
    chosen = solve(Programme(values, [row for row in rows if row.members])).chosen if pairs else ()
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


def _eligible(experts: Sequence[Expert], patent: Patent, fits: Sequence[float]) -> list[int]:
    """The fittest experts that need not stand aside; all of them where they are few."""
    free = [place for place, expert in enumerate(experts) if not expert.conflict(patent)]
    free.sort(key=lambda place: (-fits[place], place))
    return sorted(free[: max(_CONSIDERED, len(experts) // 4)])


def _row(pairs: Sequence[tuple[int, int]], side: int, which: int, limit: int) -> Row:
    return Row(tuple(place for place, pair in enumerate(pairs) if pair[side] == which), limit)


def _why(experts: Sequence[Expert], patent: Patent, missing: int) -> str:
    aside = sum(bool(expert.conflict(patent)) for expert in experts)
    return f"尚缺 {missing} 位专家（专家 {len(experts)} 位，其中须回避 {aside} 位）"
