"""Keeps what an officer said of the columns of a source, so that the next file of that source is read the same way."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from sqlalchemy import Engine, delete, insert, select

from matcher.store import tables
from matcher.store.engine import reading, writing

_TABLE = tables.column_mappings


class Columns:
    """Header → field by kind of record and source, where somebody has corrected what was recognised."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, kind: str, source: str) -> dict[str, str]:
        """What is kept for a source; empty where nothing is."""
        query = select(_TABLE.c.body).where(_TABLE.c.kind == kind, _TABLE.c.source == source)
        with reading(self._engine) as connection:
            body = connection.execute(query).scalar()
        return {} if body is None else dict(orjson.loads(body))

    def keep(self, kind: str, source: str, mapping: Mapping[str, str]) -> None:
        """Keep a mapping in place of the one before; an empty one forgets it."""
        with writing(self._engine) as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.kind == kind, _TABLE.c.source == source))
            if mapping:
                body = orjson.dumps(dict(mapping)).decode()
                connection.execute(insert(_TABLE), {"kind": kind, "source": source, "body": body})
