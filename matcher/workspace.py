"""Composition root: Settings → live parts. Errors of the lower layers become ours here, once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Generic, Self, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from indexes.backends import Choice
from indexes.contract import Hits, IndexUnusable, Mask, Vectors, VectorSearch
from indexes.joining import lengths_of
from indexes.keyed import Keyed
from indexes.lexical import LexicalIndex, normalised
from indexes.manifest import (
    Facts,
    Published,
    current_version,
    open_verified,
    publish,
)
from indexes.planning import Plan
from indexes.postings import Query
from indexes.words import Meanings, Words
from matcher.corpus import Encoder, focus_needs, need_text, need_vectors, patent_text, text_vectors
from matcher.cutting import cutting
from matcher.domain import Need
from matcher.fitting import SHIPPED, fit_report, fitted
from matcher.increments import Base, Extended, Full, Held, load, text_digests, unmerged
from matcher.matching import Matching, Progress
from matcher.merging import LARGEST, merged
from matcher.opening import lower_errors, open_model, open_reranking
from matcher.ranker import read_artefact
from matcher.related import meanings
from matcher.reranking import Reranking
from matcher.retrieval import Collection
from matcher.settings import Settings
from matcher.signals.contract import Context
from matcher.store.database import Store
from matcher.store.embeddings import EmbeddingCache
from matcher.store.filters import NeedFilter, PatentFilter
from models.contract import Embedder, Role

T = TypeVar("T")

RANKER = "ranker.json"
"""The workspace's own ranker: `matcher train ranker` writes it."""
_TEXTS = "2"
"""Version of what `corpus` reads from a record; raised when that changes, so that old indexes are rebuilt."""
_MASKS = 32
"""Filters whose rows are remembered."""
_SOURCES = {"patents": ("patents",), "demand": ("needs", "enterprises")}
"""Which records an index is stale without. The patents' index also holds the needs' statistics, fitted when it was
built: a new need may be answered with the statistics of the others."""


@dataclass(slots=True)
class Demand:
    """Needs and focus areas behind the ids of the demand collection."""

    store: Store

    def many(self, ids: Iterable[str]) -> dict[str, Need]:
        """The needs and focus areas of those ids that exist, by id."""
        wanted = list(ids)
        found = self.store.needs.many(wanted)
        owners = {id_.rsplit("#", 1)[0] for id_ in wanted if id_ not in found}
        areas = {area.id: area for area in focus_needs(self.store.enterprises.many(owners).values())}
        return found | {id_: areas[id_] for id_ in wanted if id_ in areas}


@dataclass(frozen=True, slots=True)
class SearchedDemand:
    """Needs and focus areas to search: `allowed` marks the rows that may be found; None: all."""

    collection: Collection
    records: Demand
    allowed: Mask | None = None


