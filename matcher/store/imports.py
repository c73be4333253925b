"""Records which files were imported, when, and with what result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select

from matcher.store import tables
from matcher.store.engine import reading, writing


@dataclass(frozen=True, slots=True)
class Import:
    """One imported file: rows_read = landed + merged + refused."""

    at: datetime
    kind: str
    """What was imported: patents, enterprises, needs, assessments, transactions."""
    file: str
    sha256: str
    rows_read: int
    landed: int
    merged: int
    refused: int


class Imports:
    """The journal of imports; it is no business data and does not change the data version."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, entry: Import) -> int:
        """Write one line; its number."""
        values = {column.name: getattr(entry, column.name) for column in _COLUMNS}
        with writing(self._engine) as connection:
            written = connection.execute(insert(tables.imports).values(values).returning(tables.imports.c.id))
            return int(written.scalar_one())

    def all(self) -> list[Import]:
        """Every line, the oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(tables.imports.c.id))
            return [Import(*row) for row in rows]


_COLUMNS = [column for column in tables.imports.c if column.name != "id"]
