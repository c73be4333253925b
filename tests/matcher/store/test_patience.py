"""How long a writer waits for its turn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest
from sqlalchemy import text

from matcher.errors import NotReady
from matcher.store.engine import open_engine, reading, sqlite_url, writing
from matcher.store.patience import answering_within, waits
from matcher.store.trouble import BUSY_SECONDS


def test_a_request_waits_briefly_until_it_has_changed_something(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "a.db"))
    _write(engine)
    assert waits() == BUSY_SECONDS
    with answering_within(0.05) as patience:
        with writing(engine), pytest.raises(NotReady), writing(engine):
            raise AssertionError("two writers at once")
        patience.written = False
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
        with pytest.raises(ZeroDivisionError), writing(engine):
            raise ZeroDivisionError
        assert waits() == 0.05  # nothing was changed
        with ThreadPoolExecutor(1) as pool:
            pool.submit(copy_context().run, _write, engine).result()
        assert waits() == BUSY_SECONDS
    assert waits() == BUSY_SECONDS


def _write(engine: object) -> None:
    with writing(engine) as connection:  # type: ignore[arg-type]
        connection.execute(text("CREATE TABLE IF NOT EXISTS t (a INTEGER)"))
