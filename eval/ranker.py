"""Learns the signals' weights from judgements, and keeps to the prior weights where evidence is short.

The score is the product's: s = Σ w·v / Σ w over the known signals, so that the explanation stays the arithmetic.
With W = Σ w, the loss over pairs (a above b under one need) is

    Σ_needs Σ_pairs share(pair) · log(1 + exp(−W·(s_a − s_b)))  +  λ · |w/κ − prior|²,     w ≥ 0

(pairwise logistic, Burges et al. 2005), where share is the pair's part of the need's gain differences, and κ the
scale at which the prior itself fits best. λ is the largest whose cross-validated nDCG@10 is within one standard error
of the best (Breiman et al. 1984). The learned weights are kept only where the 95 % interval of their cross-validated
gain over the prior lies above zero; otherwise the prior stays, and the result says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from eval.comparison import Interval, interval
from eval.judgements import Judgements, Ranking, Run
from eval.metrics import RankedLevels, gains, ndcg
from eval.splits import Split, by_need, by_time, folds
from matcher.errors import InputError
from matcher.matches import Match
from matcher.signals.table import SIGNALS

Values = NDArray[np.float64]

STRENGTHS = (0.01, 0.1, 1.0, 10.0)
"""λ, from the freest to the one that hardly leaves the prior."""

PARTS = 5
"""Folds of the cross-validation."""

STEPS = PARTS * len(STRENGTHS)
"""Fits that `learn` reports as its progress."""

FEWEST_NEEDS = 20
"""Needs with pairs to learn from; with fewer the prior stays without trying."""


@dataclass(frozen=True, slots=True)
class NeedSignals:
    """One need's judged candidates in id order.

    values: shape (candidates, signals), in [0, 1], NaN where unknown. levels: shape (candidates,), 1–4.
    """

    need_id: str
    candidate_ids: tuple[str, ...]
    values: Values
    levels: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class SignalTable:
    """What a ranker learns from: the signals' names and each need's values."""

    names: tuple[str, ...]
    needs: tuple[NeedSignals, ...]

    def of_needs(self, need_ids: Iterable[str]) -> SignalTable:
        """Some of the needs, in the table's order."""
        wanted = frozenset(need_ids)
        return SignalTable(self.names, tuple(need for need in self.needs if need.need_id in wanted))

    @property
    def need_ids(self) -> tuple[str, ...]:
        """All need ids, in the table's order."""
        return tuple(need.need_id for need in self.needs)


@dataclass(frozen=True, slots=True)
class Learned:
    """The outcome: weights that sum to 1, and how they compare with the prior on needs they did not see.

    `gain` is the cross-validated difference in nDCG@10 of the free weights; None where nothing was tried.
    """

    weights: Mapping[str, float]
    prior: Mapping[str, float]
    strength: float | None
    needs: int
    gain: Interval | None
    fell_back: bool
    reason: str


def signal_table(matches: Iterable[Match], known: Judgements, names: Sequence[str]) -> SignalTable:
    """The judged matches as a table; a signal that a match does not hold is unknown there.

    Raises InputError where no match is judged.
    """
    rows: dict[str, dict[str, Match]] = {}
    for match in matches:
        if match.patent.id in known.levels.get(match.need.id, {}):
            rows.setdefault(match.need.id, {})[match.patent.id] = match
    if not rows:
        raise InputError("没有一条匹配带有标注，无法学习权重。请检查需求与专利编号。", code="empty")
    column = {name: place for place, name in enumerate(names)}
    needs = []
    for need, found in sorted(rows.items()):
        values = np.full((len(found), len(names)), np.nan)
        for row, (_, match) in enumerate(sorted(found.items())):
            for part in match.contributions:
                values[row, column[part.signal]] = part.value
        levels = [known.levels[need][patent] for patent in sorted(found)]
        needs.append(NeedSignals(need, tuple(sorted(found)), values, np.array(levels, dtype=np.int8)))
    return SignalTable(tuple(names), tuple(needs))


def scores(values: Values, weights: Values) -> Values:
    """Σ w·v / Σ w over the known signals, shape (candidates,); 0 where nothing with a weight is known."""
    known = ~np.isnan(values)
    total = known @ weights
    found = np.zeros(len(values))
    np.divide(np.where(known, values, 0.0) @ weights, total, out=found, where=total > 0)
    return found


def run_of(table: SignalTable, weights: Mapping[str, float], name: str = "learned") -> Run:
    """The table's candidates ranked by some weights."""
    row = np.array([weights[signal] for signal in table.names])
    return Run(name, {n.need_id: Ranking.of(n.candidate_ids, scores(n.values, row)) for n in table.needs})


