"""New patents, one for two hundred, into the index of a province until they can be searched, beside a full build.

    python -m benchmarks.adding [--patents 200000]

The full build finds every text embedded already, as the addition finds the old ones. A process that has answered a need
before has its libraries and compiled loops in memory, a fresh one loads them. The additions come one after the other.
The province is put back as it was afterwards.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.province import AS_OF, NOW, indexed, opened
from benchmarks.sizes import sizes
from benchmarks.synthetic import patents
from matcher.usecases import ListRequest, match_text

_SHARE = 200
"""Patents there are for each that is added: 1,000 into 200,000."""


def main() -> None:
    """Print both."""
    asked = sizes(__doc__)
    home = indexed(asked)
    heading(f"{asked.patents // _SHARE:,} patents into an index of {asked.patents:,}")
    copy = asked.home / "adding"
    shutil.rmtree(copy, ignore_errors=True)
    try:
        shutil.copytree(home, copy)
        whole = measure(rebuilt, copy)
        report("full build, all texts embedded before", whole)
        answered, fresh = (
            "addition, by a process that has answered a need",
            "as many again, by a fresh process",
        )
        report(answered, measure(added, copy, asked.patents, 0, True), whole)
        report(fresh, measure(added, copy, asked.patents, 1, False), whole)
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def rebuilt(home: Path) -> Cost:
    """Everything again."""
    with opened(home) as workspace:
        return clocked(lambda: workspace.build(NOW, full=True))


def added(home: Path, count: int, earlier: int, answered: bool) -> Cost:
    """From the records in the store until a service that is running can search them."""
    new = count // _SHARE
    with opened(home) as workspace:
        workspace.matching()
        if answered:
            match_text(workspace, "锂离子电池的散热装置", ListRequest(AS_OF, NOW))
        workspace.store.merge(patents(new, seed=3 + earlier, first=count + earlier * new), AS_OF)
        return clocked(lambda: (workspace.build(NOW), len(workspace.matching().collection.ids)))


if __name__ == "__main__":
    main()
