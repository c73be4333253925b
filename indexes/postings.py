"""One token stream of a collection as postings with ready impacts, and the statistics its scores rest on."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import IndexUnusable
from indexes.tokens import Stream, tokens

if TYPE_CHECKING:
    from scipy.sparse import csc_array

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
class Statistics:
    """What a collection says of its terms, all float64 (terms,): fitted once, used for documents that come later.

    mean, variance: of a term's impact over all documents, absent ones counting 0. idf: both inverse document
    frequencies multiplied, 0 for terms too frequent to have postings. average: weighted tokens in a document.
    """

    mean: Floats
    variance: Floats
    idf: Floats
    average: float


@dataclass(frozen=True, slots=True)
class Postings:
    """The inverted lists of one stream.

    starts: int64 (terms + 1,); rows: int32 and impacts: float32, both (postings,): the documents of term t and
    what it contributes there for a query weight of 1.
    """

    stream: Stream
    vocabulary: dict[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    impacts: NDArray[np.float32]
    statistics: Statistics

    @classmethod
    def build(
        cls, stream: Stream, documents: Sequence[Document], queries: Sequence[Query], weighting: Weighting
    ) -> Self:
        """Count the documents, and the stored queries for the second idf; texts are normalised already."""
        vocabulary: defaultdict[str, int] = defaultdict()
        vocabulary.default_factory = vocabulary.__len__
        counts = _counted(documents, stream, vocabulary.__getitem__, weighting.document_body)
        table, lengths = counts.table(len(vocabulary)), counts.lengths
        total = len(documents) + weighting.prior_documents
        frequencies = np.diff(table.indptr).astype(np.int64)
        idf = np.log1p((total - frequencies + 0.5) / (frequencies + 0.5))
        idf *= _query_idf(queries, vocabulary, stream, weighting)
        idf[frequencies > weighting.most_frequent * total] = 0.0
        average = float(lengths.mean()) if lengths.any() else 1.0
        starts, rows, impacts = _weighed(table, _norms(lengths, average, weighting), idf, weighting)
        mean = _sums(impacts, starts) / max(1.0, total)
        variance = np.maximum(_sums(impacts**2, starts) / max(1.0, total) - mean**2, 0.0)
        typical = mean * total / np.maximum(1, frequencies)
        variance = np.maximum(variance, weighting.least_share * typical**2)
        statistics = Statistics(mean, variance, idf, average)
        return cls(stream, dict(vocabulary), starts, rows, impacts.astype(np.float32), statistics)

    def segment(self, documents: Sequence[Document], weighting: Weighting) -> Self:
        """The postings of other documents under these statistics; terms that the stream does not know are left out."""
        unknown = len(self.vocabulary)
        counts = _counted(
            documents,
            self.stream,
            lambda token: self.vocabulary.get(token, unknown),
            weighting.document_body,
        )
        idf = np.append(self.statistics.idf, 0.0)  # of whatever is unknown
        table = counts.table(unknown + 1)
        norms = _norms(counts.lengths, self.statistics.average, weighting)
        starts, rows, impacts = _weighed(table, norms, idf, weighting)
        return replace(self, starts=starts[:-1], rows=rows, impacts=impacts.astype(np.float32))

    def query(self, query: Query, title_weight: float, prior_terms: float = 0.0) -> StreamQuery:
        """The terms of `query` (normalised) that the stream knows, weighted log(1 + w·tf_title + tf_body).

        The spread is that of independent terms, widened by 1 + prior_terms / effective number of terms.
        """
        tf: Counter[str] = Counter()
        for text, weight in ((query.title, title_weight), (query.body, 1.0)):
            for token, count in Counter(tokens(text, self.stream)).items():
                tf[token] += weight * count  # type: ignore[assignment]  # a Counter adds floats as well
        known = sorted((token for token in tf if token in self.vocabulary), key=self.vocabulary.__getitem__)
        terms = np.array([self.vocabulary[token] for token in known], dtype=np.int64)
        weights = np.log1p(np.array([tf[token] for token in known], dtype=np.float64))
        spread = _spread(weights**2 * self.statistics.variance[terms], prior_terms)
        mean = float(weights @ self.statistics.mean[terms]) / spread
        return StreamQuery(tuple(known), terms, (weights / spread).astype(np.float32), mean, spread)

    def add_scores(self, query: StreamQuery, weight: float, scores: NDArray[np.float32]) -> None:
        """Add weight times the query's scores, in units of their spread, to `scores` of shape (documents,)."""
        from indexes.kernels import accumulate

        starts, ends = self.starts[query.terms], self.starts[query.terms + 1]
        accumulate(starts, ends, query.weights * np.float32(weight), (self.rows, self.impacts), scores)

    def contributions(self, query: StreamQuery, row: int) -> list[tuple[str, float]]:
        """Each shared token, and what it adds to the score of document `row`, in units of the query's spread."""
        from indexes.kernels import find

        positions = np.empty(len(query.terms), np.int64)
        find(self.starts[query.terms], self.starts[query.terms + 1], self.rows, row, positions)
        here = np.flatnonzero(positions >= 0)
        parts = query.weights[here] * self.impacts[positions[here]]
        return [
            (query.tokens[place], part) for place, part in zip(here.tolist(), parts.tolist(), strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write the stream's arrays and its vocabulary (one term a line, in term order) into `folder`."""
        self.save_lists(folder)
        for name, dtype in _STATISTICS.items():
            np.save(folder / f"{self.stream}.{name}.npy", np.asarray(getattr(self.statistics, name), dtype))
        path = folder / f"{self.stream}.terms.txt"
        path.write_text("".join(f"{term}\n" for term in self.vocabulary), encoding="utf-8", newline="\n")

    def save_lists(self, folder: Path) -> None:
        """Write the lists alone, for a segment that shares vocabulary and statistics with another."""
        for name in _LISTS:
            np.save(folder / f"{self.stream}.{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path, stream: Stream) -> Self:
        """Read it back with the postings memory-mapped; raises IndexUnusable where the parts do not fit."""
        arrays = _arrays(folder, stream, _STATISTICS)
        try:
            vocabulary = _vocabulary(_File.of(folder / f"{stream}.terms.txt"))
        except (OSError, ValueError) as error:
            raise _unreadable(folder, stream, error) from error
        mean, variance, idf = (np.asarray(arrays[name]) for name in ("mean", "variance", "idf"))
        if not len(vocabulary) == len(mean) == len(variance) == len(idf):
            raise IndexUnusable(f"词面索引 {folder} 的各部分不一致（{stream}）。请重新建立索引。")
        statistics = Statistics(mean, variance, idf, float(arrays["average"]))
        none = np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
        return cls(stream, vocabulary, *none, statistics).with_lists(folder)

    def with_lists(self, folder: Path) -> Self:
        """The same vocabulary and statistics with the lists of a folder, memory-mapped; raises IndexUnusable."""
        lists = _arrays(folder, self.stream, _LISTS)
        starts, rows, impacts = lists["starts"], lists["rows"], lists["impacts"]
        if len(starts) != len(self.vocabulary) + 1 or not len(rows) == len(impacts) == starts[-1]:
            raise IndexUnusable(f"词面索引 {folder} 的各部分不一致（{self.stream}）。请重新建立索引。")
        return replace(self, starts=starts, rows=rows, impacts=impacts)


_LISTS = {"starts": np.int64, "rows": np.int32, "impacts": np.float32}
_STATISTICS = {"mean": np.float64, "variance": np.float64, "idf": np.float64, "average": np.float64}


@dataclass(frozen=True, slots=True)
class _Counts:
    """The tokens of documents as cells of a table: weights, terms, and where each document's begin."""

    weights: NDArray[np.float32]
    terms: NDArray[np.int32]
    starts: NDArray[np.int64]

    @property
    def lengths(self) -> Floats:
        """Weighted tokens of each document, shape (documents,)."""
        return np.diff(np.concatenate([[0.0], np.cumsum(self.weights, dtype=np.float64)])[self.starts])

    def table(self, terms: int) -> csc_array[np.float32]:
        """Weighted frequencies, shape (documents, terms)."""
        from scipy.sparse import csr_array  # heavy, and needed for building alone

        cells = (self.weights, self.terms, self.starts)
        counts = csr_array(cells, shape=(len(self.starts) - 1, terms))
        counts.sum_duplicates()
        return counts.tocsc()


def _counted(
    documents: Sequence[Document], stream: Stream, term: Callable[[str], int], body_weight: float
) -> _Counts:
    ids = array("i")
    ends = [0]
    for document in documents:
        for text in (document.title, document.body):
            ids.extend(map(term, tokens(text, stream)))
            ends.append(len(ids))
    weights = np.tile(np.array([1.0, body_weight], dtype=np.float32), len(documents))
    found = np.frombuffer(ids, dtype=np.int32) if ids else np.zeros(0, np.int32)
    return _Counts(np.repeat(weights, np.diff(ends)), found, np.array(ends[::2], dtype=np.int64))


def _spread(variances: Floats, prior_terms: float) -> float:
    """Of a sum of independent parts with these variances, n = (Σ v)² / Σ v² of them effective; 1 where there are none."""
    total = float(variances.sum())
    if not total:
        return 1.0
    effective = total**2 / float(variances @ variances)
    return float(np.sqrt(total * (1 + prior_terms / effective)))


def _norms(lengths: Floats, average: float, weighting: Weighting) -> Floats:
    norms: Floats = weighting.k1 * (1 - weighting.b + weighting.b * lengths / average)
    return norms


def _weighed(
    table: csc_array[np.float32], norms: Floats, idf: Floats, weighting: Weighting
) -> tuple[NDArray[np.int64], NDArray[np.int32], Floats]:
    """Starts, rows and impacts of the terms whose idf is not 0."""
    frequencies = np.diff(table.indptr).astype(np.int64)
    positions = np.repeat(idf > 0, frequencies)
    rows, tf = table.indices[positions].astype(np.int32), table.data[positions].astype(np.float64)
    starts = np.concatenate([[0], np.cumsum(frequencies * (idf > 0))])
    impacts = tf * (weighting.k1 + 1) / (tf + norms[rows]) * np.repeat(idf, np.diff(starts))
    return starts, rows, impacts


def _arrays(folder: Path, stream: Stream, wanted: Mapping[str, type]) -> dict[str, NDArray[Any]]:
    try:
        found = {
            # As plain arrays: every look into a memmap object costs microseconds.
            name: np.asarray(
                np.load(folder / f"{stream}.{name}.npy", mmap_mode="r" if name in _LISTS else None)
            )
            for name in wanted
        }
    except (OSError, ValueError, EOFError) as error:
        raise _unreadable(folder, stream, error) from error
    if any(found[name].dtype != dtype for name, dtype in wanted.items()):
        raise IndexUnusable(f"词面索引 {folder} 的各部分不一致（{stream}）。请重新建立索引。")
    return found


@dataclass(frozen=True, slots=True)
class _File:
    """A file by what makes it the same file under any name: versions of an index link to each other's."""

    path: Path = field(compare=False)
    device: int
    node: int
    changed: int
    size: int

    @classmethod
    def of(cls, path: Path) -> Self:
        stat = path.stat()
        return cls(path, stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)  # two streams of two collections; a million pairs take a second to read
def _vocabulary(file: _File) -> dict[str, int]:
    terms = file.path.read_text(encoding="utf-8").split("\n")[:-1]
    vocabulary = {term: position for position, term in enumerate(terms)}
    if len(vocabulary) != len(terms):
        raise ValueError("a term stands twice")
    return vocabulary


def _unreadable(folder: Path, stream: Stream, error: Exception) -> IndexUnusable:
    return IndexUnusable(f"词面索引 {folder} 无法读取（{stream}：{error}）。请重新建立索引。")


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
