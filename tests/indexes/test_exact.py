"""What is particular to the exact index: its doubt about float32, and its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.contract import IndexUnusable
from indexes.exact import ExactIndex


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(20, 400),
    dimension=st.sampled_from([1, 3, 16, 65]),
    spread=st.sampled_from([0.0, 1e-7, 1e-5, 1.0]),
    queries=st.sampled_from([1, 9]),
    k=st.integers(1, 60),
    share=st.sampled_from([0.1, 0.9, 1.0]),
)
def test_near_ties_are_settled_in_float64(
    seed: int, rows: int, dimension: int, spread: float, queries: int, k: int, share: float
) -> None:
    """Vectors so close that float32 cannot order them come out as the exact scores order them."""
    rng = np.random.default_rng(seed)
    noise = spread * rng.standard_normal((rows, dimension))
    vectors = (rng.standard_normal(dimension) + noise).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    vectors[rng.random(rows) < 0.1] = 0
    asked = vectors[rng.integers(0, rows, queries)]
    allowed = rng.random(rows) <= share
    index = ExactIndex.build(vectors)
    eligible = np.flatnonzero(allowed)
    for query, hits in zip(asked, index.search(asked, k, allowed), strict=True):
        if not query.any():
            assert hits.rows.tolist() == []
            continue
        scores = index.scores(query, eligible)
        assert hits.rows.tolist() == eligible[np.lexsort((eligible, -scores))][:k].tolist()


def test_scores_are_exact_products() -> None:
    index = ExactIndex.build(np.array([[0.6, 0.8], [1.0, 0.0]], dtype=np.float32))
    query = np.array([0.6, 0.8], dtype=np.float32)
    six, eight = float(np.float32(0.6)), float(np.float32(0.8))
    assert index.scores(query, np.array([1, 0])).tolist() == [six, six * six + eight * eight]


def test_the_file_is_mapped_and_never_unpickled(tmp_path: Path) -> None:
    ExactIndex.build(np.eye(3, dtype=np.float32)).save(tmp_path)
    loaded = ExactIndex.load(tmp_path)
    assert not loaded._vectors.flags.owndata
    np.save(tmp_path / "vectors.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(IndexUnusable):
        ExactIndex.load(tmp_path)
    np.save(tmp_path / "vectors.npy", np.eye(3))
    with pytest.raises(IndexUnusable, match="不是本程序的向量索引"):
        ExactIndex.load(tmp_path)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    ExactIndex.build(np.eye(100, dtype=np.float32)).save(tmp_path)
    file = tmp_path / "vectors.npy"
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(IndexUnusable, match="不完整或已损坏"):
        ExactIndex.load(tmp_path)
