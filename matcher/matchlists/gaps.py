"""Fewer idle slots in a schedule that is already the most valuable: meetings change places along Kempe chains.

The meetings of two slots form paths and cycles (each party meets once a slot). Exchanging the slots along one of
them keeps everybody in one meeting at a time and keeps every meeting. Which chains to turn is searched by annealing
(Kirkpatrick et al. 1983) with a fixed seed and number of steps: the same schedule every time, good, not proved best.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

_STEPS = 1_500
"""Turns tried for each meeting."""
_HOT, _COLD = 1.5, 0.05
"""Temperatures in gaps, first and last."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A meeting as the search sees it: its two parties, and the slots (places in the day) that both can come in."""

    parties: tuple[str, str]
    allowed: frozenset[int]


@dataclass(slots=True)
class _Day:
    """Which slot each meeting is in, and who meets in each slot."""

    meetings: Sequence[Placed]
    tables: int
    at: list[int]
    who: list[dict[str, int]]
    """Per slot: party → its meeting."""
    slots_of: dict[str, set[int]] = field(default_factory=dict)

    def chain(self, first: int, other: int) -> list[int]:
        """The meetings that have to change places with `first` between its slot and another, itself included."""
        here = self.at[first]
        found, seen = [first], {first}
        for number in found:
            target = other if self.at[number] == here else here
            for party in self.meetings[number].parties:
                neighbour = self.who[target].get(party)
                if neighbour is not None and neighbour not in seen:
                    seen.add(neighbour)
                    found.append(neighbour)
        return found

    def fits(self, chain: Sequence[int], here: int, other: int) -> bool:
        """Whether everybody in the chain can come in the other slot, and tables suffice."""
        leaving = sum(self.at[number] == here for number in chain)
        coming = len(chain) - leaving
        if len(self.who[other]) // 2 + leaving - coming > self.tables:
            return False
        if len(self.who[here]) // 2 + coming - leaving > self.tables:
            return False
        return all(
            (other if self.at[number] == here else here) in self.meetings[number].allowed for number in chain
        )

    def gaps(self, parties: set[str]) -> int:
        """Idle slots between the first and last meeting of these parties."""
        return sum(
            max(found) - min(found) + 1 - len(found) for found in map(self.slots_of.__getitem__, parties)
        )

    def turn(self, chain: Sequence[int], here: int, other: int) -> None:
        """Exchange the slots along the chain; turning it again undoes it."""
        for number in chain:
            for party in self.meetings[number].parties:
                del self.who[self.at[number]][party]
                self.slots_of[party].discard(self.at[number])
        for number in chain:
            self.at[number] = other if self.at[number] == here else here
            for party in self.meetings[number].parties:
                self.who[self.at[number]][party] = number
                self.slots_of[party].add(self.at[number])


def tightened(meetings: Sequence[Placed], at: Sequence[int], slots: int, tables: int) -> list[int]:
    """New places for meetings that stand at `at` (no party twice in a slot), with no more gaps than before.

    Parties of the two sides must bear different names.
    """
    day = _Day(meetings, tables, list(at), [{} for _ in range(slots)])
    for number, meeting in enumerate(meetings):
        for party in meeting.parties:
            day.who[at[number]][party] = number
            day.slots_of.setdefault(party, set()).add(at[number])
    dice = random.Random(0)
    total = day.gaps(set(day.slots_of))
    best, least = list(day.at), total
    steps = _STEPS * len(meetings) if slots > 1 else 0
    for step in range(steps):
        if least == 0:
            break
        first = dice.randrange(len(meetings))
        here, other = day.at[first], dice.randrange(slots)
        if other == here:
            continue
        chain = day.chain(first, other)
        if not day.fits(chain, here, other):
            continue
        parties = {party for number in chain for party in meetings[number].parties}
        before = day.gaps(parties)
        day.turn(chain, here, other)
        change = day.gaps(parties) - before
        heat = _HOT * (_COLD / _HOT) ** (step / steps)
        if change <= 0 or dice.random() < math.exp(-change / heat):
            total += change
            if total < least:
                best, least = list(day.at), total
        else:
            day.turn(chain, here, other)
    return best
