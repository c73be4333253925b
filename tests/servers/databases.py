"""How a test says that it runs on either database."""

from __future__ import annotations

import pytest

on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
