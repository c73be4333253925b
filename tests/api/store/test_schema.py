"""The service's history leads exactly to its tables, beside the records."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from api.store import tables
from api.store.database import HISTORY, open_service
from matcher.settings import load_settings
from matcher.store import tables as records
from matcher.store.engine import reading
from matcher.workspace import Workspace


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_both_histories_live_in_one_database(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    settings = load_settings(home=tmp_path, database_url=url)
    Workspace.open(settings).store.close()
    engine = open_service(settings)
    with reading(engine) as connection:
        names = set(inspect(connection).get_table_names())
        ours = {*tables.metadata.tables, "service_version"}
        assert names == ours | {*records.metadata.tables, "alembic_version"}
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: kind != "table" or name in ours - {"service_version"}
            },
        )
        assert compare_metadata(context, tables.metadata) == []
    open_service(settings)


def test_head_is_the_newest_file() -> None:
    script = ScriptDirectory(str(HISTORY.versions.parent), version_locations=[str(HISTORY.versions)])
    assert script.get_current_head() == HISTORY.head
