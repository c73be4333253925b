"""What a full build does with its cores: each phase by the clock and by processor time of this process.

    python -m benchmarks.phases [--patents 200000]

Phases are exclusive: what one calls that is a phase of its own is not counted in it. One processor second a second is
one core busy. Words are cut by a process beside this one, whose time is told apart.
"""

from __future__ import annotations

import resource
import shutil
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch

from benchmarks.measuring import Cost, measure
from benchmarks.province import NOW, filled, opened
from benchmarks.sizes import sizes

_PHASES = {
    "matcher.workspace.Held.of": "digests of what the store holds",
    "matcher.workspace.Workspace._all_patents": "reading records, handing texts over, waiting for words",
    "matcher.workspace.patent_text": "normalising texts",
    "matcher.workspace.normalised": "normalising texts",
    "indexes.lexical.normalised": "normalising texts",
    "models.static.StaticEmbedder.encode": "embedding: cutting tokens, adding rows",
    "matcher.store.embeddings.EmbeddingCache.encode": "vectors of texts: keys, cache",
    "matcher.store.embeddings._Block.write": "writing vectors to the cache",
    "matcher.workspace.text_digests": "digests of texts",
    "indexes.lexical.LexicalIndex.build": "counting into postings",
    "matcher.retrieval.build_index": "vector index",
    "indexes.fusion.CosineScale.fit": "scale of cosines",
    "matcher.workspace.Words.of": "words: numbers, meanings",
    "matcher.increments.Full.save": "writing files",
    "indexes.manifest._checksum": "checksums",
    "indexes.manifest._sync": "waiting for the disk",
    "matcher.workspace.Workspace.build": "all else",
}


def main() -> None:
    """Print both builds."""
    asked = sizes(__doc__)
    home = filled(asked)
    shutil.rmtree(home / "vectors", ignore_errors=True)
    for embedded in ("nothing", "all texts"):
        cost = measure(phases, home)
        print(f"\nFull build of {asked.patents:,}, {embedded} embedded before")
        print(f"{'':60s}{'clock':>9s}{'processor':>11s}{'busy':>6s}")
        for name, part in [*cost.answer.items(), ("together", cost)]:
            busy = part.processor / part.seconds if part.seconds else 0.0
            print(f"{name:60s}{part.seconds:8.2f} s{part.processor:9.2f} s{busy:6.2f}", flush=True)
        print(f"at most {cost.peak / (1 << 20):,.0f} MiB, with the largest of other processes")


def phases(home: Path) -> dict[str, Cost]:
    """The costs of one full build, the longest first."""
    clock = _Clock()
    replaced = [patch(target, clock.timing(target, name)) for target, name in _PHASES.items()]
    with opened(home) as workspace:
        workspace.stale()  # the model is loaded
        for one in replaced:
            one.start()
        workspace.build(NOW, full=True)
        for one in replaced:
            one.stop()
    beside = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {name: Cost(*spent) for name, spent in clock.spent.items()}
    found["words cut by processes beside"] = Cost(0.0, beside.ru_utime + beside.ru_stime)
    return dict(sorted(found.items(), key=lambda item: -item[1].seconds))


class _Clock:
    """Time spent by phase, less that of the phases within it."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._within: list[list[float]] = []

    def timing(self, target: str, name: str) -> Any:  # noqa: ANN401 (whatever is called there)
        """What stands for the function of that path."""
        owner, attribute = target.rsplit(".", 1)
        raw = resolve_name(owner).__dict__[attribute]
        inner = raw.__func__ if isinstance(raw, classmethod) else raw
        timed = self._timed(inner, name)
        return classmethod(timed) if isinstance(raw, classmethod) else timed

    def _timed(self, work: Callable[..., Any], name: str) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            start = (time.perf_counter(), time.process_time())
            self._within.append([0.0, 0.0])
            try:
                return work(*arguments, **named)
            finally:
                took = [time.perf_counter() - start[0], time.process_time() - start[1]]
                inner = self._within.pop()
                for place in (0, 1):
                    self.spent[name][place] += took[place] - inner[place]
                    if self._within:
                        self._within[-1][place] += took[place]

        return timed


if __name__ == "__main__":
    main()
