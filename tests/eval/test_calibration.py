from __future__ import annotations

import numpy as np
import pytest

from eval.calibration import (
    Bin,
    Calibration,
    Kind,
    NothingFits,
    Pairs,
    brier,
    cross_fitted,
    expected_error,
    fit,
    in_top,
    judged_pairs,
    nothing_fits,
    reliability,
    thresholds,
)
from eval.judgements import Judgement, Ranking, Run, judgements
from matcher.errors import InputError
from matcher.matches import Grade


def _drawn(slope: float, intercept: float, needs: int = 100, each: int = 40, seed: int = 0) -> Pairs:
    """Scores whose relevance follows a known logistic curve."""
    generator = np.random.default_rng(seed)
    scores = generator.random(needs * each)
    truth = 1 / (1 + np.exp(-(slope * scores + intercept)))
    ids = tuple(f"n{i // each:03d}" for i in range(needs * each))
    return Pairs(ids, scores, generator.random(len(scores)) < truth)


def test_the_worked_example() -> None:
    probabilities, relevant = np.array([0.9, 0.6]), np.array([True, False])
    assert expected_error(probabilities, relevant) == pytest.approx(0.35)
    assert brier(probabilities, relevant) == pytest.approx(0.185)
    assert reliability(probabilities, relevant) == (
        Bin(0.6, 0.7, 1, 0.6, 0.0),
        Bin(0.9, 1.0, 1, 0.9, 1.0),
    )
    assert reliability(np.array([1.0]), np.array([True])) == (Bin(0.9, 1.0, 1, 1.0, 1.0),)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_known_curve_is_recovered_and_never_falls(kind: Kind) -> None:
    found = fit(_drawn(6.0, -4.0), kind)
    grid = np.linspace(0.1, 0.9, 9)
    truth = 1 / (1 + np.exp(-(6.0 * grid - 4.0)))
    assert found.probability(grid) == pytest.approx(truth, abs=0.08)
    assert (np.diff(found.probability(np.linspace(-1, 2, 301))) >= 0).all()


@pytest.mark.parametrize("kind", list(Kind))
def test_cross_fitted_probabilities_are_calibrated(kind: Kind) -> None:
    pairs = _drawn(6.0, -4.0)
    assert expected_error(cross_fitted(pairs, kind), pairs.relevant) < 0.03


def test_no_need_is_judged_by_a_map_that_saw_it() -> None:
    # one need's labels are reversed: seen, they would pull its own probabilities down
    pairs = _drawn(8.0, -4.0, needs=10, each=30)
    changed = Pairs(pairs.need_ids, pairs.scores, pairs.relevant.copy())
    own = np.array([need == "n003" for need in pairs.need_ids])
    changed.relevant[own] = ~changed.relevant[own]
    before, after = (cross_fitted(one, Kind.PLATT, parts=10) for one in (pairs, changed))
    assert after[own].tolist() == before[own].tolist()
    assert after[~own].tolist() != before[~own].tolist()


def test_scores_that_say_nothing_get_the_base_rate() -> None:
    generator = np.random.default_rng(3)
    pairs = Pairs(tuple(f"n{i}" for i in range(400)), generator.random(400), np.arange(400) % 4 == 0)
    falling = Pairs(pairs.need_ids, pairs.relevant * -1.0, pairs.relevant)
    assert fit(pairs, Kind.PLATT).probability(np.array([0.5]))[0] == pytest.approx(0.25, abs=0.03)
    assert np.ptp(fit(falling, Kind.PLATT).probability(np.array([-1.0, 0.0]))) < 1e-3


def test_grades_begin_where_their_probability_does() -> None:
    line = Calibration(Kind.ISOTONIC, (0.0, 1.0), (0.0, 0.4))
    assert line.threshold(0.2) == pytest.approx(0.5)
    assert thresholds(line) == {
        Grade.STRONG: 1.0,
        Grade.RECOMMENDED: pytest.approx(0.75),
        Grade.POSSIBLE: pytest.approx(0.375),
    }


def test_judged_pairs_are_those_with_a_score() -> None:
    known = judgements([Judgement("n", "a", 4), Judgement("n", "b", 2), Judgement("n", "c", 1)])
    pairs = judged_pairs(Run("r", {"n": Ranking.of(["b", "x", "a"], [0.2, 0.9, 0.7])}), known)
    assert (pairs.need_ids, pairs.scores.tolist(), pairs.relevant.tolist()) == (
        ("n", "n"),
        [0.7, 0.2],
        [True, False],
    )
    assert pairs.missing == 1
    with pytest.raises(InputError, match="1 对中相关的有 1 对，需要两类都有"):
        judged_pairs(Run("r", {"n": Ranking.of(["a"], [0.7])}), known)


def test_nothing_fits_counts_needs() -> None:
    pairs = Pairs(("a", "a", "b", "c", "d"), np.zeros(5), np.array([False, True, False, False, True]))
    found = nothing_fits(pairs, np.array([0.1, 0.5, 0.1, 0.4, 0.2]), 0.3)
    # below 0.3: b (empty: right) and d (has an answer: wrong); c is empty but not told
    assert found == NothingFits(0.3, said=2, right=1, empty=2)
    assert (found.precision, found.recall) == (0.5, 0.5)
    assert NothingFits(0.3, 0, 0, 0).precision == 0.0


def test_the_top_of_each_need() -> None:
    pairs = Pairs(("a", "b", "a", "a"), np.array([0.1, 0.2, 0.9, 0.1]), np.zeros(4, dtype=bool))
    assert in_top(pairs, 1).tolist() == [False, True, True, False]
    assert in_top(pairs, 2).tolist() == [True, True, True, False]
