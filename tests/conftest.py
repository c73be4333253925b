"""Servers that the tests start themselves, once for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from api.store.database import open_service
from matcher.settings import load_settings
from matcher.store.database import Store
from tests.servers import milvus, postgres
from tests.servers.databases import ALL_ON_BOTH, DATABASES


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="what tests of the service run on that do not run on both anyway",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run on both databases what `ALL_ON_BOTH` names, unless it says itself where it runs."""
    test = metafunc.definition
    free = all(mark.args[0] != "database_url" for mark in test.iter_markers("parametrize"))
    if free and "database_url" in metafunc.fixturenames and test.nodeid.startswith(ALL_ON_BOTH):
        metafunc.parametrize("database_url", DATABASES, indirect=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """A real PostgreSQL server; where there is none, the test is skipped, and under MATCHER_CI it fails."""
    if reason := postgres.unavailable():
        if os.environ.get("MATCHER_CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with postgres.running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """The URL of a new, empty database of the test's own; the extension vector can be created in it."""
    name = postgres_server.new_database()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def milvus_server() -> Iterator[milvus.MilvusServer]:
    """A real Milvus server; where its package is not installed, the test is skipped."""
    if reason := milvus.unavailable():
        pytest.skip(reason)
    with milvus.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.PostgresServer) -> str:
    """A database with all tables and nothing in them, to be copied."""
    name = postgres_server.new_database()
    Store.open(postgres_server.url(name)).close()
    open_service(load_settings(database_url=postgres_server.url(name))).dispose()
    return name


@pytest.fixture
def postgres_tables(postgres_server: postgres.PostgresServer, postgres_template: str) -> Iterator[str]:
    """The URL of a database of the test's own with all tables and nothing in them."""
    name = postgres_server.new_database(postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str | None:
    """The setting of that name: None is SQLite in the workspace; `on_both` runs a test on either."""
    kind = getattr(request, "param", None) or request.config.getoption("database")
    return None if kind == "sqlite" else str(request.getfixturevalue("postgres_tables"))
