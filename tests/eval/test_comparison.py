from __future__ import annotations

import numpy as np
import pytest

from eval.comparison import Interval, compare, holm, interval
from eval.scoring import Scores
from matcher.errors import InputError


def _scores(run: str, values: list[float]) -> Scores:
    return Scores(run, tuple(f"n{i:03d}" for i in range(len(values))), {"ndcg@10": np.array(values)})


def test_holm_corrects_step_by_step() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.6, 0.7]) == (1.0, 1.0)
    assert holm([]) == ()


def test_a_constant_gain_is_found_exactly() -> None:
    (found,) = compare([_scores("a", [0.1] * 20), _scores("b", [0.3] * 20)], "ndcg@10")
    assert found.difference == Interval(pytest.approx(0.2), pytest.approx(0.2), pytest.approx(0.2))
    assert (found.baseline, found.run, found.needs, found.groups) == ("a", "b", 20, 20)
    assert (found.wins, found.ties, found.losses) == (20, 0, 0)
    # 2 of 2^20 sign patterns are as extreme: none is met in 10,000 draws but perhaps one
    assert found.p_randomisation <= 3 / 10_001
    assert found.p_holm == found.p_randomisation


def test_equal_runs_differ_by_nothing() -> None:
    (found,) = compare([_scores("a", [0.1, 0.5, 0.9]), _scores("b", [0.1, 0.5, 0.9])], "ndcg@10")
    assert (found.difference.mean, found.effect_size, found.p_randomisation, found.p_bootstrap) == (
        0,
        0,
        1,
        1,
    )
    assert found.ties == 3


def test_the_randomisation_test_agrees_with_full_enumeration() -> None:
    differences = np.array([0.3, 0.2, -0.1, 0.25, 0.05, 0.15, -0.02, 0.4])
    signs = np.array([[1 if code >> bit & 1 else -1 for bit in range(8)] for code in range(256)])
    exact = float((np.abs(signs @ differences) >= abs(differences.sum()) - 1e-12).mean())
    runs = [_scores("a", [0.5] * 8), _scores("b", (0.5 + differences).tolist())]
    (found,) = compare(runs, "ndcg@10", resamples=200_000)
    assert found.p_randomisation == pytest.approx(exact, abs=0.002)
    assert found.effect_size == pytest.approx(differences.mean() / differences.std(ddof=1))


def test_the_interval_is_near_the_normal_one_and_repeats_with_its_seed() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.2, 400)
    found = interval(values, seed=3)
    margin = 1.96 * values.std() / 20
    assert (found.low, found.high) == (
        pytest.approx(values.mean() - margin, abs=0.002),
        pytest.approx(values.mean() + margin, abs=0.002),
    )
    assert interval(values, seed=3) == found
    assert interval(values, seed=4) != found


def test_needs_of_one_enterprise_are_resampled_together() -> None:
    a, b = _scores("a", [0.0] * 40), _scores("b", [0.5, -0.3] * 20)
    groups = {need: need[:3] for need in a.need_ids}  # n00, n01, n02, n03: each holds 5 gains and 5 losses
    (alone,) = compare([a, b], "ndcg@10")
    (together,) = compare([a, b], "ndcg@10", groups=groups)
    assert together.groups == 4
    assert together.difference.low == pytest.approx(0.1)
    assert alone.difference.low < 0.0


def test_the_table_stands_with_the_largest_gain_first() -> None:
    (found,) = compare([_scores("a", [0.5, 0.5, 0.5]), _scores("b", [0.5, 0.2, 0.9])], "ndcg@10")
    assert [row.need_id for row in found.table] == ["n002", "n000", "n001"]
    assert found.table[0].difference == pytest.approx(0.4)


def test_runs_over_different_needs_cannot_be_paired() -> None:
    with pytest.raises(InputError, match="a 与 b 的评测需求不同"):
        compare([_scores("a", [1.0]), _scores("b", [1.0, 2.0])], "ndcg@10")
    with pytest.raises(InputError, match="至少需要两个结果"):
        compare([_scores("a", [1.0])], "ndcg@10")
