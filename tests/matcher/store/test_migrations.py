"""The schema's history leads exactly to the tables."""

from __future__ import annotations

import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from matcher.bands import FeeBand, MaturityBand
from matcher.errors import NotReady
from matcher.store import migrations
from matcher.store.database import Store
from matcher.store.engine import open_engine, reading, sqlite_url, writing
from matcher.store.filters import PatentFilter
from matcher.store.tables import metadata


def test_migrations_build_the_tables(empty_url: str) -> None:
    engine = open_engine(empty_url)
    migrations.migrate(engine)
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        names = set(inspect(connection).get_table_names())
        assert names == {*metadata.tables, "alembic_version"}
        # The server defaults and indexes are not compared above.
        indexes = {index["name"] for table in names for index in inspect(connection).get_indexes(table)}
        assert indexes == {index.name for table in metadata.tables.values() for index in table.indexes}


def test_head_is_the_newest_file() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == migrations.HEAD


def test_migrating_twice_and_from_two_sides(empty_url: str) -> None:
    first, second = (open_engine(empty_url) for _ in range(2))
    migrations.migrate(first)
    migrations.migrate(second)
    migrations.migrate(first)
    with reading(second) as connection:
        assert connection.execute(text("SELECT count(*) FROM versions")).scalar() == 8


def test_a_database_of_a_newer_version_is_refused(empty_url: str) -> None:
    engine = open_engine(empty_url)
    migrations.migrate(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotReady, match="9999 比本程序新"):
        migrations.migrate(engine)


def test_a_ready_database_opens_without_alembic(empty_url: str) -> None:
    migrations.migrate(open_engine(empty_url))
    code = (
        "import sys; from matcher.store.database import Store; "
        f"Store.open({empty_url!r}).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "matcher.db"))
    with reading(engine) as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        values = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas}
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}


def test_patents_of_an_older_version_get_their_bands_and_digests(empty_url: str) -> None:
    engine = open_engine(empty_url)
    older = migrations.History(migrations.RECORDS.versions, "0004", "alembic_version")
    migrations.migrate(engine, older)
    rows = {
        "a": '{"title":"甲","maturity":{"level":3,"text":"","scale":"TRL 1-9","source":"自评"}}',
        "b": '{"title":"乙","maturity":{"level":9,"text":"","scale":"TRL 1-9","source":"自评"},"fee":{"kind":null,"amount":50.0,"text":""}}',
        "c": '{"title":"丙","fee":{"kind":"免费","amount":null,"text":""}}',
        "d": '{"title":"丁","fee":{"kind":"协议","amount":null,"text":""}}',
        "e": '{"title":"戊"}',
    }
    columns = (
        "id, application_number, publication_number, region, holder_facets, ipc_facets, mode_facets, body"
    )
    with writing(engine) as connection:
        for id_, body in rows.items():
            values = {"id": id_, "body": body}
            connection.execute(
                text(f"INSERT INTO patents ({columns}) VALUES (:id, '', '', '', '', '', '', :body)"), values
            )
    migrations.migrate(engine)
    with Store.open(empty_url) as store:
        digests = dict(store.patents.digests())
        with writing(store._engine) as connection:
            connection.execute(text("UPDATE patents SET body_digest = '' WHERE id = 'a'"))
        assert dict(store.patents.digests()) == {**digests, "a": bytes(16)}
        bands = {
            wanted: store.patents.ids(wanted)
            for wanted in (
                PatentFilter(maturities=(MaturityBand.RESEARCH,)),
                PatentFilter(maturities=(MaturityBand.PRODUCT,)),
                PatentFilter(fees=(FeeBand.TO_50,)),
                PatentFilter(fees=(FeeBand.FREE,)),
                PatentFilter(fees=(FeeBand.AGREED,)),
                PatentFilter(maturities=(None,), fees=(None,)),
            )
        }
    assert list(bands.values()) == [["a"], ["b"], ["b"], ["c"], ["d"], ["e"]]
    assert digests == {id_: blake2b(body.encode(), digest_size=16).digest() for id_, body in rows.items()}
