"""Two parts and tombstones answer as one index of the same rows does."""

from __future__ import annotations

import numpy as np
import pytest

from indexes.exact import ExactIndex
from indexes.lexical import LexicalIndex
from indexes.postings import Document
from indexes.segments import Layout, SegmentedLexical, SegmentedVectors

BASE, SIDE, DIMENSION = 600, 40, 16
LETTERS = list("轴承润滑检测叶片裂纹电池材料散热污泥干化识别系统装置方法")


@pytest.fixture(params=[0, 30, 300], ids="{} gone".format)
def layout(request):
    random = np.random.default_rng(request.param)
    numbers = random.permutation(BASE + SIDE)
    base_ids, side_ids = (sorted(f"{n:05d}" for n in part) for part in (numbers[:BASE], numbers[BASE:]))
    gone = np.zeros(BASE, dtype=bool)
    gone[random.choice(BASE, request.param, replace=False)] = True
    return Layout.of(base_ids, gone, side_ids), base_ids, side_ids


@pytest.fixture
def vectors():
    random = np.random.default_rng(1)
    rows = random.standard_normal((BASE + SIDE, DIMENSION)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[::7] = rows[3]
    rows[5] = 0
    return rows


def whole(layout, vectors):
    """The same rows in one array, in row order."""
    rows = np.empty((layout.rows, vectors.shape[1]), np.float32)
    alive = layout.base >= 0
    rows[layout.base[alive]] = vectors[:BASE][alive]
    rows[layout.side] = vectors[BASE:]
    return rows


def test_ids_stand_in_order_without_the_gone(layout):
    found, base_ids, side_ids = layout
    ids = found.ids(base_ids, side_ids)
    assert list(ids) == sorted(ids)
    assert len(ids) == found.rows == BASE - found.gone + SIDE
    local = found.local(np.arange(found.rows)).tolist()
    assert [base_ids[at] if at >= 0 else side_ids[-1 - at] for at in local] == list(ids)


def test_an_id_stands_in_one_part_only():
    with pytest.raises(ValueError, match="both parts"):
        Layout.of(["a", "b"], np.zeros(2, dtype=bool), ["b"])
    again = Layout.of(["a", "b"], np.array([False, True]), ["b"])
    assert again.ids(["a", "b"], ["b"]) == ("a", "b")


def test_neighbours_are_those_of_one_index(layout, vectors):
    found, _, _ = layout
    parts = SegmentedVectors(ExactIndex.build(vectors[:BASE]), ExactIndex.build(vectors[BASE:]), found)
    one = ExactIndex.build(whole(found, vectors))
    queries = np.concatenate([vectors[:9], np.zeros((1, DIMENSION), np.float32)])
    allowed = np.random.default_rng(2).random(found.rows) < 0.3
    for mask in (None, allowed, np.zeros(found.rows, dtype=bool)):
        for k in (1, 10, 400, 700):
            pairs = zip(parts.search(queries, k, mask), one.search(queries, k, mask), strict=True)
            for mine, true in pairs:
                assert mine.rows.tolist() == true.rows.tolist()
                assert mine.scores.tolist() == true.scores.tolist()
    rows = np.random.default_rng(3).permutation(found.rows)[:50]
    assert parts.scores(queries[0], rows).tolist() == one.scores(queries[0], rows).tolist()
    with pytest.raises(ValueError, match="mask"):
        parts.search(queries, 3, np.ones(found.rows + 1, dtype=bool))


def test_words_score_as_in_the_base(layout):
    found, _, _ = layout
    random = np.random.default_rng(4)
    documents = [
        Document("".join(random.choice(LETTERS, 6)), "".join(random.choice(LETTERS, 20)))
        for _ in range(BASE + SIDE)
    ]
    documents[BASE] = Document("轴承鬱裂纹", "齾")  # characters that the base has never seen
    base = LexicalIndex.build(documents[:BASE], documents[:10])
    parts = SegmentedLexical(base, base.segment(documents[BASE:]), found)
    query = Document("轴承裂纹检测鬱", "叶片散热")
    values = parts.scores(query)
    alive = found.base >= 0
    assert values[found.base[alive]].tolist() == base.scores(query)[alive].tolist()
    assert values[found.side].tolist() == parts.side.scores(query).tolist()
    assert 0 < values[found.side[0]] < 1
    assert parts.scores_at(query, found.side[:3]).tolist() == values[found.side[:3]].tolist()
    rows = np.concatenate([found.side[:3], found.base[alive][:3], found.side[3:5]])
    numbers = base.numbers(query)
    assert parts.numbers(query) == numbers
    tokens = np.arange(sum(map(len, numbers.values())))
    told = parts.parts(query, rows, tokens)
    assert told[:3].tolist() == parts.side.parts(query, np.arange(3), tokens).tolist()
    assert told[3:6].tolist() == base.parts(query, np.flatnonzero(alive)[:3], tokens).tolist()
    assert told[6:].tolist() == parts.side.parts(query, np.arange(3, 5), tokens).tolist()
    assert told[:, ::2].tolist() == parts.parts(query, rows, tokens[::2]).tolist()
    assert told.any(axis=1).tolist() == (values[rows] > 0).tolist()


def test_a_segment_of_the_same_documents_scores_the_same_to_the_last_digit(tmp_path):
    random = np.random.default_rng(5)
    documents = [Document("".join(random.choice(LETTERS, 8)), "A1 泵") for _ in range(200)]
    base = LexicalIndex.build(documents, documents[:4])
    segment = base.segment(documents)
    query = Document("轴承裂纹", "A1")
    assert segment.scores(query).tolist() == base.scores(query).tolist()
    base.save(tmp_path)
    (tmp_path / "side").mkdir()
    segment.save_segment(tmp_path / "side")
    loaded = LexicalIndex.load(tmp_path).load_segment(tmp_path / "side", 200)
    assert loaded.scores(query).tolist() == base.scores(query).tolist()
    assert base.segment([]).scores(query).tolist() == []
