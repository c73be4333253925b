"""Opens the database; all that depends on the SQL dialect stands in this file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from matcher.errors import MatcherError, NotReady

_BUSY_SECONDS = 20
_WRITES = "matcher_writes"


def sqlite_url(file: Path) -> str:
    """The URL of a SQLite database file."""
    return f"sqlite:///{file}"


def open_engine(url: str) -> Engine:
    """An engine whose transactions are real ones.

    SQLite: write-ahead log (readers are unaffected by an import), synchronous FULL (what was
    acknowledged survives a power cut), foreign keys on, and 20 s of patience with another writer.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed)
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database throughout."""
    with _explained(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One short transaction that takes the writer's place at once: committed on leaving, or rolled back."""
    with (
        _explained(engine),
        engine.connect().execution_options(**{_WRITES: True}) as connection,
        connection.begin(),
    ):
        yield connection


def snapshot(engine: Engine, file: Path) -> None:
    """Copy a SQLite database, as one state of it, into a new file; readers and writers go on."""
    with (
        _explained(engine),
        closing(engine.raw_connection()) as source,
        closing(sqlite3.connect(file)) as copy,
    ):
        connection: Any = source.driver_connection
        connection.backup(copy)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's connection)
    # The driver must not begin transactions by its own rules: _begin_sqlite does.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later could find its snapshot outdated: take the lock first.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if "locked" in str(error.orig) or "busy" in str(error.orig):
            message = f"数据库正被另一个程序写入，{_BUSY_SECONDS} 秒内未能等到。请等它结束后重试。"
            raise NotReady(message, code="database_busy") from error
        raise NotReady(f"数据库无法使用（{error.orig}）。请检查路径、权限和磁盘空间。") from error
    except DatabaseError as error:
        if any(words in str(error.orig) for words in ("not a database", "malformed")):
            name = engine.url.database
            raise MatcherError(
                f"{name} 不是数据库文件或已损坏。请从备份恢复，或换一个工作目录重新导入。"
            ) from error
        raise
