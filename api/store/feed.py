"""The feed of transferable patents: every patent's newest change under a number that only grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from api.store import tables
from matcher.store.engine import reading, writing

_FEED, _STATE = tables.feed, tables.feed_state
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """A patent's newest change; a `number` below 0: it has never been offered, and is nobody's concern."""

    patent_id: str
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
    """All changes, one a patent: a later one takes the place of the earlier, so that nothing is told twice."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def state(self) -> State:
        """Where the feed stands."""
        with reading(self._engine) as connection:
            return _state(connection)

    def held(self) -> dict[str, Change]:
        """Every patent's newest change, by patent."""
        with reading(self._engine) as connection:
            rows = connection.execution_options(yield_per=10_000).execute(select(_FEED))
            return {row.patent_id: Change(**row._mapping) for row in rows}

    def advance(self, before: State, seen: str, changed: Mapping[str, Change], at: datetime) -> bool:
        """Number and store changes; False where somebody else has advanced the feed since `before` was read.

        Numbers are given in one transaction that holds the feed's state: a reader who has seen a number has seen, or
        will see under a higher one, every change.
        """
        with writing(self._engine) as connection:
            now = _state(connection, lock=True)
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
                    delete(_FEED).where(_FEED.c.patent_id.in_([row["patent_id"] for row in part]))
                )
                connection.execute(insert(_FEED), part)
            connection.execute(update(_STATE).values(seen=seen, number=number, at=at if rows else now.at))
        return True

    def page(self, after: int, since: datetime | None, limit: int) -> list[Change]:
        """Up to `limit` changes numbered above `after`, of `since` or later, in the order of their numbers."""
        query = select(_FEED).where(_FEED.c.number > max(after, 0))
        if since is not None:
            query = query.where(_FEED.c.at >= since)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_FEED.c.number).limit(limit))
            return [Change(**row._mapping) for row in rows]


def _state(connection: Connection, *, lock: bool = False) -> State:
    query = select(_STATE.c.seen, _STATE.c.number, _STATE.c.at)
    return State(*connection.execute(query.with_for_update() if lock else query).one())
