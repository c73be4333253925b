"""How far each source has been pulled, and which record came from which of its records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from api.store import tables
from matcher.store.engine import reading, writing

_SOURCES, _PULLED = tables.sources, tables.pulled


@dataclass(frozen=True, slots=True)
class Pulled:
    """One record of a source: where it is kept, when the source changed it, whether it is offered no more and why."""

    source: str
    remote_id: str
    record_id: str
    changed: datetime
    pulled: datetime
    gone: bool = False
    reason: str = ""


class Sources:
    """What was pulled from others."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self, name: str) -> str:
        """Where the next pull of a source goes on; "" at its beginning."""
        with reading(self._engine) as connection:
            found = connection.execute(select(_SOURCES.c.cursor).where(_SOURCES.c.name == name)).scalar()
            return found or ""

    def keep(self, name: str, cursor: str, records: Sequence[Pulled], at: datetime) -> None:
        """Note what a page brought and where the next begins, together."""
        with writing(self._engine) as connection:
            for record in records:
                here = (_PULLED.c.source == name) & (_PULLED.c.remote_id == record.remote_id)
                connection.execute(delete(_PULLED).where(here))
            if records:
                connection.execute(insert(_PULLED), [asdict(record) for record in records])
            connection.execute(delete(_SOURCES).where(_SOURCES.c.name == name))
            connection.execute(insert(_SOURCES), {"name": name, "cursor": cursor, "pulled": at})

    def records(self, name: str) -> list[Pulled]:
        """Every record of a source, by its id there."""
        query = select(_PULLED).where(_PULLED.c.source == name).order_by(_PULLED.c.remote_id)
        with reading(self._engine) as connection:
            return [Pulled(**row._mapping) for row in connection.execute(query)]
