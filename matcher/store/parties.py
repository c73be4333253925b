"""Reads the parties that are known by their names: holders, experts, service institutions."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from matcher.identifiers import squeezed
from matcher.store.engine import reading
from matcher.store.reads import Records
from matcher.store.records import R


class Parties(Records[R]):
    """All stored parties of one kind."""

    def all(self) -> Iterator[R]:
        """Every party, in id order, streamed."""
        return self._stream(self._select())

    def find(self, text: str) -> R | None:
        """The party of an id, or of a name that only one has; widths and blanks do not count."""
        wanted = squeezed(text)
        query = select(self._table.c.id, self._table.c.name).order_by(self._table.c.id)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        named = [id_ for id_, name in rows if wanted in (squeezed(id_), squeezed(name))]
        return self.get(named[0]) if len(named) == 1 else None
