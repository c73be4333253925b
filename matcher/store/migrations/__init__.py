"""Brings a database to the schema of this version; each change is one appended file in `versions`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table

from matcher.errors import NotReady
from matcher.store.engine import reading, writing

HEAD = "0008"
"""The newest revision; a test compares it with the files."""


@dataclass(frozen=True, slots=True)
class History:
    """The changes of one set of tables; several sets may share a database, each with its own `table` of state."""

    versions: Path
    """The folder of the changes."""
    head: str
    table: str


RECORDS = History(Path(__file__).parent / "versions", HEAD, "alembic_version")


def migrate(engine: Engine, history: History = RECORDS) -> None:
    """Create or upgrade the tables; does nothing, and imports nothing, where they are up to date.

    Raises NotReady where a newer version of this program has written the database.
    """
    with reading(engine) as connection:
        if revision_of(connection, history) == history.head:
            return
    with writing(engine) as connection:
        upgrade(connection, history)


def revision(engine: Engine) -> str | None:
    """The revision of the records, None where the database holds nothing of this program; changes nothing."""
    with reading(engine) as connection:
        return revision_of(connection, RECORDS)


def revision_of(connection: Connection, history: History) -> str | None:
    """The revision of one set of tables, None where there are none of it."""
    if not inspect(connection).has_table(history.table):
        return None
    state = table(history.table, column("version_num"))
    return connection.execute(select(state.c.version_num)).scalar()


def upgrade(connection: Connection, history: History) -> None:
    """As `migrate`, within the transaction of `connection`."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(history.versions).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["table"] = history.table
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    revision = revision_of(connection, history)
    if revision is not None and revision not in known:
        message = f"数据库的结构版本 {revision} 比本程序新。请升级本程序，或换一个工作目录。"
        raise NotReady(message, code="database_newer")
    command.upgrade(config, history.head)
