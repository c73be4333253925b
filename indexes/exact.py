"""Exact nearest neighbours: FAISS's kernels over memory-mapped vectors, settled in float64."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import Hits, IndexUnusable, Mask, Vectors
from indexes.planning import Plan, Way, exact_plan

_MARGIN = 10
"""Neighbours fetched beyond k, so that rounding at the border of the list can be settled."""
_BATCH = 8
"""Queries from which a filter is served by copying the allowed rows: BLAS knows no filter, and its gain over
the filtered scan (13 times at 64 queries) pays for the copy."""
_BLOCK = 128
"""Rows scored at a time in float64: they stay in the processor's cache."""
_FARTHEST = -1.0
_FILE = "vectors.npy"
_HEADER = 128
"""Bytes before the data in the npy format, for arrays of few dimensions."""

Rows = NDArray[np.int64]
Scores = NDArray[np.float64]
Neighbours = tuple[Rows, Vectors]
"""Rows and their float32 scores, both of shape (queries, k)."""


class ExactIndex:
    """Inner products with every row; a zero query has no hits, a zero row is the farthest (score −1).

    Candidates come from float32 kernels, order and scores from float64, so single queries, batches and
    filters give identical lists, and equal rows stand in row order.
    """

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        # How far two float32 products of unit vectors may stand in the wrong order (Higham 2002, §3.1).
        self._doubt = vectors.shape[1] * float(np.finfo(np.float32).eps)

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Index vectors of shape (rows, dimension); raises ValueError for NaN or infinite values."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if vectors.ndim != 2 or not np.isfinite(vectors).all():
            raise ValueError("vectors must be finite and of shape (rows, dimension)")
        return cls(vectors)

    @property
    def vectors(self) -> Vectors:
        """All rows, shape (rows, dimension)."""
        return self._vectors

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> list[Hits]:
        """The k nearest allowed rows of each query, shape (queries, dimension).

        Raises ValueError for another dimension, values that are not finite, k < 1 or a mask of another size.
        """
        queries = self.checked(queries, k, allowed)
        if allowed is not None and allowed.all():
            allowed = None
        asked = np.flatnonzero(queries.any(axis=1))
        hits = [Hits(np.empty(0, np.int64), np.empty(0))] * len(queries)
        eligible = np.arange(len(self._vectors)) if allowed is None else np.flatnonzero(allowed)
        if len(eligible) <= k + _MARGIN:
            for query in asked:
                hits[query] = self.settle(queries[query], eligible, k)
            return hits
        rows, scores = self._fetch(queries[asked], k + _MARGIN, allowed)
        for query, candidates, lowest in zip(asked, rows, scores[:, -1], strict=True):
            settled = self.settle(queries[query], candidates, k)
            # A row that was not fetched scores at most `lowest`, give or take the rounding.
            if settled.scores[-1] <= lowest + self._doubt:
                settled = self.settle(queries[query], self._contenders(queries[query], k, eligible), k)
            hits[query] = settled
        return hits

    def checked(self, queries: Vectors, k: int, allowed: Mask | None) -> Vectors:
        """The queries as float32 rows; raises ValueError as `search` says."""
        rows, dimension = self._vectors.shape
        return checked(queries, k, allowed, (rows, dimension))

    def plan(self, k: int, allowed: Mask | None = None) -> Plan:
        """How a query for k rows would be answered."""
        rows = len(self)
        return exact_plan(rows, rows if allowed is None else int(np.count_nonzero(allowed)))

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._vectors)

    def scores(self, query: Vectors, rows: Rows) -> Scores:
        """Exact inner products of one query, shape (dimension,), with the given rows; −1 for zero rows."""
        vector = query.astype(np.float64)
        scores = np.empty(len(rows))
        for start in range(0, len(rows), _BLOCK):
            found = self._vectors[rows[start : start + _BLOCK]].astype(np.float64)
            found *= vector
            # A sum over each row by itself: BLAS would round the same row differently from call to call.
            scores[start : start + _BLOCK] = found.sum(axis=1)
        zero = np.flatnonzero(scores == 0)
        scores[zero[~self._vectors[rows[zero]].any(axis=1)]] = _FARTHEST
        return scores

    def save(self, folder: Path) -> None:
        """Write the vectors into an existing folder."""
        np.save(folder / _FILE, self._vectors)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map them back into memory; raises IndexUnusable."""
        try:
            file = folder / _FILE
            # An array without rows cannot be mapped.
            mode: Literal["r"] | None = "r" if file.stat().st_size > _HEADER else None
            vectors = np.load(file, mmap_mode=mode, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise IndexUnusable(f"向量索引 {folder} 不完整或已损坏。请运行 matcher index 重建。") from error
        if vectors.ndim != 2 or vectors.dtype != np.float32:
            raise IndexUnusable(f"{folder} 中的不是本程序的向量索引。请运行 matcher index 重建。")
        return cls(np.asarray(vectors))

    def _fetch(self, queries: Vectors, k: int, allowed: Mask | None) -> Neighbours:
        """The k best rows by float32 scores, which are known to `_doubt` only; both of shape (queries, k)."""
        if allowed is None:
            return _in_parts(queries, lambda part: _neighbours(part, self._vectors, k))
        if len(queries) < _BATCH and self.plan(k, allowed).way is Way.ALL:
            bits = np.packbits(allowed, bitorder="little")
            return _in_parts(queries, lambda part: _neighbours(part, self._vectors, k, bits))
        eligible = np.flatnonzero(allowed)
        gathered = self._vectors[eligible]
        rows, scores = _in_parts(queries, lambda part: _neighbours(part, gathered, k))
        return eligible[rows], scores

    def _contenders(self, query: Vectors, k: int, eligible: Rows) -> Rows:
        """Every row that may belong to the k best, however many tie at the border."""
        known = np.any(self._vectors != 0, axis=1)
        scores = np.where(known, self._vectors @ query, _FARTHEST)[eligible]
        border = np.partition(scores, len(scores) - k)[len(scores) - k]
        contenders: Rows = eligible[scores >= border - self._doubt]
        return contenders

    def settle(self, query: Vectors, rows: Rows, k: int) -> Hits:
        """The k best of the given rows by their exact scores."""
        scores = self.scores(query, rows)
        order = np.lexsort((rows, -scores))[:k]
        return Hits(rows[order], scores[order])


def checked(queries: Vectors, k: int, allowed: Mask | None, shape: tuple[int, int]) -> Vectors:
    """The queries of an index of so many rows and dimensions as float32 rows; raises ValueError as `search` says."""
    rows, dimension = shape
    queries = np.ascontiguousarray(queries, dtype=np.float32)
    if queries.ndim != 2 or queries.shape[1] != dimension or not np.isfinite(queries).all():
        raise ValueError(f"queries must be finite and of shape (n, {dimension})")
    if k < 1 or (allowed is not None and allowed.shape != (rows,)):
        raise ValueError("k must be positive and the mask as long as the index")
    return queries


def _neighbours(
    queries: Vectors, vectors: Vectors, k: int, allowed_bits: NDArray[np.uint8] | None = None
) -> Neighbours:
    faiss = _faiss()
    scores = np.empty((len(queries), k), np.float32)
    rows = np.empty((len(queries), k), np.int64)
    selector = None if allowed_bits is None else faiss.IDSelectorBitmap(allowed_bits)
    x, y, out, ids = map(faiss.swig_ptr, (queries, vectors, scores, rows))
    faiss.knn_inner_product(x, y, vectors.shape[1], len(queries), len(vectors), k, out, ids, selector)
    return rows, scores


def _in_parts(queries: Vectors, search: Callable[[Vectors], Neighbours]) -> Neighbours:
    """Large batches in one part a core, each on one thread: OpenMP's threads and BLAS's wait for each other."""
    cores = os.cpu_count() or 1
    if len(queries) < cores * _BATCH:
        return _alone(search, queries)
    with ThreadPoolExecutor(cores) as pool:
        parts = list(pool.map(lambda part: _alone(search, part), np.array_split(queries, cores)))
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([scores for _, scores in parts])


def _alone(search: Callable[[Vectors], Neighbours], queries: Vectors) -> Neighbours:
    with one_thread():
        return search(queries)


@contextmanager
def one_thread() -> Iterator[None]:
    """FAISS works on this thread alone: two threads cost a single query five times the processor time of one."""
    faiss = _faiss()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _faiss() -> ModuleType:
    import faiss

    # From 1.14.2 batches of fewer than 128,000/dimension queries take a path that is up to ten times slower.
    faiss.cvar.distance_compute_blas_threshold = 800
    module: ModuleType = faiss
    return module
