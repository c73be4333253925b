"""Nearest neighbours in an engine that others run: it proposes, we settle in float64, so that lists equal the local ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from indexes.contract import Hits, IndexUnusable, Mask, Vectors
from indexes.engines import Engine, Keys, Near, Parts, blocks
from indexes.exact import ExactIndex, Rows, Scores, checked
from indexes.keyed import Eligible, Keyed, content_keys
from indexes.planning import Plan, Way

_MARGIN = 10
"""Neighbours asked for beyond k, so that rounding at the border of the list can be settled."""
_LOADED = 5_000
"""Vectors sent at a time; each is on the engine's disk before the next is sent."""
_SCORED = 4_096
"""Vectors fetched at a time where all have to be scored here."""
_FARTHEST = -1.0
_KEYS, _PARTS, _FACTS = "keys.npy", "parts.npy", "engine.json"

Connect = Callable[[int], Engine]
"""An engine for a dimension."""


@dataclass(frozen=True, slots=True)
class ServedKind:
    """A kind of index, as the table of kinds holds them: builds and opens indexes in the engine that `connect` reaches."""

    connect: Connect

    def build(self, vectors: Vectors, parts: Parts | None = None) -> ServedIndex:
        """Load what the engine lacks; raises ValueError as every index, EngineGone where it stops answering."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if vectors.ndim != 2 or not np.isfinite(vectors).all():
            raise ValueError("vectors must be finite and of shape (rows, dimension)")
        parts = np.zeros(len(vectors), np.int32) if parts is None else parts.astype(np.int32)
        keys = vector_keys(vectors, parts)
        index = ServedIndex(self.connect(vectors.shape[1]), keys, parts, vectors.shape[1])
        index.load_missing(_LOADED, lambda rows: vectors[rows])
        return index

    def load(self, folder: Path) -> ServedIndex:
        """The index whose keys are in a folder; raises IndexUnusable where the engine holds fewer."""
        try:
            facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
            dimension = int(facts["dimension"])
            keys, parts = (np.load(folder / name, allow_pickle=False) for name in (_KEYS, _PARTS))
            if keys.shape != parts.shape or (keys.dtype, parts.dtype) != (np.int64, np.int32):
                raise ValueError("keys and parts differ")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnusable(f"向量索引 {folder} 不完整或已损坏。请运行 matcher index 重建。") from error
        index = ServedIndex(self.connect(dimension), keys, parts, dimension)
        index.check(index.engine.count())
        return index


@dataclass(slots=True)
class ServedIndex(Keyed):
    """Vectors of `dimension` numbers."""

    dimension: int
    thorough: bool = False
    """Whether every wanted vector is scored here, because the engine only looks at some."""

    def exactly(self) -> ServedIndex:
        """The same without any approximation."""
        return replace(self, thorough=not self.engine.exact)

    def plan(self, k: int, allowed: Mask | None = None) -> Plan:
        """How a query for k rows would be answered."""
        eligible = len(self) if allowed is None else int(np.count_nonzero(allowed))
        way = Way.ALL if self.thorough else Way.SERVED if self.engine.exact else Way.SERVED_NEAR
        return Plan(way, len(self), eligible, min(self._limit(k), eligible))

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> list[Hits]:
        """The k nearest allowed rows of each query, shape (queries, dimension); raises as the exact index does."""
        queries = checked(queries, k, allowed, (len(self), self.dimension))
        hits = [Hits(np.empty(0, np.int64), np.empty(0))] * len(queries)
        asked = np.flatnonzero(queries.any(axis=1))
        wanted = self.eligible(allowed)
        if not len(asked):
            return hits
        if self.thorough:
            for query in asked:
                hits[query] = self._with_empty(
                    self._thorough(queries[query], k, wanted), queries[query], k, wanted
                )
            return hits
        found = self.nearest(queries[asked], self._limit(k), wanted)
        if len(found) > 1:  # all of their vectors in one request
            self._vectors(self.places(np.concatenate([near.keys for near in found])))
        for query, near in zip(asked, found, strict=True):
            hits[query] = self._settled(queries[query], near, k, wanted)
        return hits

    def scores(self, query: Vectors, rows: Rows) -> Scores:
        """Exact inner products of one query, shape (dimension,), with the given rows; −1 for rows without a vector."""
        return ExactIndex(self._vectors(rows)).scores(query, np.arange(len(rows)))

    def save(self, folder: Path) -> None:
        """Write the keys into an existing folder; the vectors are in the engine."""
        np.save(folder / _KEYS, self.keys)
        np.save(folder / _PARTS, self.parts)
        facts = {"engine": self.engine.name, "place": self.engine.place, "dimension": self.dimension}
        (folder / _FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    def _limit(self, k: int) -> int:
        # Codes put neighbours in a wrong order: twice as many are scored again.
        return min((1 if self.engine.exact else 2) * k + _MARGIN, self.engine.most)

    def _settled(self, query: Vectors, near: Near, k: int, wanted: Eligible) -> Hits:
        """The true list out of what the engine proposes: asked for more until nothing left out can belong to it."""
        doubt = _doubt(self.dimension)
        limit, sought = self._limit(k), min(k, len(wanted.rows))
        while True:
            rows = self.places(near.keys)
            rows = rows[wanted.mask[rows]]
            best = self._best(query, rows, k)
            whole = len(near.keys) < limit or len(rows) == len(wanted.rows)
            sure = len(rows) >= sought and (
                whole or not self.engine.exact or best.scores[-1] > near.scores[-1] + doubt
            )
            if sure:
                break
            if limit >= self.engine.most or whole:
                best = self._thorough(query, k, wanted)
                break
            limit = min(2 * limit, self.engine.most)
            (near,) = self.nearest(query[None], limit, wanted)
        return self._with_empty(best, query, k, wanted)

    def _with_empty(self, best: Hits, query: Vectors, k: int, wanted: Eligible) -> Hits:
        """The list with the rows that have no vector, where it reaches down to them."""
        if len(best.rows) < k or best.scores[-1] <= _FARTHEST + _doubt(self.dimension):
            best = self._best(query, np.concatenate([best.rows, wanted.empty]), k)
        return best

    def _best(self, query: Vectors, rows: Rows, k: int) -> Hits:
        """Of the given rows the k best by float64 scores, equal ones in row order."""
        rows = np.sort(rows)
        hits = ExactIndex(self._vectors(rows)).settle(query, np.arange(len(rows)), k)
        return Hits(rows[hits.rows], hits.scores)

    def _thorough(self, query: Vectors, k: int, wanted: Eligible) -> Hits:
        """The k best of all that are wanted, every one fetched and scored here: slow, and never short."""
        best = np.empty(0, np.int64)
        for rows in blocks(wanted.rows, _SCORED):
            best = self._best(query, np.concatenate([best, rows]), k).rows
        return self._best(query, best, k)

    def _vectors(self, rows: Rows) -> Vectors:
        """Their vectors, shape (rows, dimension), from here or the engine; zeros where there is none."""
        vectors = np.zeros((len(rows), self.dimension), np.float32)
        for place, vector in enumerate(self.fetched(rows)):
            if vector is not None:
                vectors[place] = vector
        return vectors


def _doubt(dimension: int) -> float:
    """How far two float32 products of unit vectors may stand in the wrong order (Higham 2002, §3.1)."""
    return dimension * float(np.finfo(np.float32).eps)


def vector_keys(vectors: Vectors, parts: Parts) -> Keys:
    """The key of each vector of shape (rows, dimension); 0 for a zero row."""
    return content_keys((vector.tobytes() if vector.any() else b"" for vector in vectors), parts)
