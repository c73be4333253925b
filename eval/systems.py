"""The product itself as a system under test: its channels, their fusion and the full ranking, over any records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import numpy as np

from eval.baselines import Task
from eval.beir import TestCollection
from eval.judgements import Judgements, Ranking, Run
from eval.ranker import NeedSignals, SignalTable
from eval.replay import Replay
from matcher.domain import Assessment, Enterprise
from matcher.errors import InputError
from matcher.fitting import under
from matcher.matching import Asked, Matching
from matcher.opening import open_model
from matcher.quick import TwoFiles, matching_of
from matcher.ranker import RankerArtefact, require_older
from matcher.ranking import Scale, Scored
from matcher.retrieval import Candidates
from matcher.runs import run_entries
from matcher.settings import Settings
from matcher.signals.contract import Context
from matcher.signals.table import weighted
from models.contract import Embedder, ModelSpec, Role, Vectors

_BATCH = 256


@dataclass(frozen=True, slots=True)
class Product:
    """The task's patents indexed in memory, and what signals may know."""

    task: Task
    matching: Matching
    context: Context

    @classmethod
    def of(
        cls,
        task: Task,
        embedder: Embedder,
        settings: Settings,
        context: Context,
        ranker: RankerArtefact | None = None,
    ) -> Product:
        """Index the task's patents; the needs' statistics are fitted on the task's needs, a ranker's weights apply."""
        files = TwoFiles((*task.needs, *task.silent), {patent.id: patent for patent in task.patents}, ())
        matching = matching_of(files, embedder, settings)
        return cls(task, matching if ranker is None else under(matching, ranker), context)

    def batches(self) -> Iterator[list[Asked]]:
        """Every need as the channels read it, as many at once as are searched at once."""
        for start in range(0, len(self.task.needs), _BATCH):
            yield self.matching.ask(self.task.needs[start : start + _BATCH])

    def asked(self) -> Iterator[Asked]:
        """The same, one by one."""
        for batch in self.batches():
            yield from batch

    def found(self) -> Iterator[tuple[Asked, Candidates]]:
        """Every need with its candidates as the product finds them (no fewer than its settings ask); all for k None."""
        task, matching = self.task, self.matching
        for batch in self.batches():
            if task.k is None:
                yield from ((asked, matching.score_all(asked)) for asked in batch)
            else:
                depth = max(task.k, matching.settings.retrieval.candidates)
                yield from zip(batch, matching.search(batch, depth), strict=True)


def dense(product: Product) -> Run:
    """The dense channel alone; needs that the model does not know have no answer."""
    collection, rankings = product.matching.collection, {}
    k = product.task.k or len(collection.ids)
    for batch in product.batches():
        hits = collection.vectors.search(np.stack([one.vector for one in batch]), k)
        for asked, best in zip(batch, hits, strict=True):
            if len(best.rows):
                ids = tuple(collection.ids[row] for row in best.rows)
                rankings[asked.need.id] = Ranking(ids, best.scores)
    return Run("dense", rankings)


def fused(product: Product) -> Run:
    """Both channels fused, no other signal."""
    ids, k = product.matching.collection.ids, product.task.k
    return Run(
        "fused",
        {
            asked.need.id: Ranking(tuple(ids[row] for row in found.rows[:k]), found.fused[:k])
            for asked, found in product.found()
        },
    )


def full(product: Product, name: str = "full") -> Run:
    """The full ranking without gates and floors; ties by completeness, then id.

    The signals are read for the task's k best fused (but no fewer than the settings' candidates); all for k None.
    """
    task, matching = product.task, product.matching
    if task.k is None:
        entries = run_entries(matching, task.needs, None, product.context, lambda done, total: None)
        rows = ((need, list(group)) for need, group in groupby(entries, key=lambda entry: entry.need_id))
        return Run(
            name,
            {
                need: Ranking(tuple(e.patent_id for e in row), np.array([e.score for e in row]))
                for need, row in rows
            },
        )
    scale = Scale.of(matching.settings.ranking)
    rankings = {}
    for asked, found in product.found():
        scored = _scored(product, asked, found, scale)[: task.k]
        rankings[asked.need.id] = Ranking(
            tuple(one.candidate.patent.id for one in scored), np.array([one.score for one in scored])
        )
    return Run(name, rankings)


SYSTEMS: Mapping[str, Callable[[Product], Run]] = {"dense": dense, "fused": fused, "full": full}


def ablated(task: Task, embedder: Embedder, settings: Settings, context: Context) -> tuple[Run, ...]:
    """The full ranking, then the same with each signal (the two channels among them) off in turn."""
    whole = Product.of(task, embedder, settings, context)
    runs = [full(whole)]
    for item in weighted(settings.ranking.weights):
        ranking = settings.ranking.model_copy(
            update={"weights": {**settings.ranking.weights, item.signal.name: 0.0}}
        )
        matching = Matching(
            whole.matching.collection,
            whole.matching.source,
            embedder,
            settings.model_copy(update={"ranking": ranking}),
        )
        runs.append(full(Product(task, matching, context), f"without {item.signal.name}"))
    return tuple(runs)


