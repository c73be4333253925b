"""How a test says that it runs on either database."""

from __future__ import annotations

import pytest

DATABASES = ["sqlite", "postgresql"]
ALL_ON_BOTH = tuple(
    f"tests/api/{part}.py"
    for part in (
        *(
            "access/test_sign_in",
            "http/test_feed",
            "http/test_interests",
            "http/test_records",
            "http/test_repeats",
        ),
        *("pages/test_confirming", "pages/test_filling", "pages/test_interests"),
    )
)
"""Of the service what the database decides: accounts, records, repeated requests, links, interests, the feed. Every test of these
files that stores anything runs on both; `pytest --database postgresql` runs all the others there, too."""
on_both = pytest.mark.parametrize("database_url", DATABASES, indirect=True)
