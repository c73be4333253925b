"""The server that other tests lean on is the one they think it is."""

from __future__ import annotations

import psycopg

from tests.servers.postgres import PostgresServer


def test_every_test_has_an_empty_database_with_vectors(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE EXTENSION vector")
        nearest = connection.execute("SELECT '[1,0]'::vector <=> '[0,1]'::vector").fetchone()
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert (nearest, tables) == ((1.0,), (0,))


def test_a_server_sorts_by_code_points(postgres_server: PostgresServer) -> None:
    assert postgres_server.execute("SELECT 'B' < 'a', 'z' < '中'") == [(True, True)]
