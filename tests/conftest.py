"""Servers that the tests start themselves, once for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.servers import postgres


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
