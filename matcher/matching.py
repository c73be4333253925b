"""Needs in, explained matches out: retrieval and ranking joined over one collection of patents."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise, repeat
from math import ceil, isnan
from typing import Protocol

import numpy as np

from indexes.contract import Mask, Vectors
from indexes.evidence import Located, SharedTerm, shared_terms
from indexes.lexical import normalised
from indexes.postings import Query
from indexes.words import Meanings, Words
from matcher.corpus import need_text, need_vectors, patent_text
from matcher.domain import Need, Patent
from matcher.matches import NeedMatches
from matcher.ranker import Calibration
from matcher.ranking import (
    Bounded,
    ListRules,
    Promising,
    Scale,
    Scored,
    calibrated,
    score,
    shortlist,
    shortlist_in_order,
)
from matcher.related import RelatedTerms, meanings, related_terms
from matcher.reranking import Reranking
from matcher.retrieval import Candidates, Collection
from matcher.settings import Settings
from matcher.signals.contract import Candidate, Context, Evidence
from matcher.signals.table import weighted
from matcher.text import normalise, sentences
from matcher.unmentioned import sought, unmentioned
from models.contract import Embedder, Role

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

_TERMS = 5
"""Shared terms of a pair."""
_AHEAD = 1.8
"""Records read at once for a list, in parts of its length: most often enough to know that no other comes into it."""
_PART = 20
"""Records read at once after these."""
_BATCH = 64
"""Needs searched at once: enough for the dense channel's matrix product, little memory."""


class Source(Protocol):
    """Where the records behind the ids are."""

    def many(self, ids: Iterable[str]) -> dict[str, Patent]:
        """The records of those ids that exist, by id."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A need with what the two channels read of it; `vector` of shape (dimension,)."""

    need: Need
    query: Query
    vector: Vectors


@dataclass(slots=True)
class _Quoted:
    """Evidence of one need at a time, for all patents that were expected at once."""

    find: Callable[[Need, Sequence[Patent]], list[Evidence]]
    _need: Need | None = None
    _found: dict[str, Evidence] = field(default_factory=dict)

    def expect(self, need: Need, patents: Sequence[Patent]) -> None:
        found = self.find(need, patents)
        self._need, self._found = need, {patent.id: one for patent, one in zip(patents, found, strict=True)}

    def __call__(self, need: Need, patent: Patent) -> Evidence:
        if self._need is not need or patent.id not in self._found:
            self.expect(need, [patent])
        return self._found[patent.id]


