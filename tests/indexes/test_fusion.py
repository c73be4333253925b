import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.contract import Hits, IndexUnusable
from indexes.fusion import (
    CENTRE,
    PRIOR_VECTORS,
    WIDTH,
    CosineScale,
    join_fields,
    reciprocal_ranks,
    weighted_sum,
)

VECTORS = np.random.default_rng(7).normal(size=(400, 8)).astype(np.float32)
VECTORS[:, 0] += 1.5
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def hits(*rows: int) -> Hits:
    return Hits(np.array(rows, dtype=np.int64), np.linspace(1, 0, len(rows)))


def test_a_cosine_is_standardised_by_the_whole_collection():
    scale = CosineScale.fit(VECTORS)
    query = VECTORS[3]
    cosines = VECTORS @ query
    total = len(VECTORS) + PRIOR_VECTORS
    mean = cosines.sum() / total
    variance = ((cosines**2).sum() + PRIOR_VECTORS / 8) / total - mean**2
    units = [((c - mean) / math.sqrt(variance) - CENTRE) / WIDTH for c in cosines[:5]]
    expected = [0.5 + 0.5 * u / math.hypot(1, u) for u in units]
    assert scale.values(query, cosines[:5]) == pytest.approx(expected, abs=1e-5)


def test_a_value_does_not_depend_on_the_other_cosines():
    scale = CosineScale.fit(VECTORS)
    cosines = VECTORS @ VECTORS[0]
    alone = [float(scale.values(VECTORS[0], cosines[row : row + 1])[0]) for row in range(20)]
    assert scale.values(VECTORS[0], cosines)[:20].tolist() == alone


def test_nothing_known_is_no_value_and_no_match():
    scale = CosineScale.fit(VECTORS)
    assert np.isnan(scale.values(np.zeros(8, dtype=np.float32), np.zeros(3))).all()
    assert scale.values(VECTORS[0], np.array([0.0, 0.4]))[0] == 0.0


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_tiny_collections_give_finite_values_in_order(rows):
    scale = CosineScale.fit(VECTORS[:rows])
    low, high = scale.values(VECTORS[0], np.array([0.1, 0.9]))
    assert 0 < low < high < 1


def test_saved_and_loaded_values_are_the_same(tmp_path):
    scale = CosineScale.fit(VECTORS)
    scale.save(tmp_path)
    cosines = VECTORS @ VECTORS[0]
    again = CosineScale.load(tmp_path).values(VECTORS[0], cosines)
    assert again.tolist() == scale.values(VECTORS[0], cosines).tolist()
    (tmp_path / "cosine.mean.npy").write_bytes(b"")
    with pytest.raises(IndexUnusable, match="重新建立索引"):
        CosineScale.load(tmp_path)
    np.save(tmp_path / "cosine.mean.npy", np.zeros(3, dtype=np.float32))
    with pytest.raises(IndexUnusable, match="不一致"):
        CosineScale.load(tmp_path)


def test_the_weighted_sum_says_which_channels_were_used():
    values = {"lexical": np.array([1.0, 0.5]), "semantic": np.array([0.0, 0.5])}
    fused = weighted_sum(values, {"lexical": 3.0, "semantic": 1.0})
    assert fused.scores.tolist() == [0.75, 0.5]
    assert fused.channels == ("lexical", "semantic")

    missing = weighted_sum({**values, "semantic": np.full(2, np.nan)}, {"lexical": 3.0, "semantic": 1.0})
    assert missing.scores.tolist() == [1.0, 0.5]
    assert missing.channels == ("lexical",)

    assert weighted_sum(values, {"semantic": 2.0}).channels == ("semantic",)
    nothing = weighted_sum(values, {})
    assert nothing.scores.tolist() == [0.0, 0.0]
    assert nothing.channels == ()


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=9), st.floats(0.1, 9))
def test_the_weighted_sum_stays_between_its_channels(pairs, weight):
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    scores = weighted_sum({"a": left, "b": right}, {"a": weight, "b": 1.0}).scores
    assert (scores >= np.minimum(left, right) - 1e-12).all()
    assert (scores <= np.maximum(left, right) + 1e-12).all()


def test_reciprocal_ranks_by_hand():
    fused = reciprocal_ranks([hits(4, 2, 9), hits(2, 4)], 3)
    assert fused.rows.tolist() == [2, 4, 9]
    assert fused.scores.tolist() == [1 / 61 + 1 / 62, 1 / 61 + 1 / 62, 1 / 63]
    assert reciprocal_ranks([hits(4, 2, 9)], 2).rows.tolist() == [4, 2]
    assert reciprocal_ranks([], 2).rows.tolist() == []


def test_fields_join_to_unit_vectors_and_an_empty_field_leaves_the_other():
    titles = np.array([[1, 0], [0, 0], [0, 1], [0, 0]], dtype=np.float32)
    bodies = np.array([[0, 1], [0, 1], [0, 0], [0, 0]], dtype=np.float32)
    expected = [[2 / math.sqrt(5), 1 / math.sqrt(5)], [0, 1], [0, 1], [0, 0]]
    assert join_fields(titles, bodies, 0.5) == pytest.approx(np.array(expected))
