"""One need against a whole province, end to end, beside the bare look-ups of the same needs.

    python -m benchmarks.answering [--patents 200000]

End to end is what `matcher match TEXT` does once the workspace is open: embed, search both channels, read records,
rank, and word the reasons of the list. Beside it: the product of the same vectors with numpy and argpartition, and
both channels' own look-ups with nothing around them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.province import AS_OF, NOW, indexed, opened
from benchmarks.sizes import sizes
from benchmarks.synthetic import needs
from indexes.lexical import best
from indexes.manifest import current_version
from matcher import usecases
from matcher.matching import Asked
from matcher.store.filters import PatentFilter

_ASKED = 20
_K = 50
"""Explained matches a need."""
NARROW = PatentFilter(holders=("第1大学", "第2大学", "第3大学"))
"""One patent in a hundred."""
_SEED = 11
"""Needs that the index has not seen."""


def main() -> None:
    """Print all."""
    asked = sizes(__doc__)
    home = indexed(asked)
    heading(f"One need against {asked.patents:,} patents, median and 95th percentile of {_ASKED}")
    plain = measure(numpy_product, home)
    pair("numpy product and argpartition, dense channel alone", plain)
    bare = measure(bare_look_ups, home)
    pair("bare look-ups of both channels", bare, plain)
    pair(f"end to end, {_K} matches with reasons", measure(end_to_end, home, False), bare)
    narrow = measure(bare_look_ups, home, True)
    pair("bare look-ups, a filter that keeps 1 %", narrow)
    pair("end to end, the same filter", measure(end_to_end, home, True), narrow)


def pair(name: str, cost: Cost, beside: Cost | None = None) -> None:
    """Two lines: the median, and the 95th percentile."""
    for label, place in (("median", 0), ("p95", 1)):
        other = None if beside is None else beside.answer[place]
        one: Cost = cost.answer[place]
        report(f"{name}, {label}", Cost(one.seconds, one.processor, cost.peak), other)


def each(work: Callable[[Any], object], asked: list[Any]) -> list[Cost]:
    """Median and 95th percentile over what was asked, after one that does not count."""
    work(asked[0])
    costs = [clocked(work, one) for one in asked]
    found = [(cost.seconds, cost.processor) for cost in costs]
    return [Cost(*np.percentile(found, percent, axis=0).tolist()) for percent in (50, 95)]


def numpy_product(home: Path) -> list[Cost]:
    """The dense channel without an index."""
    vectors = np.array(stored_vectors(home))
    with opened(home) as workspace:
        asked = [one.vector for one in workspace.matching().ask(needs(_ASKED, _SEED))]
    return each(lambda vector: np.argpartition(vectors @ vector, -_K)[-_K:], asked)


def bare_look_ups(home: Path, narrow: bool = False) -> list[Cost]:
    """Both channels' values and the best of each; the filter's rows are known."""
    with opened(home) as workspace:
        matching = workspace.matching()
        depth, collection = workspace.settings.retrieval.candidates, matching.collection
        allowed = workspace.allowed(collection, NARROW, AS_OF) if narrow else None

        def look_up(one: Asked) -> None:
            collection.vectors.search(one.vector[None], depth, allowed)
            best(collection.lexical.raw(one.query), depth, allowed)

        return each(look_up, matching.ask(needs(_ASKED, _SEED)))


def end_to_end(home: Path, narrow: bool) -> list[Cost]:
    """As the command does it."""
    request = usecases.ListRequest(AS_OF, NOW, k=_K)
    chosen = NARROW if narrow else None
    with opened(home) as workspace:
        texts = [f"{need.title}\n{need.description}" for need in needs(_ASKED, _SEED)]
        return each(lambda text: usecases.match_text(workspace, text, request, chosen), texts)


def stored_vectors(home: Path) -> NDArray[np.float32]:
    """The patents' vectors, mapped."""
    folder = home / "indexes" / "patents"
    found: NDArray[np.float32] = np.load(
        folder / (current_version(folder) or "") / "vectors.npy", mmap_mode="r"
    )
    return found


if __name__ == "__main__":
    main()
