"""Turns scores into probabilities that an expert would grade the pair relevant, and says how far they can be trusted.

A calibration is a monotone map given by points, linear between them, constant outside. Kinds: **platt** (Platt
1999: logistic in the score), **beta** (Kull et al. 2017: logistic in log s and −log(1 − s), scores in [0, 1]) and
**isotonic** (Zadrozny & Elkan 2002). Whatever is reported is cross-fitted by need: no need's probability comes
from a map that saw it.

    expected calibration error   Σ bins n_b/n · |mean predicted − share relevant|, ten bins of equal width
    Brier score                  mean of (p − relevant)²
    Two pairs at p 0.9 (relevant) and 0.6 (not): ECE ½·0.1 + ½·0.6 = 0.35, Brier (0.01 + 0.36)/2 = 0.185.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.judgements import RELEVANT, Judgements, Run
from eval.splits import folds
from matcher.errors import InputError
from matcher.matches import Grade
from matcher.ranker import Calibration, Kind

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]

_KNOTS = 201
_EDGE = 1e-3
"""Keeps the logarithms of the beta map finite."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Judged pairs with their scores: need ids, scores of shape (pairs,) and whether each is relevant.

    `missing` counts the judged pairs that the run gives no score.
    """

    need_ids: tuple[str, ...]
    scores: Values
    relevant: Flags
    missing: int = 0

    def where(self, chosen: Flags) -> Pairs:
        """Some of the pairs; `chosen` of shape (pairs,)."""
        ids = tuple(need for need, take in zip(self.need_ids, chosen, strict=True) if take)
        return Pairs(ids, self.scores[chosen], self.relevant[chosen])


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of the reliability diagram."""

    low: float
    high: float
    count: int
    predicted: float
    observed: float


def judged_pairs(run: Run, known: Judgements, relevant: int = RELEVANT) -> Pairs:
    """The judged pairs that the run scores; raises InputError where these are of one class only."""
    needs: list[str] = []
    scores: list[float] = []
    labels: list[bool] = []
    for need, ranking in run.rankings.items():
        judged = known.levels.get(need, {})
        for candidate, score in zip(ranking.ids, ranking.scores.tolist(), strict=True):
            if candidate in judged:
                needs.append(need)
                scores.append(score)
                labels.append(judged[candidate] >= relevant)
    if not any(labels) or all(labels):
        raise InputError(
            f"可用于校准的标注不足：{len(labels)} 对中相关的有 {sum(labels)} 对，需要两类都有。",
            code="too_few_judgements",
        )
    return Pairs(tuple(needs), np.array(scores), np.array(labels), len(known) - len(labels))


def fit(pairs: Pairs, kind: Kind) -> Calibration:
    """Fit a map on all pairs."""
    if kind is Kind.ISOTONIC:
        from sklearn.isotonic import IsotonicRegression

        model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
        model.fit(pairs.scores, pairs.relevant.astype(np.float64))
        points = zip(model.X_thresholds_.tolist(), model.y_thresholds_.tolist(), strict=True)
        xs, ys = zip(*points, strict=True)
        return Calibration(kind, xs, ys)
    grid = np.linspace(min(0.0, pairs.scores.min()), max(1.0, pairs.scores.max()), _KNOTS)
    weights = _logistic(_features(pairs.scores, kind), pairs.relevant)
    values = _sigmoid(_features(grid, kind) @ weights)
    return Calibration(kind, tuple(grid.tolist()), tuple(np.maximum.accumulate(values).tolist()))


def cross_fitted(pairs: Pairs, kind: Kind, parts: int = 5, seed: int = 0) -> Values:
    """Each pair's probability by a map fitted on the other needs, shape (pairs,)."""
    probabilities = np.empty(len(pairs.scores))
    for part in folds(pairs.need_ids, parts, seed):
        held = _members(pairs.need_ids, part)
        probabilities[held] = fit(pairs.where(~held), kind).probability(pairs.scores[held])
    return probabilities


