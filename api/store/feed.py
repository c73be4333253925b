"""A feed: every record's newest change under a number that only grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update

from api.store import tables
from matcher.store.engine import reading, writing

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """A record's newest change; a `number` below 0: it has never been offered, and is nobody's concern."""

    record_id: str
    number: int
    at: datetime
    digest: str
    offered: bool
    review: date | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What the feed stands for: `seen` data and day, and the newest number and moment given out."""

    seen: str
    number: int
    at: datetime


class Feed:
    """All changes, one a record: a later one takes the place of the earlier, so that nothing is told twice."""

    def __init__(
        self, engine: Engine, changes: Table = tables.feed, state: Table = tables.feed_state
    ) -> None:
        self._engine = engine
        self._changes = changes
        self._state = state

    def state(self) -> State:
        """Where the feed stands."""
        with reading(self._engine) as connection:
            return self._read(connection)

    def held(self) -> dict[str, Change]:
        """Every record's newest change, by record."""
        with reading(self._engine) as connection:
            rows = connection.execution_options(yield_per=10_000).execute(select(self._changes))
            return {row.record_id: Change(**row._mapping) for row in rows}

    def advance(self, before: State, seen: str, changed: Mapping[str, Change], at: datetime) -> bool:
        """Number and store changes; False where somebody else has advanced the feed since `before` was read.

        Numbers are given in one transaction that holds the feed's state: a reader who has seen a number has seen, or
        will see under a higher one, every change.
        """
        with writing(self._engine) as connection:
            now = self._read(connection, lock=True)
            if now != before:
                return False
            at, number = max(at, now.at), now.number
            rows = []
            for change in changed.values():
                number += 1
                sign = 1 if change.offered or change.number > 0 else -1
                rows.append({**asdict(change), "number": sign * number, "at": at})
            for start in range(0, len(rows), _AT_ONCE):
                part = rows[start : start + _AT_ONCE]
                connection.execute(
                    delete(self._changes).where(
                        self._changes.c.record_id.in_([row["record_id"] for row in part])
                    )
                )
                connection.execute(insert(self._changes), part)
            connection.execute(
                update(self._state).values(seen=seen, number=number, at=at if rows else now.at)
            )
        return True

    def page(self, after: int, since: datetime | None, limit: int) -> list[Change]:
        """Up to `limit` changes numbered above `after`, of `since` or later, in the order of their numbers."""
        query = select(self._changes).where(self._changes.c.number > max(after, 0))
        if since is not None:
            query = query.where(self._changes.c.at >= since)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(self._changes.c.number).limit(limit))
            return [Change(**row._mapping) for row in rows]

    def secret(self) -> str:
        """What this feed's records are numbered by, where their own numbers are not told."""
        with reading(self._engine) as connection:
            return str(connection.execute(select(self._state.c.secret)).scalar_one())

    def _read(self, connection: Connection, *, lock: bool = False) -> State:
        columns = self._state.c
        query = select(columns.seen, columns.number, columns.at)
        return State(*connection.execute(query.with_for_update() if lock else query).one())
