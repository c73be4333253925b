"""Learning as verbs: calibrate, train a ranker, tune weights, prove once what was tuned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from eval import calibration, evidence, ranker, systems, tuning
from eval.beir import TestCollection
from eval.comparison import Interval
from eval.evidence import Evidence, Witnesses
from eval.judgements import RELEVANT, Judgements, Run
from eval.ranker import Learned
from eval.report import Reliability, Stamp, calibration_sentence
from eval.splits import development
from eval.tuning import Tuned
from matcher import fitting
from matcher.domain import Patent
from matcher.matches import Grade
from matcher.opening import open_model
from matcher.ranker import Kind, Made, RankerArtefact
from matcher.settings import Settings
from models.contract import Embedder

Progress = Callable[[int], None]
"""Called with the number of steps done since the last call."""

LARGEST_ERROR = 0.05
"""Expected calibration error from which a calibration is not used."""


def calibrate(
    run: Run, known: Judgements, relevant: int = RELEVANT, seed: int = 0, kind: Kind = Kind.PLATT
) -> Reliability:
    """How far cross-fitted probabilities of a run can be trusted, over all judged pairs."""
    pairs = calibration.judged_pairs(run, known, relevant)
    found = calibration.cross_fitted(pairs, kind, seed=seed)
    top = calibration.in_top(pairs, 10)
    return Reliability(
        run.name,
        kind.value,
        calibration.reliability(found, pairs.relevant),
        calibration.expected_error(found, pairs.relevant),
        calibration.expected_error(found[top], pairs.relevant[top]),
        calibration.brier(found, pairs.relevant),
        calibration.nothing_fits(pairs, found, calibration.TARGETS[Grade.POSSIBLE]),
    )


@dataclass(frozen=True, slots=True)
class Trained:
    """A ranker with what was learned, how its probabilities hold (None: 未校准, `uncalibrated` says why)."""

    artefact: RankerArtefact
    outcome: Learned
    reliability: Reliability | None
    uncalibrated: str = ""
    notes: tuple[str, ...] = ()
    """Chinese sentences on the evidence."""

    def sentences(self) -> tuple[str, ...]:
        """The outcome in Chinese: the decision and why, the weights, how far the probabilities can be trusted."""
        artefact = self.artefact
        made = artefact.made
        lines = [
            f"证据：{made.data}，{made.needs} 条需求、{made.judgements} 对，均早于 {made.fitted_before}；专利文本：{made.corpus}。",
            *self.notes,
            artefact.reason,
            *(
                f"  {name}：默认 {artefact.prior[name]:.3f} → {weight:.3f}"
                for name, weight in artefact.weights.items()
            ),
        ]
        if self.reliability is None or self.uncalibrated:
            return (*lines, self.uncalibrated)
        limits = "、".join(f"{grade} {value:.2f}" for grade, value in (artefact.thresholds or {}).items())
        return (*lines, calibration_sentence(self.reliability), f"等级阈值（文本分值）：{limits}。")

    def document(self) -> dict[str, object]:
        """Plain values for programs."""
        return {
            "learned": self.artefact.learned,
            "reason": self.artefact.reason,
            "weights": dict(self.artefact.weights),
            "prior": dict(self.artefact.prior),
            "gain": None if self.outcome.gain is None else asdict(self.outcome.gain),
            "made": asdict(self.artefact.made),
            "thresholds": self.artefact.thresholds,
            "reliability": None if self.reliability is None else asdict(self.reliability),
            "uncalibrated": self.uncalibrated,
            "notes": list(self.notes),
        }


def train(
    found: Evidence,
    prior: Mapping[str, float],
    made: Made,
    probe: Sequence[float],
    progress: Progress | None = None,
) -> Trained:
    """Weights, calibration and grades' thresholds from judged pairs; keeps the prior where evidence is short.

    The calibration maps the text value under the resulting weights; it needs graded pairs of FEWEST_NEEDS needs.
    """
    plan = ranker.Plan(seed=made.seed, groups=found.groups, times=found.times)
    outcome = ranker.learn(found.table, prior, plan, progress)
    bare = RankerArtefact(outcome.weights, outcome.prior, outcome.reason, made, probe=tuple(probe))
    if found.graded is None or len(found.graded.needs) < ranker.FEWEST_NEEDS:
        few = 0 if found.graded is None else len(found.graded.needs)
        reason = (
            f"经专家盲评的需求只有 {few} 条，少于 {ranker.FEWEST_NEEDS} 条，不作校准（等级标为未校准）。"
            "可用 matcher eval pool 组织盲评。"
        )
        return Trained(bare, outcome, None, reason)
    table = ranker.textual(found.graded)
    run, known = ranker.run_of(table, outcome.weights, "文本分值"), ranker.judgements_of(table)
    fitted = calibration.fit(calibration.judged_pairs(run, known), Kind.PLATT)
    reliability = calibrate(run, known, seed=made.seed)
    if reliability.expected_error > LARGEST_ERROR:
        reason = (
            f"交叉拟合的期望校准误差 {reliability.expected_error:.3f} 大于 {LARGEST_ERROR}，"
            "概率不可信，不作校准（等级标为未校准）。"
        )
        return Trained(bare, outcome, reliability, reason)
    artefact = replace(
        bare,
        calibration=fitted,
        thresholds=calibration.thresholds(fitted),
        expected_error=reliability.expected_error,
        brier=reliability.brier,
    )
    return Trained(artefact, outcome, reliability)


def train_on_collection(
    collection: TestCollection,
    settings: Settings,
    before: date,
    stamp: Stamp,
    progress: Progress | None = None,
) -> Trained:
    """A ranker from the expert judgements of a collection."""
    product = systems.product_of(collection, settings, before)
    found = evidence.of_collection(product, collection.judgements)
    made = _made(found, product.matching.embedder, collection.patents, before, stamp)
    return train(
        found, fitting.prior_weights(settings), made, fitting.probe(product.matching.embedder), progress
    )


@dataclass(frozen=True, slots=True)
class Past:
    """What a workspace knows, up to the day before `before`; deals are replayed every `months`."""

    witnesses: Witnesses
    before: date
    months: int = 12
    by_time: bool = True
    """Whether the gain is proven on later days by what earlier ones taught, or over folds of enterprises.

    Folds let later deals teach about earlier ones, and promise too much; they serve where there is one day only.
    """


def train_on_history(
    past: Past, settings: Settings, stamp: Stamp, progress: Progress | None = None
) -> Trained:
    """A ranker from a workspace's past; raises InputError where it says nothing."""
    found = past.witnesses
    enterprises = {one.id: one for one in found.past.enterprises}
    replayed = systems.Replayed(open_model(settings), settings, enterprises, found.assessments)
    learned_from = evidence.of_history(found, replayed, past.before, past.months)
    if not past.by_time or len(set((learned_from.times or {}).values())) < 2:
        learned_from = replace(learned_from, times=None)
    made = _made(learned_from, replayed.embedder, found.past.patents, past.before, stamp)
    prior = fitting.prior_weights(settings)
    trained = train(learned_from, prior, made, fitting.probe(replayed.embedder), progress)
    return replace(trained, notes=learned_from.notes)


