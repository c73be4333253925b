"""The list of all needs against a whole province, beside numpy's matrix product and argpartition of the same sizes.

    python -m benchmarks.listing [--patents 200000] [--needs 1000]

The list embeds the needs, searches both channels, reads the records, ranks, and words the reasons of the ten best.
The baseline multiplies vectors in blocks and picks the candidates of the dense channel: no words, no ranking, no list.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.answering import stored_vectors
from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.province import AS_OF, NOW, indexed, opened
from benchmarks.sizes import sizes
from benchmarks.synthetic import needs
from matcher import usecases
from matcher.domain import Need

_DEPTH = 200
_BLOCK = 64
_SEED = 11


def main() -> None:
    """Print all."""
    asked = sizes(__doc__)
    home = indexed(asked)
    heading(f"List of {asked.needs:,} needs against {asked.patents:,} patents")
    plain = measure(numpy_products, home, asked.needs)
    report("numpy product and argpartition, dense channel alone", plain)
    report("both channels' candidates", measure(candidates, home, asked.needs), plain)
    whole = measure(whole_list, home, asked.needs)
    report(f"whole list, {whole.answer:,} matches with reasons", whole, plain)


def numpy_products(home: Path, count: int) -> Cost:
    """The dense channel without an index, in blocks of the product's size."""
    vectors = np.array(stored_vectors(home))
    with opened(home) as workspace:
        asked = np.stack([one.vector for one in workspace.matching().ask(needs(count, _SEED))])

    def work() -> None:
        for start in range(0, count, _BLOCK):
            scores = asked[start : start + _BLOCK] @ vectors.T
            np.argpartition(scores, -_DEPTH, axis=1)[:, -_DEPTH:]

    return clocked(work)


def candidates(home: Path, count: int) -> Cost:
    """Retrieval alone."""
    with opened(home) as workspace:
        matching, wanted = workspace.matching(), needs(count, _SEED)

        def work(wanted: list[Need]) -> None:
            for start in range(0, len(wanted), _BLOCK):
                for _ in matching.search(matching.ask(wanted[start : start + _BLOCK]), _DEPTH):
                    pass

        work(wanted[:1])
        return clocked(work, wanted)


def whole_list(home: Path, count: int) -> Cost:
    """As `matcher list` does it, without the file."""
    request = usecases.ListRequest(AS_OF, NOW)
    with opened(home) as workspace:
        matching, context = workspace.matching(), workspace.context(AS_OF)

        def work(wanted: list[Need]) -> int:
            return sum(len(one.matches) for one in matching.match(wanted, context, request.rules()))

        wanted = needs(count, _SEED)
        work(wanted[:1])
        return clocked(work, wanted)


if __name__ == "__main__":
    main()
