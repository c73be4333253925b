"""A store that holds the small inventory."""

from datetime import date
from pathlib import Path

import pytest

from matcher.inventory import Act
from matcher.store.database import Store
from tests.matcher.programme.inventory_examples import PATENTS, TODAY


@pytest.fixture
def act() -> Act:
    return Act("经办人", TODAY)


@pytest.fixture
def store(tmp_path: Path, database_url: str | None):
    with Store.open(database_url or tmp_path / "matcher.db") as opened:
        opened.merge(PATENTS, date(2026, 3, 1))
        yield opened
