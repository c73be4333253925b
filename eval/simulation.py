"""Transactions with known weights: what the ranker must recover, and how many needs it takes to see a gain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.comparison import Interval, interval
from eval.ranker import NeedSignals, Plan, SignalTable, learn, need_ndcg, scores


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """What was learned from a number of needs: weights' distance from the truth and gain on 500 other needs."""

    needs: int
    fell_back: bool
    distance: float
    """Σ |learned − true| / 2, in [0, 1]."""
    gain: Interval


def simulate(
    truth: Mapping[str, float],
    needs: int,
    candidates: int = 40,
    noise: float = 0.05,
    seed: int = 0,
    unknown: float = 0.1,
) -> SignalTable:
    """Needs whose buyers choose by the true weights: the best two of noisy scores are 4, then three 3 and eight 2.

    Values are uniform in [0, 1]; a share `unknown` of them is missing (never of the first signal).
    """
    generator = np.random.default_rng(seed)
    names = tuple(truth)
    weights = np.array([truth[name] for name in names])
    ids = tuple(f"p{row:03d}" for row in range(candidates))
    tables = []
    for number in range(needs):
        values = generator.random((candidates, len(names)))
        hidden = generator.random(values.shape) < unknown
        hidden[:, 0] = False
        values[hidden] = np.nan
        order = np.argsort(-(scores(values, weights) + generator.normal(0, noise, candidates)), kind="stable")
        levels = np.ones(candidates, dtype=np.int8)
        levels[order[:13]] = [4] * 2 + [3] * 3 + [2] * 8
        tables.append(NeedSignals(f"n{number:05d}", ids, values, levels))
    return SignalTable(names, tuple(tables))


def learning_curve(
    truth: Mapping[str, float],
    prior: Mapping[str, float],
    sizes: Sequence[int] = (10, 20, 40, 80, 160),
    seed: int = 0,
) -> tuple[LearningPoint, ...]:
    """Learn from growing histories and measure on 500 needs that none of them holds."""
    everything = simulate(truth, max(sizes) + 500, seed=seed)
    names = everything.names
    test = SignalTable(names, everything.needs[-500:])
    true = np.array([truth[name] for name in names])
    before = need_ndcg(test, np.array([prior[name] for name in names]))
    points = []
    for size in sizes:
        outcome = learn(SignalTable(names, everything.needs[:size]), prior, Plan(seed=seed))
        weights = np.array([outcome.weights[name] for name in names])
        gain = interval(need_ndcg(test, weights) - before, seed)
        points.append(
            LearningPoint(size, outcome.fell_back, float(np.abs(weights - true / true.sum()).sum() / 2), gain)
        )
    return tuple(points)
