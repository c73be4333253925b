"""Failed sign-ins by address, for as long as they count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select

from api.store import tables
from matcher.store.engine import reading, writing

_TABLE = tables.failures


class Failures:
    """The failures that all processes have seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, address: str, since: datetime) -> int:
        """How many of an address came after a moment."""
        query = select(func.count()).where(_TABLE.c.address == address, _TABLE.c.at > since)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def add(self, address: str, at: datetime, since: datetime) -> None:
        """Keep one more; all that are not newer than `since` are forgotten."""
        with writing(self._engine) as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.at <= since))
            connection.execute(insert(_TABLE), {"address": address, "at": at})