def textual(table: SignalTable) -> SignalTable:
    """The table's text signals alone: what experts judge, and calibrations map."""
    columns = [row for row, name in enumerate(table.names) if name in _TEXTUAL]
    needs = tuple(replace(need, values=need.values[:, columns]) for need in table.needs)
    return SignalTable(tuple(table.names[row] for row in columns), needs)


_TEXTUAL = frozenset(signal.name for signal in SIGNALS if signal.textual)


def judgements_of(table: SignalTable) -> Judgements:
    """The levels that a table holds."""
    return Judgements(
        {n.need_id: dict(zip(n.candidate_ids, n.levels.tolist(), strict=True)) for n in table.needs}
    )


def need_ndcg(table: SignalTable, weights: Values, k: int = 10) -> Values:
    """nDCG@k of each need of the table, shape (needs,); ties in id order."""
    found = np.empty(len(table.needs))
    for row, need in enumerate(table.needs):
        order = np.argsort(-scores(need.values, weights), kind="stable")
        ranked = RankedLevels((need.need_id,), need.levels[order][None], np.sort(need.levels)[::-1][None])
        found[row] = ndcg(ranked, k, 0)[0]
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """How a gain is proven: over folds of needs, or, with `times`, over later days by what earlier ones taught.

    `groups` names each need's enterprise: all needs of one lie in one fold and are resampled together. `times` names each
    need's day.
    """

    parts: int = PARTS
    seed: int = 0
    groups: Mapping[str, str] | None = None
    times: Mapping[str, date] | None = None

    def splits(self, need_ids: Sequence[str]) -> tuple[Split, ...]:
        """The splits of some needs; raises InputError where there are too few."""
        if self.times is None:
            return by_need(need_ids, self.parts, self.seed, self.groups)
        return by_time({need: self.times[need] for need in need_ids}, self.parts)


def learn(
    table: SignalTable,
    prior: Mapping[str, float],
    plan: Plan | None = None,
    progress: Callable[[int], None] | None = None,
) -> Learned:
    """Fit weights, choose λ and prove the gain on needs that were not learned from; falls back to the prior.

    `prior` gives each signal of the table a weight ≥ 0. `progress` is called with 1 after each of the parts × strengths
    fits.
    """
    plan = plan or Plan()
    before = _prior(table.names, prior)
    usable = SignalTable(
        table.names, tuple(need for need in table.needs if len(set(need.levels.tolist())) > 1)
    )
    owners = [(plan.groups or {}).get(need, need) for need in usable.need_ids]
    if len(set(owners)) < FEWEST_NEEDS:
        return _kept(table.names, before, len(owners), None, _few(len(set(owners)), len(owners)))
    splits = plan.splits(usable.need_ids)
    proven = usable.of_needs(need for split in splits for need in split.held)
    values = _held_out(usable, before, splits, progress or (lambda count: None))
    chosen = _one_standard_error(values)
    held = [(plan.groups or {}).get(need, need) for need in proven.need_ids] if plan.groups else None
    gain = interval(values[chosen] - need_ndcg(proven, before), plan.seed, groups=held)
    how = "交叉验证" if plan.times is None else "按时间先后验证"
    said = f"{how}的增益 {gain.mean:+.4f}（95% 区间 {gain.low:+.4f} 至 {gain.high:+.4f}）"
    if gain.low <= 0:
        verdict = "低于零" if gain.high < 0 else "不能排除为零"
        return _kept(table.names, before, len(owners), gain, f"{said}{verdict}，沿用默认权重。")
    weights = _Fit(usable, before).weights(STRENGTHS[chosen])
    return Learned(
        _named(table.names, weights),
        _named(table.names, before),
        STRENGTHS[chosen],
        len(owners),
        gain,
        False,
        f"{said}，采用学习到的权重。",
    )


def _held_out(
    table: SignalTable, prior: Values, splits: Sequence[Split], progress: Callable[[int], None]
) -> Values:
    """nDCG@10 of each held need by weights that did not see it, shape (strengths, held needs), in the table's order."""
    held = table.of_needs(need for split in splits for need in split.held)
    place = {need: row for row, need in enumerate(held.need_ids)}
    values = np.empty((len(STRENGTHS), len(place)))
    for split in splits:
        training, part = _Fit(table.of_needs(split.training), prior), table.of_needs(split.held)
        for row, strength in enumerate(STRENGTHS):
            values[row, [place[need] for need in part.need_ids]] = need_ndcg(part, training.weights(strength))
            progress(1)
    return values