def judged_signals(product: Product, known: Judgements) -> SignalTable:
    """The signals' values of every judged pair, for learning; raises InputError where no pair is in the task."""
    scale = Scale.of(product.matching.settings.ranking)
    names = tuple(item.signal.name for item in scale.signals)
    place = {identifier: row for row, identifier in enumerate(product.matching.collection.ids)}
    needs = []
    for asked in product.asked():
        judged = known.levels.get(asked.need.id, {})
        rows = np.array([place[c] for c in judged if c in place], dtype=np.int64)
        if len(rows):
            found = product.matching.collection.score_at(
                asked.query, asked.vector, rows, product.matching.channel_weights()
            )
            scored = sorted(_scored(product, asked, found, scale), key=lambda one: one.candidate.patent.id)
            ids = tuple(one.candidate.patent.id for one in scored)
            values = [[np.nan if r is None else r.value for r in one.readings] for one in scored]
            levels = np.array([judged[identifier] for identifier in ids], dtype=np.int8)
            needs.append(NeedSignals(asked.need.id, ids, np.array(values), levels))
    if not needs:
        raise InputError("没有一对标注的需求与专利都在数据中，无法学习。请核对编号。", code="empty")
    return SignalTable(names, tuple(needs))


class Remembering:
    """An embedder that encodes each text once: past days differ in a few patents only."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[tuple[Role, str], Vectors] = {}

    @property
    def spec(self) -> ModelSpec:
        """That of the embedder."""
        return self._embedder.spec

    @property
    def fingerprint(self) -> str:
        """That of the embedder."""
        return self._embedder.fingerprint

    def encode(
        self, texts: Sequence[str], role: Role, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of shape (len(texts), dimension)."""
        fresh = [text for text in dict.fromkeys(texts) if (role, text) not in self._known]
        if fresh:
            vectors = self._embedder.encode(fresh, role, progress)
            self._known |= {(role, text): row for text, row in zip(fresh, vectors, strict=True)}
        found = np.empty((len(texts), self.spec.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            found[row] = self._known[role, text]
        return found


@dataclass
class Replayed:
    """The product on past days: indexed once a day, whatever is asked of it; knows the assessments of then or earlier.

    `k` results a need are enough for every measure of a rolling report.
    """

    embedder: Embedder
    settings: Settings
    enterprises: Mapping[str, Enterprise] = field(default_factory=dict)
    assessments: Sequence[Assessment] = ()
    k: int = 200
    _last: tuple[Replay, Product] | None = None

    def __post_init__(self) -> None:
        self.embedder = Remembering(self.embedder)

    def on(self, at: Replay) -> Product:
        """The product of one day."""
        if self._last is None or self._last[0] is not at:
            context = context_at(at.cut.on, self.enterprises, self.assessments, self.settings)
            task = Task(at.asked, at.patents, k=self.k, deals=at.deals, silent=at.silent)
            self._last = (at, Product.of(task, self.embedder, self.settings, context))
        return self._last[1]

    def answer(self, system: str) -> Callable[[Replay], Run]:
        """One of SYSTEMS as what is rolled over past days."""
        return lambda at: SYSTEMS[system](self.on(at))

    def learned(self, ranker: RankerArtefact) -> Callable[[Replay], Run]:
        """The full ranking under learned weights; raises InputError for a day whose future these may have seen."""

        def answer(at: Replay) -> Run:
            require_older(ranker, at.cut.on)
            product = self.on(at)
            matching = under(product.matching, ranker)
            return full(Product(product.task, matching, product.context), "learned")

        return answer


def product_of(collection: TestCollection, settings: Settings, as_of: date, k: int | None = None) -> Product:
    """The product over a test collection; raises ModelError."""
    task = Task(collection.needs, collection.patents, k=k)
    return Product.of(task, open_model(settings), settings, context_at(as_of, {}, []))


def context_at(
    on: date,
    enterprises: Mapping[str, Enterprise],
    assessments: Iterable[Assessment],
    settings: Settings | None = None,
) -> Context:
    """What signals may know on a day; undated assessments are left out."""
    by_patent: dict[str, tuple[Assessment, ...]] = {}
    for one in sorted(assessments, key=lambda one: one.id):
        if one.on is not None and one.on <= on:
            by_patent[one.patent_id] = (*by_patent.get(one.patent_id, ()), one)
    if settings is None:
        return Context(on, enterprises, by_patent)
    return Context(on, enterprises, by_patent, half_life=settings.ranking.assessment_half_life_days)


def _scored(product: Product, asked: Asked, found: Candidates, scale: Scale) -> list[Scored]:
    candidates = product.matching.candidates(found)
    scored = [scale.read(asked.need, candidate, product.context) for candidate in candidates]
    return sorted(scored, key=lambda one: (-one.score, -one.completeness, one.candidate.patent.id))
