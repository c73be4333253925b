"""Who did or saw what: written, read, never changed. Keep it for six months at least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, insert, select

from api.store import tables
from matcher.store.engine import reading, writing

_TABLE = tables.audit
_COLUMNS = [column for column in _TABLE.c if column.name != "id"]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act; `object` names what it was done to, never what was in it."""

    at: datetime
    actor: str
    action: str
    object: str = ""
    request_id: str = ""


class Audit:
    """The audit log."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, line: AuditLine, patience: float | None = None) -> None:
        """Write one line, on the disk before this returns; raises NotReady where others write for longer than `patience` seconds."""
        with writing(self._engine, patience) as connection:
            connection.execute(insert(_TABLE), asdict(line))

    def recent(self, count: int = 200) -> list[AuditLine]:
        """The newest lines, the newest first."""
        return self._read(select(*_COLUMNS).order_by(_TABLE.c.id.desc()).limit(count))

    def of(self, object: str, actions: Sequence[str]) -> list[AuditLine]:
        """The lines that name an object and one of the actions, the oldest first."""
        here = (_TABLE.c.object == object) & _TABLE.c.action.in_(actions)
        return self._read(select(*_COLUMNS).where(here).order_by(_TABLE.c.id))

    def _read(self, query: Select[Any]) -> list[AuditLine]:
        with reading(self._engine) as connection:
            return [AuditLine(**row._mapping) for row in connection.execute(query)]
