"""The candidates of a need: a dense and a lexical channel, each a fixed value in [0, 1], fused by a weighted sum.

A value is a function of one text, one record and what the index has stored: never of the other candidates, the
other queries of a call, or the filter.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexes.backends import BY_SIZE, ENGINES, Choice, backend_of, build_index, words_engine_at
from indexes.coded import CodedIndex
from indexes.contract import Hits, IndexUnusable, Mask, Vectors, VectorSearch
from indexes.exact import ExactIndex
from indexes.fusion import CosineScale, weighted_sum
from indexes.keyed import Keyed
from indexes.lexical import LexicalIndex, best, normalised
from indexes.postings import Document, Query
from indexes.segments import SegmentedLexical, SegmentedVectors
from indexes.served import ServedIndex
from indexes.served_words import SegmentedWords, ServedWords
from indexes.words import Meanings, Words

Values = NDArray[np.float64]
Weights = Mapping[str, float]
"""Weights of the two text signals by channel: semantic, lexical."""
_IDS, _KIND = "ids.json", "kind.json"
_PROVED = 10
"""Documents by whose text an engine that was given the words must list what the local channel lists."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidates of one need, all of shape (n,), the best fused value first, equal ones in row order.

    semantic is NaN throughout where the query has no vector. No row that is left out has a fused value above `beyond`.
    """

    rows: NDArray[np.int64]
    semantic: Values
    lexical: Values
    fused: Values
    beyond: float = 0.0

    def at(self, places: NDArray[np.int64]) -> Candidates:
        """Those at the given places, in that order."""
        return Candidates(
            self.rows[places], self.semantic[places], self.lexical[places], self.fused[places], self.beyond
        )

    def first(self, k: int, beyond: float) -> Candidates:
        """The k best; `beyond` is the bound for what was not among the candidates before."""
        if len(self.rows) > k:
            beyond = max(beyond, float(self.fused[k]))
        return replace(self.at(np.arange(min(k, len(self.rows)))), beyond=beyond)


@dataclass(frozen=True, slots=True)
class _Worded:
    """What the lexical channel says of one query: the k best rows above 0, and the value of any row."""

    best: Hits
    at: Callable[[NDArray[np.int64]], Values]


@dataclass(frozen=True, slots=True)
class Collection:
    """Records in ascending id order with both indexes over them."""

    ids: tuple[str, ...]
    vectors: VectorSearch
    scale: CosineScale
    lexical: LexicalIndex | SegmentedLexical
    kind: str = "exact"
    """Of the vector index."""
    recall: float = 1.0
    """Recall@50 of the dense channel, measured when it was built."""
    cut: Words | None = None
    """The words of the records, cut when they were indexed; of a collection in two parts, those of the base."""

    @classmethod
    def build(
        cls,
        ids: Sequence[str],
        documents: Sequence[Document],
        vectors: Vectors,
        queries: Sequence[Query],
        choice: Choice = BY_SIZE,
    ) -> Self:
        """Index documents with their vectors, shape (documents, dimension); `queries` fit the second idf.

        `choice` names the vector index. Raises IndexUnusable where its recall is too low.
        """
        if list(ids) != sorted(set(ids)):
            raise ValueError("ids must be ascending and distinct")
        lexical = LexicalIndex.build(documents, queries)
        found = cls.over(ids, vectors, lexical, choice)
        engine = words_engine_at(choice.address)
        if engine is None:
            return found
        samples = documents[:: max(1, len(documents) // _PROVED)]
        return replace(found, lexical=ServedWords.of(lexical, engine, choice.parts, samples))

    @classmethod
    def over(
        cls, ids: Sequence[str], vectors: Vectors, lexical: LexicalIndex, choice: Choice = BY_SIZE
    ) -> Self:
        """The same over words that are indexed already."""
        built = build_index(vectors, choice)
        return cls(tuple(ids), built.index, CosineScale.fit(vectors), lexical, built.kind, built.recall)

    @property
    def words(self) -> LexicalIndex:
        """The lexical index whose statistics are in force."""
        return self.lexical.base if isinstance(self.lexical, SegmentedLexical) else self.lexical

    def kept(self) -> list[Keyed]:
        """What engines hold of it."""
        vectors = self.vectors.base if isinstance(self.vectors, SegmentedVectors) else self.vectors
        found: list[Keyed] = [vectors] if isinstance(vectors, ServedIndex) else []
        return [*found, self.words.kept] if isinstance(self.words, ServedWords) else found

    def words_at(self, rows: NDArray[np.int64], text: Callable[[int], Document], meanings: Meanings) -> Words:
        """The words of some rows, as stored; where none are, cut out of `text` of the row's place among `rows`."""
        places = self.lexical.layout.local(rows) if isinstance(self.lexical, SegmentedLexical) else rows
        stored = places >= 0 if self.cut is not None else np.zeros(len(rows), np.bool_)
        known, missing = np.flatnonzero(stored), np.flatnonzero(~stored)
        if self.cut is not None and not len(missing):
            return self.cut.take(places)
        fresh = Words.build([normalised(text(place)) for place in missing.tolist()], meanings, self.cut)
        if self.cut is None or not len(known):
            return fresh
        order = np.argsort(np.concatenate([known, missing]))
        return self.cut.take(places[known]).followed_by(fresh).take(order)

    def exactly(self) -> Self:
        """The same without any approximation."""
        vectors: VectorSearch = self.vectors
        if isinstance(vectors, SegmentedVectors) and isinstance(vectors.base, CodedIndex):
            vectors = replace(vectors, base=vectors.base.exact)
        if isinstance(vectors, SegmentedVectors) and isinstance(vectors.base, ServedIndex):
            vectors = replace(vectors, base=vectors.base.exactly())
        if isinstance(vectors, CodedIndex):
            vectors = vectors.exact
        if isinstance(vectors, ServedIndex):
            vectors = vectors.exactly()
        return replace(self, vectors=vectors, kind="exact", recall=1.0)

    def search(
        self,
        queries: Sequence[Query],
        vectors: Vectors,
        k: int,
        weights: Weights,
        allowed: Mask | None = None,
    ) -> Iterator[Candidates]:
        """For each query the k best fused rows among the k best of each channel, with both exact values."""
        dense = self.vectors.search(vectors, k, allowed)

        def candidates(query: Query, vector: Vectors, hits: Hits) -> Candidates:
            words = self._worded(query, k, allowed)
            rows = np.union1d(hits.rows, words.best.rows)
            beyond = self._beyond(vector, hits, words.best.scores, weights, k)
            return self._fused(vector, rows, words.at(rows), weights).first(k, beyond)

        if len(queries) == 1:  # another thread would only have to be woken
            yield candidates(queries[0], vectors[0], dense[0])
            return
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from pool.map(candidates, queries, vectors, dense)

    def _worded(self, query: Query, k: int, allowed: Mask | None) -> _Worded:
        """One pass over the postings gives all rows' values; an engine gives the best, and others as they are asked for."""
        lexical = self.lexical
        if isinstance(lexical, ServedWords | SegmentedWords):
            return _Worded(lexical.found(query, k, allowed), partial(lexical.scores_at, query))
        raw = lexical.raw(query)
        top = best(raw, k, allowed)
        rows = top.rows[top.scores > 0]

        def at(rows: NDArray[np.int64]) -> Values:
            return lexical.values(query, raw[rows])

        return _Worded(Hits(rows, at(rows)), at)

    def score_all(self, query: Query, vector: Vectors, weights: Weights) -> Candidates:
        """Every row, best first; `vector` of shape (dimension,)."""
        rows = np.arange(len(self.ids), dtype=np.int64)
        return self._fused(vector, rows, self.lexical.scores(query), weights)

    def score_at(
        self, query: Query, vector: Vectors, rows: NDArray[np.int64], weights: Weights
    ) -> Candidates:
        """The given rows, best first: the same values that `search` gives."""
        return self._fused(vector, rows, self.lexical.scores_at(query, rows), weights)

    def _beyond(self, vector: Vectors, dense: Hits, lexical: Values, weights: Weights, k: int) -> float:
        """The highest fused value that a row may have which neither channel has among its k best."""
        if vector.any() and len(dense.rows) < k:
            return 0.0  # every row is there
        # Just above 0, which would mean that the row has no vector.
        cosine = np.array([max(dense.scores[-1], 1e-9) if len(dense.rows) else 0.0])
        word = np.array([lexical.min() if len(lexical) >= k else 0.0])
        border = {"semantic": self.scale.values(vector, cosine), "lexical": word}
        return float(weighted_sum(border, weights).scores[0])

    def _fused(
        self, vector: Vectors, rows: NDArray[np.int64], lexical: Values, weights: Weights
    ) -> Candidates:
        cosines = self.vectors.scores(vector, rows)
        # The index puts rows without a vector last, at −1; to the scale they are 0: nothing known.
        semantic = self.scale.values(vector, np.where(cosines <= -1, 0.0, cosines))
        fused = weighted_sum({"semantic": semantic, "lexical": lexical}, weights).scores
        order = np.lexsort((rows, -fused))
        return Candidates(rows[order], semantic[order], lexical[order], fused[order])

    def save(self, folder: Path) -> None:
        """Write everything into an existing folder; raises TypeError for a collection in two parts."""
        vectors, lexical = self.vectors, self.lexical
        if not isinstance(vectors, ExactIndex | CodedIndex | ServedIndex) or isinstance(
            lexical, SegmentedLexical
        ):
            raise TypeError("a collection in two parts is saved by the one who has joined them")
        (folder / _IDS).write_text(json.dumps(self.ids, ensure_ascii=False), encoding="utf-8")
        (folder / _KIND).write_text(json.dumps({"kind": self.kind, "recall": self.recall}), encoding="utf-8")
        vectors.save(folder)
        self.scale.save(folder)
        lexical.save(folder)
        if self.cut is not None:
            self.cut.save(folder)

    @classmethod
    def load(cls, folder: Path, address: str = "") -> Self:
        """Read it back, memory-mapped; vectors may be in the engine at an address. Raises IndexUnusable."""
        try:
            ids = tuple(json.loads((folder / _IDS).read_text(encoding="utf-8")))
            stored = json.loads((folder / _KIND).read_text(encoding="utf-8"))
            kind, recall = str(stored["kind"]), float(stored["recall"])
            backend = backend_of(kind, address if kind in ENGINES else "")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnusable(f"索引 {folder} 无法读取（{error}）。请运行 matcher index 重建。") from error
        scale = CosineScale.load(folder)
        lexical = ServedWords.load(folder, partial(words_engine_at, address))
        return cls(ids, backend.load(folder), scale, lexical, kind, recall, Words.load(folder))
