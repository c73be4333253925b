"""The dense channel of a whole province, beside the bare matrix product of the same sizes, and the kinds of index.

    python -m benchmarks.dense [--patents 200000] [--needs 1000]

Clustered unit vectors of 256 dimensions. Batch: the 50 nearest of every need. Alone: one need at a time, without and
with a filter that keeps 1 %. Recall@50 is measured on needs like the patents and on mixtures of three of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.sizes import sizes
from benchmarks.synthetic import units
from indexes.backends import BACKENDS, measured_recall
from indexes.contract import Mask

_K = 50
_BLOCK = 1_000
_ALONE = 100


def main() -> None:
    """Print both groups."""
    asked = sizes(__doc__)
    heading(f"The {_K} nearest of {asked.needs:,} needs among {asked.patents:,} vectors, 256 dimensions")
    product = measure(bare_product, asked.patents, asked.needs)
    report("bare matrix product (BLAS)", product)
    for kind in ("exact", "fast-scan"):
        report(f"{kind}, in batches", measure(in_batches, kind, asked.patents, asked.needs), product)
    heading(f"One need at a time, mean of {_ALONE}")
    plain = measure(numpy_alone, asked.patents)
    report("numpy product and argpartition", plain)
    for kind in ("exact", "fast-scan"):
        for narrow in (False, True):
            cost = measure(alone, kind, asked.patents, narrow)
            report(f"{kind}{', filter of 1 %' if narrow else f', recall {cost.answer:.4f}'}", cost, plain)
    heading("Building and loading")
    copy = measure(copied, asked.patents)
    report("copying the vectors to a file", copy)
    for kind in ("exact", "fast-scan"):
        report(f"{kind}, build and save", measure(built, kind, asked.patents), copy)


def blocks(count: int) -> list[NDArray[np.float32]]:
    return np.array_split(units(count, seed=5), max(1, count // _BLOCK))


def bare_product(patents: int, needs: int) -> Cost:
    vectors, asked = units(patents), blocks(needs)

    def product() -> None:
        for part in asked:
            part @ vectors.T

    return clocked(product)


def in_batches(kind: str, patents: int, needs: int) -> Cost:
    index, asked = BACKENDS[kind].build(units(patents)), blocks(needs)
    index.search(asked[0][:1], _K)
    return clocked(lambda: sum(len(index.search(part, _K)) for part in asked))


def numpy_alone(patents: int) -> Cost:
    vectors = units(patents)
    return each(lambda query: np.argpartition(vectors @ query, -_K)[-_K:])


def alone(kind: str, patents: int, narrow: bool) -> Cost:
    vectors = units(patents)
    index = BACKENDS[kind].build(vectors)
    allowed: Mask | None = np.random.default_rng(3).random(patents) < 0.01 if narrow else None
    cost = each(lambda query: index.search(query[None], _K, allowed))
    return Cost(cost.seconds, cost.processor, answer=measured_recall(index, vectors))


def each(work: Callable[[NDArray[np.float32]], object]) -> Cost:
    queries = units(_ALONE, seed=6)
    work(queries[0])
    return clocked(lambda: [work(query) for query in queries]).per(_ALONE)


def copied(patents: int) -> Cost:
    vectors = units(patents)
    with tempfile.TemporaryDirectory() as folder:
        return clocked(np.save, Path(folder) / "vectors.npy", vectors)


def built(kind: str, patents: int) -> Cost:
    vectors = units(patents)
    with tempfile.TemporaryDirectory() as folder:
        return clocked(lambda: BACKENDS[kind].build(vectors).save(Path(folder)))


if __name__ == "__main__":
    main()
