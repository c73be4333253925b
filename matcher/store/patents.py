"""Reads patents: by any number, by filter, streamed, and as they were known on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, func, not_, or_, select

from matcher.domain import Patent
from matcher.inventory import Stage
from matcher.store import tables
from matcher.store.engine import reading
from matcher.store.filters import PatentFilter
from matcher.store.identity import patent_candidates
from matcher.store.kinds import PATENTS, SEPARATOR, facet
from matcher.store.past import as_known
from matcher.store.reads import Records, any_part, known_by, resolve
from matcher.store.records import BODY_DIGEST

_TABLE = tables.patents
_AT_ONCE = 10_000
_UNKNOWN = "0" * 32
"""For what a process of the version before has added: it counts as changed."""


class Patents(Records[Patent]):
    """All stored patents."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, PATENTS)

    def find(self, number: str) -> Patent | None:
        """The patent of an id, application number or publication number in any form people type."""
        with reading(self._engine) as connection:
            patent_id = resolve(connection, tables.patent_aliases, patent_candidates(number))
        return None if patent_id is None else self.get(patent_id)

    def all(self, filter: PatentFilter | None = None, as_of: date | None = None) -> Iterator[Patent]:
        """The patents that satisfy the filter, in id order, streamed.

        With `as_of`, those that existed then (by publication, else grant, else filing; undated ones count)
        and as they were known then.
        """
        query = _where(self._select(), filter or PatentFilter(), as_of)
        if as_of is None:
            return self._stream(query)
        return (as_known(self._record(row), row.known, as_of) for row in self._rows(query))

    def filtered(self, filter: PatentFilter, after: str, limit: int) -> list[Patent]:
        """As `page`, of the patents that satisfy the filter."""
        query = _where(self._select(), filter, None).where(_TABLE.c.id > after)
        return list(self._stream(query.limit(limit)))

    def ids(self, filter: PatentFilter | None = None, as_of: date | None = None) -> list[str]:
        """The ids of the patents that satisfy the filter as stored, ascending; `as_of` as in `all`."""
        # Sorted here: for the database's order SQLite would look every row up by its key, at twice the cost.
        query = _where(select(_TABLE.c.id), filter or PatentFilter(), as_of)
        with reading(self._engine) as connection:
            return sorted(connection.execute(query).scalars())

    def later(self, as_of: date) -> list[str]:
        """The ids of the patents that did not exist yet: all that `ids` leaves out on that day."""
        query = select(_TABLE.c.id).where(not_(_existing(as_of)))
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def rows(self) -> Iterator[tuple[str, bytes]]:
        """Each id, in order, with the bytes of all that is stored of the record: equal bytes, equal record."""
        query = select(*PATENTS.mapping.columns).order_by(_TABLE.c.id)
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
                yield row[0], repr(tuple(row)).encode()

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """Each id, in order, with a digest (16 bytes) of its body: with an equal one its texts are as they were."""
        query = select(_TABLE.c.id, _TABLE.c[BODY_DIGEST]).order_by(_TABLE.c.id)
        with reading(self._engine) as connection:
            for id_, digest in connection.execution_options(yield_per=_AT_ONCE).execute(query):
                yield id_, bytes.fromhex(digest or _UNKNOWN)


def _where(query: Select[Any], filter: PatentFilter, as_of: date | None) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = []
    if filter.ids:
        conditions.append(_TABLE.c.id.in_(filter.ids))
    if filter.regions:
        conditions.append(_part(_TABLE.c.region, filter.regions, lambda region: region))
    if filter.types:
        conditions.append(func.coalesce(_TABLE.c.type, "").in_([value or "" for value in filter.types]))
    if filter.statuses:
        conditions.append(func.coalesce(_TABLE.c.status, "").in_([value or "" for value in filter.statuses]))
    if filter.maturities:
        conditions.append(
            _TABLE.c.maturity_band.in_([band.name if band else "" for band in filter.maturities])
        )
    if filter.fees:
        conditions.append(_TABLE.c.fee_band.in_([band.name if band else "" for band in filter.fees]))
    if filter.holders:
        conditions.append(_part(_TABLE.c.holder_facets, filter.holders, _whole))
    if filter.modes:
        conditions.append(_part(_TABLE.c.mode_facets, [mode or "" for mode in filter.modes], _whole))
    if filter.ipc:
        conditions.append(any_part(_TABLE.c.ipc_facets, [part for ipc in filter.ipc for part in _ipc(ipc)]))
    if filter.screened:
        stage: Any = tables.inventory.c.stage == Stage.SCREENED.value
        conditions.append(_TABLE.c.id.in_(select(tables.inventory.c.id).where(stage)))
    if as_of is not None:
        conditions.append(_existing(as_of))
    return query.where(*conditions)


def _existing(as_of: date) -> ColumnElement[bool]:
    return known_by(as_of, _TABLE.c.published, _TABLE.c.granted, _TABLE.c.filed)


def _part(
    column: ColumnElement[Any], values: Iterable[str], part: Callable[[str], str]
) -> ColumnElement[bool]:
    """Whether a text holds the part that any of the values stands for; the empty value: whether it is empty."""
    return or_(
        *(column.icontains(part(value), autoescape=True) if value else column == "" for value in values)
    )


def _whole(value: str) -> str:
    return f"{SEPARATOR}{facet(value)}{SEPARATOR}"


def _ipc(prefix: str) -> list[str]:
    """G06F finds the subclass, G06F 16 the main group with its subgroups, not G06F 160."""
    value = f"{SEPARATOR}{facet(prefix).upper()}"
    return [value] if len(value) <= 5 or "/" in value else [f"{value}/", f"{value}{SEPARATOR}"]
