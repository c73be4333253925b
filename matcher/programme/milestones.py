"""进展节点: what has to be reached by when, as data; who has, who is on time, who lags, and by how many patents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

from matcher.errors import InputError
from matcher.programme.indicators import CUTOFF, Indicator, Rate, indicators, rate
from matcher.programme.rulebook import only, read_table
from matcher.programme.standing import Standing

_KEYS = frozenset({"name", "start", "date", "indicator", "target", "holders", "except", "kinds"})


class State(StrEnum):
    """How far somebody is with a milestone."""

    COMPLETE = "已完成"
    ON_TIME = "按期"
    LAGGING = "滞后"


@dataclass(frozen=True, slots=True)
class Milestone:
    """A target of one indicator at the end of a day; `start` gives the pace that is expected before it."""

    name: str
    due: date
    indicator: str
    target: float
    start: date | None = None
    holders: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def concerns(self, holder: str, kind: str) -> bool:
        """Whether a holder of that kind is in its scope."""
        if holder in self.without or (self.holders and holder not in self.holders):
            return False
        return not self.kinds or kind in self.kinds

    def expected(self, as_of: date) -> float:
        """The value that is due at the end of a day: rising evenly from `start`, the whole target from the due day on."""
        if as_of >= self.due:
            return self.target
        if self.start is None or as_of <= self.start:
            return 0.0
        return self.target * ((as_of - self.start).days / (self.due - self.start).days)


@dataclass(frozen=True, slots=True)
class Milestones:
    """The table, and the last day of grants that count as stock."""

    entries: tuple[Milestone, ...]
    cutoff: date


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """One holder and one milestone: `short` patents are missing to the target, `units` say in which colleges they are."""

    milestone: Milestone
    holder: str
    rate: Rate
    expected: float
    short: int
    state: State
    units: str


def read_milestones(home: Path) -> Milestones:
    """The table of the workspace, else the shipped one. Raises InputError naming the entry that cannot be read."""
    table = read_table("milestones", home)
    cutoff = table.get("cutoff", CUTOFF)
    if not isinstance(cutoff, date):
        raise InputError(
            f"进展节点表的 cutoff 应为日期，如 2023-12-31，写的是“{cutoff}”。", code="rule_value"
        )
    entries = table.get("milestone", [])
    return Milestones(tuple(_milestone(number, entry) for number, entry in enumerate(entries, 1)), cutoff)


def _milestone(number: int, entry: dict[str, Any]) -> Milestone:
    where = f"进展节点表第 {number} 段"
    only(entry, _KEYS, where)
    known = [each.name for each in indicators()]
    name, due, target = entry.get("name"), entry.get("date"), entry.get("target")
    if not name or not isinstance(due, date):
        raise InputError(f"{where}须有 name（名称）和 date（日期，如 2026-03-31）。", code="rule_incomplete")
    if entry.get("indicator") not in known:
        raise InputError(
            f"{where}的指标“{entry.get('indicator')}”不存在。可用：{'、'.join(known)}。",
            code="unknown_indicator",
        )
    if not isinstance(target, int | float) or isinstance(target, bool) or not 0 < target <= 1:
        raise InputError(f"{where}的 target 应为 0 到 1 之间的比例，写的是“{target}”。", code="rule_value")
    start = entry.get("start")
    if start is not None and (not isinstance(start, date) or start >= due):
        raise InputError(f"{where}的 start 应为早于 date 的日期，写的是“{start}”。", code="rule_value")
    return Milestone(
        str(name),
        due,
        entry["indicator"],
        float(target),
        start,
        tuple(entry.get("holders", ())),
        tuple(entry.get("except", ())),
        tuple(entry.get("kinds", ())),
    )


def milestone_lines(table: Milestones, found: Sequence[Standing], as_of: date) -> list[MilestoneLine]:
    """Every holder in the scope of every milestone that has patents in the denominator, by milestone and holder."""
    by_name = {each.name: each for each in indicators(table.cutoff)}
    groups: dict[str, list[Standing]] = {}
    for one in found:
        groups.setdefault(one.holder, []).append(one)
    lines = [
        _line(milestone, holder, groups[holder], by_name[milestone.indicator], as_of)
        for milestone in table.entries
        for holder in sorted(groups)
        if milestone.concerns(holder, groups[holder][0].kind)
    ]
    return [line for line in lines if line.rate.denominator]


def _line(
    milestone: Milestone, holder: str, mine: Sequence[Standing], indicator: Indicator, as_of: date
) -> MilestoneLine:
    counted = rate(indicator, mine)
    # Exact: 0.6 of 5 patents are 3, not ⌈3.0000000000000004⌉.
    needed = ceil(Fraction(str(milestone.target)) * counted.denominator)
    short = max(0, needed - counted.numerator)
    expected = milestone.expected(as_of)
    value = counted.value or 0.0
    state = (
        State.COMPLETE
        if not short
        else State.LAGGING
        if as_of >= milestone.due or value < expected
        else State.ON_TIME
    )
    open_ones = Counter(one.college for one in mine if indicator.within(one) and not indicator.counts(one))
    units = "、".join(
        f"{college} {count}"
        for college, count in sorted(open_ones.items(), key=lambda each: (-each[1], each[0]))
    )
    return MilestoneLine(milestone, holder, counted, expected, short, state, units if short else "")
