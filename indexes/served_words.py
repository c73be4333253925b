"""The lexical channel in an engine that others run: the local channel's values to the last bit, its lists unabridged.

A document is a sparse vector: its terms' impacts (`indexes.lexical`), each term one dimension, the streams one behind the
other. A query is one, too: its terms' weights. Their inner product is the raw score; the engine proposes by it, and the
documents it names are fetched and added up here as the local loop adds them. There is one idf and one analyser, ours:
terms, statistics and document frequencies stay here, the postings do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import Hits, IndexUnusable, Mask
from indexes.engines import Engine, Parts, Sparse, blocks
from indexes.evidence import Contributions
from indexes.fusion import sigmoid
from indexes.keyed import Keyed, content_keys
from indexes.lexical import LexicalIndex, best
from indexes.postings import Document, Postings, Query, StreamQuery
from indexes.segments import SegmentedLexical

_FILE = "words.npz"
_LOADED = 1_000
"""Documents sent or fetched at a time: 10 MB."""
_REMEMBERED = 5_000
"""Documents kept here once fetched: 20 MB."""
_MARGIN = 10
_PROVED = 50
"""Length of the lists that are compared after loading."""

Values = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(slots=True)
class _Kept(Keyed):
    _remembered: int = field(init=False, repr=False, default=_REMEMBERED)


@dataclass(frozen=True, slots=True)
class ServedWords(LexicalIndex):
    """A lexical index whose postings an engine holds; its streams have terms, statistics and document frequencies."""

    kept: Keyed = field(kw_only=True)

    @classmethod
    def of(cls, local: LexicalIndex, engine: Engine, parts: Parts | None, samples: Sequence[Query]) -> Self:
        """Load the postings of a local index into an engine.

        Raises EngineGone where it stops answering, IndexUnusable where it then lists other documents for `samples`.
        """
        from scipy.sparse import hstack

        parts = np.zeros(local.documents, np.int32) if parts is None else parts.astype(np.int32)
        matrix = hstack([_matrix(postings, local.documents) for postings in local.streams], format="csr")
        matrix.sort_indices()
        ends = matrix.indptr.tolist()

        def row(number: int) -> Sparse:
            part = slice(ends[number], ends[number + 1])
            return Sparse(matrix.indices[part].astype(np.uint32), matrix.data[part])

        contents = (_bytes(row(number)) for number in range(local.documents))
        kept = _Kept(engine, content_keys(contents, parts), parts)
        kept.load_missing(_LOADED, lambda rows: [row(number) for number in rows.tolist()])
        found = cls._with(local, tuple(postings.starts for postings in local.streams), kept)
        found._prove(local, samples)
        return found

    @classmethod
    def load(cls, folder: Path, connect: Callable[[], Engine | None] = lambda: None) -> LexicalIndex:  # type: ignore[override]
        """What a folder holds: a local index, or one whose postings are in the engine of `connect`; raises IndexUnusable."""
        local = LexicalIndex.load(folder)
        if not (folder / _FILE).exists():
            return local
        if (engine := connect()) is None:
            raise IndexUnusable(
                "当前索引的用词在 Milvus 中，而设置中没有它的地址。请在 MATCHER_INDEX 的地址后写上 words=sparse，"
                "或运行 matcher index --full 改用本机索引。"
            )
        try:
            with np.load(folder / _FILE, allow_pickle=False) as stored:
                kept = _Kept(engine, stored["keys"], stored["parts"])
                starts = tuple(stored[str(postings.stream)] for postings in local.streams)
        except (OSError, ValueError, KeyError) as error:
            raise IndexUnusable(f"词面索引 {folder} 无法读取（{error}）。请重新建立索引。") from error
        kept.check(engine.count())
        return cls._with(local, starts, kept)

    @classmethod
    def _with(cls, local: LexicalIndex, starts: tuple[NDArray[np.int64], ...], kept: Keyed) -> Self:
        pairs = zip(local.streams, starts, strict=True)
        streams = tuple(replace(_emptied(postings), starts=own) for postings, own in pairs)
        return cls(local.settings, streams, local.weights, local.documents, kept=kept)

    def save(self, folder: Path) -> None:
        """Write what is here into an existing folder."""
        streams = tuple(map(_emptied, self.streams))
        LexicalIndex(self.settings, streams, self.weights, self.documents).save(folder)
        starts = {str(postings.stream): postings.starts for postings in self.streams}
        np.savez(folder / _FILE, keys=self.kept.keys, parts=self.kept.parts, **starts)  # type: ignore[arg-type]

    def segment(self, documents: Sequence[Document]) -> LexicalIndex:  # type: ignore[override]
        """Other documents, on this machine, under this index's statistics."""
        return self._here().segment(documents)

    def load_segment(self, folder: Path, documents: int) -> LexicalIndex:  # type: ignore[override]
        """Read such a segment back; raises IndexUnusable."""
        return self._here().load_segment(folder, documents)

    def found(self, query: Query, k: int, allowed: Mask | None = None) -> Hits:
        """The k best allowed documents of those that share a term with the query, equal values in row order."""
        asked, wanted = self._asked(query), self.kept.eligible(allowed)
        # Beside each document may stand what the version before held of it, nearly the same.
        limit, most = 2 * k + _MARGIN, self.kept.engine.most
        while len(asked.values):
            limit = min(limit, most)
            (near,) = self.kept.nearest([asked], limit, wanted)
            rows = self.kept.places(near.keys)
            rows = rows[wanted.mask[rows]]
            values = self.scores_at(query, rows)
            hits = best(values, k, values > 0)
            whole = len(near.keys) < limit or len(rows) == len(wanted.rows)
            if whole or (len(hits.rows) == k and hits.scores[-1] > self._bound(query, near.scores[-1])):
                return Hits(rows[hits.rows], hits.scores)
            if limit == most:
                values = self.scores(query)
                return best(values, k, (values > 0) & wanted.mask)
            limit *= 2
        return Hits(np.empty(0, np.int64), np.empty(0))

    def search(self, queries: Sequence[Query], k: int, allowed: Mask | None = None) -> list[Hits]:
        """The k best allowed documents of each query, equal values in row order; those that share nothing last."""
        return [self._filled(self.found(query, k, allowed), k, allowed) for query in queries]

    def raw(self, query: Query) -> NDArray[np.float32]:
        """The raw scores of all documents, shape (documents,): every one is fetched, which takes long."""
        parts = blocks(np.arange(self.documents), _LOADED)
        found = (self._gathered(query, rows).raw(query) for rows in parts)
        return np.concatenate([np.empty(0, np.float32), *found])

    def scores_at(self, query: Query, rows: Rows) -> Values:
        """The values of the given rows: those of a local index, bit for bit."""
        return self._gathered(query, rows).scores(query)

    def parts(self, query: Query, rows: Rows, tokens: Rows) -> Contributions:
        """What each of some tokens of a query adds to the scores of the given rows."""
        return self._gathered(query, rows).parts(query, np.arange(len(rows)), tokens)

    def _here(self) -> LexicalIndex:
        return LexicalIndex(self.settings, self.streams, self.weights, self.documents)

    def _offsets(self) -> list[int]:
        """The dimension at which each stream's terms begin."""
        return [0, *np.cumsum([len(postings.terms) for postings in self.streams]).tolist()]

    def _asked(self, query: Query) -> Sparse:
        """The query's weights in the dimensions of its terms."""
        parts = list(zip(self._queries(query), self.weights, self._offsets(), strict=False))
        dimensions = np.concatenate([one.terms + offset for one, _, offset in parts]).astype(np.uint32)
        return Sparse(
            dimensions, np.concatenate([one.weights * np.float32(weight) for one, weight, _ in parts])
        )

    def _gathered(self, query: Query, rows: Rows) -> LexicalIndex:
        """A local index of the given documents, fetched, over the terms of one query: it adds up as any other."""
        asked, documents = self._asked(query).dimensions, self.kept.fetched(rows)
        held = [one for one in documents if one is not None]
        lengths = [0 if one is None else len(one.values) for one in documents]
        dimensions = np.concatenate([asked[:0], *(one.dimensions for one in held)])
        impacts = np.concatenate([np.empty(0, np.float32), *(one.values for one in held)])
        places = np.searchsorted(asked, dimensions)
        shared = np.flatnonzero(np.append(asked, 0)[places] == dimensions) if len(asked) else places[:0]
        shared = shared[np.argsort(places[shared], kind="stable")]  # by term, documents ascending
        of = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)[shared]
        ends = np.searchsorted(places[shared], np.arange(len(asked) + 1))
        streams, prepared, begin = list[Postings](), list[StreamQuery](), 0
        for postings, one in zip(self.streams, self._queries(query), strict=True):
            bounds = ends[begin : begin + len(one.terms) + 1]
            part = slice(bounds[0], bounds[-1])
            lists = {"starts": bounds - bounds[0], "rows": of[part], "impacts": impacts[shared[part]]}
            streams.append(replace(postings, **lists))
            prepared.append(replace(one, terms=np.arange(len(one.terms))))
            begin += len(one.terms)
        known = {query: tuple(prepared)}
        return LexicalIndex(self.settings, tuple(streams), self.weights, len(rows), known)

    def _bound(self, query: Query, raw: float) -> float:
        """The highest value of a document whose raw score an engine puts at `raw`: sums of positive float32 products err
        by at most a rounding a term, there and here (Higham 2002, §3.1)."""
        settings, asked = self.settings, self._queries(query)
        terms = sum(len(one.terms) for one in asked)
        half = settings.centre + sum(
            weight * one.mean for weight, one in zip(self.weights, asked, strict=True)
        )
        highest = raw * (1 + 2 * (terms + 1) * float(np.finfo(np.float32).eps))
        return float(sigmoid(np.array((highest - half) / settings.width)))

    def _filled(self, hits: Hits, k: int, allowed: Mask | None) -> Hits:
        """A list that has room takes what shares nothing, in row order."""
        others = np.ones(self.documents, dtype=bool) if allowed is None else allowed.copy()
        others[hits.rows] = False
        more = np.flatnonzero(others)[: k - len(hits.rows)]
        return Hits(np.concatenate([hits.rows, more]), np.concatenate([hits.scores, np.zeros(len(more))]))

    def _prove(self, local: LexicalIndex, samples: Sequence[Query]) -> None:
        half = np.isin(self.kept.parts, np.unique(self.kept.parts)[::2])
        for query in samples:
            values = local.scores(query)
            for mask in (np.ones(local.documents, dtype=bool), half):
                true, hits = best(values, _PROVED, mask & (values > 0)), self.found(query, _PROVED, mask)
                if hits.rows.tolist() != true.rows.tolist() or hits.scores.tolist() != true.scores.tolist():
                    raise IndexUnusable(
                        "外部引擎按用词检索的结果与本机计算的不符，索引未启用，原索引不变。请升级引擎，"
                        "或去掉 MATCHER_INDEX 中的 words=sparse（用词留在本机），再运行 matcher index --full。"
                    )


