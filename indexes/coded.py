"""Nearest neighbours by 4-bit codes (André, Kermarrec & Le Scouarnec, ICMR 2017) with exact float64 re-scoring.

Every row is a product-quantised code of half a byte for two dimensions (Jégou, Douze & Schmid, TPAMI 2011), beside the
memory-mapped float32 vectors. Codes only choose which rows are scored; scores and order are those of the exact index.
Each query is scanned by itself, so that a batch gives what its queries give alone.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import Hits, IndexUnusable, Mask, Vectors
from indexes.exact import ExactIndex, Rows, Scores, one_thread
from indexes.planning import Plan, Way, coded_plan

_CODES, _FACTS = "codes.faiss", "codes.json"
_TRAINED = 65_536
"""Rows that the quantisers are trained on, at even distances."""
_LEAST = 1_024
"""Rows below which there are no codes: sixteen centroids need some to be trained on."""
_ADDED = 65_536
"""Rows coded at a time."""


@dataclass(frozen=True, slots=True)
class Shape:
    """cells: parts of the collection by nearness; probed: cells that a query without a filter looks at."""

    cells: int
    probed: int


class CodedIndex:
    """What both shapes do; a subclass says which shape it is for a number of rows."""

    shape: ClassVar[Shape]

    def __init__(self, exact: ExactIndex, codes: Any | None) -> None:  # noqa: ANN401 (FAISS has no types)
        self.exact = exact
        self._codes = codes

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Index vectors of shape (rows, dimension); raises ValueError for NaN or infinite values."""
        exact = ExactIndex.build(vectors)
        if len(vectors) < max(_LEAST, cls.shape.cells * 40):
            return cls(exact, None)
        faiss = _faiss()
        padded = _even(vectors)
        dimension = padded.shape[1]
        codes = faiss.index_factory(
            dimension, f"IVF{cls.shape.cells},PQ{dimension // 2}x4fs", faiss.METRIC_INNER_PRODUCT
        )
        codes.train(np.ascontiguousarray(padded[:: max(1, len(padded) // _TRAINED)], dtype=np.float32))
        for start in range(0, len(padded), _ADDED):
            codes.add(np.ascontiguousarray(padded[start : start + _ADDED], dtype=np.float32))
        return cls(exact, codes)

    def plan(self, k: int, allowed: Mask | None = None) -> Plan:
        """How a query for k rows would be answered."""
        rows = len(self.exact)
        eligible = rows if allowed is None else int(np.count_nonzero(allowed))
        if self._codes is None:
            return self.exact.plan(k, allowed)
        return coded_plan(rows, eligible, k, self.shape.cells)

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> list[Hits]:
        """The k nearest allowed rows of each query, shape (queries, dimension); raises as the exact index does."""
        queries = self.exact.checked(queries, k, allowed)
        plan = self.plan(k, allowed)
        if plan.exact:
            return self.exact.search(queries, k, allowed)
        whole = allowed is None or plan.eligible == plan.rows
        bits = None if allowed is None or whole else np.packbits(allowed, bitorder="little")

        def one(query: Vectors) -> Hits:
            if not query.any():
                return Hits(np.empty(0, np.int64), np.empty(0))
            rows = self._scan(query, plan, bits)
            if len(rows) < min(k, plan.eligible):  # cells too small for the list
                return self.exact.search(query[None], k, allowed)[0]
            return self.exact.settle(query, rows, k)

        if len(queries) == 1:  # another thread would only have to be woken
            return [one(queries[0])]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(one, queries))

    def scores(self, query: Vectors, rows: Rows) -> Scores:
        """Exact inner products of one query, shape (dimension,), with the given rows; −1 for zero rows."""
        return self.exact.scores(query, rows)

    def save(self, folder: Path) -> None:
        """Write vectors and codes into an existing folder."""
        self.exact.save(folder)
        (folder / _FACTS).write_text(
            json.dumps({"cells": self.shape.cells, "coded": self._codes is not None})
        )
        if self._codes is not None:
            try:
                _faiss().write_index(self._codes, str(folder / _CODES))
            except RuntimeError as error:  # FAISS's word for a full disk
                raise OSError(str(error)) from error

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map them back into memory; raises IndexUnusable. The caller has compared the checksums: FAISS does not."""
        exact = ExactIndex.load(folder)
        try:
            facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
            if facts["cells"] != cls.shape.cells:
                raise ValueError("another shape")
            codes = _read(folder / _CODES) if facts["coded"] else None
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise IndexUnusable(f"向量索引 {folder} 不完整或已损坏。请运行 matcher index 重建。") from error
        if codes is not None and codes.ntotal != len(exact):
            raise IndexUnusable(f"向量索引 {folder} 的各部分不一致。请运行 matcher index 重建。")
        return cls(exact, codes)

    def _scan(self, query: Vectors, plan: Plan, bits: NDArray[np.uint8] | None) -> Rows:
        parameters = _faiss().SearchParametersIVF(
            nprobe=self.shape.probed if plan.way is Way.PROBED else self.shape.cells,
            sel=None if bits is None else _faiss().IDSelectorBitmap(bits),
        )
        assert self._codes is not None
        with one_thread():
            _, found = self._codes.search(_even(query[None]), plan.fetched, params=parameters)
        rows: Rows = found[0][found[0] >= 0]
        return rows


class FastScanIndex(CodedIndex):
    """All codes are scanned: under a millisecond at 200,000 rows, and no filter can hide a neighbour."""

    shape = Shape(cells=1, probed=1)


class PartitionedIndex(CodedIndex):
    """For millions: codes in 4,096 cells, of which a query without a filter looks at the nearest 128."""

    shape = Shape(cells=4_096, probed=128)


def _even(vectors: Vectors) -> Vectors:
    """Padded with zeros to an even dimension: two dimensions make a half byte."""
    return np.pad(vectors, ((0, 0), (0, vectors.shape[1] % 2))) if vectors.shape[1] % 2 else vectors


def _read(file: Path) -> Any:  # noqa: ANN401
    faiss = _faiss()
    return faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)


def _faiss() -> ModuleType:
    import faiss

    module: ModuleType = faiss
    return module
