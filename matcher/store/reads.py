"""The reading that all kinds of records share: by id, streamed in id order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Generic

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, bindparam, func, or_, select

from matcher.store.engine import reading
from matcher.store.intake import chunks
from matcher.store.kinds import Kind
from matcher.store.records import R

_AT_ONCE = 2_000


@dataclass(frozen=True)
class Reference:
    """A column that names another record by any of its keys, read as that record's id."""

    column: str
    aliases: Table


class Records(Generic[R]):
    """All stored records of one kind."""

    def __init__(self, engine: Engine, kind: Kind[R], references: tuple[Reference, ...] = ()) -> None:
        self._engine = engine
        self._kind = kind
        self._references = references

    def get(self, id: str) -> R | None:
        """The record of that very id."""
        return next(self._stream(self._select().where(self._table.c.id == id)), None)

    def many(self, ids: Iterable[str]) -> dict[str, R]:
        """The records of those ids that exist, by id."""
        return {record.id: record for record in self.each(ids)}

    def each(self, ids: Iterable[str]) -> Iterator[R]:
        """The same one by one, however many they are."""
        for part in chunks(list(dict.fromkeys(ids))):
            yield from map(self._record, self._rows(self._named, {"ids": part}))

    def page(self, after: str, limit: int) -> list[R]:
        """Up to `limit` records whose ids come after `after`, in id order: records that arrive meanwhile shift nothing."""
        return list(self._stream(self._select().where(self._table.c.id > after).limit(limit)))

    def count(self) -> int:
        """How many there are."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(self._table)).scalar_one())

    def distinct(self, column: str) -> list[str]:
        """The different values of a text column, ascending."""
        values = self._table.c[column]
        with reading(self._engine) as connection:
            return list(connection.execute(select(values).distinct().order_by(values)).scalars())

    @property
    def _table(self) -> Table:
        return self._kind.table

    @cached_property
    def _named(self) -> Select[Any]:
        """The records of the parameter `ids`: asked for with every need, so it is made once."""
        return self._select().where(self._table.c.id.in_(bindparam("ids", expanding=True)))

    def _select(self) -> Select[Any]:
        """Rows as `_stream` reads them, in id order."""
        query = select(*self._kind.mapping.columns, self._table.c.known)
        source: Any = self._table
        for reference in self._references:
            aliases = reference.aliases.alias()
            query = query.add_columns(aliases.c.record_id)
            source = source.outerjoin(aliases, aliases.c.alias == self._table.c[reference.column])
        return query.select_from(source).order_by(self._table.c.id)

    def _stream(self, query: Select[Any]) -> Iterator[R]:
        """The records of a query made by `_select`, as one state of the database has them."""
        return map(self._record, self._rows(query))

    def _rows(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> Iterator[Any]:
        with reading(self._engine) as connection:
            yield from connection.execution_options(yield_per=_AT_ONCE).execute(query, values)

    def _record(self, row: Any) -> R:  # noqa: ANN401 (a row of _select)
        record = self._kind.mapping.record(row)
        owners = row[len(row) - len(self._references) :]
        resolved = {
            reference.column: owner
            for reference, owner in zip(self._references, owners, strict=True)
            if owner
        }
        return replace(record, **resolved) if resolved else record


def resolve(connection: Connection, aliases: Table, candidates: list[str]) -> str | None:
    """The id of the first candidate that is known."""
    rows = connection.execute(
        select(aliases.c.alias, aliases.c.record_id).where(aliases.c.alias.in_(candidates))
    )
    found = dict(rows.all())
    return next((found[candidate] for candidate in candidates if candidate in found), None)


def known_by(as_of: date, *days: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the first stated of `days` is no later than `as_of`; true where none is stated."""
    first = func.coalesce(*days) if len(days) > 1 else days[0]
    return or_(first.is_(None), first <= as_of)


def any_part(column: ColumnElement[Any], parts: Iterable[str]) -> ColumnElement[bool]:
    """Whether a text column holds any of the parts."""
    return or_(*(column.icontains(part, autoescape=True) for part in parts))
