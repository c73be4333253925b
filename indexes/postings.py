"""One token stream of a collection as postings with ready impacts, and the statistics its scores rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import IndexUnusable
from indexes.counting import Block, Counted, Lists, Numbering, counted, frequencies, inverted, text_blocks
from indexes.terms import Ids, Keys, Terms, keys_of, text_keys
from indexes.tokens import Stream, tokens

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Document:
    """A text in two fields, normalised by the caller as far as it wants (script, spelling)."""

    title: str
    body: str = ""

    @property
    def whole(self) -> str:
        """Both fields as one text, a line each."""
        return f"{self.title}\n{self.body}"


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
    terms: Terms
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    impacts: NDArray[np.float32]
    statistics: Statistics

    @classmethod
    def build(
        cls, stream: Stream, blocks: Iterable[Block], queries: Sequence[Query], weighting: Weighting
    ) -> Self:
        """Count the documents' tokens, and the stored queries for the second idf; these are normalised already."""
        numbering = Numbering()
        tokens = counted(blocks, numbering.number, weighting.document_body)
        terms = numbering.terms()
        total = len(tokens.lengths) + weighting.prior_documents
        held = frequencies(tokens, len(terms))
        idf = np.log1p((total - held + 0.5) / (held + 0.5))
        idf *= _query_idf(queries, terms, stream, weighting)
        idf[held > weighting.most_frequent * total] = 0.0
        average = float(tokens.lengths.mean()) if tokens.lengths.any() else 1.0
        lists, sums = _impacts(tokens, held, idf, average, weighting)
        mean = sums[0] / max(1.0, total)
        variance = np.maximum(sums[1] / max(1.0, total) - mean**2, 0.0)
        typical = mean * total / np.maximum(1, held)
        variance = np.maximum(variance, weighting.least_share * typical**2)
        statistics = Statistics(mean, variance, idf, average)
        return cls(stream, terms, lists.starts, lists.rows, lists.weights, statistics)

    def segment(self, documents: Sequence[Document], weighting: Weighting) -> Self:
        """The postings of other documents under these statistics; terms that the stream does not know are left out."""
        tokens = counted(text_blocks(documents, self.stream), self._find_many, weighting.document_body)
        # Only the terms that stand in the documents are counted and weighed: the stream may know millions.
        present = np.zeros(len(self.terms) + 1, np.bool_)
        present[tokens.terms] = True  # −1, no term, is the last place
        terms = np.flatnonzero(present[:-1])
        numbers = np.full(len(present), -1, np.int32)
        numbers[terms] = np.arange(len(terms))
        tokens = replace(tokens, terms=numbers[tokens.terms])
        held, statistics = frequencies(tokens, len(terms)), self.statistics
        lists, _ = _impacts(tokens, held, statistics.idf[terms], statistics.average, weighting)
        sizes = np.zeros(len(present), np.int64)
        sizes[terms + 1] = np.diff(lists.starts)
        return replace(self, starts=np.cumsum(sizes), rows=lists.rows, impacts=lists.weights)

    def _find_many(self, keys: Keys) -> Ids:
        """Numbers of keys of which many are equal: each is looked for once, in ascending order, which memory likes."""
        distinct, places = np.unique(keys, return_inverse=True)
        return self.terms.find(distinct)[places]

    def query(self, query: Query, title_weight: float, prior_terms: float = 0.0) -> StreamQuery:
        """The terms of `query` (normalised) that the stream knows, weighted log(1 + w·tf_title + tf_body).

        The spread is that of independent terms, widened by 1 + prior_terms / effective number of terms.
        """
        tf: Counter[str] = Counter()
        for text, weight in ((query.title, title_weight), (query.body, 1.0)):
            for token, count in Counter(tokens(text, self.stream)).items():
                tf[token] += weight * count  # type: ignore[assignment]  # a Counter adds floats as well
        found = self.terms.find(keys_of(tf))
        order = np.argsort(found, kind="stable")[np.count_nonzero(found < 0) :]
        words = list(tf)
        known, terms = [words[place] for place in order.tolist()], found[order]
        weights = np.log1p(np.array([tf[token] for token in known], dtype=np.float64))
        spread = _spread(weights**2 * self.statistics.variance[terms], prior_terms)
        mean = float(weights @ self.statistics.mean[terms]) / spread
        return StreamQuery(tuple(known), terms, (weights / spread).astype(np.float32), mean, spread)

    def add_scores(self, query: StreamQuery, weight: float, scores: NDArray[np.float32]) -> None:
        """Add weight times the query's scores, in units of their spread, to `scores` of shape (documents,)."""
        from indexes.kernels import accumulate

        starts, ends = self.starts[query.terms], self.starts[query.terms + 1]
        accumulate(starts, ends, query.weights * np.float32(weight), (self.rows, self.impacts), scores)

    def contributions(
        self, query: StreamQuery, rows: NDArray[np.int64], tokens: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """What some of the query's tokens add to the score of each row, in units of its spread; shape (rows, tokens)."""
        from indexes.kernels import contribute

        parts = np.zeros((len(rows), len(tokens)), np.float32)
        terms, order = query.terms[tokens], np.argsort(rows)
        bounds = self.starts[terms], self.starts[terms + 1]
        contribute(bounds, query.weights[tokens], (self.rows, self.impacts), (rows[order], order), parts)
        return parts

    def save(self, folder: Path) -> None:
        """Write the stream's arrays into `folder`."""
        self.save_lists(folder)
        for name, dtype in _STATISTICS.items():
            np.save(folder / f"{self.stream}.{name}.npy", np.asarray(getattr(self.statistics, name), dtype))
        for name in _TERMS:
            np.save(folder / f"{self.stream}.{name}.npy", getattr(self.terms, name))

    def save_lists(self, folder: Path) -> None:
        """Write the lists alone, for a segment that shares terms and statistics with another."""
        for name in _LISTS:
            np.save(folder / f"{self.stream}.{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path, stream: Stream) -> Self:
        """Map it back into memory; raises IndexUnusable where the parts do not fit."""
        arrays = _arrays(folder, stream, {**_STATISTICS, **_TERMS})
        mean, variance, idf = (arrays[name] for name in ("mean", "variance", "idf"))
        terms = Terms(arrays["keys"], arrays["numbers"])
        if not len(terms.keys) == len(terms.numbers) == len(mean) == len(variance) == len(idf):
            raise IndexUnusable(f"词面索引 {folder} 的各部分不一致（{stream}）。请重新建立索引。")
        statistics = Statistics(mean, variance, idf, float(arrays["average"]))
        none = np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
        return cls(stream, terms, *none, statistics).with_lists(folder)

    def with_lists(self, folder: Path) -> Self:
        """The same terms and statistics with the lists of a folder, memory-mapped; raises IndexUnusable."""
        lists = _arrays(folder, self.stream, _LISTS)
        starts, rows, impacts = lists["starts"], lists["rows"], lists["impacts"]
        if len(starts) != len(self.terms) + 1 or not len(rows) == len(impacts) == starts[-1]:
            raise IndexUnusable(f"词面索引 {folder} 的各部分不一致（{self.stream}）。请重新建立索引。")
        return replace(self, starts=starts, rows=rows, impacts=impacts)


_LISTS = {"starts": np.int64, "rows": np.int32, "impacts": np.float32}
_TERMS = {"keys": np.uint64, "numbers": np.int32}
_STATISTICS = {"mean": np.float64, "variance": np.float64, "idf": np.float64, "average": np.float64}


def _spread(variances: Floats, prior_terms: float) -> float:
    """Of a sum of independent parts with these variances, n = (Σ v)² / Σ v² of them effective; 1 where there are none."""
    total = float(variances.sum())
    if not total:
        return 1.0
    effective = total**2 / float(variances @ variances)
    return float(np.sqrt(total * (1 + prior_terms / effective)))


def _impacts(
    tokens: Counted, held: Ids, idf: Floats, average: float, weighting: Weighting
) -> tuple[Lists, Floats]:
    """The lists of the terms whose idf is not 0, with impacts for weights; sums of these and of their squares."""
    from indexes.kernels import weigh

    lists = inverted(tokens, np.where(idf > 0, held, 0), weighting.document_body)
    norms = weighting.k1 * (1 - weighting.b + weighting.b * tokens.lengths / average)
    sums = np.empty((2, len(idf)))
    weigh((lists.starts, lists.rows, lists.weights), norms, np.ascontiguousarray(idf), weighting.k1, sums)
    return lists, sums


def _arrays(folder: Path, stream: Stream, wanted: Mapping[str, type]) -> dict[str, NDArray[Any]]:
    try:
        found = {
            # Mapped, but as plain arrays: every look into a memmap object costs microseconds.
            name: np.asarray(
                np.load(folder / f"{stream}.{name}.npy", mmap_mode=None if name == "average" else "r")
            )
            for name in wanted
        }
    except (OSError, ValueError, EOFError) as error:
        raise _unreadable(folder, stream, error) from error
    if any(found[name].dtype != dtype for name, dtype in wanted.items()):
        raise IndexUnusable(f"词面索引 {folder} 的各部分不一致（{stream}）。请重新建立索引。")
    return found


def _unreadable(folder: Path, stream: Stream, error: Exception) -> IndexUnusable:
    return IndexUnusable(f"词面索引 {folder} 无法读取（{stream}：{error}）。请重新建立索引。")


def _query_idf(queries: Sequence[Query], terms: Terms, stream: Stream, weighting: Weighting) -> Floats:
    frequencies = np.zeros(len(terms))
    keys, ends = text_keys([query.whole for query in queries], stream)
    for found in np.split(terms.find(keys), ends[:-1]):
        frequencies[np.unique(found[found >= 0])] += 1
    prior = weighting.prior_queries
    idf: Floats = np.log((len(queries) + prior + 1) / (frequencies + prior / 20 + 0.5))
    return idf**weighting.query_idf_power
