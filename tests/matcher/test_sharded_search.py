"""A collection split over shards, searched and merged: the candidates of the single index, to the last bit."""

from __future__ import annotations

import pytest

from benchmarks.sharding import WEIGHTS, Sharded, same
from benchmarks.synthetic import needs, patents, units
from matcher.corpus import need_text, patent_text
from matcher.retrieval import Collection

PATENTS, NEEDS, K = 1_500, 12, 40


@pytest.fixture(scope="module")
def parts():
    documents = [patent_text(one) for one in patents(PATENTS)]
    documents[-100:] = documents[:100]  # equal texts and vectors, told apart by their place alone
    vectors = units(PATENTS, 32)
    vectors[-100:] = vectors[:100]
    vectors[700:705] = 0
    queries = [need_text(one) for one in needs(NEEDS)]
    whole = Collection.build([f"{row:05d}" for row in range(PATENTS)], documents, vectors, queries)
    asked = units(NEEDS, 32, seed=5)
    asked[-1] = vectors[3]  # many ties
    return whole, documents, vectors, queries, asked


@pytest.mark.parametrize("count", [1, 3, 16, 200])
def test_merged_shards_are_the_single_index(parts, count):
    whole, documents, vectors, queries, asked = parts
    split = Sharded.split(whole, documents, vectors, count)
    single = list(whole.search(queries, asked, K, WEIGHTS))
    for query, vector, expected in zip(queries, asked, single, strict=True):
        found = split.search(query, vector, K)
        assert len(found.rows) == K
        assert same(found, expected)
