"""Changes one record to what an editor wants it to be, where nobody else has changed it meanwhile.

Merging, which imports do, never erases; editing does what it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, Engine, select

from matcher.domain import Assessment, Need
from matcher.errors import Conflict
from matcher.store.engine import reading, writing
from matcher.store.intake import Intake, Landing
from matcher.store.kinds import kind_of
from matcher.store.records import R

_RESOLVED = {Need: ("enterprise_id",), Assessment: ("enterprise_id", "patent_id")}
"""Fields that reading answers with the id of the stored record that they name."""
Along = Callable[[Connection], None]
"""What is written in the same transaction as an edit, or with it not at all."""


class Edits:
    """Edits of one workspace, each in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, record: R, known: date, along: Along | None = None) -> str:
        """Store a new record and answer its id; raises Conflict where one of its numbers or its name is known."""
        kind = kind_of(record)
        with writing(self._engine) as connection:
            [outcome] = Intake(connection, kind, known, prefer_new=False).land([record])
            if outcome.landing is not Landing.LANDED:
                raise Conflict(f"已有编号为“{outcome.id}”的记录，没有新建。请改用修改。", code="exists")
            if along is not None:
                along(connection)
        return outcome.id

    def replace(self, before: R, after: R | None, known: date, along: Along | None = None) -> None:
        """Put `after` in the place of what was read as `before`; None takes it away. Raises as `Intake.edit` does."""
        stored = self._as_stored(before)
        if after is not None:
            kept = {
                name: getattr(stored, name)
                for name in _RESOLVED.get(type(before), ())
                if getattr(after, name) == getattr(before, name)
            }
            after = replace(after, **kept)
        with writing(self._engine) as connection:
            Intake(connection, kind_of(before), known, prefer_new=True).edit(stored, after)
            if along is not None:
                along(connection)

    def _as_stored(self, record: R) -> R:
        """The record with its references as they are stored."""
        resolved = _RESOLVED.get(type(record), ())
        if not resolved:
            return record
        kind = kind_of(record)
        with reading(self._engine) as connection:
            query = select(*kind.mapping.columns).where(kind.table.c.id == record.id)
            row = connection.execute(query).first()
        stored = None if row is None else kind.mapping.record(row)
        return (
            record
            if stored is None
            else replace(record, **{name: getattr(stored, name) for name in resolved})
        )
