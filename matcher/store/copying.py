"""Copies all rows of one database into another, of either dialect, as one state of the first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, MetaData, Table, delete, func, insert, select

from matcher.errors import InputError
from matcher.store.engine import reading, writing
from matcher.store.migrations import History, migrate, revision_of, upgrade

_AT_ONCE = 2_000


def copy_database(source: Engine, target: Engine, histories: Sequence[History]) -> None:
    """Make the tables of this version in an empty database and copy every row of the source's, all or nothing.

    Raises InputError where the target has such tables already.
    """
    for history in histories:
        migrate(source, history)
    with reading(source) as origin, writing(target) as destination:
        if any(revision_of(destination, history) for history in histories):
            raise InputError(
                "目标数据库中已有本程序的数据，为免覆盖未恢复。请新建一个空库，用环境变量 MATCHER_DATABASE_URL 指定。",
                code="not_empty",
            )
        for history in histories:
            upgrade(destination, history)
        for here, there in _pairs(origin, destination):
            destination.execute(delete(there))  # some tables begin with a row
            rows = origin.execution_options(yield_per=_AT_ONCE).execute(select(here)).mappings()
            for part in rows.partitions():
                destination.execute(insert(there), [dict(row) for row in part])
            _count_on(destination, there)


def _pairs(origin: Connection, destination: Connection) -> list[tuple[Table, Table]]:
    """The tables that both have, as each has them, referenced ones first."""
    here, there = MetaData(), MetaData()
    here.reflect(origin)
    there.reflect(destination)
    return [(here.tables[table.name], table) for table in there.sorted_tables if table.name in here.tables]


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the copied ones; SQLite does by itself."""
    for column in table.primary_key:
        if connection.dialect.name == "postgresql" and column.server_default is not None:
            last = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, last, False)))
