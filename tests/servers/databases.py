"""How a test says that it runs on either database."""

from __future__ import annotations

import pytest

DATABASES = ["sqlite", "postgresql"]
ALL_ON_BOTH = (
    "tests/api/access/test_sign_in.py",
    "tests/api/http/test_feed.py",
    "tests/api/http/test_interests.py",
    "tests/api/http/test_need_feed.py",
    "tests/api/http/test_records.py",
    "tests/api/http/test_repeats.py",
    "tests/api/pages/test_confirming.py",
    "tests/api/pages/test_filling.py",
    "tests/api/pages/test_interests.py",
)
"""Of the service what the database decides: accounts, records, repeated requests, links, interests, the feed. Every test of these
files that stores anything runs on both; `pytest --database postgresql` runs all the others there, too."""
on_both = pytest.mark.parametrize("database_url", DATABASES, indirect=True)
