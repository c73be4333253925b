"""Says whether one run is better than another, by how much and how surely; pairs are needs or enterprises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eval.metrics import Values
from eval.scoring import Scores
from matcher.errors import InputError

RESAMPLES = 10_000
_CELLS = 4_000_000
"""Random numbers held at a time: 32 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its 95 % percentile bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NeedDifference:
    """One need's value under both runs."""

    need_id: str
    baseline: float
    value: float

    @property
    def difference(self) -> float:
        """Positive where the run is better than the baseline."""
        return self.value - self.baseline


@dataclass(frozen=True, slots=True)
class Comparison:
    """One run against the baseline in one measure.

    `difference` is the effect with its interval; `effect_size` is the mean over the standard deviation of the
    paired differences (Cohen's d_z, 0 where all are equal). p-values are two-sided; `p_holm` is the
    randomisation test's, corrected over all comparisons of the table (Holm 1979).
    """

    measure: str
    baseline: str
    run: str
    needs: int
    groups: int
    baseline_mean: float
    mean: float
    difference: Interval
    effect_size: float
    p_bootstrap: float
    p_randomisation: float
    p_holm: float
    wins: int
    losses: int
    table: tuple[NeedDifference, ...]
    """Largest gain first, ties by need id."""

    @property
    def ties(self) -> int:
        """Needs on which both are equal."""
        return self.needs - self.wins - self.losses


def compare(
    runs: Sequence[Scores],
    measure: str,
    seed: int = 0,
    resamples: int = RESAMPLES,
    groups: Mapping[str, str] | None = None,
) -> tuple[Comparison, ...]:
    """Each run but the first against the first; `groups` maps need id → enterprise where needs are not independent.

    Raises InputError for fewer than two runs, or runs measured over different needs.
    """
    if len(runs) < 2:
        raise InputError("比较至少需要两个结果：第一个为基准，其余与它比较。")
    baseline, *others = runs
    for other in others:
        if other.need_ids != baseline.need_ids:
            raise InputError(f"{baseline.run} 与 {other.run} 的评测需求不同，不能成对比较。请用同一组需求。")
    found = [_pair(baseline, other, measure, (seed, resamples), groups) for other in others]
    corrected = holm([comparison.p_randomisation for comparison in found])
    return tuple(replace(comparison, p_holm=p) for comparison, p in zip(found, corrected, strict=True))


def interval(
    values: Values, seed: int = 0, resamples: int = RESAMPLES, groups: Sequence[str] | None = None
) -> Interval:
    """The mean of values of shape (needs,), and its interval by resampling needs, or groups of needs."""
    sums, sizes = _grouped(values, groups)
    low, high = np.percentile(_bootstrap(sums, sizes, seed, resamples), [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down correction: the i-th smallest of m times (m − i + 1), monotone, at most 1."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for done, i in enumerate(order):
        highest = max(highest, min(1.0, p_values[i] * (len(p_values) - done)))
        corrected[i] = highest
    return tuple(corrected)


def _pair(
    baseline: Scores, other: Scores, measure: str, drawn: tuple[int, int], groups: Mapping[str, str] | None
) -> Comparison:
    before, after = baseline.values[measure], other.values[measure]
    differences = after - before
    names = None if groups is None else [groups.get(need, need) for need in baseline.need_ids]
    sums, sizes = _grouped(differences, names)
    mean, seed, resamples = float(differences.mean()), *drawn
    means = _bootstrap(sums, sizes, seed, resamples)
    low, high = np.percentile(means, [2.5, 97.5])
    flipped = _flip_signs(sums, seed, resamples) / len(differences)
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    table = [
        NeedDifference(need, float(b), float(a))
        for need, b, a in zip(baseline.need_ids, before, after, strict=True)
    ]
    p_randomisation = _p(np.abs(flipped) >= abs(mean) - 1e-12)
    return Comparison(
        measure=measure,
        baseline=baseline.run,
        run=other.run,
        needs=len(differences),
        groups=len(sums),
        baseline_mean=float(before.mean()),
        mean=float(after.mean()),
        difference=Interval(mean, float(low), float(high)),
        effect_size=mean / spread if spread else 0.0,
        p_bootstrap=_p(np.abs(means - mean) >= abs(mean) - 1e-12),
        p_randomisation=p_randomisation,
        p_holm=p_randomisation,
        wins=int((differences > 0).sum()),
        losses=int((differences < 0).sum()),
        table=tuple(sorted(table, key=lambda row: (-row.difference, row.need_id))),
    )


def _p(as_extreme: NDArray[np.bool_]) -> float:
    """The observed arrangement counts as one of the resamples, so that p is never 0."""
    return float((1 + as_extreme.sum()) / (1 + len(as_extreme)))


def _grouped(values: Values, groups: Sequence[str] | None) -> tuple[Values, Values]:
    """The sum and the number of values of each group; without groups each value is its own."""
    if groups is None:
        return values, np.ones(len(values))
    names = {name: row for row, name in enumerate(sorted(set(groups)))}
    rows = np.array([names[name] for name in groups])
    sums = np.bincount(rows, weights=values)
    return sums.astype(np.float64), np.bincount(rows).astype(np.float64)


def _bootstrap(sums: Values, sizes: Values, seed: int, resamples: int) -> Values:
    """Means of `resamples` draws of groups with replacement, shape (resamples,)."""
    generator = np.random.default_rng(seed)
    means = np.empty(resamples)
    step = max(1, _CELLS // len(sums))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        drawn = generator.integers(0, len(sums), (count, len(sums)), dtype=np.int32)
        means[start : start + count] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return means


def _flip_signs(sums: Values, seed: int, resamples: int) -> Values:
    """Sums of the groups under random signs, shape (resamples,): what chance would give if both were equal."""
    generator = np.random.default_rng(seed)
    flipped = np.empty(resamples)
    step = max(1, _CELLS // len(sums))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        signs = generator.integers(0, 2, (count, len(sums)), dtype=np.int8)
        flipped[start : start + count] = 2.0 * (signs @ sums) - sums.sum()
    return flipped
