"""The table of contents of evaluation: one short function per verb, called by the command line and by pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eval import rolling
from eval.beir import TestCollection, read_collection
from eval.comparison import RESAMPLES, Comparison, interval
from eval.comparison import compare as compare_scores
from eval.judgements import Judgements, Run, require_known
from eval.ranker import SignalTable
from eval.replay import Past
from eval.report import Evaluation, Reliability, Report, Stamp
from eval.rolling import ROLLING, Answer
from eval.scoring import DEFAULT_SCHEME, Mode, Scheme, Scores, fold, score
from eval.splits import Cut
from eval.trec import read_judgements, read_run
from matcher.errors import InputError
from matcher.matches import Grade
from matcher.ranker import Made, RankerArtefact
from matcher.settings import Settings
from matcher.workspace import open_model
from models.contract import Embedder

FULL_DEPTH = 100
"""Results a need that the product gives in full mode."""


@dataclass(frozen=True, slots=True)
class Question:
    """What runs are measured by: judgements, scheme, titles to fold by, and the ids that may occur."""

    judgements: Judgements
    scheme: Scheme = DEFAULT_SCHEME
    need_ids: tuple[str, ...] | None = None
    """The needs to measure; None: all with a relevant candidate."""
    titles: Mapping[str, str] | None = None
    """Title by patent id: in full mode equal titles count once."""
    known_needs: frozenset[str] | None = None
    known_patents: frozenset[str] | None = None


def question(path: Path, scheme: Scheme = DEFAULT_SCHEME) -> Question:
    """The question in a qrels file, or in the folder of a test collection."""
    if path.is_dir():
        return of_collection(read_collection(path), scheme)
    return Question(read_judgements(path), scheme)


def of_collection(collection: TestCollection, scheme: Scheme = DEFAULT_SCHEME) -> Question:
    """The question of a test collection, with its titles and ids."""
    return Question(
        collection.judgements,
        scheme,
        titles={patent.id: patent.title for patent in collection.patents},
        known_needs=frozenset(need.id for need in collection.needs),
        known_patents=frozenset(patent.id for patent in collection.patents),
    )


def measure(run: Run, asked: Question) -> Scores:
    """The run's values need by need; raises InputError for ids that the data does not hold."""
    _refuse_unknown(run, asked)
    known = asked.judgements
    if asked.scheme.mode is Mode.FULL and asked.titles is not None:
        run, known = fold(run, known, asked.titles)
    return score(run, known, asked.scheme, asked.need_ids)


def evaluate(run: Run, asked: Question, seed: int = 0, resamples: int = RESAMPLES) -> Evaluation:
    """Measure one run, with a 95 % interval of each mean by resampling needs."""
    scores = measure(run, asked)
    return Evaluation(scores, {name: interval(v, seed, resamples) for name, v in scores.values.items()})


def compare(
    runs: Sequence[Run], asked: Question, name: str = "ndcg@10", seed: int = 0, resamples: int = RESAMPLES
) -> tuple[Comparison, ...]:
    """Each run but the first against the first in one measure of the scheme."""
    if name not in asked.scheme.measures:
        raise InputError(
            f"方案中没有指标 {name}。可比较：{'、'.join(asked.scheme.measures)}。", code="unknown_measure"
        )
    return compare_scores([measure(run, asked) for run in runs], name, seed, resamples)


def read_runs(paths: Sequence[Path]) -> tuple[Run, ...]:
    """Runs from TREC files, named by their files where two tags are equal."""
    runs = [read_run(path) for path in paths]
    names = [run.name for run in runs]
    return tuple(
        Run(path.stem, run.rankings) if names.count(run.name) > 1 else run
        for path, run in zip(paths, runs, strict=True)
    )


def baselines(collection: TestCollection, names: Sequence[str] = (), seed: int = 0) -> tuple[Run, ...]:
    """The runs of the named baselines (all by default) over a test collection."""
    from eval.baselines import BASELINES, Task

    unknown = [name for name in names if name not in BASELINES]
    if unknown:
        raise InputError(f"没有名为 {'、'.join(unknown)} 的基准方法。可用：{'、'.join(BASELINES)}。")
    task = Task(collection.needs, collection.patents, seed=seed)
    return tuple(BASELINES[name](task) for name in names or BASELINES)


def product_runs(
    collection: TestCollection, asked: Question, settings: Settings, as_of: date
) -> tuple[Run, ...]:
    """The product under these settings: the dense channel, the fused channels and the full ranking."""
    from eval import systems
    from eval.baselines import Task

    k = None if asked.scheme.mode is Mode.JUDGED else FULL_DEPTH
    task = Task(collection.needs, collection.patents, k=k)
    context = systems.context_at(as_of, {}, [])
    product = systems.Product.of(task, open_model(settings), settings, context)
    return tuple(system(product) for system in systems.SYSTEMS.values())


