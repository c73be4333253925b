"""Nearest neighbours in an engine that others run: it proposes, we settle in float64, so that lists equal the local ones.

A vector's key is a hash of its content, so that an index is a list of keys: loading the same vectors again loads nothing,
an interrupted load goes on where it stopped, and versions share what they have in common. Rows without a vector are known
here and never sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np

from indexes.contract import Hits, IndexUnusable, Mask, Vectors
from indexes.engines import Engine, EngineGone, Keys, Near, Parts, Wanted, blocks
from indexes.exact import ExactIndex, Rows, Scores, checked
from indexes.planning import Plan, Way

_MARGIN = 10
"""Neighbours asked for beyond k, so that rounding at the border of the list can be settled."""
_LOADED = 5_000
"""Vectors sent at a time; each is on the engine's disk before the next is sent."""
_SCORED = 4_096
"""Vectors fetched at a time where all have to be scored here."""
_REMEMBERED = 20_000
"""Vectors kept here once fetched: a good patent stands in many lists."""
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
        engine, keys = self.connect(vectors.shape[1]), content_keys(vectors, parts)
        engine.create()
        missing = np.flatnonzero(~np.isin(keys, engine.keys()) & (keys != 0))
        for number, rows in enumerate(blocks(missing, _LOADED)):
            try:
                engine.add(keys[rows], parts[rows], vectors[rows])
            except EngineGone as error:
                raise EngineGone(f"写入 {number * _LOADED} / {len(missing)} 件后中断。{error}") from error
        engine.settle()
        index = ServedIndex(engine, keys, parts, vectors.shape[1])
        index.check(int(np.isin(keys, engine.keys()).sum()))
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
class ServedIndex:
    """keys: int64 (rows,), 0 for a row without a vector; parts: int32 (rows,)."""

    engine: Engine
    keys: Keys
    parts: Parts
    dimension: int
    thorough: bool = False
    """Whether every wanted vector is scored here, because the engine only looks at some."""
    _rows: Rows = field(init=False, repr=False)
    """Rows with a vector, in the order of their keys, which are `_held`."""
    _held: Keys = field(init=False, repr=False)
    _all: _Eligible = field(init=False, repr=False)
    _known: dict[int, Vectors] = field(init=False, repr=False, default_factory=dict)
    _lock: Lock = field(init=False, repr=False, default_factory=Lock)

    def __post_init__(self) -> None:
        order = np.argsort(self.keys, kind="stable")
        self._rows = order[self.keys[order] != 0]
        self._held = self.keys[self._rows]
        self._all = _Eligible.of(self, np.ones(len(self), dtype=bool))

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.keys)

    def check(self, held: int) -> None:
        """Raises IndexUnusable where an engine that holds so many vectors lacks some of ours."""
        if held < len(self._rows):
            raise IndexUnusable(
                f"外部索引 {self.engine.name}（{self.engine.place}）只有 {held} 件专利的向量，本工作区的索引需要 "
                f"{len(self._rows)} 件。请运行 matcher index --full 补齐。"
            )

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
        wanted = self._all if allowed is None else _Eligible.of(self, allowed)
        if not len(asked):
            return hits
        if self.thorough:
            for query in asked:
                hits[query] = self._with_empty(
                    self._thorough(queries[query], k, wanted), queries[query], k, wanted
                )
            return hits
        found = self._nearest(queries[asked], self._limit(k), wanted)
        if len(found) > 1:  # all of their vectors in one request
            self._vectors(np.unique(self._places(np.concatenate([near.keys for near in found]))))
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

    def retire(self, others: Iterable[ServedIndex]) -> int:
        """Drop vectors that neither this index nor the others hold; how many."""
        kept = np.concatenate([self.keys, *(other.keys for other in others)])
        gone = np.setdiff1d(self.engine.keys(), kept)
        self.engine.remove(gone)
        return len(gone)

    def _limit(self, k: int) -> int:
        # Codes put neighbours in a wrong order: twice as many are scored again.
        return min((1 if self.engine.exact else 2) * k + _MARGIN, self.engine.most)

    def _nearest(self, queries: Vectors, limit: int, wanted: _Eligible) -> list[Near]:
        """The best `limit` of every query among the wanted; fewer where there are fewer."""
        if not len(wanted.rows):
            return [Near(np.empty(0, np.int64), np.empty(0))] * len(queries)
        if len(wanted.filter.keys) <= self.engine.listable:
            return self.engine.nearest(queries, limit, wanted.filter)
        lists = [
            self.engine.nearest(queries, limit, Wanted(None, part, True))
            for part in blocks(self.keys[wanted.rows], self.engine.listable)
        ]
        return [merged_near(parts, limit) for parts in zip(*lists, strict=True)]

    def _settled(self, query: Vectors, near: Near, k: int, wanted: _Eligible) -> Hits:
        """The true list out of what the engine proposes: asked for more until nothing left out can belong to it."""
        doubt = _doubt(self.dimension)
        limit, sought = self._limit(k), min(k, len(wanted.rows))
        while True:
            rows = self._places(near.keys)
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
            (near,) = self._nearest(query[None], limit, wanted)
        return self._with_empty(best, query, k, wanted)

    def _with_empty(self, best: Hits, query: Vectors, k: int, wanted: _Eligible) -> Hits:
        """The list with the rows that have no vector, where it reaches down to them."""
        if len(best.rows) < k or best.scores[-1] <= _FARTHEST + _doubt(self.dimension):
            best = self._best(query, np.concatenate([best.rows, wanted.empty]), k)
        return best

    def _best(self, query: Vectors, rows: Rows, k: int) -> Hits:
        """Of the given rows the k best by float64 scores, equal ones in row order."""
        rows = np.sort(rows)
        hits = ExactIndex(self._vectors(rows)).settle(query, np.arange(len(rows)), k)
        return Hits(rows[hits.rows], hits.scores)

    def _thorough(self, query: Vectors, k: int, wanted: _Eligible) -> Hits:
        """The k best of all that are wanted, every one fetched and scored here: slow, and never short."""
        best = np.empty(0, np.int64)
        for rows in blocks(wanted.rows, _SCORED):
            best = self._best(query, np.concatenate([best, rows]), k).rows
        return self._best(query, best, k)

    def _places(self, keys: Keys) -> Rows:
        """The rows of those keys that are ours; an engine may hold more."""
        if not len(self._held):
            return np.empty(0, np.int64)
        at = np.minimum(np.searchsorted(self._held, keys), len(self._held) - 1)
        rows: Rows = self._rows[at[self._held[at] == keys]]
        return rows

    def _vectors(self, rows: Rows) -> Vectors:
        """Their vectors, shape (rows, dimension), from here or the engine; zeros where there is none."""
        keys = self.keys[rows]
        with self._lock:
            lacking = np.array([key for key in keys.tolist() if key and key not in self._known], np.int64)
        fetched = self.engine.fetch(lacking) if len(lacking) else {}
        with self._lock:
            if len(self._known) + len(fetched) > _REMEMBERED:
                self._known = {key: self._known[key] for key in keys.tolist() if key in self._known}
            self._known |= fetched
            found = [self._known.get(key) if key else None for key in keys.tolist()]
        vectors = np.zeros((len(rows), self.dimension), np.float32)
        for place, vector in enumerate(found):
            if vector is not None:
                vectors[place] = vector
            elif keys[place]:
                raise IndexUnusable(
                    f"外部索引 {self.engine.name}（{self.engine.place}）缺少本工作区索引所用的向量，可能被别的程序删除。"
                    "请运行 matcher index --full 补齐。"
                )
        return vectors


