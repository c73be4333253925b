"""对接洽谈日程: who meets whom when and where: the largest value by an integer programme, then few gaps (see `gaps`).

maximise   Σ value_a · x_{a,s}        x_{a,s} ∈ {0, 1}: appointment a takes place in slot s, one of its allowed ones
subject to each appointment once; each enterprise and each holder in one meeting a slot;
           no more meetings a slot than tables
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from matcher.errors import InputError, MatcherError
from matcher.events import Meeting
from matcher.matchlists.gaps import Placed, tightened

SCALE = 10_000
"""Values are compared in ten-thousandths."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A meeting to be placed, what it is worth, and the slots in which both parties can come."""

    meeting: Meeting
    value: float
    slots: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """Meetings by slot and table, those without a place, and the idle slots inside the parties' days."""

    meetings: tuple[Meeting, ...]
    unplaced: tuple[Meeting, ...]
    value: float
    gaps: int


def plan(appointments: Sequence[Appointment], slots: Sequence[str], tables: int) -> Plan:
    """The schedule of largest value, tightened; raises InputError for no slot or table."""
    if not slots or tables < 1 or len(set(slots)) < len(slots):
        raise InputError("日程须有至少一个时段、一张洽谈桌，时段名称不能重复。", code="no_slots")
    ordered = sorted(appointments, key=lambda a: (a.meeting.enterprise, a.meeting.holder))
    cells = [
        _Cell(number, place)
        for number, appointment in enumerate(ordered)
        for place, slot in enumerate(slots)
        if slot in appointment.slots
    ]
    if not cells:
        return Plan((), tuple(item.meeting for item in ordered), 0.0, 0)
    chosen = [cells[at] for at in _most_valuable(ordered, cells, tables)]
    where = tightened(
        [_placed(ordered[cell.appointment], slots) for cell in chosen],
        [cell.slot for cell in chosen],
        len(slots),
        tables,
    )
    placed = {cell.appointment: place for cell, place in zip(chosen, where, strict=True)}
    meetings = [replace(ordered[number].meeting, slot=slots[place]) for number, place in placed.items()]
    return Plan(
        meetings=_seated(meetings, slots),
        unplaced=tuple(item.meeting for number, item in enumerate(ordered) if number not in placed),
        value=sum(ordered[number].value for number in placed),
        gaps=gaps(meetings, slots),
    )


def gaps(meetings: Iterable[Meeting], slots: Sequence[str]) -> int:
    """Idle slots between the first and the last meeting of each party, summed."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for meeting in meetings:
        places["enterprise", meeting.enterprise].append(slots.index(meeting.slot))
        places["holder", meeting.holder].append(slots.index(meeting.slot))
    return sum(max(found) - min(found) + 1 - len(found) for found in places.values())


@dataclass(frozen=True, slots=True)
class _Cell:
    """A variable: an appointment (its place in the order) in a slot (its place in the day)."""

    appointment: int
    slot: int


def _most_valuable(appointments: Sequence[Appointment], cells: Sequence[_Cell], tables: int) -> list[int]:
    """The chosen cells, ascending."""
    values = [max(1, round(appointments[cell.appointment].value * SCALE)) for cell in cells]
    rows: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, cell in enumerate(cells):
        meeting = appointments[cell.appointment].meeting
        rows["once", cell.appointment].append(at)
        rows["table", cell.slot].append(at)
        rows["enterprise", meeting.enterprise, cell.slot].append(at)
        rows["holder", meeting.holder, cell.slot].append(at)
    limits = [tables if key[0] == "table" else 1 for key in rows]
    columns = [at for row in rows.values() for at in row]
    numbers = [number for number, row in enumerate(rows.values()) for _ in row]
    sparse: Any = csr_array  # its stubs know floating types only
    found = milp(
        -np.array(values, dtype=np.float64),
        constraints=LinearConstraint(
            sparse((np.ones(len(columns)), (numbers, columns)), shape=(len(rows), len(cells))),
            -np.inf,
            limits,
        ),
        integrality=np.ones(len(cells), dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    if found.status != 0:
        raise MatcherError(
            f"求解器未能排出日程（{found.message}）。请减少时段或对接数后重试。", code="unsolved"
        )
    return [int(at) for at in np.flatnonzero(np.rint(found.x))]


def _placed(appointment: Appointment, slots: Sequence[str]) -> Placed:
    meeting = appointment.meeting
    allowed = frozenset(place for place, slot in enumerate(slots) if slot in appointment.slots)
    return Placed((f"企业 {meeting.enterprise}", f"权利人 {meeting.holder}"), allowed)


def _seated(meetings: Sequence[Meeting], slots: Sequence[str]) -> tuple[Meeting, ...]:
    """Tables from 1 up; a holder stays at its table as long as it is free."""
    last: dict[str, int] = {}
    seated: list[Meeting] = []
    for slot in slots:
        here = sorted((m for m in meetings if m.slot == slot), key=lambda m: (m.holder, m.enterprise))
        taken: set[int] = set()
        waiting = []
        for meeting in here:
            wanted = last.get(meeting.holder, 0)
            if wanted and wanted not in taken:
                taken.add(wanted)
                seated.append(replace(meeting, table=wanted))
            else:
                waiting.append(meeting)
        for meeting in waiting:
            table = next(number for number in range(1, len(here) + 1) if number not in taken)
            taken.add(table)
            last[meeting.holder] = table
            seated.append(replace(meeting, table=table))
    order = {slot: place for place, slot in enumerate(slots)}
    return tuple(sorted(seated, key=lambda m: (order[m.slot], m.table)))
