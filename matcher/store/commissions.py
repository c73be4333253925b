"""Stores which patents were given to which experts and service institutions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Engine, Select, insert, select

from matcher.commissions import Commission, CommissionKind
from matcher.store import tables
from matcher.store.engine import reading, writing
from matcher.store.intake import chunks
from matcher.store.records import Mapping

_TABLE = tables.commissions
_MAPPING = Mapping(Commission, _TABLE)
_ALIASES = tables.patent_aliases


class Commissions:
    """All commissions of one workspace; their patents are read as the stored ones where there are some."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, given: Iterable[Commission]) -> int:
        """Store those that are new; what was given before keeps its first day. Answers how many are new."""
        rows = {one.id: _MAPPING.row(one) for one in given}
        with writing(self._engine) as connection:
            known: set[str] = set()
            for part in chunks(list(rows)):
                query = select(_TABLE.c.id).where(_TABLE.c.id.in_(part))
                known.update(connection.execute(query).scalars())
            new = [row for id_, row in rows.items() if id_ not in known]
            if new:
                connection.execute(insert(_TABLE), new)
        return len(new)

    def get(self, id: str) -> Commission | None:
        """The commission of that id."""
        with reading(self._engine) as connection:
            row = connection.execute(_select().where(_TABLE.c.id == id)).first()
        return None if row is None else _record(row)

    def all(
        self, kind: CommissionKind | None = None, party_id: str = "", as_of: date | None = None
    ) -> list[Commission]:
        """The commissions of a kind (all) and a party (all) up to the end of a day, by day, party and patent."""
        query = _select()
        if kind is not None:
            query = query.where(_TABLE.c.kind == kind.value)
        if party_id:
            query = query.where(_TABLE.c.party_id == party_id)
        if as_of is not None:
            query = query.where(_TABLE.c.on <= as_of)
        query = query.order_by(_TABLE.c.on, _TABLE.c.party_id, _TABLE.c.patent_id, _TABLE.c.id)
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]


def _select() -> Select[Any]:
    query = select(*_MAPPING.columns, _ALIASES.c.record_id)
    return query.select_from(_TABLE.outerjoin(_ALIASES, _ALIASES.c.alias == _TABLE.c.patent_id))


def _record(row: Sequence[object]) -> Commission:
    found = _MAPPING.record(row)
    return replace(found, patent_id=str(row[-1])) if row[-1] else found
