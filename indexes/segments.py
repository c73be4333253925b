"""A collection that has changed a little: an index as it was built, a small one of what came later, and tombstones.

Rows are numbered anew in id order, so that ties stand as in one index. Statistics stay those of the base: what came
later scores as it would have there, until a full build fits them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indexes.contract import Hits, Mask, Vectors, VectorSearch
from indexes.evidence import Contributions, Numbers
from indexes.exact import ExactIndex, Rows, Scores
from indexes.lexical import LexicalIndex
from indexes.planning import Plan
from indexes.postings import Query

_FETCHED_MORE = 200
"""Tombstones up to which the base is asked for so many rows more, rather than tested row by row."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each row is.

    base: int64 (base rows,), the row of each base row, −1 where it is gone; side: int64 (side rows,). Together they
    hold 0 … rows − 1 once each.
    """

    base: Rows
    side: Rows

    @classmethod
    def of(cls, base_ids: Sequence[str], gone: Mask, side_ids: Sequence[str]) -> Layout:
        """Both id lists ascending; `gone`, shape (base rows,), marks tombstones. Raises ValueError for a common id."""
        alive = np.flatnonzero(~gone)
        ids = [base_ids[row] for row in alive.tolist()] + list(side_ids)
        order = sorted(range(len(ids)), key=ids.__getitem__)
        if any(ids[one] == ids[other] for one, other in pairwise(order)):
            raise ValueError("an id stands in both parts")
        places = np.empty(len(ids), np.int64)
        places[order] = np.arange(len(ids))
        base = np.full(len(base_ids), -1, np.int64)
        base[alive] = places[: len(alive)]
        return cls(base, places[len(alive) :])

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(np.count_nonzero(self.base >= 0)) + len(self.side)

    @property
    def gone(self) -> int:
        """How many tombstones there are."""
        return int(np.count_nonzero(self.base < 0))

    def local(self, rows: Rows) -> Rows:
        """The place in the base of each row, or −1 − its place in the side."""
        places = np.empty(self.rows, np.int64)
        alive = np.flatnonzero(self.base >= 0)
        places[self.base[alive]] = alive
        places[self.side] = -1 - np.arange(len(self.side))
        return places[rows]

    def ids(self, base_ids: Sequence[str], side_ids: Sequence[str]) -> tuple[str, ...]:
        """All ids in row order."""
        found = [""] * self.rows
        for row, id_ in zip(self.base.tolist(), base_ids, strict=True):
            if row >= 0:
                found[row] = id_
        for row, id_ in zip(self.side.tolist(), side_ids, strict=True):
            found[row] = id_
        return tuple(found)


@dataclass(frozen=True, slots=True)
class SegmentedVectors:
    """Nearest neighbours over both parts; the side is searched exactly."""

    base: VectorSearch
    side: ExactIndex
    layout: Layout

    def plan(self, k: int, allowed: Mask | None = None) -> Plan:
        """How the base would be searched."""
        return self.base.plan(self._asked(k), self._base_mask(k, allowed))

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> list[Hits]:
        """The k nearest allowed rows of each query, shape (queries, dimension)."""
        if allowed is not None and allowed.shape != (self.layout.rows,):
            raise ValueError("k must be positive and the mask as long as the index")
        base = self.base.search(queries, self._asked(k), self._base_mask(k, allowed))
        side = self.side.search(queries, k, None if allowed is None else allowed[self.layout.side])
        return [self._merged(*pair, k) for pair in zip(base, side, strict=True)]

    def scores(self, query: Vectors, rows: Rows) -> Scores:
        """Exact inner products of one query, shape (dimension,), with the given rows."""
        places = self.layout.local(rows)
        scores, old = np.empty(len(rows)), places >= 0
        scores[old] = self.base.scores(query, places[old])
        scores[~old] = self.side.scores(query, -1 - places[~old])
        return scores

    def _asked(self, k: int) -> int:
        gone = self.layout.gone
        return k + gone if k > 0 and gone <= _FETCHED_MORE else k

    def _base_mask(self, k: int, allowed: Mask | None) -> Mask | None:
        alive = self.layout.base >= 0
        if allowed is None:
            return None if self.layout.gone <= _FETCHED_MORE else alive
        kept: Mask = alive & allowed[self.layout.base]
        return kept

    def _merged(self, base: Hits, side: Hits, k: int) -> Hits:
        rows = np.concatenate([self.layout.base[base.rows], self.layout.side[side.rows]])
        scores = np.concatenate([base.scores, side.scores])
        order = np.lexsort((rows, -scores))
        order = order[rows[order] >= 0][:k]
        return Hits(rows[order], scores[order])


@dataclass(frozen=True, slots=True)
class SegmentedLexical:
    """The lexical channel over both parts, under the base's statistics."""

    base: LexicalIndex
    side: LexicalIndex
    layout: Layout

    def scores(self, query: Query) -> NDArray[np.float64]:
        """The values of all documents, shape (rows,), in [0, 1)."""
        return self.values(query, self.raw(query))

    def raw(self, query: Query) -> NDArray[np.float32]:
        """The raw scores of all documents, shape (rows,)."""
        raw = np.empty(self.layout.rows, np.float32)
        alive = self.layout.base >= 0
        raw[self.layout.base[alive]] = self.base.raw(query)[alive]
        raw[self.layout.side] = self.side.raw(query)
        return raw

    def values(self, query: Query, raw: NDArray[np.float32]) -> NDArray[np.float64]:
        """The values of some raw scores of a query."""
        return self.base.values(query, raw)

    def scores_at(self, query: Query, rows: Rows) -> NDArray[np.float64]:
        """The values of the given rows, bit for bit those of `scores`."""
        return self.values(query, self.raw(query)[rows])

    def numbers(self, query: Query) -> Numbers:
        """The tokens of a query that the base knows."""
        return self.base.numbers(query)

    def parts(self, query: Query, rows: Rows, tokens: Rows) -> Contributions:
        """What each of some tokens adds to the scores of the given rows."""
        places = self.layout.local(rows)
        old = places >= 0
        parts = np.empty((len(rows), len(tokens)))
        parts[old] = self.base.parts(query, places[old], tokens)
        parts[~old] = self.side.parts(query, -1 - places[~old], tokens)
        return parts