def _made(found: Evidence, embedder: Embedder, patents: Sequence[Patent], before: date, stamp: Stamp) -> Made:
    return Made(
        before,
        stamp.data,
        fitting.corpus_kind(patents),
        f"{embedder.spec.name}（{embedder.fingerprint[:12]}）",
        stamp.settings,
        len(found.table.needs),
        found.pairs,
        stamp.seed,
        stamp.command,
        stamp.commit,
        len(patents),
    )


@dataclass(frozen=True, slots=True)
class Search:
    """What a search is asked: how many settings, the share of needs that is kept for the test, and where to resume."""

    trials: int
    test_share: float
    log: Path
    seed: int = 0


def tune(
    collection: TestCollection,
    settings: Settings,
    search: Search,
    as_of: date,
    progress: Progress | None = None,
) -> Tuned:
    """Search weights (the two channels', that is the fusion, among them) on the development needs of a collection.

    The test needs' judgements are not even read; `prove` looks at them, once.
    """
    product = systems.product_of(collection, settings, as_of)
    known = collection.judgements.of_needs(_development(collection, search))
    table = evidence.of_collection(product, known).table
    drawn = tuning.random_weights(fitting.prior_weights(settings), search.trials, search.seed)
    return tuning.tune(table, drawn, search.log, progress)


def prove(
    collection: TestCollection, settings: Settings, search: Search, tuned: Tuned, as_of: date
) -> Interval:
    """The one look at the test needs: the best setting minus the prior in nDCG@10."""
    chosen = frozenset(_development(collection, search))
    test = collection.judgements.of_needs(
        [need for need in collection.judgements.needs_with() if need not in chosen]
    )
    product = systems.product_of(collection, settings, as_of)
    return tuning.proof(evidence.of_collection(product, test).table, tuned, search.seed)


def _development(collection: TestCollection, search: Search) -> tuple[str, ...]:
    """The needs with an answer that are searched on, by enterprise; raises InputError where a part is empty."""
    needs = collection.judgements.needs_with()
    groups = {need.id: need.enterprise_id or need.id for need in collection.needs}
    return development(needs, search.test_share, search.seed, groups)
