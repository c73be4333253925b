import numpy as np
import pytest

from models.training.contrastive import TokenPairs, WeightedRows, contrast, refine
from models.training.recipe import Share, Stage, TrainingSettings
from models.training.vocabulary import Tokens


def silent(stage: Stage, done: int, total: int) -> None: ...


def test_the_loss_of_two_orthogonal_pairs() -> None:
    sums = np.array([[1, 0], [0, 2], [3, 0], [0, 4]], dtype=np.float32)
    assert contrast(sums, 1.0).loss == pytest.approx(np.log(1 + np.exp(-1)), abs=1e-6)


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    sums = np.random.default_rng(0).standard_normal((8, 3)).astype(np.float32)
    gradient = contrast(sums, 0.5).sums
    for row, column in ((0, 0), (3, 2), (5, 1)):
        step = np.zeros_like(sums)
        step[row, column] = 1e-2
        slope = (contrast(sums + step, 0.5).loss - contrast(sums - step, 0.5).loss) / 2e-2
        assert gradient[row, column] == pytest.approx(slope, abs=2e-3)


def test_an_empty_side_and_a_repeated_text_push_nothing() -> None:
    pair = np.array([[1, 0], [0, 1]], dtype=np.float32)
    both = contrast(pair, 0.5)
    empty = contrast(np.array([[1, 0], [0, 0], [0, 1], [1, 1]], dtype=np.float32), 0.5)
    assert empty.loss == pytest.approx(both.loss, abs=1e-6)
    assert not empty.sums[[1, 3]].any()
    repeated = contrast(np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32), 0.5)
    assert repeated.loss == pytest.approx(0, abs=1e-6)


def pairs_of_tokens(left: list[int], right: list[int]) -> TokenPairs:
    bounds = np.arange(len(left) + 1, dtype=np.int64)
    return TokenPairs(Tokens(np.array(left, np.int32), bounds), Tokens(np.array(right, np.int32), bounds))


SETTINGS = TrainingSettings(batch=4, steps=200, rate=0.05, shares=(Share("synonym", 1),))


def test_training_draws_partners_together() -> None:
    rows = np.random.default_rng(1).standard_normal((9, 6)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    table = WeightedRows(rows, np.zeros(9, np.float32))
    pairs = {"synonym": pairs_of_tokens([1, 2, 3, 4], [5, 6, 7, 8])}
    losses = refine(table, pairs, SETTINGS, silent)
    cosines = table.table()[1:5] @ table.table()[5:9].T
    assert (cosines.argmax(axis=1) == np.arange(4)).all()
    assert losses[-1] < losses[0] / 10
    np.testing.assert_array_equal(table.table()[0], rows[0])  # not in any pair: untouched


def test_without_pairs_the_table_stays_as_it_is() -> None:
    rows = np.eye(3, dtype=np.float32)
    table = WeightedRows(rows, np.log(np.array([1, 2, 3], np.float32)))
    assert refine(table, {}, SETTINGS, silent) == []
    np.testing.assert_allclose(table.table(), np.diag([1, 2, 3]), rtol=1e-6)
