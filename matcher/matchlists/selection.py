"""Which matches of an event stand in its list: an exact integer programme over all needs at once.

    maximise   Σ value_p · x_p                     x_p ∈ {0, 1} for every candidate pair p
    subject to Σ_{p of need} x_p ≤ per_need        Σ_{p of group} x_p ≤ per_patent
               Σ_{p of need and holder} x_p ≤ per_holder_in_need      Σ_{p of holder} x_p ≤ per_holder
               Σ_{p of quota's group} x_p ≤ quota
               x_p = 1 for pins;  excluded, repeated and low pairs are no candidates

Where no patent has several holders the constraints form two nested families, the linear programme is a network flow
and has an integral optimum (Edmonds 1970); joint holders and quotas may ask for branching. HiGHS solves both. Values are
integers in millionths, so that optimality is proved in exact arithmetic: any non-negative prices y of the
constraints bound every selection by Σ b·y + Σ_p max(0, value_p − Σ y). Of equal optima the lexicographically
smallest set of pairs is taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from matcher.errors import InputError
from matcher.events import Pair, Rules
from matcher.groups import Group, Quota
from matcher.matchlists.programme import Programme, Row, solve

SCALE = 1_000_000
"""Values are compared in millionths."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate pair; `group` stands for the patent and its near duplicates, `value` in [0, 1]."""

    pair: Pair
    value: float
    group: str
    holders: tuple[str, ...] = ()
    members: frozenset[Group] = frozenset()
    """The groups of the need and of the patent."""


class Cap(StrEnum):
    """The kinds of constraint."""

    NEED = "每项需求的专利数上限"
    PATENT = "每件（组）专利的需求数上限"
    HOLDER_IN_NEED = "每项需求中同一权利人的专利数上限"
    HOLDER = "同一权利人在清单中的条数上限"
    QUOTA = "同一类别在清单中的条数上限"


@dataclass(frozen=True, slots=True)
class Binding:
    """A cap that costs value: `price` is what one more place would add, in the unit of values."""

    cap: Cap
    of: tuple[str, ...]
    limit: int
    price: float


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen pairs, ascending; `bound` is proved: no selection under the rules is worth more."""

    pairs: tuple[Pair, ...]
    value: float
    bound: float
    binding: tuple[Binding, ...]

    @property
    def gap(self) -> float:
        """(bound − value) / bound; 0: proved optimal."""
        return (self.bound - self.value) / self.bound if self.bound else 0.0


def select(choices: Sequence[Choice], rules: Rules) -> Selection:
    """The list of largest total value, of equal ones the lexicographically smallest set of pairs.

    `choices` hold no pair twice. Raises InputError naming every constraint that clashes with the pins.
    """
    ordered = sorted(choices, key=lambda choice: choice.pair)
    pins = frozenset(rules.pinned)
    _require_possible(ordered, rules)
    caps = [cap for cap in constraints(ordered, rules) if len(cap.members) > cap.limit]
    values = [round(choice.value * SCALE) for choice in ordered]
    forced = frozenset(place for place, choice in enumerate(ordered) if choice.pair in pins)
    found = solve(Programme(values, [Row(cap.members, cap.limit) for cap in caps], forced))
    return Selection(
        pairs=tuple(ordered[place].pair for place in found.chosen),
        value=sum(values[place] for place in found.chosen) / SCALE,
        bound=found.bound / SCALE,
        binding=tuple(
            Binding(cap.cap, cap.of, cap.limit, price / SCALE)
            for cap, price in zip(caps, found.prices, strict=True)
            if price > 0
        ),
    )


@dataclass(frozen=True, slots=True)
class Constraint:
    """At most `limit` of the choices at `members` (places, ascending) may be chosen."""

    cap: Cap
    of: tuple[str, ...]
    members: tuple[int, ...]
    limit: int


def constraints(choices: Sequence[Choice], rules: Rules) -> list[Constraint]:
    """Every cap of the rules over these choices, in a fixed order; a joint patent counts for each of its holders."""
    limits = {
        Cap.NEED: rules.per_need,
        Cap.PATENT: rules.per_patent,
        Cap.HOLDER_IN_NEED: rules.per_holder_in_need,
        Cap.HOLDER: rules.per_holder,
    }
    members: dict[tuple[Cap, tuple[str, ...]], list[int]] = defaultdict(list)
    for place, choice in enumerate(choices):
        need = choice.pair.need_id
        members[Cap.NEED, (need,)].append(place)
        members[Cap.PATENT, (choice.group,)].append(place)
        for holder in dict.fromkeys(choice.holders):
            members[Cap.HOLDER_IN_NEED, (need, holder)].append(place)
            members[Cap.HOLDER, (holder,)].append(place)
    caps = [
        Constraint(cap, of, tuple(places), limit)
        for (cap, of), places in sorted(members.items())
        if (limit := limits[cap]) is not None
    ]
    return [*caps, *(_quota(choices, quota) for quota in sorted(rules.quotas))]


def _quota(choices: Sequence[Choice], quota: Quota) -> Constraint:
    places = tuple(place for place, choice in enumerate(choices) if quota.group in choice.members)
    return Constraint(Cap.QUOTA, (quota.group.dimension, quota.group.name), places, quota.at_most)


def coverage(chosen: Iterable[Choice]) -> Mapping[str, int]:
    """How many needs, patents (groups) and holders a selection reaches."""
    chosen = list(chosen)
    return {
        "needs": len({choice.pair.need_id for choice in chosen}),
        "patents": len({choice.group for choice in chosen}),
        "holders": len(set(chain.from_iterable(choice.holders for choice in chosen))),
    }


def _require_possible(choices: Sequence[Choice], rules: Rules) -> None:
    """Raise InputError with every clash: caps are upper bounds, so the pins alone decide whether any list exists."""
    clashes = [
        f"{_named(pair)}既被指定必须列入，又被指定不得列入"
        for pair in sorted(set(rules.pinned) & set(rules.excluded))
    ]
    known = {choice.pair for choice in choices}
    clashes += [
        f"指定列入的{_named(pair)}不在候选之中（不符合活动范围、硬性条件、等级下限或不重复规则）"
        for pair in sorted(set(rules.pinned) - set(rules.excluded) - known)
    ]
    pins = frozenset(rules.pinned)
    for cap in constraints(choices, rules):
        pinned = [choices[place].pair for place in cap.members if choices[place].pair in pins]
        if len(pinned) > cap.limit:
            names = "、".join(map(_named, pinned))
            clashes.append(
                f"{cap.cap}为 {cap.limit}（{'，'.join(cap.of)}），但指定列入了 {len(pinned)} 对：{names}"
            )
    repeated = [pair for pair, count in Counter(choice.pair for choice in choices).items() if count > 1]
    if repeated:
        raise ValueError(f"a pair stands twice among the choices: {repeated[0]}")
    if clashes:
        raise InputError(
            "清单的要求互相矛盾，无法编制：" + "；".join(clashes) + "。请放宽上限或取消其中的指定。",
            code="infeasible",
        )


def _named(pair: Pair) -> str:
    return f"（需求 {pair.need_id}，专利 {pair.patent_id}）"
