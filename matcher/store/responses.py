"""Stores what is answered to R&D orders, wishes for improvement and services, with every state they had."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import orjson
from sqlalchemy import Engine, insert, select, update

from matcher.responses import Response, Subject, opening, outdated
from matcher.store import tables
from matcher.store.engine import reading, writing
from matcher.store.intake import chunks
from matcher.store.records import Mapping, restored

_RESPONSES = Mapping(Response, tables.responses)
_STATES = tables.response_states


class Responses:
    """All responses of one workspace."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def many(self, ids: Iterable[str], subject: Subject, as_of: date | None = None) -> dict[str, Response]:
        """The responses to those (at the end of a day); what nobody has responded to stands at its opening."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Response] = {}
        with reading(self._engine) as connection:
            for part in chunks(wanted):
                here = tables.responses.c.id.in_(part) & (tables.responses.c.subject == subject.value)
                rows = connection.execute(select(*_RESPONSES.columns).where(here))
                found |= {one.id: one for one in map(_RESPONSES.record, rows)}
        if as_of is not None:
            found = {id_: self._at(one, as_of) for id_, one in found.items()}
        return {id_: found.get(id_) or opening(id_, subject) for id_ in wanted}

    def _at(self, now: Response, day: date) -> Response:
        if now.changed_on is None or now.changed_on <= day:
            return now
        then = [one for one in self.history(now.id) if one.changed_on is not None and one.changed_on <= day]
        return then[-1] if then else opening(now.id, now.subject)

    def change(self, before: Response, after: Response) -> None:
        """Write a change and keep the state in history; raises Conflict where `before` is not the newest."""
        table = tables.responses
        here = (table.c.id == before.id) & (table.c.version == before.version)
        with writing(self._engine) as connection:
            if before.version == 0:
                known = connection.execute(select(table.c.id).where(table.c.id == before.id)).first()
                done = known is None and connection.execute(insert(table), _RESPONSES.row(after)).rowcount
            else:
                done = connection.execute(update(table).where(here).values(_RESPONSES.row(after))).rowcount
            if not done:
                raise outdated(before)
            row = {"id": after.id, "version": after.version, "body": orjson.dumps(after).decode()}
            connection.execute(insert(_STATES), row)

    def history(self, id_: str) -> list[Response]:
        """Every state that one of them had, the first first."""
        query = select(_STATES.c.body).where(_STATES.c.id == id_).order_by(_STATES.c.version)
        with reading(self._engine) as connection:
            return [restored(Response, orjson.loads(body)) for body in connection.execute(query).scalars()]
