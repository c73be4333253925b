"""Vectors in a PostgreSQL server with the extension pgvector: every wanted row is looked at, filters are SQL.

With `?index=hnsw` in the address a graph is made (Malkov & Yashunin, TPAMI 2020). pgvector applies a filter to what the
graph returns, so that it is asked on (`iterative_scan`) until a list is full; its recall is measured at every build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from indexes.contract import IndexUnusable, Vectors
from indexes.engines import Engine, Keys, Near, Parts, Wanted, patiently

T = TypeVar("T")

_NAME = "vectors"
_OPTIONS = ("name", "index")
"""In the address: ?name=hedong keeps workspaces of one database apart; ?index=hnsw makes a graph."""
_GRAPH = "hnsw"
_GRAPH_SEARCH = (
    "SET LOCAL hnsw.ef_search = 400",
    "SET LOCAL hnsw.iterative_scan = strict_order",
    "SET LOCAL hnsw.max_scan_tuples = 200000",
)


class PgvectorEngine:
    """One table of one database; connections are pooled, tested before use, and made again when they broke."""

    name = "PostgreSQL（pgvector）"
    holds = "向量"
    most = 1_000_000
    listable = 1_000_000

    def __init__(self, address: str, dimension: int) -> None:
        """`address` as SQLAlchemy and MATCHER_DATABASE_URL write it; raises IndexUnusable where no driver is installed."""
        url = make_url(address)
        prefix, index = (str(url.query.get(name, "")) for name in _OPTIONS)
        prefix = prefix or "matcher"
        if index not in ("", "exact", _GRAPH):
            raise IndexUnusable(f"MATCHER_INDEX 的 index={index} 无法识别。可选：exact、{_GRAPH}。")
        self.exact = index != _GRAPH
        if not prefix.isidentifier():
            raise IndexUnusable(f"MATCHER_INDEX 中的 name={prefix} 只能由字母、数字和下划线组成。")
        url = url.difference_update_query(_OPTIONS).set(drivername="postgresql+psycopg")
        self._table = f"{prefix}_{_NAME}_{dimension}{'' if self.exact else '_graph'}".lower()
        self._dimension = dimension
        where = f"{url.host or ''}:{url.port or 5432}/{url.database or ''}"
        self.place = f"postgresql://{where}，表 {self._table}"
        try:
            self._pool = create_engine(
                url, pool_pre_ping=True, pool_size=8, connect_args={"connect_timeout": 10}
            )
        except ImportError as error:
            raise IndexUnusable(
                '使用 PostgreSQL 索引需要另装驱动：pip install -c constraints.txt -e ".[postgres]"。'
            ) from error

    def create(self) -> None:
        """Make extension and table where they lack."""

        def work() -> None:
            with self._cursor() as cursor:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {self._table} (key bigint PRIMARY KEY, part integer NOT NULL, "
                    f"vector vector({self._dimension}) NOT NULL)"
                )
                cursor.execute(f"ALTER TABLE {self._table} ALTER COLUMN vector SET STORAGE PLAIN")
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {self._table}_part ON {self._table} (part)")

        self._patiently(work)

    def keys(self) -> Keys:
        """All keys that are held; none where there is no table yet."""
        rows = self._rows(f"SELECT key FROM {self._table}") if self._exists() else []
        return np.array([key for (key,) in rows], dtype=np.int64)

    def count(self) -> int:
        """How many vectors are held."""
        return int(self._rows(f"SELECT count(*) FROM {self._table}")[0][0]) if self._exists() else 0

    def version(self) -> str:
        """Of the server and of the extension, such as 18.1，vector 0.8.1."""
        extension = "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
        server, vector = self._rows(f"SELECT current_setting('server_version'), ({extension})")[0]
        return f"{server}，vector {vector or '未安装'}"

    def add(self, keys: Keys, parts: Parts, vectors: Vectors) -> None:
        """Hold vectors of shape (keys, dimension), all of them or none."""
        copied = _copied(keys, parts, vectors)

        def work() -> None:
            with self._cursor() as cursor:
                cursor.execute(f"CREATE TEMPORARY TABLE given (LIKE {self._table}) ON COMMIT DROP")
                with cursor.copy("COPY given FROM STDIN (FORMAT BINARY)") as copy:
                    copy.write(copied)
                cursor.execute(f"INSERT INTO {self._table} SELECT * FROM given ON CONFLICT (key) DO NOTHING")

        self._patiently(work)

    def settle(self) -> None:
        """What is committed can be found; statistics are brought up to date for the planner."""

        def work() -> None:
            with self._cursor() as cursor:
                if not self.exact:
                    cursor.execute(
                        f"CREATE INDEX IF NOT EXISTS {self._table}_graph ON {self._table} "
                        "USING hnsw (vector vector_ip_ops) WITH (m = 32, ef_construction = 200)"
                    )
                cursor.execute(f"ANALYZE {self._table}")

        self._patiently(work)

    def remove(self, keys: Keys) -> None:
        """Hold them no longer."""

        def work() -> None:
            with self._cursor() as cursor:
                cursor.execute(f"DELETE FROM {self._table} WHERE key = ANY(%s::bigint[])", (keys.tolist(),))

        self._patiently(work)

    def fetch(self, keys: Keys) -> dict[int, Vectors]:
        """The vectors of those keys that are held, bit for bit."""
        rows = self._rows(
            f"SELECT key, vector_send(vector) FROM {self._table} WHERE key = ANY(%s::bigint[])",
            (keys.tolist(),),
        )
        return {key: _read(sent) for key, sent in rows}

    def nearest(self, queries: Vectors, limit: int, wanted: Wanted) -> list[Near]:
        """The `limit` best of the wanted vectors for each query, by inner product."""
        conditions, values = ["true"], list[object]()
        if wanted.parts is not None:
            conditions.append("part = ANY(%s::integer[])")
            values.append(list(wanted.parts))
        if wanted.only or len(wanted.keys):
            conditions.append(
                "key = ANY(%s::bigint[])"
                if wanted.only
                else "NOT EXISTS (SELECT FROM unnest(%s::bigint[]) AS out WHERE out = key)"
            )
            values.append(wanted.keys.tolist())
        select = (
            f"SELECT key, -(vector <#> %s::vector) FROM {self._table} WHERE {' AND '.join(conditions)} "
            "ORDER BY vector <#> %s::vector LIMIT %s"
        )
        found = []
        for query in map(_written, queries):
            rows = self._rows(select, (query, *values, query, limit), () if self.exact else _GRAPH_SEARCH)
            found.append(
                Near(
                    np.array([row[0] for row in rows], np.int64),
                    np.array([row[1] for row in rows], np.float64),
                )
            )
        return found

    def _exists(self) -> bool:
        return self._rows("SELECT to_regclass(%s)", (self._table,))[0][0] is not None

    def _rows(
        self, statement: str, values: tuple[object, ...] = (), before: tuple[str, ...] = ()
    ) -> list[tuple[Any, ...]]:
        def work() -> list[tuple[Any, ...]]:
            with self._cursor() as cursor:
                for setting in before:
                    cursor.execute(setting)
                cursor.execute(statement, values or None)
                rows: list[tuple[Any, ...]] = cursor.fetchall()
                return rows

        return self._patiently(work)

    def _patiently(self, work: Callable[[], T]) -> T:
        """Raises EngineGone where the server does not answer, IndexUnusable where it refuses."""
        import psycopg

        try:
            return patiently(work, (OperationalError, psycopg.OperationalError, PoolTimeout), self)
        except psycopg.Error as error:
            raise IndexUnusable(
                f"外部索引 {self.name}（{self.place}）拒绝了请求（{str(error).splitlines()[0][:200]}）。请检查账号的权限，"
                "以及服务器是否装有 pgvector 扩展；表被删除时请运行 matcher index --full 重建。"
            ) from error

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        """A cursor whose work is committed at the end of the block."""
        connection = self._pool.raw_connection()
        try:
            cursor = connection.cursor()
            yield cursor
            connection.commit()
        finally:
            connection.close()


def _copied(keys: Keys, parts: Parts, vectors: Vectors) -> bytes:
    """Rows as PostgreSQL's COPY reads them in binary form: each field behind its length, all of it big-endian."""
    count, dimension = vectors.shape
    lengths = {"fields": 3, "key length": 8, "part length": 4, "vector length": 4 + 4 * dimension}
    row = [("fields", ">i2"), ("key length", ">i4"), ("key", ">i8"), ("part length", ">i4"), ("part", ">i4")]
    row += [("vector length", ">i4"), ("dimension", ">u2"), ("zero", ">u2")]
    rows = np.zeros(count, np.dtype([*row, ("vector", ">f4", (dimension,))]))
    for name, value in {
        **lengths,
        "key": keys,
        "part": parts,
        "dimension": dimension,
        "vector": vectors,
    }.items():
        rows[name] = value
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


def _written(vector: Vectors) -> str:
    """As pgvector reads it: more digits than a float32 has, so that it comes back the same."""
    return f"[{','.join(map(str, vector.tolist()))}]"


def _read(sent: bytes) -> Vectors:
    """Out of the extension's binary form: two 16-bit words, then big-endian float32."""
    return np.frombuffer(sent, dtype=">f4", offset=4).astype(np.float32)


def connect(address: str) -> Callable[[int], Engine]:
    """The engine at an address, by dimension."""
    return lambda dimension: PgvectorEngine(address, dimension)
