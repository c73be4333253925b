"""The two ways in which lists are usually made, to compare the optimum with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from matcher.events import Pair, Rules
from matcher.matchlists.selection import Choice, constraints


def greedy(choices: Sequence[Choice], rules: Rules) -> tuple[Pair, ...]:
    """All pairs of the event by value, each taken where no cap forbids it; pins first."""
    return _taken(sorted(choices, key=lambda choice: (-choice.value, choice.pair)), choices, rules)


def capped_top_k(choices: Sequence[Choice], rules: Rules) -> tuple[Pair, ...]:
    """Need by need in the order of their ids, the best first, each taken where no cap forbids it; pins first."""
    by_need = sorted(choices, key=lambda choice: (choice.pair.need_id, -choice.value, choice.pair.patent_id))
    return _taken(by_need, choices, rules)


def top_k(choices: Sequence[Choice], k: int) -> tuple[Pair, ...]:
    """The k best of each need, whatever the other needs get."""
    by_need: dict[str, list[Choice]] = defaultdict(list)
    for choice in sorted(choices, key=lambda choice: (-choice.value, choice.pair)):
        by_need[choice.pair.need_id].append(choice)
    return tuple(sorted(choice.pair for ranked in by_need.values() for choice in ranked[:k]))


def gini(exposures: Iterable[int]) -> float:
    """How unequally places are shared out: 0 where everybody has as many, towards 1 where one has all."""
    counts = sorted(exposures)
    total = sum(counts)
    if not total:
        return 0.0
    weighted = sum((2 * place - len(counts) - 1) * count for place, count in enumerate(counts, 1))
    return weighted / (len(counts) * total)


def _taken(ordered: Sequence[Choice], choices: Sequence[Choice], rules: Rules) -> tuple[Pair, ...]:
    caps = constraints(choices, rules)
    over: dict[Pair, list[int]] = defaultdict(list)
    for number, cap in enumerate(caps):
        for place in cap.members:
            over[choices[place].pair].append(number)
    used: Counter[int] = Counter()
    taken: list[Pair] = []
    pins = frozenset(rules.pinned)
    for choice in sorted(ordered, key=lambda choice: choice.pair not in pins):
        if all(used[number] < caps[number].limit for number in over[choice.pair]):
            used.update(over[choice.pair])
            taken.append(choice.pair)
    return tuple(sorted(taken))
