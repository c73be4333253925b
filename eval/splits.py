"""Divides time and needs for evaluation: rolling cuts, and folds by need or enterprise; never by pair."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from matcher.errors import InputError


@dataclass(frozen=True, slots=True)
class Cut:
    """Known is what happened up to and including `on`; to be found is what happened after it, up to `until`."""

    on: date
    until: date


def rolling(first: date, last: date, months: int) -> tuple[Cut, ...]:
    """Cuts every `months` from `first` on, each followed by as many months, none reaching beyond `last`.

    Raises InputError where not even one fits.
    """
    cuts: list[Cut] = []
    on = first
    while (until := add_months(first, months * (len(cuts) + 1))) <= last:
        cuts.append(Cut(on, until))
        on = until
    if not cuts:
        raise InputError(
            f"{first} 到 {last} 不足 {months} 个月，无法划分时间段。请缩短间隔或提前起点。", code="empty"
        )
    return tuple(cuts)


def folds(
    ids: Iterable[str], count: int, seed: int = 0, groups: Mapping[str, str] | None = None
) -> tuple[tuple[str, ...], ...]:
    """Split needs into `count` parts of nearly equal size, all needs of a group (an enterprise) in one part.

    Raises InputError where a part would be empty.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for identifier in sorted(set(ids)):
        members[(groups or {}).get(identifier, identifier)].append(identifier)
    if len(members) < count:
        raise InputError(f"只有 {len(members)} 组需求，不能分成 {count} 份。请减少份数。", code="empty")
    names = sorted(members)
    order = np.random.default_rng(seed).permutation(len(names))
    parts: list[list[str]] = [[] for _ in range(count)]
    for name in sorted((names[i] for i in order), key=lambda name: -len(members[name])):
        min(parts, key=len).extend(members[name])
    return tuple(tuple(sorted(part)) for part in parts)


@dataclass(frozen=True, slots=True)
class Split:
    """Needs to learn from, and needs to measure on; never the same."""

    training: frozenset[str]
    held: frozenset[str]


def by_need(
    ids: Iterable[str], parts: int, seed: int = 0, groups: Mapping[str, str] | None = None
) -> tuple[Split, ...]:
    """Each of `folds` held out in turn."""
    every = frozenset(ids)
    return tuple(
        Split(every - frozenset(part), frozenset(part)) for part in folds(every, parts, seed, groups)
    )


def by_time(times: Mapping[str, date], parts: int) -> tuple[Split, ...]:
    """Each of the last days but the first held out in turn, at most `parts`, with all earlier days to learn from.

    Raises InputError where there is one day only.
    """
    days = sorted(set(times.values()))[1:][-parts:]
    if not days:
        raise InputError(
            "只有一个时点的证据，不能按时间先后验证。请缩短间隔，或改为按需求交叉验证。", code="empty"
        )
    return tuple(
        Split(
            frozenset(need for need, on in times.items() if on < day),
            frozenset(need for need, on in times.items() if on == day),
        )
        for day in days
    )


def development(
    ids: Iterable[str], test_share: float, seed: int = 0, groups: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """The needs that settings are searched on: all but a share that is kept for one test, split by group.

    Raises InputError for a share that leaves one side empty.
    """
    known = sorted(set(ids))
    names = sorted({(groups or {}).get(identifier, identifier) for identifier in known})
    kept = round(len(names) * test_share)
    if not 0 < kept < len(names):
        raise InputError(
            f"{len(names)} 组需求按 {test_share:.0%} 留作测试，有一边会是空的。请改用 0 与 1 之间的其他比例，或增加需求。",
            code="empty",
        )
    order = np.random.default_rng(seed).permutation(len(names))
    test = {names[row] for row in order[:kept]}
    return tuple(one for one in known if (groups or {}).get(one, one) not in test)


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
