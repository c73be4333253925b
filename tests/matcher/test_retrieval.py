"""Candidates of a need: both channels' exact values, and a bound for everything that is not among them."""

from __future__ import annotations

import numpy as np
import pytest

from indexes.postings import Document
from matcher.retrieval import Candidates, Collection

WEIGHTS = {"semantic": 0.35, "lexical": 0.65}
LETTERS = list("轴承润滑检测叶片裂纹电池材料散热污泥干化识别系统装置方法")


def collection(rows, seed):
    random = np.random.default_rng(seed)
    documents = [
        Document("".join(random.choice(LETTERS, 6)), "".join(random.choice(LETTERS, 20))) for _ in range(rows)
    ]
    vectors = random.standard_normal((rows, 8)).astype(np.float32)
    vectors[random.random(rows) < 0.1] = 0
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    ids = [f"{row:04d}" for row in range(rows)]
    return Collection.build(ids, documents, units, documents[:5])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("vector", [None, np.zeros(8, np.float32)], ids=["vector", "none"])
@pytest.mark.parametrize("k", [1, 5, 40, 299, 400])
def test_nothing_left_out_is_better_than_the_bound(seed, vector, k):
    built = collection(300, seed)
    query = Document("轴承裂纹检测", "叶片散热系统")
    asked = np.eye(8, dtype=np.float32)[seed] if vector is None else vector
    allowed = np.random.default_rng(seed).random(300) < 0.5
    everything = built.score_all(query, asked, WEIGHTS)
    for mask in (None, allowed):
        (found,) = built.search([query], asked[None], k, WEIGHTS, mask)
        left = ~np.isin(everything.rows, found.rows)
        if mask is not None:
            left &= mask[everything.rows]
        assert everything.fused[left].max(initial=0.0) <= found.beyond + 1e-12
        by_row = dict(zip(everything.rows.tolist(), everything.fused.tolist(), strict=True))
        assert [by_row[row] for row in found.rows.tolist()] == found.fused.tolist()


def test_the_first_of_the_candidates_bound_the_others():
    values = np.array([0.9, 0.7, 0.2])
    found = Candidates(np.array([4, 1, 2]), values, values, values)
    first = found.first(2, 0.1)
    assert (first.rows.tolist(), first.fused.tolist(), first.beyond) == ([4, 1], [0.9, 0.7], 0.2)
    assert found.first(2, 0.5).beyond == 0.5
    assert found.first(5, 0.1).beyond == 0.1


def test_a_patent_without_a_vector_and_without_shared_words_is_worth_nothing():
    near = np.eye(8, dtype=np.float32) + np.float32(0.5)
    vectors = np.concatenate(
        [np.zeros((1, 8), np.float32), near / np.linalg.norm(near, axis=1, keepdims=True)]
    )
    documents = [Document("😀🔋")] + [Document(f"{letter}装置") for letter in LETTERS[:8]]
    built = Collection.build([f"{row}" for row in range(9)], documents, vectors, [])
    found = built.score_all(Document("轴承"), vectors[1], WEIGHTS)
    assert (found.rows[-1], found.fused[-1]) == (0, 0.0)
    assert (found.fused[:-1] > 0).all()


@pytest.mark.parametrize("text", ["", "😀", "\x00\x07", " "])
def test_a_need_that_says_nothing_finds_nothing(text):
    built = collection(40, 0)
    (found,) = built.search([Document(text)], np.zeros((1, 8), np.float32), 10, WEIGHTS)
    assert found.rows.tolist() == []
    everything = built.score_all(Document(text), np.zeros(8, np.float32), WEIGHTS)
    assert (everything.fused == 0).all()
    assert np.isnan(everything.semantic).all()
