"""Answers kept for requests that may be sent again: by program and key, for a day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import orjson
from sqlalchemy import ColumnElement, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.store import tables
from matcher.store.engine import reading, writing

KEPT = timedelta(hours=24)
_GIVEN_UP = timedelta(minutes=5)
"""A claim without an answer after this time is one of a process that was killed."""
_TABLE = tables.repeats


class Standing(StrEnum):
    """Where a request stands among those of its key."""

    FIRST = "first"
    ANSWERED = "answered"
    UNDER_WAY = "under way"
    OTHER = "other"
    """The key came with another request before."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A program's key, and the digest of the request that it came with."""

    program: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given."""

    status: int
    body: bytes
    headers: dict[str, str]
    media_type: str


class Repeats:
    """All kept answers of the service."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, repeat: Repeat, at: datetime) -> tuple[Standing, Kept | None]:
        """Take the key for this request, or say how it stands with it; what is older than a day is forgotten."""
        unanswered = _TABLE.c.status.is_(None) & (_TABLE.c.created < at - _GIVEN_UP)
        row = {"program": repeat.program, "key": repeat.key, "digest": repeat.digest, "created": at}
        try:
            with writing(self._engine) as connection:
                connection.execute(delete(_TABLE).where((_TABLE.c.created < at - KEPT) | unanswered))
                connection.execute(insert(_TABLE), row)
        except IntegrityError:
            return self._standing(repeat)
        return Standing.FIRST, None

    def keep(self, repeat: Repeat, answer: Kept) -> None:
        """Keep the answer of a claimed key."""
        values = {**asdict(answer), "headers": orjson.dumps(answer.headers).decode()}
        with writing(self._engine) as connection:
            connection.execute(update(_TABLE).where(_here(repeat)).values(values))

    def forget(self, repeat: Repeat) -> None:
        """Give a claimed key back."""
        with writing(self._engine) as connection:
            connection.execute(delete(_TABLE).where(_here(repeat)))

    def _standing(self, repeat: Repeat) -> tuple[Standing, Kept | None]:
        with reading(self._engine) as connection:
            row = connection.execute(select(_TABLE).where(_here(repeat))).first()
        if row is None or (row.digest == repeat.digest and row.status is None):
            return Standing.UNDER_WAY, None
        if row.digest != repeat.digest:
            return Standing.OTHER, None
        return Standing.ANSWERED, Kept(row.status, row.body, orjson.loads(row.headers), row.media_type)


def _here(repeat: Repeat) -> ColumnElement[bool]:
    return (_TABLE.c.program == repeat.program) & (_TABLE.c.key == repeat.key)