@dataclass(frozen=True, slots=True)
class Matching:
    """One collection of patents, the records behind it and the model that made its vectors."""

    collection: Collection
    source: Source
    embedder: Embedder
    settings: Settings
    index: str = "内存索引"
    """Which index the collection came from, as a list's cover names it."""
    calibration: Calibration | None = None
    """Text value → probability; None: 未校准."""
    reranking: Reranking | None = None
    """A cross-encoder over the best candidates; its lists are 未校准."""

    def match(
        self,
        needs: Sequence[Need],
        context: Context,
        rules: ListRules,
        allowed: Mask | None = None,
        progress: Progress | None = None,
    ) -> list[NeedMatches]:
        """The list of each need, in the order of `needs`; `allowed`, shape (patents,), filters before the search."""
        found: list[NeedMatches] = []
        for start in range(0, len(needs), _BATCH):
            asked = self.ask(needs[start : start + _BATCH])
            depth = self.settings.retrieval.candidates
            for one, candidates in zip(asked, self.search(asked, depth, allowed), strict=True):
                found.append(self._listed(one, candidates, self._quoting(context), rules, allowed))
            if progress is not None:
                progress(len(found), len(needs))
        return found

    def ask(self, needs: Sequence[Need]) -> list[Asked]:
        """The needs as both channels read them."""
        queries = [need_text(need) for need in needs]
        vectors = need_vectors(needs, self.embedder, lambda texts: self.embedder.encode(texts, Role.QUERY))
        return [Asked(*parts) for parts in zip(needs, queries, vectors, strict=True)]

    def search(self, asked: Sequence[Asked], depth: int, allowed: Mask | None = None) -> Iterator[Candidates]:
        """The `depth` best fused candidates of each need."""
        vectors = np.stack([one.vector for one in asked])
        queries = [one.query for one in asked]
        return self.collection.search(queries, vectors, depth, self.channel_weights(), allowed)

    def score_all(self, asked: Asked) -> Candidates:
        """All patents by their fused text value, best first."""
        return self.collection.score_all(asked.query, asked.vector, self.channel_weights())

    def ordered(self, asked: Asked, depth: int, context: Context) -> list[Scored]:
        """The `depth` best patents of a need by score: no floor, no gate."""
        width = max(depth, self.settings.retrieval.candidates)
        return self.score(asked, next(self.search([asked], width)), context)[:depth]

    def score(self, asked: Asked, found: Candidates, context: Context) -> list[Scored]:
        """The arithmetic of retrieved rows, best first."""
        scale = Scale.of(self.settings.ranking)
        return score(asked.need, self.candidates(found), context, scale)

    def pair(self, asked: Asked, patent: Patent, context: Context, rules: ListRules) -> NeedMatches:
        """One need and one patent, scored as the need's own search scores them."""
        context = self._quoting(context)
        row = np.array([bisect_left(self.collection.ids, patent.id)], dtype=np.int64)
        found = self.collection.score_at(asked.query, asked.vector, row, self.channel_weights())
        return self._shortlist(asked, found, context, rules)

    def candidates(self, found: Candidates) -> list[Candidate]:
        """The records behind retrieved rows, with their two text values."""
        return list(filter(None, self._read(found)))

    def _read(self, found: Candidates) -> list[Candidate | None]:
        """The same, with None where there is no record."""
        ids = [self.collection.ids[row] for row in found.rows]
        patents = self.source.many(ids)
        texts = zip(ids, found.semantic.tolist(), found.lexical.tolist(), strict=True)
        return [
            Candidate(patents[id_], None if isnan(semantic) else semantic, lexical)
            if id_ in patents
            else None
            for id_, semantic, lexical in texts
        ]

    def _promising(self, found: Candidates, which: Promising, first: int) -> Iterator[Bounded]:
        """Retrieved rows one by one; `first` records are read at once, more in parts as they are asked for."""
        ends = [0, *range(first, len(which.places), _PART), len(which.places)]
        for start, end in pairwise(ends):
            candidates = self._read(found.at(which.places[start:end]))
            for candidate, bound in zip(candidates, which.bounds[start:end].tolist(), strict=True):
                if candidate is not None:
                    yield Bounded(candidate, bound)

    def channel_weights(self) -> dict[str, float]:
        """The weights of the text signals, so that the fused order is the ranking's where only texts are known."""
        return {
            item.signal.name: item.weight
            for item in weighted(self.settings.ranking.weights)
            if item.signal.textual
        }

    def evidence(self, need: Need, patents: Sequence[Patent]) -> list[Evidence]:
        """For each patent the terms that it shares with the need, the weightiest first, the sentence that holds most
        of their weight, and different words of like meaning. Patents that are not indexed have none."""
        rows = [bisect_left(self.collection.ids, patent.id) for patent in patents]
        here = [
            place
            for place, row in enumerate(rows)
            if row < len(self.collection.ids) and self.collection.ids[row] == patents[place].id
        ]
        indexed = [patents[place] for place in here]
        found = [Evidence()] * len(patents)
        for place, one in zip(
            here, self._of_rows(need, indexed, [rows[place] for place in here]), strict=True
        ):
            found[place] = one
        return found

    def _of_rows(self, need: Need, patents: Sequence[Patent], at: Sequence[int]) -> list[Evidence]:
        query, rows, known = need_text(need), np.array(at, np.int64), self.meanings
        words = self.collection.words_at(rows, lambda place: patent_text(patents[place]), known)
        located = Located.of(normalised(query).whole, words)
        lexical = self.collection.lexical
        parts = partial(lexical.parts, query, rows)
        shared = shared_terms(located, words, lexical.numbers(query), parts, _TERMS)
        asked = Words.build([normalised(query)], known, self.collection.cut)
        related = related_terms(located, asked, words)
        wanted = sought(query.title, self.collection.words)
        absent = map(unmentioned, repeat(wanted), patents, words.texts(), related)
        return list(map(_evidence, patents, shared, related, absent))

    @property
    def meanings(self) -> Meanings:
        """What is to be known of words to find related ones: nothing where the model only knows whole texts."""
        return meanings(self.collection.words, self.embedder)

    def _quoting(self, context: Context) -> Context:
        """The context for one need, with evidence from this collection; both text signals of a pair ask for it.

        What it remembers of patents goes with it: kept for all needs, it would fill the memory of a service.
        """
        quoted = _Quoted(self.evidence)
        return replace(context, evidence=quoted, expect=quoted.expect, _facts={})

    def _shortlist(self, asked: Asked, found: Candidates, context: Context, rules: ListRules) -> NeedMatches:
        ranking = self.settings.ranking
        if self.reranking is not None:
            candidates = self.candidates(found)
            deeper = max(1, len(candidates) // self.settings.retrieval.candidates)
            reranked = self.reranking.rerank(asked.need, candidates, ranking, deeper)
            listed = shortlist(asked.need, reranked.candidates, context, reranked.ranking, rules)
            return replace(listed, rerank=reranked.note)
        scale = Scale.of(ranking)
        texts = {"semantic": found.semantic, "lexical": found.lexical}
        # What cannot reach the floor, or pass the last one listed, is not even read from the store.
        promising = scale.promising(texts, scale.facts(asked.need, context), rules.floor)
        ordered = self._promising(found, promising, ceil(rules.list_k * _AHEAD) + _PART // 2)
        listed = shortlist_in_order(asked.need, ordered, context, scale, rules)
        return listed if self.calibration is None else calibrated(listed, self.calibration)

    def _listed(
        self, asked: Asked, found: Candidates, context: Context, rules: ListRules, allowed: Mask | None
    ) -> NeedMatches:
        """The shortlist; where gates leave it short although candidates reach the floor, it looks deeper."""
        depth, total = self.settings.retrieval.candidates, len(self.collection.ids)
        least = Scale.of(self.settings.ranking).least_text(rules.floor)
        while True:
            listed = self._shortlist(asked, found, context, rules)
            gated = len(listed.excluded) >= rules.near_misses
            if len(listed.matches) >= rules.list_k or not gated or depth >= total:
                return listed
            if self.reranking is None and found.beyond < least:
                return listed
            depth *= 4
            found = next(self.search([asked], depth, allowed))


def _evidence(
    patent: Patent,
    shared: Sequence[SharedTerm],
    related: tuple[RelatedTerms, ...],
    absent: tuple[str, ...],
) -> Evidence:
    """What was found in a patent's text, with the sentence that holds most of the shared terms' weight."""
    best, place, held = "", "", 0.0
    texts = (("摘要", patent.abstract), ("权利要求", patent.first_claim), ("应用场景", patent.scenario))
    for part, text in texts if shared else ():
        for number, sentence in enumerate(sentences(text), start=1):
            plain = normalise(sentence)
            weight = sum(term.weight for term in shared if term.term in plain)
            if weight > held:
                best, place, held = sentence, f"{part}第{number}句", weight
    return Evidence(tuple(term.term for term in shared), best, place, related, absent)