@dataclass(frozen=True, slots=True)
class _Engine:
    """Vectors in an engine, whose errors come as ours whenever it is asked."""

    vectors: VectorSearch

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> list[Hits]:
        """As the engine's index does."""
        with lower_errors():
            return self.vectors.search(queries, k, allowed)

    def plan(self, k: int, allowed: Mask | None = None) -> Plan:
        """As the engine's index does."""
        return self.vectors.plan(k, allowed)

    def scores(self, query: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """As the engine's index does."""
        with lower_errors():
            return self.vectors.scores(query, rows)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A collection in use and the state that it was verified for."""

    facts: Facts
    published: Published
    collection: Collection

    @property
    def version(self) -> str:
        """Number and time of the index; where it is approximate, how much of the exact answer it finds."""
        collection = self.collection
        near = f"，{collection.kind}，召回率 {collection.recall:.3f}" if collection.kind != "exact" else ""
        return f"{self.published.path.name}（{self.published.created_at:%Y-%m-%d %H:%M}{near}）"

    def holds(self, collection: Collection, data: str) -> bool:
        """Whether it is this collection, of data of this version."""
        return self.collection is collection and self.published.facts.data_version == data


@dataclass(frozen=True)
class _Known(Generic[T]):
    """Something worked out once, and what it was worked out from."""

    of: object
    value: T


@dataclass
class Workspace:
    """One folder with its database, vectors and indexes, opened under one Settings; threads may share it."""

    settings: Settings
    store: Store
    serving: bool = False
    """Whether the current index is used although newer data wait for theirs, as a service must; else it is refused."""
    _lock: RLock = field(default_factory=RLock, repr=False)
    _opened: dict[str, _Opened] = field(default_factory=dict, repr=False)
    _masks: dict[tuple[PatentFilter, date, str, int], _Known[Mask]] = field(default_factory=dict, repr=False)
    _context: _Known[Context] | None = field(default=None, repr=False)
    _matching: _Known[Matching] | None = field(default=None, repr=False)

    @classmethod
    def open(cls, settings: Settings, *, serving: bool = False) -> Self:
        """Open the workspace, creating folder and database where there are none."""
        settings.home.mkdir(parents=True, exist_ok=True)
        store = Store.open(settings.database_url or settings.home / "matcher.db")
        return cls(settings, store, serving)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

    @cached_property
    def embedder(self) -> Embedder:
        """The model, loaded on first use."""
        return open_model(self.settings)

    @cached_property
    def reranking(self) -> Reranking | None:
        """The reranker that the settings name, loaded on first use; None: they name none."""
        return open_reranking(self.settings)

    @property
    def demand(self) -> Demand:
        """Needs and focus areas by the ids of their collection."""
        return Demand(self.store)

    def matching(self) -> Matching:
        """The patents ready to be searched; raises NotReady or IndexDamaged with what to run."""
        opened = self._open("patents")
        files = [path for path in (self.settings.home / RANKER, SHIPPED) if path.is_file()]
        of = (opened.published.path, [path.stat().st_mtime_ns for path in files])
        known = self._matching
        if known is None or known.of != of:
            matching = Matching(
                opened.collection, self.store.patents, self.embedder, self.settings, opened.version
            )
            matching = replace(fitted(matching, map(read_artefact, files)), reranking=self.reranking)
            known = self._matching = _Known(of, matching)
        return known.value

    def ranker_state(self) -> str:
        """Which ranker is in force, or why none is, in Chinese; raises as `matching` does."""
        opened = self._open("patents")
        plain = Matching(opened.collection, self.store.patents, self.embedder, self.settings)
        files = {"本工作区的排序模型": self.settings.home / RANKER, "随附的排序模型": SHIPPED}
        return fit_report(
            plain, {name: read_artefact(path) for name, path in files.items() if path.is_file()}
        )

    def demand_collection(self) -> Collection:
        """Needs and focus areas ready to be searched by a patent; raises as `matching` does."""
        return self._open("demand").collection

    def searched_demand(self, chosen: NeedFilter) -> SearchedDemand:
        """The needs that a filter keeps, and the focus areas of enterprises `within` it where it asks nothing else."""
        collection = self.demand_collection()
        if chosen == NeedFilter():
            return SearchedDemand(collection, self.demand)
        kept = {need.id for need in self.store.needs.all(chosen)}
        if chosen == NeedFilter(within=chosen.within):
            inside = (one for one in self.store.enterprises.all() if chosen.within in one.region)
            kept.update(area.id for area in focus_needs(inside))
        mask = np.fromiter((id_ in kept for id_ in collection.ids), np.bool_, len(collection.ids))
        return SearchedDemand(collection, self.demand, mask)

    def index_version(self) -> str:
        """Number and time of the patents' index in use."""
        return self._open("patents").version

    def stale(self) -> bool:
        """Whether an index is missing, damaged or older than the data or the model."""
        return bool(self.index_trouble())

    def index_trouble(self) -> str:
        """What is wrong with the indexes and what to run, in one sentence; empty where they are up to date."""
        try:
            for kind in _SOURCES:
                open_verified(self._folder(kind), self._facts(kind))
        except IndexUnusable as error:
            return str(error)
        return ""

    def build(self, made_at: datetime, progress: Progress | None = None, *, full: bool = False) -> None:
        """Bring both collections up to date aside and swap them in; raises NotReady while another builds.

        What is up to date stays, and changes are added to the last full build; from `merge_from` on, `merge` should
        follow. `full`, or where nothing is out of date, everything is built again.
        """
        with lower_errors():
            # Taken before reading: records that land meanwhile make the new index stale, not wrong.
            facts = {kind: self._facts(kind) for kind in _SOURCES}
            old = [kind for kind in _SOURCES if self._current(kind, facts[kind]) is None]
            full = full or not old
            before = self._kept_in_engine()
            made: dict[str, Full | Extended] = {}
            if full or "patents" in old:
                made["patents"] = self._patents(None if full else facts["patents"], progress)
            if full or "demand" in old:
                made["demand"] = self._demand(progress)
            # Nothing is swapped before everything is embedded: a model that fails leaves both indexes as they were.
            for kind, built in made.items():
                whole = built.base.collection if isinstance(built, Extended) else built.collection
                stated = replace(facts[kind], index=whole.kind, recall=whole.recall)
                publish(self._folder(kind), built.save, stated, made_at)
            self._retire(made.get("patents"), before)

    def _patents(self, facts: Facts | None, progress: Progress | None) -> Full | Extended:
        """The patents of the store: all of them, or what has changed since the build that `facts` would accept."""
        held = Held.of(self.store.patents.digests())
        encode = self._encoder(Role.PASSAGE, progress)
        base = None if facts is None else self._base(facts)
        if base is not None:
            change = base.change(held)
            texts = {patent.id: patent_text(patent) for patent in self.store.patents.each(change.added)}
            change = base.narrowed(change, texts)
            if change.share <= (LARGEST if base.joinable else self.settings.retrieval.merge_from):
                documents = [texts[id_] for id_ in change.added]
                vectors = text_vectors(documents, self.embedder.spec, encode)
                return base.extended(change, documents, vectors)
        return self._all_patents(held, encode)

    def _all_patents(self, held: Held, encode: Encoder) -> Full:
        with cutting(len(held.ids)) as words:
            ids, documents, normal, regions = [], [], [], []
            for patent in self.store.patents.all():
                ids.append(patent.id)
                documents.append(patent_text(patent))
                normal.append(normalised(documents[-1]))
                words.add(normal[-1].whole)
                regions.append(crc32(patent.region.encode()) >> 1)
            vectors = text_vectors(documents, self.embedder.spec, encode)
            choice = replace(self._choice("patents"), parts=np.array(regions, np.int32))
            collection = Collection.build(ids, documents, vectors, self._queries(), choice)
            cut = Words.of(words.done(), self._meanings(collection.words))
        collection = replace(collection, cut=cut.findable())
        return Full(collection, held.of_ids(ids), text_digests(documents), lengths_of(normal))

    def _queries(self) -> list[Query]:
        """What the second idf learns from how needs are written; focus areas are mere topics."""
        return [need_text(need) for need in self.store.needs.all()]

    def _meanings(self, lexical: LexicalIndex) -> Meanings:
        return meanings(lexical, self.embedder)

    def unmerged(self) -> float:
        """How much the patents' index holds beside its last full build and can be merged, in parts of that; 0: none."""
        folder = self._folder("patents")
        version = current_version(folder)
        return 0.0 if version is None else unmerged(folder / version)

    def merge(self, made_at: datetime) -> None:
        """Join what the patents' index holds beside its last full build with that, aside, and swap it in.

        The old index serves meanwhile, and stays where the disk is full or a file damaged: raises as `matching` does.
        """
        with lower_errors():
            # Read first: where the index is still up to date afterwards, these are digests of what it holds.
            held = Held.of(self.store.patents.digests())
            facts, folder = self._facts("patents"), self._folder("patents")
            index = Extended.open(open_verified(folder, facts).path)
            built = merged(index, held, self._queries(), self._choice("patents"), self._meanings)
            stated = replace(facts, index=built.collection.kind, recall=built.collection.recall)
            publish(folder, built.save, stated, made_at)

    def _demand(self, progress: Progress | None) -> Full:
        """Needs and focus areas, always as a whole and on this machine: they are few, and many of them secret."""
        needs = [*self.store.needs.all(), *focus_needs(self.store.enterprises.all())]
        wanted = sorted(needs, key=lambda need: need.id)
        texts, ids = [need_text(need) for need in wanted], [need.id for need in wanted]
        vectors = need_vectors(wanted, self.embedder, self._encoder(Role.QUERY, progress))
        collection = Collection.build(ids, texts, vectors, (), self._choice("demand"))
        return Full(collection, np.zeros((len(ids), 2), dtype=np.uint64), text_digests(texts))

    def _choice(self, kind: str) -> Choice:
        return Choice(self.settings.retrieval.index, self.settings.index if kind == "patents" else "")

    def _kept_in_engine(self) -> list[Keyed]:
        """What engines hold for the index in use: readers may still ask for it."""
        base = self._base(self._facts("patents")) if self.settings.index else None
        return [] if base is None else base.collection.kept()

    def _retire(self, made: Full | Extended | None, before: Sequence[Keyed]) -> None:
        """Have engines drop what neither the new index nor the one before needs; if they cannot now, then next time."""
        for held in made.collection.kept() if isinstance(made, Full) else ():
            with suppress(IndexUnusable):
                held.retire([one for one in before if one.engine.place == held.engine.place])

    def _current(self, kind: str, facts: Facts) -> Published | None:
        """The index in use, where it is whole and has these facts."""
        try:
            return open_verified(self._folder(kind), facts)
        except IndexUnusable:
            return None

    def _base(self, facts: Facts) -> Base | None:
        """What an addition can start from: an index of other data, but of the same texts, model and settings."""
        published = self._current("patents", replace(facts, data_version=None))
        try:
            return None if published is None else Base.open(published.path, self.settings.index)
        except IndexUnusable:
            return None

    def allowed(self, collection: Collection, chosen: PatentFilter, as_of: date) -> Mask:
        """Which rows of a collection of patents a filter keeps, of those that existed on the day."""
        key = (chosen, as_of, self.store.data_version("patents"), self._screening(chosen))
        with self._lock:
            known = self._masks.get(key)
        if known is not None and known.of is collection:
            return known.value
        mask = self._rows(collection, chosen, as_of, key[2])
        with self._lock:
            if len(self._masks) >= _MASKS:
                self._masks.pop(next(iter(self._masks)))
            self._masks[key] = _Known(collection, mask)
        return mask

    def _rows(self, collection: Collection, chosen: PatentFilter, as_of: date, data: str) -> Mask:
        opened, rows = self._opened.get("patents"), len(collection.ids)
        if chosen == PatentFilter() and opened is not None and opened.holds(collection, data):
            # Every record is indexed, and few are later than the day: the ids of all are slow to read.
            mask = np.ones(rows, np.bool_)
            for id_ in self.store.patents.later(as_of):
                row = bisect_left(collection.ids, id_)
                if collection.ids[row : row + 1] == (id_,):
                    mask[row] = False
            return mask
        kept = set(self.store.patents.ids(chosen, as_of))
        return np.fromiter((id_ in kept for id_ in collection.ids), dtype=np.bool_, count=rows)

    def _screening(self, chosen: PatentFilter) -> int:
        return self.store.inventory.revision() if chosen.screened else 0

    def context(self, as_of: date) -> Context:
        """What signals and gates know besides the pair."""
        key = (as_of, self.store.data_version("enterprises", "assessments"))
        known = self._context
        if known is None or known.of != key:
            by_patent = groupby(
                sorted(self.store.assessments.all(as_of), key=lambda item: item.patent_id),
                key=lambda item: item.patent_id,
            )
            context = Context(
                as_of,
                {enterprise.id: enterprise for enterprise in self.store.enterprises.all()},
                {patent_id: tuple(items) for patent_id, items in by_patent},
                half_life=self.settings.ranking.assessment_half_life_days,
            )
            self._context = known = _Known(key, context)
        return known.value

    def _open(self, kind: str) -> _Opened:
        """The current collection, verified once; where serving, readers of the one before keep theirs."""
        with lower_errors(), self._lock:
            facts = self._facts(kind)
            expected = replace(facts, data_version=None) if self.serving else facts
            opened = self._opened.get(kind)
            if (
                opened is None
                or opened.facts != expected
                or opened.published.path.name != current_version(self._folder(kind))
            ):
                published = open_verified(self._folder(kind), expected)
                collection = load(published.path, self.settings.index)
                if self.settings.retrieval.exact:
                    collection = collection.exactly()
                if self.settings.index and kind == "patents":
                    collection = replace(collection, vectors=_Engine(collection.vectors))
                opened = _Opened(expected, published, collection)
                self._opened[kind] = opened
        return opened

    def _facts(self, kind: str) -> Facts:
        embedder = self.embedder
        return Facts(
            kind=kind,
            data_version=self.store.data_version(*_SOURCES[kind]),
            settings=_TEXTS,
            model=embedder.spec.name,
            weights=embedder.fingerprint,
            dimension=embedder.spec.dimension,
            index=self._choice(kind).name or None,
        )

    def _folder(self, kind: str) -> Path:
        return self.settings.home / "indexes" / kind

    def _encoder(self, role: Role, progress: Progress | None) -> Encoder:
        """Vectors from the cache, the missing ones from the model; each distinct text is embedded once."""
        embedder = self.embedder
        cache = EmbeddingCache(
            self.settings.home / "vectors", f"{embedder.fingerprint}:{role}", embedder.spec.dimension
        )

        def encode(part: list[str]) -> Vectors:
            settled = ticked = 0

            def block(count: int) -> None:
                """Texts that are in the cache now: the known ones at once, then each finished block."""
                nonlocal settled, ticked
                settled, ticked = settled + count, 0
                show()

            def tick(count: int) -> None:
                """Texts that the model has done of the block under way: an encoder may need minutes for one."""
                nonlocal ticked
                ticked += count
                show()

            def show() -> None:
                if progress is not None:
                    progress(min(settled + ticked, len(part)), len(part))

            return cache.encode(part, lambda missing: embedder.encode(missing, role, tick), block)

        return encode