def reliability(probabilities: Values, relevant: Flags, bins: int = 10) -> tuple[Bin, ...]:
    """The bins of equal width that hold any pair."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    return tuple(
        Bin(
            number / bins,
            (number + 1) / bins,
            int(inside.sum()),
            float(probabilities[inside].mean()),
            float(relevant[inside].mean()),
        )
        for number in range(bins)
        if (inside := place == number).any()
    )


def expected_error(probabilities: Values, relevant: Flags, bins: int = 10) -> float:
    """Expected calibration error (Guo et al., ICML 2017), in [0, 1]."""
    found = reliability(probabilities, relevant, bins)
    return sum(b.count * abs(b.predicted - b.observed) for b in found) / len(probabilities)


def brier(probabilities: Values, relevant: Flags) -> float:
    """Mean squared distance of probability and outcome, in [0, 1]."""
    return float(((probabilities - relevant) ** 2).mean())


def in_top(pairs: Pairs, k: int) -> Flags:
    """Which pairs stand among their need's k best by score (ties by order), shape (pairs,)."""
    order = np.lexsort((np.arange(len(pairs.scores)), -pairs.scores))
    seen: dict[str, int] = {}
    top = np.zeros(len(order), dtype=np.bool_)
    for row in order:
        need = pairs.need_ids[row]
        seen[need] = seen.get(need, 0) + 1
        top[row] = seen[need] <= k
    return top


TARGETS: Mapping[Grade, float] = {Grade.STRONG: 0.5, Grade.RECOMMENDED: 0.3, Grade.POSSIBLE: 0.15}
"""The probability of relevance from which each grade is given."""


def thresholds(calibration: Calibration, targets: Mapping[Grade, float] = TARGETS) -> dict[Grade, float]:
    """The lowest score of each grade."""
    return {grade: calibration.threshold(target) for grade, target in targets.items()}


@dataclass(frozen=True, slots=True)
class NothingFits:
    """How well 没有合适的专利 is said: a need whose best probability stays below `threshold` gets no patent.

    precision: share of those needs that have no relevant candidate; recall: share of such needs that are told.
    """

    threshold: float
    said: int
    right: int
    empty: int

    @property
    def precision(self) -> float:
        """0 where it is never said."""
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """0 where no need is without an answer."""
        return self.right / self.empty if self.empty else 0.0


def nothing_fits(pairs: Pairs, probabilities: Values, threshold: float) -> NothingFits:
    """Count over needs; `probabilities` of shape (pairs,), cross-fitted."""
    best: dict[str, float] = {}
    answered: set[str] = set()
    for need, probability, relevant in zip(pairs.need_ids, probabilities, pairs.relevant, strict=True):
        best[need] = max(float(probability), best.get(need, 0.0))
        if relevant:
            answered.add(need)
    said = {need for need, probability in best.items() if probability < threshold}
    return NothingFits(threshold, len(said), len(said - answered), len(best.keys() - answered))


def _members(need_ids: tuple[str, ...], part: tuple[str, ...]) -> Flags:
    inside = frozenset(part)
    return np.array([need in inside for need in need_ids])


def _features(scores: Values, kind: Kind) -> Values:
    if kind is Kind.PLATT:
        return np.column_stack([scores, np.ones(len(scores))])
    inside = np.clip(scores, _EDGE, 1 - _EDGE)
    return np.column_stack([np.log(inside), -np.log1p(-inside), np.ones(len(scores))])


def _logistic(features: Values, relevant: Flags) -> Values:
    """Maximum likelihood with non-negative slopes and Platt's smoothed targets; the last column is constant."""
    from scipy.optimize import minimize

    positive, total = relevant.sum(), len(relevant)
    targets = np.where(relevant, (positive + 1) / (positive + 2), 1 / (total - positive + 2))

    def loss(weights: Values) -> tuple[float, Values]:
        z = features @ weights
        return float((np.logaddexp(0, z) - targets * z).mean()), features.T @ (_sigmoid(z) - targets) / total

    start = np.append(np.ones(features.shape[1] - 1), 0.0)
    bounds = [(0, None)] * (len(start) - 1) + [(None, None)]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x, dtype=np.float64)


def _sigmoid(z: Values) -> Values:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)), dtype=np.float64)
