"""One token stream of a collection as postings with ready impacts, and the statistics its scores rest on."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import IndexUnusable
from indexes.tokens import Stream, tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Document:
    """A text in two fields, normalised by the caller as far as it wants (script, spelling)."""

    title: str
    body: str = ""


Query = Document
"""A query has the same two fields."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """The constants of one stream's scores; see `indexes.lexical` for the formula and the measured reasons."""

    k1: float
    b: float
    document_body: float
    query_title: float
    query_idf_power: float
    prior_documents: float
    prior_queries: float
    most_frequent: float
    least_share: float


@dataclass(frozen=True, slots=True)
class StreamQuery:
    """A query in one stream: its known tokens in the order of their terms, and the score's mean and spread."""

    tokens: tuple[str, ...]
    terms: NDArray[np.int64]
    weights: NDArray[np.float32]
    """Already divided by `spread`."""
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Postings:
    """The inverted lists of one stream.

    starts: int64 (terms + 1,); rows: int32 and impacts: float32, both (postings,): the documents of term t and
    what it contributes there for a query weight of 1. mean, variance: float64 (terms,) of that contribution
    over all documents, absent ones counting 0.
    """

    stream: Stream
    vocabulary: dict[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    impacts: NDArray[np.float32]
    mean: Floats
    variance: Floats

    @classmethod
    def build(
        cls, stream: Stream, documents: Sequence[Document], queries: Sequence[Query], weighting: Weighting
    ) -> Self:
        """Count the documents, and the stored queries for the second idf; texts are normalised already."""
        from scipy.sparse import csr_array  # heavy, and needed for building alone

        vocabulary: defaultdict[str, int] = defaultdict()
        vocabulary.default_factory = vocabulary.__len__
        ids = array("i")
        ends = [0]
        for document in documents:
            for text in (document.title, document.body):
                ids.extend(map(vocabulary.__getitem__, tokens(text, stream)))
                ends.append(len(ids))
        field_weights = np.tile(np.array([1.0, weighting.document_body], dtype=np.float32), len(documents))
        cells = (np.repeat(field_weights, np.diff(ends)), np.frombuffer(ids, dtype=np.int32), ends[::2])
        counts = csr_array(cells, shape=(len(documents), len(vocabulary)))
        counts.sum_duplicates()
        query_idf = _query_idf(queries, vocabulary, stream, weighting)
        return cls._weighed(stream, dict(vocabulary), counts, query_idf, weighting)

    @classmethod
    def _weighed(
        cls,
        stream: Stream,
        vocabulary: dict[str, int],
        counts: csr_array[np.float32, tuple[int, int]],
        query_idf: Floats,
        weighting: Weighting,
    ) -> Self:
        lengths = np.asarray(counts.sum(axis=1), dtype=np.float64)
        total = len(lengths) + weighting.prior_documents
        inverted = counts.tocsc()
        frequencies = np.diff(inverted.indptr).astype(np.int64)
        kept = frequencies <= weighting.most_frequent * total
        positions = np.repeat(kept, frequencies)
        rows, tf = inverted.indices[positions].astype(np.int32), inverted.data[positions].astype(np.float64)
        starts = np.concatenate([[0], np.cumsum(frequencies * kept)])
        idf = np.log1p((total - frequencies + 0.5) / (frequencies + 0.5)) * query_idf
        average = lengths.mean() if lengths.any() else 1.0
        norms = weighting.k1 * (1 - weighting.b + weighting.b * lengths / average)
        impacts = tf * (weighting.k1 + 1) / (tf + norms[rows]) * np.repeat(idf, np.diff(starts))
        mean = _sums(impacts, starts) / max(1.0, total)
        variance = np.maximum(_sums(impacts**2, starts) / max(1.0, total) - mean**2, 0.0)
        typical = mean * total / np.maximum(1, frequencies)
        variance = np.maximum(variance, weighting.least_share * typical**2)
        return cls(stream, vocabulary, starts, rows, impacts.astype(np.float32), mean, variance)

    def query(self, query: Query, title_weight: float) -> StreamQuery:
        """The terms of `query` (normalised) that the stream knows, weighted log(1 + w·tf_title + tf_body)."""
        tf: Counter[str] = Counter()
        for text, weight in ((query.title, title_weight), (query.body, 1.0)):
            for token, count in Counter(tokens(text, self.stream)).items():
                tf[token] += weight * count  # type: ignore[assignment]  # a Counter adds floats as well
        known = sorted((token for token in tf if token in self.vocabulary), key=self.vocabulary.__getitem__)
        terms = np.array([self.vocabulary[token] for token in known], dtype=np.int64)
        weights = np.log1p(np.array([tf[token] for token in known], dtype=np.float64))
        spread = float(np.sqrt(weights**2 @ self.variance[terms])) or 1.0
        mean = float(weights @ self.mean[terms]) / spread
        return StreamQuery(tuple(known), terms, (weights / spread).astype(np.float32), mean, spread)

    def add_scores(self, query: StreamQuery, weight: float, scores: NDArray[np.float32]) -> None:
        """Add weight times the query's scores, in units of their spread, to `scores` of shape (documents,)."""
        from indexes.kernels import accumulate

        starts, ends = self.starts[query.terms], self.starts[query.terms + 1]
        accumulate(starts, ends, query.weights * np.float32(weight), (self.rows, self.impacts), scores)

    def contributions(self, query: StreamQuery, row: int) -> dict[str, float]:
        """What each shared token adds to the score of document `row`, in units of the query's spread."""
        from indexes.kernels import find

        positions = np.empty(len(query.terms), np.int64)
        find(self.starts[query.terms], self.starts[query.terms + 1], self.rows, row, positions)
        here = np.flatnonzero(positions >= 0)
        parts = query.weights[here] * self.impacts[positions[here]]
        return {query.tokens[place]: part for place, part in zip(here.tolist(), parts.tolist(), strict=True)}

    def save(self, folder: Path) -> None:
        """Write the stream's arrays and its vocabulary (one term a line, in term order) into `folder`."""
        for name in _ARRAYS:
            np.save(folder / f"{self.stream}.{name}.npy", getattr(self, name))
        path = folder / f"{self.stream}.terms.txt"
        path.write_text("".join(f"{term}\n" for term in self.vocabulary), encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, folder: Path, stream: Stream) -> Self:
        """Read it back with the postings memory-mapped; raises IndexUnusable where the parts do not fit."""
        try:
            arrays = [np.load(folder / f"{stream}.{name}.npy", mmap_mode="r") for name in _ARRAYS]
            terms = (folder / f"{stream}.terms.txt").read_text(encoding="utf-8").split("\n")[:-1]
        except (OSError, ValueError, EOFError) as error:
            raise IndexUnusable(
                f"词面索引 {folder} 无法读取（{stream}：{error}）。请重新建立索引。"
            ) from error
        starts, rows, impacts, mean, variance = arrays
        vocabulary = {term: position for position, term in enumerate(terms)}
        fits = (
            len(vocabulary) == len(terms) == len(starts) - 1 == len(mean) == len(variance)
            and len(rows) == len(impacts) == starts[-1]
            and [array.dtype for array in arrays] == [np.int64, np.int32, np.float32, np.float64, np.float64]
        )
        if not fits:
            raise IndexUnusable(f"词面索引 {folder} 的各部分不一致（{stream}）。请重新建立索引。")
        return cls(stream, vocabulary, starts, rows, impacts, np.asarray(mean), np.asarray(variance))


_ARRAYS = ("starts", "rows", "impacts", "mean", "variance")


def _query_idf(
    queries: Sequence[Query], vocabulary: dict[str, int], stream: Stream, weighting: Weighting
) -> Floats:
    frequencies = np.zeros(len(vocabulary))
    for query in queries:
        found = {vocabulary[t] for t in tokens(f"{query.title}\n{query.body}", stream) if t in vocabulary}
        frequencies[list(found)] += 1
    prior = weighting.prior_queries
    idf: Floats = np.log((len(queries) + prior + 1) / (frequencies + prior / 20 + 0.5))
    return idf**weighting.query_idf_power


def _sums(values: Floats, starts: NDArray[np.int64]) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(values)])
    sums: Floats = total[starts[1:]] - total[starts[:-1]]
    return sums
