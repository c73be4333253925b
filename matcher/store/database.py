"""The store: one object that lands records and reads them back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import date
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, select

from matcher.store import tables
from matcher.store.columns import Columns
from matcher.store.commissions import Commissions
from matcher.store.demand import Enterprises, Needs
from matcher.store.editing import Edits
from matcher.store.engine import open_engine, reading, sqlite_url, writing
from matcher.store.history import Assessments, Transactions
from matcher.store.imports import Imports
from matcher.store.intake import Intake, Outcome
from matcher.store.inventory import Inventory
from matcher.store.kinds import EXPERTS, HOLDERS, SERVICES, kind_of
from matcher.store.migrations import migrate
from matcher.store.outcomes import Outcomes
from matcher.store.parties import Parties
from matcher.store.patents import Patents
from matcher.store.records import Record
from matcher.store.responses import Responses
from matcher.store.roadshows import Roadshows
from matcher.store.sightings import Sightings

_BATCH = 5_000
"""Records per transaction: another writer waits a second at most."""
_VERSIONS = select(tables.versions.c.kind, tables.versions.c.total).order_by(tables.versions.c.kind)
"""Asked several times for every answer: made once, and compiled once."""


class Store:
    """All business data of one workspace."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.patents = Patents(engine)
        self.holders = Parties(engine, HOLDERS)
        self.experts = Parties(engine, EXPERTS)
        self.services = Parties(engine, SERVICES)
        self.commissions = Commissions(engine)
        self.enterprises = Enterprises(engine)
        self.needs = Needs(engine)
        self.assessments = Assessments(engine)
        self.transactions = Transactions(engine)
        self.imports = Imports(engine)
        self.sightings = Sightings(engine)
        self.columns = Columns(engine)
        self.roadshows = Roadshows(engine)
        self.outcomes = Outcomes(engine)
        self.inventory = Inventory(engine)
        self.responses = Responses(engine)
        self.edits = Edits(engine)

    @classmethod
    def open(cls, where: Path | str) -> Self:
        """Open, and create or upgrade where needed, a SQLite file (path) or a database (SQLAlchemy URL)."""
        if isinstance(where, Path):
            where.parent.mkdir(parents=True, exist_ok=True)
        engine = open_engine(sqlite_url(where) if isinstance(where, Path) else where)
        migrate(engine)
        return cls(engine)

    def merge(
        self,
        records: Iterable[Record],
        known: date | None = None,
        *,
        prefer_new: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> list[Outcome]:
        """Land records, in order, in short transactions; one outcome per record.

        `known` is the day on which undated facts became known (the day of the import). With `prefer_new`, a
        conflicting new value replaces the stored one. Landing the same records again changes nothing.
        """
        outcomes: list[Outcome] = []
        for _, alike in groupby(records, type):
            while batch := list(islice(alike, _BATCH)):
                with writing(self._engine) as connection:
                    intake = Intake(connection, kind_of(batch[0]), known, prefer_new=prefer_new)
                    outcomes += intake.land(batch)
                if progress is not None:
                    progress(len(batch))
        return outcomes

    def data_version(self, *kinds: str) -> str:
        """A hash (16 hex digits) of all records of the kinds (table names; none: all); equal data, equal hash."""
        with reading(self._engine) as connection:
            versions = connection.execute(_VERSIONS).all()
        totals = " ".join(f"{kind}={total}" for kind, total in versions if not kinds or kind in kinds)
        return hashlib.sha256(totals.encode()).hexdigest()[:16]

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
