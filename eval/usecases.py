"""The table of contents of evaluation: one short function per verb, called by the command line and by pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from eval import rolling, strata
from eval.baselines import BASELINES, Task
from eval.beir import TestCollection, read_collection
from eval.comparison import RESAMPLES, Comparison, interval
from eval.comparison import compare as compare_scores
from eval.exposure import exposure
from eval.history import party_name
from eval.judgements import Judgements, Run, require_known
from eval.learning import calibrate
from eval.replay import Past
from eval.report import SYSTEMS as SYSTEM_NAMES
from eval.report import Evaluation, Report, Stamp, system
from eval.rolling import ROLLING, Answer
from eval.scoring import DEFAULT_SCHEME, Mode, Scheme, Scores, fold, score
from eval.splits import Cut
from eval.splits import rolling as rolling_cuts
from eval.trec import read_judgements, read_run
from matcher.errors import InputError
from matcher.opening import open_model, open_reranking
from matcher.programme.membership import Registry
from matcher.ranker import RankerArtefact
from matcher.settings import Settings
from matcher.store.database import Store
from models.contract import Embedder

if TYPE_CHECKING:
    from eval.evidence import Witnesses

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
    quality: Mapping[str, str] | None = None
    """How much each need says of itself (`strata.quality`)."""


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
        quality={need.id: strata.quality(need) for need in collection.needs},
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
    """Runs from TREC files, named by their files where two tags are equal, or one is that of a baseline."""
    runs = [read_run(path) for path in paths]
    names = [*(run.name for run in runs), *SYSTEM_NAMES]
    return tuple(
        Run(path.stem, run.rankings) if names.count(run.name) > 1 else run
        for path, run in zip(paths, runs, strict=True)
    )


def baselines(
    collection: TestCollection, names: Sequence[str] = (), seed: int = 0, k: int | None = None
) -> tuple[Run, ...]:
    """The runs of the named baselines (all by default) over a test collection, `k` results a need (None: all)."""
    unknown = [name for name in names if name not in BASELINES]
    if unknown:
        raise InputError(f"没有名为 {'、'.join(unknown)} 的基准方法。可用：{'、'.join(BASELINES)}。")
    task = Task(collection.needs, collection.patents, k=k, seed=seed)
    return tuple(BASELINES[name](task) for name in names or BASELINES)


def product_runs(
    collection: TestCollection, asked: Question, settings: Settings, as_of: date
) -> tuple[Run, ...]:
    """The product under these settings: the dense channel, the fused channels, the full ranking, and that reranked
    where the settings name a reranker."""
    from eval import systems
    from eval.reranked import reranked

    judged = asked.scheme.mode is Mode.JUDGED
    product = systems.product_of(collection, settings, as_of, None if judged else FULL_DEPTH)
    runs = [answer(product) for answer in systems.SYSTEMS.values()]
    reranking = open_reranking(settings)
    if reranking is not None:
        runs.append(reranked(product, reranking, asked.judgements if judged else None))
    return tuple(runs)


def report(
    title: str,
    runs: Sequence[Run],
    asked: Question,
    stamp: Stamp,
    calibrated: Sequence[str] = (),
    groups: Mapping[str, str] | None = None,
) -> Report:
    """Measure every run, compare each with the first, and calibrate those named; the whole report.

    `groups` names each need's enterprise: these are drawn then, with all their needs. Strata are those of the last run.
    """
    evaluations = tuple(evaluate(run, asked, stamp.seed) for run in runs)
    scores = [one.scores for one in evaluations]
    first = asked.scheme.measures[0]
    comparisons = compare_scores(scores, first, stamp.seed, groups=groups) if len(scores) > 1 else ()
    reliability, notes = [], []
    if asked.scheme.mode is Mode.FULL and asked.titles is not None:
        notes.append("标题相同的专利合并计一次，取其中最高的等级。")
    for run in runs:
        if run.name in calibrated:
            try:
                reliability.append(calibrate(run, asked.judgements, asked.scheme.relevant, stamp.seed))
            except InputError as error:
                if error.code not in {"too_few_judgements", "empty"}:
                    raise
                notes.append(f"{system(run.name)}：未作校准。{error}")
    grouped = strata.by_need(scores[-1], first, asked.quality, stamp.seed) if asked.quality else ()
    listed = () if asked.known_patents is None or asked.scheme.mode is Mode.JUDGED else asked.known_patents
    exposed = tuple((run.name, exposure(run, listed)) for run in runs) if listed else ()
    return Report(
        title,
        stamp,
        asked.scheme,
        evaluations,
        comparisons,
        grouped,
        exposed,
        tuple(reliability),
        tuple(notes),
    )


def ablate(
    collection: TestCollection, asked: Question, embedder: Embedder, settings: Settings, stamp: Stamp
) -> Report:
    """The full ranking beside itself without each signal and each channel in turn, over a test collection."""
    from eval import systems

    k = None if asked.scheme.mode is Mode.JUDGED else FULL_DEPTH
    task = Task(collection.needs, collection.patents, k=k)
    context = systems.context_at(date.fromisoformat(stamp.as_of), {}, [])
    return report("消融：逐项去掉信号", systems.ablated(task, embedder, settings, context), asked, stamp)


def witnesses(store: Store, groups: Mapping[str, str] | None = None, home: Path = Path()) -> Witnesses:
    """All records of a store that say what fitted; `groups` names the group of related parties by party.

    `home` is the workspace whose table of key industries tells results apart; the shipped table where it has none.
    """
    from eval.evidence import Witnesses

    past = Past(
        list(store.patents.all()),
        list(store.enterprises.all()),
        list(store.needs.all()),
        list(store.transactions.all()),
        {party_name(name): group for name, group in (groups or {}).items()},
        Registry.of(store, home),
    )
    return Witnesses(past, list(store.assessments.all()), store.outcomes.of_event())


def cuts_of(past: Past, first: date | None, last: date | None, months: int) -> tuple[Cut, ...]:
    """Rolling cuts over the whole history, or the part from `first` to `last`; raises InputError where there is none."""
    dates = [one.on for one in past.transactions if one.on is not None]
    if not dates:
        raise InputError(
            "工作区中没有带日期的历史交易。请先运行 matcher import transactions 历史交易.xlsx。", code="empty"
        )
    return rolling_cuts(first or min(dates) - timedelta(days=1), last or max(dates), months)


@dataclass(frozen=True, slots=True)
class History:
    """A rolling evaluation: the whole report, and 一页纸 as a page."""

    report: Report
    page: str


def history(
    found: Witnesses,
    cuts: Sequence[Cut],
    settings: Settings,
    stamp: Stamp,
    ranker: RankerArtefact | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> History:
    """Replay every cut with every baseline and the product, whose lists of those days 一页纸 is about.

    With `ranker`, its ranking stands beside the product's and is the one under test.
    """
    from eval import systems

    enterprises = {one.id: one for one in found.past.enterprises}
    product = systems.Replayed(open_model(settings), settings, enterprises, found.assessments)
    answers: dict[str, Answer] = {name: rolling.baseline_answer(name, stamp.seed) for name in BASELINES}
    answers |= {name: product.answer(name) for name in systems.SYSTEMS}
    if ranker is not None:
        answers["learned"] = product.learned(ranker)
    return replayed(found.past, cuts, answers, stamp, progress)


def replayed(
    past: Past,
    cuts: Sequence[Cut],
    answers: Mapping[str, Answer],
    stamp: Stamp,
    progress: Callable[[int, int], None] | None = None,
    scheme: Scheme = ROLLING,
) -> History:
    """Systems by name over past days: the first is the baseline, the last the one under test."""
    from eval.one_page import one_page

    past_days = rolling.days(past, cuts, stamp.seed)
    rolled: dict[str, rolling.Rolled] = {}
    for name, answer in answers.items():
        rolled[name] = rolling.roll(past_days, answer, scheme, name)
        if progress is not None:
            progress(len(rolled), len(answers))
    own = rolled[list(answers)[-1]]
    report = rolling.report("历史回放", past, list(rolled.values()), stamp, scheme)
    hits = next(int(name.partition("@")[2]) for name in scheme.measures if name.startswith("hit@"))
    said = rolling.verdict(own, rolled["random"], rolled["bm25-words"], hits, stamp.seed)
    return History(report, one_page(said, stamp))


def _refuse_unknown(run: Run, asked: Question) -> None:
    if asked.known_needs is not None:
        require_known("需求", run.rankings, asked.known_needs)
        require_known("需求", asked.judgements.levels, asked.known_needs)
    if asked.known_patents is not None:
        require_known("专利", (c for r in run.rankings.values() for c in r.ids), asked.known_patents)
        judged = asked.judgements.levels.values()
        require_known("专利", (c for row in judged for c in row), asked.known_patents)