def report(
    title: str, runs: Sequence[Run], asked: Question, stamp: Stamp, calibrated: Sequence[str] = ()
) -> Report:
    """Measure every run, compare each with the first, and calibrate those named; the whole report."""
    evaluations = tuple(evaluate(run, asked, stamp.seed) for run in runs)
    scores = [one.scores for one in evaluations]
    first = asked.scheme.measures[0]
    comparisons = compare_scores(scores, first, stamp.seed) if len(scores) > 1 else ()
    reliability = tuple(calibrate(run, asked, seed=stamp.seed) for run in runs if run.name in calibrated)
    return Report(title, stamp, asked.scheme, evaluations, comparisons, reliability=reliability)


def calibrate(run: Run, asked: Question, kind: str = "platt", seed: int = 0) -> Reliability:
    """How far cross-fitted probabilities of a run can be trusted, over all judged pairs."""
    from eval import calibration

    pairs = calibration.judged_pairs(run, asked.judgements, asked.scheme.relevant)
    found = calibration.cross_fitted(pairs, calibration.Kind(kind), seed=seed)
    top = calibration.in_top(pairs, 10)
    return Reliability(
        run.name,
        kind,
        calibration.reliability(found, pairs.relevant),
        calibration.expected_error(found, pairs.relevant),
        calibration.expected_error(found[top], pairs.relevant[top]),
        calibration.brier(found, pairs.relevant),
        calibration.nothing_fits(pairs, found, calibration.TARGETS[Grade.POSSIBLE]),
    )


def train(table: SignalTable, prior: Mapping[str, float], made: Made, kind: str = "platt") -> RankerArtefact:
    """Weights, calibration and grades' thresholds from judged pairs; keeps the prior where evidence is short.

    The table comes from `systems.judged_signals` or `ranker.signal_table`; the calibration is fitted on the scores
    that the resulting weights give.
    """
    from eval import calibration, ranker

    outcome = ranker.learn(table, prior, seed=made.seed)
    pairs = calibration.judged_pairs(ranker.run_of(table, outcome.weights), ranker.judgements_of(table))
    fitted = calibration.fit(pairs, calibration.Kind(kind))
    crossed = calibration.cross_fitted(pairs, calibration.Kind(kind), seed=made.seed)
    return RankerArtefact(
        outcome.weights,
        outcome.prior,
        outcome.reason,
        made,
        fitted,
        calibration.thresholds(fitted),
        calibration.expected_error(crossed, pairs.relevant),
        calibration.brier(crossed, pairs.relevant),
    )


def ablate(
    collection: TestCollection, asked: Question, embedder: Embedder, settings: Settings, stamp: Stamp
) -> Report:
    """The full ranking beside itself without each signal and each channel in turn, over a test collection."""
    from eval import systems
    from eval.baselines import Task

    k = None if asked.scheme.mode is Mode.JUDGED else FULL_DEPTH
    task = Task(collection.needs, collection.patents, k=k)
    context = systems.context_at(date.fromisoformat(stamp.as_of), {}, [])
    return report("消融：逐项去掉信号", systems.ablated(task, embedder, settings, context), asked, stamp)


def roll(
    past: Past, cuts: Sequence[Cut], systems: Mapping[str, Answer], stamp: Stamp, scheme: Scheme = ROLLING
) -> Report:
    """Replay every cut with every system (the first is the baseline); the whole report.

    `systems` answer a replay with a run; BASELINES do so through `baseline_answer`.
    """
    rolled = [rolling.roll(past, cuts, answer, scheme, name) for name, answer in systems.items()]
    return rolling.report("历史回放", past, rolled, stamp, scheme)


def one_page(past: Past, cuts: Sequence[Cut], answer: Answer, stamp: Stamp, k: int = 10) -> str:
    """一页纸 as a self-contained HTML page: would the lists of those days have found the later deals."""
    from eval.one_page import one_page as page

    scheme = Scheme(Mode.FULL, (f"hit@{k}",))
    answers = (answer, rolling.baseline_answer("random", stamp.seed), rolling.baseline_answer("bm25-words"))
    own, chance, keywords = (rolling.roll(past, cuts, one, scheme) for one in answers)
    return page(rolling.verdict(own, chance, keywords, k, stamp.seed), stamp)


def _refuse_unknown(run: Run, asked: Question) -> None:
    if asked.known_needs is not None:
        require_known("需求", run.rankings, asked.known_needs)
        require_known("需求", asked.judgements.levels, asked.known_needs)
    if asked.known_patents is not None:
        require_known("专利", (c for r in run.rankings.values() for c in r.ids), asked.known_patents)
        judged = asked.judgements.levels.values()
        require_known("专利", (c for row in judged for c in row), asked.known_patents)
