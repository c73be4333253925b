"""Opens the database, SQLite or PostgreSQL; what depends on the SQL dialect stands here and in `trouble`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from matcher.errors import SettingsError
from matcher.store.patience import request as of_request
from matcher.store.patience import waits
from matcher.store.trouble import BUSY_SECONDS, explained

_WRITES = "matcher_writes"
_PATIENCE = "matcher_patience"
_PLACE = "matcher_place"
_DRIVER = "postgresql+psycopg"
_CONNECT_SECONDS = 10
_POSTGRES_NAMES = ("postgresql", "postgres", _DRIVER)
_TAKE_PLACE = "SELECT pg_advisory_xact_lock(hashtextextended('matcher ' || current_schema() || ' {}', 0))"
_CREATE = "CREATE DATABASE 库名 TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"


def sqlite_url(file: Path) -> str:
    """The URL of a SQLite database file."""
    return f"sqlite:///{file}"


def open_engine(url: str, place: str = "records") -> Engine:
    """An engine whose transactions are real ones; raises SettingsError for a URL that is of neither database.

    One writer at a time, on both: SQLite's for the whole file, PostgreSQL's for each `place`, a set of tables.
    SQLite: write-ahead log (readers are unaffected by an import), synchronous FULL (what was acknowledged survives
    a power cut), foreign keys on. PostgreSQL: texts must sort by code points, as in SQLite; broken connections are
    replaced when they are next asked for. On both, 20 s of patience with another writer where `writing` names no other.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        engine = create_engine(
            parsed,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "matcher"},
            execution_options={_PLACE: place},
        )
    except ImportError as error:
        message = "使用 PostgreSQL 需要 psycopg。请运行 pip install 'patent-matcher[postgres]'。"
        raise SettingsError(message, code="driver_missing") from error
    event.listen(engine, "connect", _prepare_postgres)
    event.listen(engine, "begin", _begin_postgres)
    return engine


def place_of(engine: Engine) -> str:
    """Where a database is, without passwords."""
    url = engine.url
    if _is_sqlite(engine):
        return url.render_as_string(hide_password=True)
    return URL.create("postgresql", url.username, None, url.host, url.port, url.database).render_as_string()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database throughout."""
    one_state = (
        {} if _is_sqlite(engine) else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    )
    with explained(engine), engine.connect().execution_options(**one_state) as connection:
        yield connection


@contextmanager
def writing(engine: Engine, patience: float | None = None) -> Iterator[Connection]:
    """One short transaction that takes the writer's place: committed on leaving, or rolled back.

    Raises NotReady (database_busy) where another writer holds the place for longer than `patience`, in seconds; where none
    is named, than `patience.waits` says.
    """
    seconds = waits() if patience is None else patience
    with (
        explained(engine),
        engine.connect().execution_options(**{_WRITES: True, _PATIENCE: seconds}) as connection,
        connection.begin(),
    ):
        yield connection
    if (request := of_request()) is not None:
        request.written = True


def snapshot(engine: Engine, file: Path) -> None:
    """Copy a SQLite database, as one state of it, into a new file; readers and writers go on."""
    with (
        explained(engine),
        closing(engine.raw_connection()) as source,
        closing(sqlite3.connect(file)) as copy,
    ):
        connection: Any = source.driver_connection
        connection.backup(copy)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is not None and parsed.drivername in _POSTGRES_NAMES:
        return parsed.set(drivername=_DRIVER)
    if parsed is None or parsed.get_backend_name() != "sqlite":
        # The text is not repeated: it may hold a password.
        message = "database_url 应写成 postgresql://用户@主机:5432/库名 或 sqlite:///文件。请修改设置。"
        raise SettingsError(message, code="bad_database_url") from None
    return parsed


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's connection)
    # The driver must not begin transactions by its own rules: _begin_sqlite does.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later could find its snapshot outdated: take the lock first.
    options = connection.get_execution_options()
    if options.get(_WRITES, False):
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {options[_PATIENCE] * 1000:.0f}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def _prepare_postgres(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's connection)
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = {BUSY_SECONDS * 1000:.0f}")
    sorts, encoding = connection.execute("SELECT 'B' < 'a', current_setting('server_encoding')").fetchone()
    connection.autocommit = False
    if not sorts or encoding != "UTF8":
        raise SettingsError(
            f"这个 PostgreSQL 数据库的字符集或排序规则不合用（需要 UTF8 和 C），清单的次序会因此不同。请用“{_CREATE}”另建一个。",
            code="bad_collation",
        )


def _begin_postgres(connection: Connection) -> None:
    # Whoever waits here reads afterwards what the writer before has left: READ COMMITTED, statement by statement.
    options = connection.get_execution_options()
    if options.get(_WRITES, False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {options[_PATIENCE] * 1000:.0f}")
        connection.exec_driver_sql(_TAKE_PLACE.format(options[_PLACE]))
