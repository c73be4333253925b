"""Remembers which row of which file brought a record or changed it, so that every fact can name its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, or_, select

from matcher.store import tables
from matcher.store.engine import reading, writing
from matcher.store.intake import chunks

_TABLE = tables.sightings
_ALIASES = {"patents": tables.patent_aliases, "enterprises": tables.enterprise_aliases}


@dataclass(frozen=True, slots=True)
class Sighting:
    """One row that brought a record, or changed `fields` of it (empty: it brought the record)."""

    record_id: str
    sheet: str
    row: int
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record or some of its fields came from; `fields` as in Sighting."""

    file: str
    sheet: str
    row: int
    at: datetime
    fields: tuple[str, ...] = ()


class Sightings:
    """The rows behind the records; like the journal of imports, no business data."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, import_id: int, kind: str, sightings: Iterable[Sighting]) -> None:
        """Note the rows of one import, in short transactions."""
        rows = {
            (one.record_id, one.sheet, one.row): {
                "kind": kind,
                "record_id": one.record_id,
                "import_id": import_id,
                "sheet": one.sheet,
                "row": one.row,
                "fields": " ".join(one.fields),
            }
            for one in sightings
        }
        for part in chunks(list(rows.values())):
            with writing(self._engine) as connection:
                connection.execute(insert(_TABLE), part)

    def of(self, kind: str, record_id: str) -> list[Origin]:
        """The rows of one record and of those that were folded into it, the oldest first."""
        own = _TABLE.c.record_id == record_id
        aliases = _ALIASES.get(kind)
        if aliases is not None:
            names = select(aliases.c.alias).where(aliases.c.record_id == record_id)
            own = or_(own, _TABLE.c.record_id.in_(names))
        journal = tables.imports
        query = (
            select(journal.c.file, _TABLE.c.sheet, _TABLE.c.row, journal.c.at, _TABLE.c.fields)
            .join(journal, journal.c.id == _TABLE.c.import_id)
            .where(_TABLE.c.kind == kind, own)
            .order_by(_TABLE.c.import_id, _TABLE.c.sheet, _TABLE.c.row)
        )
        with reading(self._engine) as connection:
            return [
                Origin(file, sheet, row, at, tuple(fields.split()))
                for file, sheet, row, at, fields in connection.execute(query)
            ]


def origin_of(field: str, origins: Iterable[Origin]) -> Origin | None:
    """The row that last set a field: the last that changed it, else the first that brought the record."""
    found: Origin | None = None
    for origin in origins:
        if field in origin.fields or (not origin.fields and found is None):
            found = origin
    return found
