"""Schedules: nobody is in two places, nothing more valuable is possible, and tightening only tightens."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import InputError
from matcher.events import Meeting
from matcher.matchlists.gaps import Placed, tightened
from matcher.matchlists.schedule import Appointment, gaps, plan

SLOTS = ("09:00", "09:30", "10:00", "10:30")


@st.composite
def days(draw: st.DrawFn, most: int) -> list[Appointment]:
    pairs = draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), unique=True, min_size=1, max_size=most)
    )
    return [
        Appointment(
            Meeting(f"企业{e}", f"大学{h}", (f"M{e}{h}",)),
            draw(st.sampled_from((0.2, 0.5, 0.5, 0.9))),
            frozenset(draw(st.sets(st.sampled_from(SLOTS)))),
        )
        for e, h in pairs
    ]


def possible(placed: list[tuple[Appointment, str]], tables: int) -> bool:
    busy = Counter(("e", a.meeting.enterprise, s) for a, s in placed)
    busy.update(("h", a.meeting.holder, s) for a, s in placed)
    used = Counter(s for _, s in placed)
    return max(busy.values(), default=0) <= 1 and max(used.values(), default=0) <= tables


def best_by_brute_force(day: list[Appointment], slots: tuple[str, ...], tables: int) -> float:
    best = 0.0
    for where in product(*[[None, *(s for s in slots if s in a.slots)] for a in day]):
        placed = [(a, s) for a, s in zip(day, where, strict=True) if s is not None]
        if possible(placed, tables):
            best = max(best, sum(a.value for a, _ in placed))
    return best


@settings(max_examples=60, deadline=None)
@given(days(most=5), st.integers(1, 2))
def test_nothing_more_valuable_is_possible(day: list[Appointment], tables: int) -> None:
    found = plan(day, SLOTS[:3], tables)
    assert found.value == pytest.approx(best_by_brute_force(day, SLOTS[:3], tables), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(days(most=14), st.integers(1, 4))
def test_nobody_is_double_booked_or_called_when_away(day: list[Appointment], tables: int) -> None:
    found = plan(day, SLOTS, tables)
    given_ = {(a.meeting.enterprise, a.meeting.holder): a for a in day}
    placed = [(given_[m.enterprise, m.holder], m.slot) for m in found.meetings]
    assert possible(placed, tables)
    assert all(slot in appointment.slots for appointment, slot in placed)
    seats = [(m.slot, m.table) for m in found.meetings]
    assert len(set(seats)) == len(seats)
    assert all(1 <= m.table <= tables for m in found.meetings)
    assert len(found.meetings) + len(found.unplaced) == len(day)
    assert found.gaps == gaps(found.meetings, SLOTS)
    assert plan(list(reversed(day)), SLOTS, tables) == found


def test_idle_slots_are_closed_where_they_can_be() -> None:
    everywhere = frozenset(range(4))
    meetings = [Placed(("e1", "h1"), everywhere), Placed(("e1", "h2"), everywhere)]
    at = tightened(meetings, [0, 3], 4, 1)
    assert abs(at[0] - at[1]) == 1
    fixed = [Placed(("e1", "h1"), frozenset({0})), Placed(("e1", "h2"), frozenset({3}))]
    assert tightened(fixed, [0, 3], 4, 1) == [0, 3]


def test_a_presenter_stays_at_its_table() -> None:
    day = [
        Appointment(Meeting(e, h, (f"{e}{h}",)), 1.0, frozenset(SLOTS))
        for e, h in (("a", "h1"), ("b", "h1"), ("c", "h1"), ("a", "h2"), ("b", "h2"), ("c", "h2"))
    ]
    found = plan(day, SLOTS[:3], 2)
    # Of two rounds of three that never meet twice, one enterprise has its first and last slot: one gap is the least.
    assert found.gaps == 1
    assert {m.holder: {n.table for n in found.meetings if n.holder == m.holder} for m in found.meetings} == {
        "h1": {1},
        "h2": {2},
    }


def test_no_slot_no_schedule() -> None:
    with pytest.raises(InputError, match="至少一个时段"):
        plan([], (), 3)
