"""Every test of the store runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.store.database import Store
from matcher.store.engine import open_engine, sqlite_url
from matcher.store.migrations import migrate
from tests.servers.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres_records(postgres_server: PostgresServer) -> str:
    """A database with the tables of the records, to be copied."""
    name = postgres_server.new_database()
    engine = open_engine(postgres_server.url(name))
    migrate(engine)
    engine.dispose()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without records, for the store to open."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "matcher.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.new_database(request.getfixturevalue("postgres_records"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "matcher.db")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    with Store.open(url) as opened:
        yield opened
