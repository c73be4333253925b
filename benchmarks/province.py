"""A made-up province in a workspace of its own, kept between runs: patents and needs in the store, indexes built on demand."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

from benchmarks.sizes import Sizes
from benchmarks.synthetic import needs, patents
from matcher.settings import Settings
from matcher.workspace import Workspace

AS_OF = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 9, 0)
STORED_NEEDS = 1_000
"""Needs whose statistics the patents' index holds."""


def opened(home: Path) -> Workspace:
    """The workspace, whatever it holds."""
    return Workspace.open(Settings(home=home))


def filled(sizes: Sizes) -> Path:
    """The workspace with its records; no index."""
    home, done = sizes.province, sizes.province / "filled"
    if not done.is_file():
        shutil.rmtree(home, ignore_errors=True)
        with opened(home) as workspace:
            workspace.store.merge(patents(sizes.patents), AS_OF)
            workspace.store.merge(needs(STORED_NEEDS), AS_OF)
        done.touch()
    return home


def indexed(sizes: Sizes) -> Path:
    """The workspace with both indexes, built where they are missing."""
    home = filled(sizes)
    with opened(home) as workspace:
        if workspace.stale():
            workspace.build(NOW)
    return home
