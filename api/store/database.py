"""Opens the service's tables in the workspace's own database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from matcher.settings import Settings
from matcher.store.engine import open_engine, sqlite_url
from matcher.store.migrations import RECORDS, History, migrate

HISTORY = History(Path(__file__).parent / "versions", "0009", "service_version")
HISTORIES = (RECORDS, HISTORY)
"""Of all tables that live in the database."""


def open_service(settings: Settings) -> Engine:
    """An engine whose database has the service's tables of this version; raises NotReady."""
    engine = open_engine(settings.database_url or sqlite_url(settings.home / "matcher.db"), "service")
    migrate(engine, HISTORY)
    return engine
