"""The table of contents of evaluation: one short function per verb, called by the command line and by pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.beir import TestCollection, read_collection
from eval.comparison import RESAMPLES, Comparison, Interval, interval
from eval.comparison import compare as compare_scores
from eval.judgements import Judgements, Run, require_known
from eval.scoring import DEFAULT_SCHEME, Mode, Scheme, Scores, fold, score
from eval.trec import read_judgements, read_run
from matcher.errors import InputError


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


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run's scores and the interval of every mean."""

    scores: Scores
    intervals: Mapping[str, Interval]


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


def _refuse_unknown(run: Run, asked: Question) -> None:
    if asked.known_needs is not None:
        require_known("需求", run.rankings, asked.known_needs)
        require_known("需求", asked.judgements.levels, asked.known_needs)
    if asked.known_patents is not None:
        require_known("专利", (c for r in run.rankings.values() for c in r.ids), asked.known_patents)
        judged = asked.judgements.levels.values()
        require_known("专利", (c for row in judged for c in row), asked.known_patents)
