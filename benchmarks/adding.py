"""New patents, one for two hundred, into the index of a province until they can be searched, beside a full build.

    python -m benchmarks.adding [--patents 200000]

The full build finds every text embedded already, as the addition finds the old ones. A process that has answered a need
before has its libraries and compiled loops in memory, a fresh one loads them. The additions come one after the other.
Then a serving process answers needs without end, at first alone, then while another process adds as many patents
again, until it has answered with the new index. The province is put back as it was afterwards.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.province import AS_OF, NOW, indexed, opened
from benchmarks.sizes import sizes
from benchmarks.synthetic import needs, patents
from matcher.settings import Settings
from matcher.usecases import ListRequest, match_text
from matcher.workspace import Workspace

_SHARE = 200
"""Patents there are for each that is added: 1,000 into 200,000."""
_ALONE = 100
"""Needs that are answered before the addition begins."""
_SEED = 13


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
        heading("One need meanwhile, ten matches with reasons, by a process that serves")
        for name, cost in measure(answered_meanwhile, copy, asked.patents).answer.items():
            report(name, cost)
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


def answered_meanwhile(home: Path, count: int) -> dict[str, Cost]:
    """One need after the other, before and during an addition by another process."""
    texts = cycle(f"{need.title}\n{need.description}" for need in needs(40, _SEED))
    adding = get_context("spawn").Process(target=added, args=(home, count, 2, False))
    with Workspace.open(Settings(home=home), serving=True) as workspace:

        def one() -> Cost:
            return clocked(match_text, workspace, next(texts), ListRequest(AS_OF, NOW))

        one()
        before = [one() for _ in range(_ALONE)]
        old = workspace.index_version()
        adding.start()
        during = _until(lambda: not adding.is_alive(), one)
        adding.join()
        during.append(one())
        if workspace.index_version() == old:
            raise SystemExit("the addition was not published")
    return _spread("before the addition", before) | _spread("while it runs and when it is there", during)


def _until(done: Callable[[], bool], work: Callable[[], Cost]) -> list[Cost]:
    found = []
    while not done():
        found.append(work())
    return found


def _spread(name: str, costs: list[Cost]) -> dict[str, Cost]:
    """The 95th percentile and the longest."""
    found = np.array([(cost.seconds, cost.processor) for cost in costs])
    return {
        f"{name}: p95 of {len(costs)}": Cost(*np.percentile(found, 95, axis=0).tolist()),
        f"{name}: longest": Cost(*found[found[:, 0].argmax()].tolist()),
    }


if __name__ == "__main__":
    main()
