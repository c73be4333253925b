"""What every vector index must do, with answers known beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexes.backends import BACKENDS, ENGINES, backend_of
from indexes.contract import Backend, IndexUnusable, Vectors


@pytest.fixture(params=[*BACKENDS, *ENGINES, "milvus server"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "milvus":
        pytest.importorskip("milvus_lite")
        return backend_of("", f"milvus://{tmp_path / 'engine.db'}")
    if request.param == "milvus server":
        return backend_of("", request.getfixturevalue("milvus_server").new_address())
    if request.param == "pgvector":
        return backend_of("", request.getfixturevalue("postgres_url"))
    return backend_of(request.param, "")


def unit(*rows: list[float]) -> Vectors:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def random_units(count: int, dimension: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def reference(vectors: Vectors, query: Vectors, k: int, allowed: NDArray[np.bool_]) -> list[int]:
    """The definition: by float64 score, then by row; zero rows last."""
    scores = vectors.astype(np.float64) @ query.astype(np.float64)
    scores = np.where(vectors.any(axis=1), scores, -1.0)
    rows = sorted(np.flatnonzero(allowed), key=lambda row: (-round(scores[row], 12), row))
    return [int(row) for row in rows[:k]]


def test_a_hand_computed_answer(backend: Backend) -> None:
    index = backend.build(unit([1, 0], [0, 1], [3, 4], [-1, 0]))
    (hits,) = index.search(unit([1, 0]), 4)
    assert hits.rows.tolist() == [0, 2, 1, 3]
    assert hits.scores == pytest.approx([1.0, 0.6, 0.0, -1.0], abs=1e-7)
    assert hits.rows.dtype == np.int64
    assert hits.scores.dtype == np.float64


def test_filters_apply_before_the_search(backend: Backend) -> None:
    index = backend.build(unit([1, 0], [0, 1], [3, 4], [-1, 0]))
    allowed = np.array([False, True, False, True])
    (hits,) = index.search(unit([1, 0]), 3, allowed)
    assert hits.rows.tolist() == [1, 3]
    (nothing,) = index.search(unit([1, 0]), 3, np.zeros(4, dtype=bool))
    assert nothing.rows.tolist() == []


def test_a_list_is_never_shorter_than_it_could_be(backend: Backend) -> None:
    vectors = random_units(500, 16, seed=1)
    index = backend.build(vectors)
    queries = random_units(12, 16, seed=2)
    for count in (1, 7, 60, 499, 500):
        allowed = np.zeros(500, dtype=bool)
        allowed[np.random.default_rng(count).choice(500, count, replace=False)] = True
        for k in (1, 10, 50, 600):
            for number, hits in enumerate(index.search(queries, k, allowed)):
                assert hits.rows.tolist() == reference(vectors, queries[number], k, allowed)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5])
def test_filters_random_or_aligned_with_content_cost_no_recall(backend: Backend, share: float) -> None:
    """For queries like the rows and for mixtures of three of them, which are like none."""
    random = np.random.default_rng(10)
    fields = random.integers(0, 20, 2_000)
    vectors = random_units(20, 16, seed=11)[fields] + random_units(2_000, 16, seed=12)
    vectors = unit(*vectors.tolist())
    mixed = vectors[random.integers(0, 2_000, (5, 3))].sum(axis=1)
    queries = unit(*vectors[:5].tolist(), *mixed.tolist())
    index, count = backend.build(vectors), int(share * 2_000)
    for rows in (random.choice(2_000, count, replace=False), np.argsort(fields, kind="stable")[:count]):
        allowed = np.zeros(2_000, dtype=bool)
        allowed[rows] = True
        found = index.search(queries, 50, allowed)
        true = [reference(vectors, query, 50, allowed) for query in queries]
        shares = [np.isin(one, hits.rows).mean() for one, hits in zip(true, found, strict=True)]
        assert np.mean(shares) >= (1.0 if index.plan(50, allowed).exact else 0.98)
        assert {len(hits.rows) for hits in found} == {min(50, count)}
        assert all(allowed[hits.rows].all() for hits in found)


def test_ties_stand_in_row_order_however_many(backend: Backend) -> None:
    vectors = np.repeat(unit([1, 0, 0], [3, 4, 0], [1, 2, 2]), 200, axis=0)[
        np.random.default_rng(3).permutation(600)
    ]
    index = backend.build(vectors)
    everything = np.ones(600, dtype=bool)
    query = unit([3, 4, 0])[0]
    for k in (1, 15, 199, 201, 450):
        (hits,) = index.search(query[None], k)
        assert hits.rows.tolist() == reference(vectors, query, k, everything)


def test_single_batch_and_filter_agree_to_the_last_digit(backend: Backend) -> None:
    vectors = random_units(3000, 48, seed=4)
    vectors[1500:] = vectors[np.random.default_rng(5).integers(0, 1500, 1500)]
    index = backend.build(vectors)
    queries = random_units(40, 48, seed=6)
    allowed = np.random.default_rng(7).random(3000) < 0.4
    for mask in (None, np.ones(3000, dtype=bool), allowed):
        together = index.search(queries, 50, mask)
        for number, hits in enumerate(together):
            (alone,) = index.search(queries[number : number + 1], 50, mask)
            assert alone.rows.tolist() == hits.rows.tolist()
            assert alone.scores.tolist() == hits.scores.tolist()
            assert index.scores(queries[number], hits.rows).tolist() == hits.scores.tolist()
    unfiltered = index.search(queries, 3000)[0]
    kept = allowed[unfiltered.rows]
    filtered = index.search(queries, 3000, allowed)[0]
    assert filtered.rows.tolist() == unfiltered.rows[kept].tolist()
    assert filtered.scores.tolist() == unfiltered.scores[kept].tolist()


def test_a_zero_query_matches_nothing_and_zero_rows_come_last(backend: Backend) -> None:
    vectors = np.concatenate([unit([1, 0], [-1, 1]), np.zeros((30, 2), np.float32), unit([-1, 0.1])])
    index = backend.build(vectors)
    empty, hits = index.search(np.array([[0, 0], [1, 0]], dtype=np.float32), 5)
    assert empty.rows.tolist() == empty.scores.tolist() == []
    assert hits.rows.tolist() == [0, 1, 32, 2, 3]
    assert hits.scores[3:].tolist() == [-1.0, -1.0]
    assert index.scores(vectors[0], np.array([2, 0])).tolist() == [-1.0, 1.0]


def test_no_query_and_no_row(backend: Backend, tmp_path: Path) -> None:
    assert backend.build(unit([1, 0])).search(np.empty((0, 2), np.float32), 3) == []
    empty = backend.build(np.empty((0, 2), np.float32))
    (folder := tmp_path / "index").mkdir()
    empty.save(folder)
    for index in (empty, backend.load(folder)):
        (hits,) = index.search(unit([1, 0]), 3)
        assert hits.rows.tolist() == []


@pytest.mark.parametrize(
    ("queries", "k", "mask"),
    [
        (np.ones((1, 3), np.float32), 1, None),
        (np.full((1, 2), np.nan, np.float32), 1, None),
        (np.ones((1, 2), np.float32), 0, None),
        (np.ones((1, 2), np.float32), 1, np.ones(2, dtype=bool)),
    ],
    ids=["dimension", "nan", "k", "mask"],
)
def test_impossible_questions_are_refused(
    backend: Backend, queries: Vectors, k: int, mask: NDArray[np.bool_] | None
) -> None:
    with pytest.raises(ValueError, match="must be"):
        backend.build(unit([1, 0])).search(queries, k, mask)


def test_vectors_that_are_not_numbers_are_refused(backend: Backend) -> None:
    with pytest.raises(ValueError, match="finite"):
        backend.build(np.array([[np.nan, 1.0]], dtype=np.float32))


def test_saved_and_loaded_it_answers_the_same(backend: Backend, tmp_path: Path) -> None:
    vectors = random_units(400, 24, seed=8)
    index = backend.build(vectors)
    (folder := tmp_path / "index").mkdir()
    index.save(folder)
    loaded = backend.load(folder)
    queries = random_units(20, 24, seed=9)
    for before, after in zip(index.search(queries, 30), loaded.search(queries, 30), strict=True):
        assert before.rows.tolist() == after.rows.tolist()
        assert before.scores.tolist() == after.scores.tolist()


def test_a_missing_or_foreign_folder_is_one_chinese_sentence(backend: Backend, tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable, match="请运行 matcher index 重建"):
        backend.load(tmp_path)
    (folder := tmp_path / "index").mkdir()
    backend.build(unit([1, 0])).save(folder)
    for file in folder.iterdir():
        file.write_bytes(b"something else")
    with pytest.raises(IndexUnusable, match="请运行 matcher index 重建"):
        backend.load(folder)
