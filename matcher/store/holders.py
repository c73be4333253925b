"""Reads patent holders."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine

from matcher.domain import Holder
from matcher.store.kinds import HOLDERS
from matcher.store.reads import Records


class Holders(Records[Holder]):
    """All stored holders; `id` is the name as patents have it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, HOLDERS)

    def all(self) -> Iterator[Holder]:
        """Every holder, in id order, streamed."""
        return self._stream(self._select())
