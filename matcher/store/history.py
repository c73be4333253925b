"""Reads what happened: assessments and transactions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine, Select, select

from matcher.domain import Assessment, Transaction
from matcher.store import tables
from matcher.store.intake import chunks
from matcher.store.kinds import ASSESSMENTS, TRANSACTIONS, Kind
from matcher.store.reads import Records, Reference, known_by
from matcher.store.records import Record


class Event(Record, Protocol):
    """A record about one patent."""

    @property
    def patent_id(self) -> str:
        """The patent it is about."""
        ...


E = TypeVar("E", bound=Event)

_PATENT = Reference("patent_id", tables.patent_aliases)


class _History(Records[E]):
    """Events; ids of patents and enterprises are read as those of the stored records where there are some."""

    def __init__(self, engine: Engine, kind: Kind[E], enterprise_column: str) -> None:
        references = (_PATENT, Reference(enterprise_column, tables.enterprise_aliases))
        super().__init__(engine, kind, references)

    def all(self, as_of: date | None = None) -> Iterator[E]:
        """Every event, in id order, streamed; with `as_of`, those of then or earlier (undated: known by then)."""
        return self._stream(self._as_of(as_of))

    def by_patent(self, patent_ids: Iterable[str], as_of: date | None = None) -> dict[str, list[E]]:
        """The events of each of the patents that has any, in id order."""
        found: dict[str, list[E]] = defaultdict(list)
        aliases = tables.patent_aliases
        for part in chunks(list(dict.fromkeys(patent_ids))):
            keys: Any = select(aliases.c.alias).where(aliases.c.record_id.in_(part))
            column = self._table.c.patent_id
            for event in self._stream(self._as_of(as_of).where(column.in_(keys) | column.in_(part))):
                found[event.patent_id].append(event)
        return dict(found)

    def _as_of(self, as_of: date | None) -> Select[Any]:
        query = self._select()
        if as_of is None:
            return query
        return query.where(known_by(as_of, self._table.c.on, self._table.c.known))


class Assessments(_History[Assessment]):
    """All stored assessments."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, ASSESSMENTS, "enterprise_id")


class Transactions(_History[Transaction]):
    """All stored transactions."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, TRANSACTIONS, "buyer_id")