@dataclass(frozen=True, slots=True)
class SegmentedWords(SegmentedLexical):
    """The lexical channel over an engine's base and a local side."""

    base: ServedWords

    def found(self, query: Query, k: int, allowed: Mask | None = None) -> Hits:
        """The k best allowed documents of those that share a term with the query, equal values in row order."""
        layout, side = self.layout, self.side.scores(query)
        wanted = np.ones(layout.rows, dtype=bool) if allowed is None else allowed
        base = self.base.found(query, k, (layout.base >= 0) & wanted[layout.base])
        later = np.flatnonzero((side > 0) & wanted[layout.side])
        rows = np.concatenate([layout.base[base.rows], layout.side[later]])
        values = np.concatenate([base.scores, side[later]])
        order = np.lexsort((rows, -values))[:k]
        return Hits(rows[order], values[order])

    def scores_at(self, query: Query, rows: Rows) -> Values:
        """The values of the given rows, bit for bit those of `scores`."""
        places, values = self.layout.local(rows), np.empty(len(rows))
        old = places >= 0
        values[old] = self.base.scores_at(query, places[old])
        values[~old] = self.side.scores(query)[-1 - places[~old]]
        return values


def _matrix(postings: Postings, documents: int) -> Any:  # noqa: ANN401 (scipy's sparse arrays are untyped here)
    from scipy.sparse import csc_array

    return csc_array(
        (postings.impacts, postings.rows, postings.starts), shape=(documents, len(postings.terms))
    )


def _emptied(postings: Postings) -> Postings:
    """Terms and statistics alone."""
    lists = {"starts": np.zeros(len(postings.terms) + 1, np.int64)}
    none = {"rows": np.zeros(0, np.int32), "impacts": np.zeros(0, np.float32)}
    return replace(postings, **lists, **none)  # type: ignore[arg-type]


def _bytes(row: Sparse) -> bytes:
    return row.dimensions.tobytes() + row.values.tobytes()