def _few(owners: int, needs: int) -> str:
    unit, measure = ("需求", "条") if owners == needs else ("企业", "家")
    return f"有标注差异的{unit}只有 {owners} {measure}，少于 {FEWEST_NEEDS} {measure}，沿用默认权重。"


def cross_validated(
    table: SignalTable, prior: Mapping[str, float], parts: int = PARTS, seed: int = 0
) -> Interval:
    """The whole procedure, choices and falling back included, against the prior on needs it never saw.

    The mean difference in nDCG@10 with its 95 % interval: what may be claimed of the procedure.
    """
    before = _prior(table.names, prior)
    differences = np.empty(len(table.needs))
    place = {need: row for row, need in enumerate(table.need_ids)}
    for part in folds(table.need_ids, parts, seed):
        held = table.of_needs(part)
        outcome = learn(table.of_needs(place.keys() - frozenset(part)), prior, Plan(parts, seed))
        after = np.array([outcome.weights[name] for name in table.names])
        differences[[place[need] for need in held.need_ids]] = need_ndcg(held, after) - need_ndcg(
            held, before
        )
    return interval(differences, seed)


class _Fit:
    """Pairs of a table, flattened once and fitted for several λ."""

    def __init__(self, table: SignalTable, prior: Values) -> None:
        self.prior = prior
        stacked = np.concatenate([need.values for need in table.needs])
        self.known = (~np.isnan(stacked)).astype(np.float64)
        self.values = np.where(self.known > 0, stacked, 0.0)
        above, below, share = [], [], []
        start = 0
        for need in table.needs:
            gain = gains(need.levels)
            a, b = np.nonzero(gain[:, None] > gain[None, :])
            if len(a):
                difference = gain[a] - gain[b]
                above.append(a + start)
                below.append(b + start)
                share.append(difference / difference.sum() / len(table.needs))
            start += len(gain)
        self.above, self.below, self.share = map(np.concatenate, (above, below, share))
        self.scale = self._best_scale()

    def weights(self, strength: float) -> Values:
        """The weights at one λ, summing to 1."""
        from scipy.optimize import minimize

        def loss(w: Values) -> tuple[float, Values]:
            value, gradient = self._loss(w)
            away = w / self.scale - self.prior
            return value + strength * float(away @ away), gradient + 2 * strength * away / self.scale

        bounds = [(0.0, None)] * len(self.prior)
        found = minimize(loss, self.scale * self.prior, jac=True, method="L-BFGS-B", bounds=bounds).x
        weights: Values = found / found.sum() if found.sum() > 0 else self.prior
        return weights

    def _best_scale(self) -> float:
        from scipy.optimize import minimize_scalar

        found = minimize_scalar(
            lambda log: self._loss(np.exp(log) * self.prior)[0], bounds=(-2, 6), method="bounded"
        )
        return float(np.exp(found.x))

    def _loss(self, w: Values) -> tuple[float, Values]:
        total = w.sum()
        weighted, known = self.values @ w, np.maximum(self.known @ w, 1e-12)
        score = weighted / known
        z = total * (score[self.above] - score[self.below])
        value = float(self.share @ np.logaddexp(0, -z))
        slope = -self.share * 0.5 * (1 - np.tanh(z / 2))
        by_row = np.bincount(self.above, slope, len(score)) - np.bincount(self.below, slope, len(score))
        scaled = total * by_row / known
        gradient = self.values.T @ scaled - self.known.T @ (scaled * score) + by_row @ score
        return value, gradient


def _one_standard_error(values: Values) -> int:
    """The row of the strongest λ within one standard error of the best mean; values of shape (strengths, needs)."""
    means = values.mean(axis=1)
    best = int(np.argmax(means))
    error = (values - values[best]).std(axis=1, ddof=1) / np.sqrt(values.shape[1])
    return int(np.flatnonzero(means >= means[best] - error)[-1])


def _prior(names: Sequence[str], prior: Mapping[str, float]) -> Values:
    lacking = [name for name in names if name not in prior]
    if lacking or sum(prior[name] for name in names if name in prior) <= 0:
        raise InputError(
            f"默认权重不完整：缺少 {'、'.join(lacking) or '大于零的权重'}。请检查设置 ranking.weights。"
        )
    found = np.array([prior[name] for name in names], dtype=np.float64)
    total: Values = found / found.sum()
    return total


def _named(names: Sequence[str], weights: Values) -> dict[str, float]:
    return {name: float(weight) for name, weight in zip(names, weights, strict=True)}


def _kept(names: Sequence[str], prior: Values, needs: int, gain: Interval | None, reason: str) -> Learned:
    named = _named(names, prior)
    return Learned(named, named, None, needs, gain, True, reason)