@dataclass(frozen=True, slots=True)
class _Eligible:
    """What a mask lets through: rows with a vector, rows without, all as a mask, and how to ask the engine for them."""

    rows: Rows
    empty: Rows
    mask: Mask
    filter: Wanted

    @classmethod
    def of(cls, index: ServedIndex, mask: Mask) -> _Eligible:
        there = index.keys != 0
        rows, empty = np.flatnonzero(mask & there), np.flatnonzero(mask & ~there)
        parts = np.unique(index.parts[rows])
        inside = np.isin(index.parts, parts) & there
        named = None if inside.sum() == there.sum() else tuple(parts.tolist())
        out = np.flatnonzero(inside & ~mask)
        only = len(rows) < len(out)
        return cls(rows, empty, mask, Wanted(named, index.keys[rows if only else out], only))


def content_keys(vectors: Vectors, parts: Parts) -> Keys:
    """A key for each row, from 1: of its vector, its part, and how many rows before it have the same; 0 for a zero row.

    63 bits of BLAKE2b: two of five million vectors share one with a chance of one in a million; then, the later of them
    is hashed again.
    """
    keys, taken, equal = np.zeros(len(vectors), np.int64), set[int](), dict[int, int]()
    for row in np.flatnonzero(vectors.any(axis=1)).tolist():
        content = vectors[row].tobytes() + int(parts[row]).to_bytes(4, "little")
        first = key = _hash(content, 0)
        while key in taken:
            equal[first] = number = equal.get(first, 0) + 1
            key = _hash(content, number)
        taken.add(key)
        keys[row] = key
    return keys


def _doubt(dimension: int) -> float:
    """How far two float32 products of unit vectors may stand in the wrong order (Higham 2002, §3.1)."""
    return dimension * float(np.finfo(np.float32).eps)


def _hash(content: bytes, number: int) -> int:
    digest = hashlib.blake2b(content, digest_size=8, salt=number.to_bytes(8, "little")).digest()
    return max(1, int.from_bytes(digest, "little") >> 1)


def merged_near(lists: Iterable[Near], limit: int) -> Near:
    """The `limit` best of lists over disjoint vectors."""
    found = list(lists)
    keys, scores = (np.concatenate([getattr(one, name) for one in found]) for name in ("keys", "scores"))
    order = np.lexsort((keys, -scores))[:limit]
    return Near(keys[order], scores[order])
