"""Brings a database to the schema of this version; each change is one appended file in `versions`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from matcher.errors import NotReady
from matcher.store.engine import reading, writing

HEAD = "0003"
"""The newest revision; a test compares it with the files."""


def migrate(engine: Engine) -> None:
    """Create or upgrade the tables; does nothing, and imports nothing, where they are up to date.

    Raises NotReady where a newer version of this program has written the database.
    """
    with reading(engine) as connection:
        if _revision(connection) == HEAD:
            return
    with writing(engine) as connection:
        _upgrade(connection)


def revision(engine: Engine) -> str | None:
    """The revision of a database, None where it holds nothing of this program; changes nothing."""
    with reading(engine) as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    revision = _revision(connection)
    if revision is not None and revision not in known:
        message = f"数据库的结构版本 {revision} 比本程序新。请升级本程序，或换一个工作目录。"
        raise NotReady(message, code="database_newer")
    command.upgrade(config, "head")
