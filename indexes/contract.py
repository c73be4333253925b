"""What every index offers: queries in, rows and scores out, filters applied before the search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexes.planning import Plan

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]
"""Shape (rows,): True where a row may be returned."""


class IndexUnusable(Exception):
    """A stored index is missing, damaged or foreign; the message is Chinese and says what to run."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The best rows for one query, best first; equal scores stand in row order.

    rows: int64, shape (k,); scores: float64, shape (k,). Never shorter than min(k, allowed rows).
    A zero query has no hits; a zero row is the farthest of all (score −1).
    Rows are positions in the collection, whose ids are kept in ascending order: row order is id order.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]


class VectorSearch(Protocol):
    """Nearest neighbours by inner product over unit vectors (cosine in [-1, 1])."""

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> list[Hits]:
        """The k nearest allowed rows of each query, shape (queries, dimension)."""
        ...

    def plan(self, k: int, allowed: Mask | None = None) -> Plan:
        """How a query for k rows would be answered."""
        ...

    def scores(self, query: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Exact inner products of one query, shape (dimension,), with the given rows."""
        ...


class VectorIndex(VectorSearch, Protocol):
    """An index that was built from vectors and can be kept in a folder."""

    def save(self, folder: Path) -> None:
        """Write the index into an existing folder."""
        ...


class Backend(Protocol):
    """A kind of index, as the table of kinds holds it: the class of a local one, or an engine at an address."""

    def build(self, vectors: Vectors) -> VectorIndex:
        """Index vectors of shape (rows, dimension); raises ValueError for values that are not finite."""
        ...

    def load(self, folder: Path) -> VectorIndex:
        """Read an index back; raises IndexUnusable."""
        ...
