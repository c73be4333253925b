"""Reads enterprises and their needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Engine, or_, select

from matcher.domain import Enterprise, Need
from matcher.store import tables
from matcher.store.engine import reading
from matcher.store.filters import NeedFilter
from matcher.store.identity import enterprise_candidates
from matcher.store.kinds import ENTERPRISES, NEEDS
from matcher.store.reads import Records, Reference, any_part, known_by, resolve

_TABLE = tables.needs
_ALIASES = tables.enterprise_aliases


class Enterprises(Records[Enterprise]):
    """All stored enterprises."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, ENTERPRISES)

    def all(self) -> Iterator[Enterprise]:
        """Every enterprise, in id order, streamed."""
        return self._stream(self._select())

    def find(self, text: str) -> Enterprise | None:
        """The enterprise of an id, credit code or name."""
        with reading(self._engine) as connection:
            enterprise_id = resolve(connection, _ALIASES, enterprise_candidates(text))
        return None if enterprise_id is None else self.get(enterprise_id)


class Needs(Records[Need]):
    """All stored needs; `enterprise_id` is read as the id of the stored enterprise where there is one."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, NEEDS, (Reference("enterprise_id", _ALIASES),))

    def all(self, filter: NeedFilter | None = None, as_of: date | None = None) -> Iterator[Need]:
        """The needs that satisfy the filter, in id order, streamed.

        With `as_of`, those received by then (else known by then; undated ones count).
        """
        wanted = filter or NeedFilter()
        conditions: list[ColumnElement[bool]] = []
        if wanted.ids:
            conditions.append(_TABLE.c.id.in_(wanted.ids))
        if wanted.regions:
            conditions.append(any_part(_TABLE.c.region, wanted.regions))
        if wanted.within:
            conditions.append(any_part(_TABLE.c.region, [wanted.within]))
        if wanted.received_from is not None:
            conditions.append(_TABLE.c.received >= wanted.received_from)
        if wanted.received_to is not None:
            conditions.append(_TABLE.c.received <= wanted.received_to)
        if wanted.enterprises:
            conditions.append(or_(*map(_of_enterprise, wanted.enterprises)))
        if as_of is not None:
            conditions.append(known_by(as_of, _TABLE.c.received, _TABLE.c.known))
        return self._stream(self._select().where(*conditions))


def _of_enterprise(text: str) -> ColumnElement[bool]:
    """Needs that name the enterprise by the text itself, or by any key of the enterprise that it finds."""
    candidates = enterprise_candidates(text)
    owner = select(_ALIASES.c.record_id).where(_ALIASES.c.alias.in_(candidates))
    keys: Any = select(_ALIASES.c.alias).where(_ALIASES.c.record_id.in_(owner))
    names: Any = select(tables.enterprises.c.name).where(tables.enterprises.c.id.in_(owner))
    return or_(
        _TABLE.c.enterprise_id.in_(candidates),
        _TABLE.c.enterprise_id.in_(keys),
        _TABLE.c.enterprise == text,
        _TABLE.c.enterprise.in_(names),
    )
