"""A collection split over shards and searched as a cluster would: each gives its best, the best of all are kept.

    python -m benchmarks.sharding [--patents 200000] [--needs 1000]

Statistics are fixed for the whole collection, so that a shard gives a patent the values that it has in one index. Beside
the single index: the time of all shards together, and how many needs have the same candidates, to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.sizes import sizes
from benchmarks.synthetic import needs, patents, units
from indexes.contract import Vectors
from indexes.engines import Near
from indexes.exact import ExactIndex
from indexes.fusion import weighted_sum
from indexes.keyed import merged_near
from indexes.lexical import LexicalIndex, best
from indexes.postings import Document, Query
from matcher.corpus import need_text, patent_text
from matcher.retrieval import Candidates, Collection

_K = 200
_NEEDS = 50
WEIGHTS = {"semantic": 0.25, "lexical": 0.75}


@dataclass(frozen=True, slots=True)
class Shard:
    """Some of the patents; `rows`, ascending, are theirs in the whole collection."""

    rows: NDArray[np.int64]
    vectors: ExactIndex
    lexical: LexicalIndex

    def dense(self, vector: Vectors, k: int) -> Near:
        """Its k nearest, under their rows in the whole."""
        (hits,) = self.vectors.search(vector[None], k)
        return Near(self.rows[hits.rows], hits.scores)

    def worded(self, query: Query, k: int) -> Near:
        """Its k best by words, of those that share any."""
        scores = self.lexical.scores(query)
        hits = best(scores, k, scores > 0)
        return Near(self.rows[hits.rows], hits.scores)

    def values(
        self, query: Query, vector: Vectors, rows: NDArray[np.int64]
    ) -> Iterator[tuple[int, float, float]]:
        """Row, cosine and lexical value of those rows that are here."""
        here = np.searchsorted(self.rows, np.intersect1d(rows, self.rows))
        cosines, words = self.vectors.scores(vector, here), self.lexical.scores_at(query, here)
        return zip(self.rows[here].tolist(), cosines.tolist(), words.tolist(), strict=True)


@dataclass(frozen=True, slots=True)
class Sharded:
    """The whole collection's statistics and its shards."""

    whole: Collection
    shards: tuple[Shard, ...]

    @classmethod
    def split(cls, whole: Collection, documents: Sequence[Document], vectors: Vectors, count: int) -> Self:
        """Every patent in one of `count` shards; vectors of shape (patents, dimension)."""
        shards = []
        for first in range(count):
            rows = np.arange(first, len(documents), count)
            texts = [documents[row] for row in rows.tolist()]
            shards.append(
                Shard(rows, ExactIndex(np.ascontiguousarray(vectors[rows])), whole.words.segment(texts))
            )
        return cls(whole, tuple(shards))

    def search(self, query: Query, vector: Vectors, k: int) -> Candidates:
        """What `Collection.search` finds: each channel merged first, then the values of the union."""
        dense = merged_near((shard.dense(vector, k) for shard in self.shards), k)
        worded = merged_near((shard.worded(query, k) for shard in self.shards), k)
        union = np.union1d(dense.keys, worded.keys)
        found = sorted(one for shard in self.shards for one in shard.values(query, vector, union))
        rows, cosines, lexical = (np.array(column) for column in zip(*found, strict=True))
        semantic = self.whole.scale.values(vector, np.where(cosines <= -1, 0.0, cosines))
        fused = weighted_sum({"semantic": semantic, "lexical": lexical}, WEIGHTS).scores
        order = np.lexsort((rows, -fused))[:k]
        return Candidates(rows[order], semantic[order], lexical[order], fused[order])


def same(one: Candidates, other: Candidates) -> bool:
    """Whether rows and all values are equal to the last bit."""
    names = ("rows", "semantic", "lexical", "fused")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def main() -> None:
    """Print the single index and 2, 8 and 32 shards."""
    asked = sizes(__doc__)
    count = min(asked.needs, _NEEDS)
    heading(f"{_K} candidates of {count} needs among {asked.patents:,} patents, both channels, one process")
    single = measure(searched, asked.patents, count, 1)
    report("one index", single.per(count))
    for shards in (2, 8, 32):
        cost = measure(searched, asked.patents, count, shards)
        equal = f"{cost.answer} of {count} needs identical"
        report(f"{shards} shards, merged: {equal}", cost.per(count), single.per(count))


def searched(count: int, asked: int, shards: int) -> Cost:
    """The cost of one index, or of shards with the number of needs whose candidates are the single index's."""
    documents = [patent_text(one) for one in patents(count)]
    queries, vectors = [need_text(one) for one in needs(asked)], units(count)
    wanted = units(asked, seed=5)
    whole = Collection.build([f"{row:08d}" for row in range(count)], documents, vectors, queries)
    exact = whole.exactly()
    next(iter(exact.search(queries[:1], wanted[:1], _K, WEIGHTS)))  # compiled and read once

    def single() -> list[Candidates]:
        return [
            next(iter(exact.search([query], vector[None], _K, WEIGHTS)))
            for query, vector in zip(queries, wanted, strict=True)
        ]

    if shards == 1:
        return clocked(single)
    split = Sharded.split(whole, documents, vectors, shards)
    cost = clocked(
        lambda: [split.search(query, vector, _K) for query, vector in zip(queries, wanted, strict=True)]
    )
    return Cost(cost.seconds, cost.processor, answer=sum(map(same, cost.answer, single())))


if __name__ == "__main__":
    main()
