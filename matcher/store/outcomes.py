"""Stores what became of matches, with its whole history, and the duties of signed ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import orjson
from sqlalchemy import Connection, Engine, insert, select, update

from matcher.domain import Transaction
from matcher.errors import Conflict
from matcher.outcomes import Duty, Outcome, State, Step
from matcher.store import tables
from matcher.store.engine import reading, writing
from matcher.store.intake import Intake, chunks
from matcher.store.kinds import TRANSACTIONS
from matcher.store.records import Mapping, restored

_OUTCOMES = Mapping(Outcome, tables.outcomes)
_DUTIES = Mapping(Duty, tables.duties)
_STEPS = tables.outcome_steps


class Outcomes:
    """The state of every match that was handed out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def many(self, ids: Iterable[str]) -> dict[str, Outcome]:
        """The outcomes of those match ids that are followed, by id."""
        with reading(self._engine) as connection:
            return _many(connection, ids)

    def of_event(self, event_id: str = "") -> list[Outcome]:
        """The outcomes of an event (of all events), by match id."""
        query = select(*_OUTCOMES.columns).order_by(tables.outcomes.c.id)
        if event_id:
            query = query.where(tables.outcomes.c.event_id == event_id)
        with reading(self._engine) as connection:
            return [_OUTCOMES.record(row) for row in connection.execute(query)]

    def of_need(self, need_id: str) -> list[Outcome]:
        """The outcomes of one need's matches, by match id."""
        query = select(*_OUTCOMES.columns).where(tables.outcomes.c.need_id == need_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(tables.outcomes.c.id))
            return [_OUTCOMES.record(row) for row in rows]

    def signed_needs(self) -> frozenset[str]:
        """The needs with a match that was signed."""
        query = select(tables.outcomes.c.need_id).where(tables.outcomes.c.state == State.SIGNED)
        with reading(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def change(
        self,
        before: Outcome,
        after: Outcome,
        step: Step,
        duties: Sequence[Duty] = (),
        deals: Sequence[Transaction] = (),
    ) -> None:
        """Write a change with its line of history, duties and transactions, or nothing of it.

        Raises Conflict where `before` is not the newest.
        """
        table = tables.outcomes
        here = (table.c.id == before.id) & (table.c.version == before.version)
        with writing(self._engine) as connection:
            if not connection.execute(update(table).where(here).values(_OUTCOMES.row(after))).rowcount:
                raise Conflict(f"对接 {before.id} 刚被他人改动，请刷新后再改。")
            connection.execute(insert(_STEPS), _step_row(step))
            if duties:
                connection.execute(insert(tables.duties), [_DUTIES.row(duty) for duty in duties])
            if deals:
                Intake(connection, TRANSACTIONS, step.at.date(), prefer_new=False).land(deals)

    def history(self, match_ids: Iterable[str]) -> list[Step]:
        """The steps of matches, by match and version."""
        found: list[Step] = []
        with reading(self._engine) as connection:
            for part in chunks(list(dict.fromkeys(match_ids))):
                query = select(_STEPS.c.body).where(_STEPS.c.match_id.in_(part))
                query = query.order_by(_STEPS.c.match_id, _STEPS.c.version)
                found += [restored(Step, orjson.loads(body)) for body in connection.execute(query).scalars()]
        return found

    def duties(self, match_ids: Iterable[str] | None = None) -> list[Duty]:
        """The duties of some matches (of all), by due date."""
        query = select(*_DUTIES.columns).order_by(tables.duties.c.due, tables.duties.c.id)
        with reading(self._engine) as connection:
            found = [_DUTIES.record(row) for row in connection.execute(query)]
        wanted = None if match_ids is None else frozenset(match_ids)
        return [duty for duty in found if wanted is None or duty.match_id in wanted]

    def fulfil(self, duty_id: str, on: date) -> bool:
        """Mark a duty as done; whether there is such a one."""
        table = tables.duties
        with writing(self._engine) as connection:
            return bool(
                connection.execute(update(table).where(table.c.id == duty_id).values(done=on)).rowcount
            )


def follow(connection: Connection, outcomes: Sequence[Outcome], steps: Sequence[Step]) -> None:
    """Begin following matches; `steps` parallel to `outcomes`. Those already followed only get the new list."""
    known, table = _many(connection, [outcome.id for outcome in outcomes]), tables.outcomes
    fresh = [pair for pair in zip(outcomes, steps, strict=True) if pair[0].id not in known]
    for outcome in outcomes:
        if outcome.id in known:
            shown = replace(known[outcome.id], list_id=outcome.list_id)
            connection.execute(update(table).where(table.c.id == outcome.id).values(_OUTCOMES.row(shown)))
    if fresh:
        connection.execute(insert(table), [_OUTCOMES.row(outcome) for outcome, _ in fresh])
        connection.execute(insert(_STEPS), [_step_row(step) for _, step in fresh])


def _many(connection: Connection, ids: Iterable[str]) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for part in chunks(list(dict.fromkeys(ids))):
        query = select(*_OUTCOMES.columns).where(tables.outcomes.c.id.in_(part))
        found |= {outcome.id: outcome for outcome in map(_OUTCOMES.record, connection.execute(query))}
    return found


def _step_row(step: Step) -> dict[str, object]:
    return {
        "match_id": step.match_id,
        "version": step.version,
        "at": step.at,
        "body": orjson.dumps(step).decode(),
    }
