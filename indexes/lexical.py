"""The lexical channel: how strongly the words of a query are found in a document, as a value in [0, 1].

Definition. For a query q, a document d and each token stream s (characters, bigrams, words):

    tf(t, q)    = log(1 + query_title · tf_title(t, q) + tf_body(t, q))
    tf(t, d)    = tf_title(t, d) + document_body · tf_body(t, d),   |d| = Σ_t tf(t, d)
    idf(t)      = log(1 + (N − df + ½) / (df + ½))          over the documents, N = their number + prior_documents
    idf_q(t)    = log((M + P + 1) / (df_q + P/20 + ½))      over the M stored queries, P = prior_queries
    impact(t,d) = idf(t) · idf_q(t)^p · tf(t, d) · (k1 + 1) / (tf(t, d) + k1 · (1 − b + b · |d| / avg))
    raw_s(q, d) = Σ_t tf(t, q) · impact(t, d)

This is BM25 (Robertson & Zaragoza, 2009) with a logarithmic query side and a second inverse document frequency,
that of the queries: a word that every need has (研发, 产业化) says nothing about what is needed. The P pseudo-queries, in
which every term stands with probability 1/20, let idf_q fade out where few queries are stored; the pseudo-documents,
empty, do the same for the statistics of a collection of a handful. Terms in more than `most_frequent` of the
documents have no postings: they cost most of the time and decide nothing.

Raw sums of different queries cannot be compared, so each is standardised with the mean and the variance that its
terms' impacts have over the whole collection, terms taken as independent; both are per-term statistics stored with
the index, so that a score is a function of one query, one document and the index. variance_t is at least
`least_share` · (mean impact of t where it stands)²: the standard score of a word that one document has would
otherwise grow as √N, and a value would mean less the larger the collection.

    z_s = (raw_s − Σ_t tf(t, q) · mean_t) / sqrt(V · (1 + prior_terms / n)),     z = Σ_s w_s · z_s / Σ_s w_s
          V = Σ_t v_t, v_t = tf(t, q)² · variance_t, n = V² / Σ_t v_t² (the effective number of terms)
    value = ½ (1 + u / √(1 + u²)) with u = (z − centre) / width,  or 0 where query and document share no term

w_s is the stream's weight, for bigrams and words times min(1, mean length / 100 characters): in long documents single characters meet
by chance and pairs must decide; short titles share too few pairs with a need to be told apart by them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import Hits, IndexUnusable, Mask
from indexes.counting import Block, text_blocks
from indexes.evidence import Contributions, Located, Numbers, SharedTerm, shared_terms
from indexes.fusion import sigmoid
from indexes.postings import Document, Postings, Query, StreamQuery, Weighting
from indexes.tokens import Stream, normalise
from indexes.words import Words

__all__ = ["Document", "LexicalIndex", "LexicalSettings", "Query", "SharedTerm", "Stream", "best"]

FORMAT = 3
_FILE = "lexical.json"
_REMEMBERED = 256
"""Queries whose terms are remembered: 5 MB."""
_SAMPLED = 64
"""One score in so many tells roughly where the best begin."""


@dataclass(frozen=True, slots=True)
class LexicalSettings:
    """Every constant of the definition above, with the reason for its default (more in `indexes/README.md`).

    nDCG@10 of the fused order on 116 expert-judged needs unless said otherwise; less than 0.015 is no difference.
    """

    streams: dict[Stream, float] = field(
        default_factory=lambda: {Stream.CHARACTERS: 1.0, Stream.BIGRAMS: 1.6}
    )
    """Weight of each stream. Characters alone rank judged candidates best (0.647; with pairs at 0.8, 1.6 and 3: 0.645,
    0.642, 0.636; words 0.60), but pairs find among 27,000 titles (nDCG@10 0.220, 0.233, 0.240) and among abstracts (half
    → patent, MRR 0.954, 0.966, 0.969)."""
    query_title: float = 20.0
    """The need's title counts most: 0.583 at 0, 0.607 at 1, 0.642 at 8, 0.646 at 20, 0.642 at 50 (lexical alone)."""
    document_body: float = 1 / 3
    """An abstract's word beside a title's: half abstract → patent MRR 0.937 at 1, 0.956 at ½, 0.964 at ⅓."""
    k1: float = 1.2
    """0.639 at 0.6, 0.646 at 1.2, 0.638 at 2 (lexical alone)."""
    b: float = 0.9
    """0.641 at 0.75, 0.646 at 0.9, 0.641 at 1 (lexical alone)."""
    query_idf_power: float = 0.6
    """0.627 at 0, 0.640 at 0.3, 0.646 at 0.6, 0.633 at 0.9 (lexical alone)."""
    prior_documents: float = 20.0
    """Gives a collection of a few documents a spread; without effect on thousands."""
    prior_queries: float = 10.0
    """With 1, 5, 20, 100 stored needs: 0.627, 0.631, 0.637, 0.645; without the prior one need does harm (0.624)."""
    most_frequent: float = 0.25
    """Three times fewer postings to add up than without a limit, for 0.003 of MRR."""
    least_share: float = 0.01
    """Rarer words count as standing in this share of the documents. Needs whose answers are known, among 168 patents:
    the answers' median value is 0.63 without and 0.72 with it, while among 4,842 titles nothing changes (0.656, 0.655);
    grades then mean much the same in both."""
    prior_terms: float = 5.0
    """A need of a few words says too little for one of them to settle it. Of pairs with a fused value from 0.9, 61 % are
    fair or strong at 0, 73 % at 2, 80 % at 5 and 10; from 0.8: 43, 45, 50, 52 %. The order within a need stays."""
    centre: float = 4.0
    """z at which the value is one half."""
    width: float = 4.0
    """Narrower maps flatten the top: 0.655 at 4, 0.650 at 3.5."""

    def weighting(self) -> Weighting:
        """Those that a single stream needs."""
        return Weighting(**{entry.name: getattr(self, entry.name) for entry in fields(Weighting)})


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Postings of each stream over one collection, with everything fitted."""

    settings: LexicalSettings
    streams: tuple[Postings, ...]
    weights: tuple[float, ...]
    """Of the streams, in their order; their sum is 1."""
    documents: int
    _prepared: dict[Query, tuple[StreamQuery, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        queries: Sequence[Query] = (),
        settings: LexicalSettings | None = None,
    ) -> Self:
        """Index documents in row order; `queries` are the stored ones that the second idf is fitted on."""
        normal = [normalised(document) for document in documents]
        lengths = np.array([(len(text.title), len(text.body)) for text in normal], np.int32).reshape(-1, 2)
        return cls.counted(lambda stream: text_blocks(normal, stream), lengths, queries, settings)

    @classmethod
    def counted(
        cls,
        blocks: Callable[[Stream], Iterable[Block]],
        lengths: NDArray[np.int32],
        queries: Sequence[Query],
        settings: LexicalSettings | None = None,
    ) -> Self:
        """The same from the tokens of each stream; `lengths`, (documents, 2), are characters of titles and bodies."""
        settings = settings or LexicalSettings()
        weighting = settings.weighting()
        stored = [normalised(query) for query in queries]
        streams = tuple(
            Postings.build(stream, blocks(stream), stored, weighting) for stream in settings.streams
        )
        length = sum((lengths[:, 0] + settings.document_body * lengths[:, 1]).tolist())
        long = min(1.0, length / max(1, len(lengths)) / 100)
        weights = [
            weight * (1.0 if stream is Stream.CHARACTERS else long)
            for stream, weight in settings.streams.items()
        ]
        return cls(
            settings, streams, tuple(weight / (sum(weights) or 1.0) for weight in weights), len(lengths)
        )

    def segment(self, documents: Sequence[Document]) -> Self:
        """Other documents under this index's statistics: they score as they would have in it."""
        normal = [normalised(document) for document in documents]
        weighting = self.settings.weighting()
        streams = tuple(postings.segment(normal, weighting) for postings in self.streams)
        return replace(self, streams=streams, documents=len(normal))

    def save_segment(self, folder: Path) -> None:
        """Write what a segment has of its own."""
        for postings in self.streams:
            postings.save_lists(folder)

    def load_segment(self, folder: Path, documents: int) -> Self:
        """Read a segment of this index back; raises IndexUnusable."""
        streams = tuple(postings.with_lists(folder) for postings in self.streams)
        return replace(self, streams=streams, documents=documents)

    def scores(self, query: Query) -> NDArray[np.float64]:
        """The values of all documents, shape (documents,), in [0, 1)."""
        return self.values(query, self.raw(query))

    def raw(self, query: Query) -> NDArray[np.float32]:
        """Σ_s w_s · raw_s of all documents, in units of the spreads, shape (documents,): in the order of the values."""
        raw = np.zeros(self.documents, dtype=np.float32)
        for postings, weight, prepared in zip(self.streams, self.weights, self._queries(query), strict=True):
            postings.add_scores(prepared, weight, raw)
        return raw

    def values(self, query: Query, raw: NDArray[np.float32]) -> NDArray[np.float64]:
        """The values of some raw scores of a query."""
        half = np.float64(self.settings.centre)  # the raw score that is worth one half
        for weight, prepared in zip(self.weights, self._queries(query), strict=True):
            half += weight * prepared.mean
        return sigmoid((raw - half) / self.settings.width) * (raw > 0)

    def scores_at(self, query: Query, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """The values of the given rows: those that `scores` and `search` give, bit for bit."""
        return self.values(query, self.raw(query)[rows])

    def search(self, queries: Sequence[Query], k: int, allowed: Mask | None = None) -> list[Hits]:
        """The k best allowed documents of each query, equal values in row order."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda query: best(self.scores(query), k, allowed), queries))

    def save(self, folder: Path) -> None:
        """Write the index into an existing folder."""
        for postings in self.streams:
            postings.save(folder)
        stored = {
            "format": FORMAT,
            "documents": self.documents,
            "weights": self.weights,
            "settings": asdict(self.settings),
        }
        (folder / _FILE).write_text(json.dumps(stored, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read it back, postings memory-mapped; raises IndexUnusable."""
        try:
            stored = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            if stored["format"] != FORMAT:
                raise IndexUnusable(f"词面索引 {folder} 的格式版本不符。请重新建立索引。")
            values = stored["settings"]
            values["streams"] = {Stream(name): weight for name, weight in values["streams"].items()}
            settings = LexicalSettings(**values)
            documents = int(stored["documents"])
            weights = tuple(map(float, stored["weights"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnusable(f"词面索引 {folder} 无法读取（{error}）。请重新建立索引。") from error
        streams = tuple(Postings.load(folder, stream) for stream in settings.streams)
        return cls(settings, streams, weights, documents)

    def numbers(self, query: Query) -> Numbers:
        """The tokens of a query that the index knows, numbered across all streams."""
        found: Numbers = {}
        count = 0
        for postings, one in zip(self.streams, self._queries(query), strict=True):
            found[postings.stream] = {token: count + place for place, token in enumerate(one.tokens)}
            count += len(one.tokens)
        return found

    def parts(self, query: Query, rows: NDArray[np.int64], tokens: NDArray[np.int64]) -> Contributions:
        """What each of some tokens of a query, numbers ascending, adds to the standard scores of some rows."""
        parts = np.zeros((len(rows), len(tokens)))
        begin = 0
        for postings, weight, one in zip(self.streams, self.weights, self._queries(query), strict=True):
            first, last = np.searchsorted(tokens, [begin, begin + len(one.tokens)])
            chosen = tokens[first:last] - begin
            parts[:, first:last] = weight * postings.contributions(one, rows, chosen).astype(np.float64)
            begin += len(one.tokens)
        return parts

    def shared_terms(self, query: Query, row: int, document: Document, limit: int = 5) -> list[SharedTerm]:
        """What query and `document`, the text of `row`, share: pieces of whole words, the weightiest first."""
        words = Words.build([normalised(document)])
        located = Located.of(normalised(query).whole, words)
        rows, numbers = np.array([row]), self.numbers(query)
        return shared_terms(located, words, numbers, partial(self.parts, query, rows), limit)[0]

    def _queries(self, query: Query) -> tuple[StreamQuery, ...]:
        """The query in each stream; the last are remembered: each is asked about with every match it explains."""
        found = self._prepared.get(query)
        if found is None:
            if len(self._prepared) >= _REMEMBERED:
                self._prepared.clear()
            normal, settings = normalised(query), self.settings
            found = self._prepared[query] = tuple(
                postings.query(normal, settings.query_title, settings.prior_terms)
                for postings in self.streams
            )
        return found


def normalised(text: Document) -> Document:
    """The text as the index counts it."""
    return Document(normalise(text.title), normalise(text.body))


def best(scores: NDArray[np.floating], k: int, allowed: Mask | None = None) -> Hits:
    """The k highest of scores of shape (documents,) among the allowed, equal ones in row order."""
    every = allowed is None or allowed.all()
    rows = np.arange(len(scores)) if allowed is None or every else np.flatnonzero(allowed)
    kept = scores if every else scores[rows]
    if 0 < k < len(rows):
        # What some places in the order of a sample stand for is most often k or more: only these have to be ordered.
        sample = np.sort(kept[::_SAMPLED])
        likely = np.flatnonzero(kept >= sample[-min(len(sample), 2 * k // _SAMPLED + 20)])
        if len(likely) >= k:
            rows, kept = rows[likely], kept[likely]
        least = np.partition(kept, len(kept) - k)[len(kept) - k]
        above = np.flatnonzero(kept > least)
        at = np.flatnonzero(kept == least)[: k - len(above)]
        chosen = np.sort(np.concatenate([above, at]))
        rows, kept = rows[chosen], kept[chosen]
    order = np.argsort(-kept, kind="stable")[: max(k, 0)]
    return Hits(rows[order].astype(np.int64), kept[order].astype(np.float64))
