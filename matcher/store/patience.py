"""How long a writer waits for its turn: as long as BUSY_SECONDS says, or as whoever answers people at once has set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from matcher.store import trouble


@dataclass(slots=True)
class Patience:
    """The seconds that a request's first write waits; `written` once it has changed anything.

    What follows a change waits as long as everybody else: to give up then would leave half of it.
    """

    seconds: float
    written: bool = False


_REQUEST: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def answering_within(seconds: float) -> Iterator[Patience]:
    """All writes of this context, and of threads that are started from it, are one request's."""
    patience = Patience(seconds)
    token = _REQUEST.set(patience)
    try:
        yield patience
    finally:
        _REQUEST.reset(token)


def request() -> Patience | None:
    """The patience of the request that is answered here."""
    return _REQUEST.get()


def waits() -> float:
    """Seconds that the next write may wait."""
    patience = _REQUEST.get()
    return trouble.BUSY_SECONDS if patience is None or patience.written else patience.seconds
