"""How costs grow with the collection: exponents fitted over its sizes, with 95 % intervals.

    python -m benchmarks.growth [--patents 1000000] [--only vectors]

Sizes are a twentieth, a tenth, a fifth, two fifths and the whole of --patents. Each figure is processor time, the median
of several rounds (builds: four), and a line through the logarithms of all rounds (least squares, Student's t) gives the exponent: 1
is in proportion. `--only` keeps the costs whose name holds it. Vectors have 256 dimensions; documents are made-up
abstracts of 220 characters, needs have 240.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from scipy import stats

from benchmarks.lexical_speed import made_up
from benchmarks.measuring import clocked, measure
from benchmarks.sizes import add_options
from benchmarks.synthetic import ABSTRACT, NEED, units
from indexes.backends import BACKENDS
from indexes.lexical import LexicalIndex

_K = 50
_PARTS = (0.05, 0.1, 0.2, 0.4, 1.0)
_QUERIES, _ROUNDS, _BUILDS = 20, 5, 4


def main() -> None:
    """Print one line a cost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("--only", default="", help="part of a cost's name; default: all costs")
    asked = parser.parse_args()
    counts = [int(part * asked.patents) for part in _PARTS]
    print(f"{'':34s}" + "".join(f"{size:>14,}" for size in counts) + f"{'exponent':>12s}  95 %")
    for name, work in WORKS.items():
        if asked.only not in name:
            continue
        rounds = [measure(work, size).answer for size in counts]
        print(line(name, counts, rounds), flush=True)


def line(name: str, counts: list[int], rounds: list[list[float]]) -> str:
    """Medians and the exponent."""
    x = np.log(np.repeat(counts, [len(each) for each in rounds]))
    fit = stats.linregress(x, np.log(np.concatenate(rounds)))
    half = float(stats.t.ppf(0.975, len(x) - 2)) * fit.stderr
    times = "".join(f"{np.median(each) * 1000:11,.1f} ms" for each in rounds)
    return f"{name:34s}{times}{fit.slope:12.2f}  [{fit.slope - half:.2f}, {fit.slope + half:.2f}]"


def lexical_build(size: int) -> list[float]:
    documents, needs = made_up(size, ABSTRACT, 0), made_up(_QUERIES, NEED, 7)
    LexicalIndex.build(documents[:100], needs)
    return times(lambda: LexicalIndex.build(documents, needs), _BUILDS)


def lexical_pass(size: int) -> list[float]:
    index, needs = LexicalIndex.build(made_up(size, ABSTRACT, 0)), made_up(_QUERIES, NEED, 7)
    index.scores(needs[0])
    return times(lambda: [index.scores(need) for need in needs], _ROUNDS, _QUERIES)


def exact_pass(size: int) -> list[float]:
    return queries("exact", size)


def fast_scan_build(size: int) -> list[float]:
    vectors = units(size)
    return times(lambda: BACKENDS["fast-scan"].build(vectors), _BUILDS)


def fast_scan_pass(size: int) -> list[float]:
    return queries("fast-scan", size)


def queries(kind: str, size: int) -> list[float]:
    """One query, of rounds of several."""
    index, asked = BACKENDS[kind].build(units(size)), units(_QUERIES, seed=6)
    index.search(asked[:1], _K)
    return times(lambda: [index.search(query[None], _K) for query in asked], _ROUNDS, _QUERIES)


def times(work: Callable[[], object], rounds: int, parts: int = 1) -> list[float]:
    """Seconds of the processor of one part, round by round."""
    return [clocked(work).processor / parts for _ in range(rounds)]


WORKS: dict[str, Callable[[int], list[float]]] = {
    "lexical index, build": lexical_build,
    "lexical index, one need": lexical_pass,
    "exact vectors, one need": exact_pass,
    "fast-scan vectors, build": fast_scan_build,
    "fast-scan vectors, one need": fast_scan_pass,
}


if __name__ == "__main__":
    main()
