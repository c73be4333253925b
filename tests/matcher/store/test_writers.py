"""Several writers, and writers that are killed: nothing is lost, nothing is half done, on either database."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from matcher.domain import Patent
from matcher.errors import NotReady
from matcher.store import database
from matcher.store.database import Store
from matcher.store.engine import open_engine, writing


def patents(first: int, last: int) -> list[Patent]:
    return [Patent(f"P{number:05d}", f"膜{number}", holders=("甲",)) for number in range(first, last)]


def version_of(records: list[Patent], file: Path) -> str:
    with Store.open(file) as store:
        store.merge(records)
        return store.data_version()


def test_two_writers_at_once_land_everything(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BATCH", 50)

    def write(records: list[Patent]) -> None:
        with Store.open(url) as store:
            store.merge(records)

    writers = [threading.Thread(target=write, args=(patents(start, start + 600),)) for start in (0, 300)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Store.open(url) as store:
        assert list(store.patents.all()) == patents(0, 900)
        assert store.data_version() == version_of(patents(0, 900), tmp_path / "single.db")


def test_a_reader_sees_one_state_while_others_write(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.store.reads._AT_ONCE", 10)
    with Store.open(url) as store, Store.open(url) as other:
        store.merge(patents(0, 100))
        seen = store.patents.all()
        assert next(seen) == patents(0, 1)[0]
        other.merge([*patents(100, 200), Patent("P00099", "膜99", "改动")])
        assert list(seen) == patents(1, 100)
        assert store.patents.count() == 200


def test_a_writer_who_waits_too_long_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.store.engine.BUSY_SECONDS", 0.2)
    with Store.open(url) as store, writing(open_engine(url)) as connection:
        connection.execute(text("DELETE FROM needs"))
        assert store.patents.count() == 0  # a reader does not wait
        with pytest.raises(NotReady, match="正被另一个程序写入") as caught:
            store.merge(patents(0, 1))
        assert caught.value.code == "database_busy"


KILLED = """
import sys
from matcher.domain import Patent
from matcher.store import database

database._BATCH = 20
with database.Store.open(sys.argv[1]) as store:
    print("ready", flush=True)
    store.merge(Patent(f"P{number:05d}", f"膜{number}", holders=("甲",)) for number in range(50_000))
"""


def test_a_killed_import_leaves_whole_batches_and_a_true_version(url: str, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(0.3)
        child.send_signal(signal.SIGKILL)
    with Store.open(url) as store:
        landed = list(store.patents.all())
        assert len(landed) % 20 == 0
        assert landed == patents(0, len(landed))
        assert store.data_version() == version_of(landed, tmp_path / "again.db")
        store.merge(patents(0, len(landed) + 20))
        assert store.patents.count() == len(landed) + 20
