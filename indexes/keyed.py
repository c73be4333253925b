"""Rows that an engine holds by keys of their content: which of them are ours, how to ask for some, and what was fetched.

A key is a hash of the content, so that an index is a list of keys: loading the same rows again loads nothing, an
interrupted load goes on where it stopped, and versions share what they have in common. A row without content has the
key 0; it is known here and never sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np

from indexes.contract import IndexUnusable, Mask
from indexes.engines import Engine, EngineGone, Keys, Near, Parts, Wanted, blocks
from indexes.exact import Rows


@dataclass(slots=True)
class Keyed:
    """keys: int64 (rows,), 0 for a row without content; parts: int32 (rows,)."""

    engine: Engine
    keys: Keys
    parts: Parts
    _remembered: int = field(init=False, repr=False, default=20_000)
    """Rows kept here once fetched: a good patent stands in many lists."""
    _rows: Rows = field(init=False, repr=False)
    """Rows with content, in the order of their keys, which are `_held`."""
    _held: Keys = field(init=False, repr=False)
    _all: Eligible = field(init=False, repr=False)
    _known: dict[int, Any] = field(init=False, repr=False, default_factory=dict)
    _lock: Lock = field(init=False, repr=False, default_factory=Lock)

    def __post_init__(self) -> None:
        order = np.argsort(self.keys, kind="stable")
        self._rows = order[self.keys[order] != 0]
        self._held = self.keys[self._rows]
        self._all = Eligible.of(self, np.ones(len(self), dtype=bool))

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.keys)

    def load_missing(self, size: int, rows_of: Callable[[Rows], Any]) -> None:
        """Send what the engine lacks, `size` rows at a time, and see that it holds all; raises EngineGone with how far
        it came. `rows_of` gives the content of some rows."""
        self.engine.create()
        missing = np.flatnonzero(~np.isin(self.keys, self.engine.keys()) & (self.keys != 0))
        for number, rows in enumerate(blocks(missing, size)):
            try:
                self.engine.add(self.keys[rows], self.parts[rows], rows_of(rows))
            except EngineGone as error:
                raise EngineGone(f"写入 {number * size} / {len(missing)} 件后中断。{error}") from error
        self.engine.settle()
        self.check(int(np.isin(self.keys, self.engine.keys()).sum()))

    def check(self, held: int) -> None:
        """Raises IndexUnusable where an engine that holds so many rows lacks some of ours."""
        if held < len(self._rows):
            raise IndexUnusable(
                f"外部索引 {self.engine.name}（{self.engine.place}）只有 {held} 件专利的{self.engine.holds}，本工作区的索引需要 "
                f"{len(self._rows)} 件。请运行 matcher index --full 补齐。"
            )

    def retire(self, others: Iterable[Keyed]) -> int:
        """Drop what neither this index nor the others hold; how many rows."""
        kept = np.concatenate([self.keys, *(other.keys for other in others)])
        gone = np.setdiff1d(self.engine.keys(), kept)
        self.engine.remove(gone)
        return len(gone)

    def eligible(self, allowed: Mask | None) -> Eligible:
        """The rows that a mask lets through; None: all."""
        return self._all if allowed is None else Eligible.of(self, allowed)

    def nearest(self, queries: Any, limit: int, wanted: Eligible) -> list[Near]:  # noqa: ANN401
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

    def places(self, keys: Keys) -> Rows:
        """The rows of those keys that are ours, ascending and once each; an engine may hold more."""
        if not len(self._held):
            return np.empty(0, np.int64)
        at = np.minimum(np.searchsorted(self._held, keys), len(self._held) - 1)
        return np.unique(self._rows[at[self._held[at] == keys]])

    def fetched(self, rows: Rows) -> list[Any]:
        """The content of each row, from here or the engine; None where there is none."""
        keys = self.keys[rows].tolist()
        with self._lock:
            lacking = np.array([key for key in keys if key and key not in self._known], np.int64)
        fetched = self.engine.fetch(lacking) if len(lacking) else {}
        with self._lock:
            if len(self._known) + len(fetched) > self._remembered:
                self._known = {key: self._known[key] for key in keys if key in self._known}
            self._known |= fetched
            found = [self._known.get(key) if key else None for key in keys]
        if any(one is None and key for one, key in zip(found, keys, strict=True)):
            raise IndexUnusable(
                f"外部索引 {self.engine.name}（{self.engine.place}）缺少本工作区索引所用的{self.engine.holds}，"
                "可能被别的程序删除。请运行 matcher index --full 补齐。"
            )
        return found


@dataclass(frozen=True, slots=True)
class Eligible:
    """What a mask lets through: rows with content, rows without, all as a mask, and how to ask the engine for them."""

    rows: Rows
    empty: Rows
    mask: Mask
    filter: Wanted

    @classmethod
    def of(cls, index: Keyed, mask: Mask) -> Eligible:
        """The shortest question: parts where the mask follows them, else the keys inside or outside, whichever are fewer."""
        there = index.keys != 0
        rows, empty = np.flatnonzero(mask & there), np.flatnonzero(mask & ~there)
        parts = np.unique(index.parts[rows])
        inside = np.isin(index.parts, parts) & there
        named = None if inside.sum() == there.sum() else tuple(parts.tolist())
        out = np.flatnonzero(inside & ~mask)
        only = len(rows) < len(out)
        return cls(rows, empty, mask, Wanted(named, index.keys[rows if only else out], only))


def content_keys(contents: Iterable[bytes], parts: Parts) -> Keys:
    """A key for each row, from 1: of its content, its part, and how many rows before it have the same; 0 for no content.

    63 bits of BLAKE2b: two of five million rows share one with a chance of one in a million; then, the later of them
    is hashed again.
    """
    keys, taken, equal = np.zeros(len(parts), np.int64), set[int](), dict[int, int]()
    for row, content in enumerate(contents):
        if not content:
            continue
        whole = content + int(parts[row]).to_bytes(4, "little")
        first = key = _hash(whole, 0)
        while key in taken:
            equal[first] = number = equal.get(first, 0) + 1
            key = _hash(whole, number)
        taken.add(key)
        keys[row] = key
    return keys


def _hash(content: bytes, number: int) -> int:
    digest = hashlib.blake2b(content, digest_size=8, salt=number.to_bytes(8, "little")).digest()
    return max(1, int.from_bytes(digest, "little") >> 1)


def merged_near(lists: Iterable[Near], limit: int) -> Near:
    """The `limit` best of lists over disjoint rows."""
    found = list(lists)
    keys, scores = (np.concatenate([getattr(one, name) for one in found]) for name in ("keys", "scores"))
    order = np.lexsort((keys, -scores))[:limit]
    return Near(keys[order], scores[order])
