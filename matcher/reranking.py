"""The best candidates of a need read again by a cross-encoder, within a time budget: all of them, or none.

Reranking narrows the candidates as retrieval does: the first n by fused value go on, with one text signal more, which
takes over a share of the text signals' weight. A pair's score is then still a function of that pair; which pairs are
candidates is a matter of depth. Where time runs out, the service fails, or the need may not leave this machine, that
need is ranked as if there were no reranker, with the signals and weights of then; its list says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import fsum

from matcher.corpus import joined, need_text, patent_text
from matcher.domain import Need
from matcher.outgoing import may_leave, without_contacts
from matcher.settings import RankingSettings, RerankingSettings
from matcher.signals.contract import Candidate
from matcher.signals.rerank import Rerank
from matcher.signals.table import weighted
from models.contract import ModelUnusable
from models.rerankers import OutOfTime, Reranker

DONE = "已精排"
LATE = "超出精排时限"
FAILED = "精排模型未能作答"
WITHHELD = "保密需求不送外部精排"


@dataclass(frozen=True, slots=True)
class Reranked:
    """The candidates to rank and the settings to rank them by; `note` is one of the four above."""

    candidates: tuple[Candidate, ...]
    ranking: RankingSettings
    note: str

    @property
    def done(self) -> bool:
        """Whether every candidate has its relevance."""
        return self.note == DONE


@dataclass(frozen=True, slots=True)
class Reranking:
    """A reranker under its settings; `clock` counts seconds."""

    model: Reranker
    settings: RerankingSettings
    clock: Callable[[], float] = field(default=time.monotonic, repr=False, compare=False)
    deadline: float | None = None
    """On the clock, for several needs together; None: each has its own."""

    def together(self) -> Reranking:
        """The same with one budget, from now on, for all the needs that follow."""
        return replace(self, deadline=self.clock() + self.settings.seconds)

    def rerank(
        self, need: Need, candidates: Sequence[Candidate], ranking: RankingSettings, times: int = 1
    ) -> Reranked:
        """The first candidates (best fused value first) with their relevance; all as they were where that failed.

        `times` widens the settings' number for a search that had to look deeper.
        """
        plain = Reranked(tuple(candidates), ranking, "")
        spec = self.model.spec
        if spec.external and not may_leave(need):
            return replace(plain, note=WITHHELD)
        first = candidates[: self.settings.candidates * times]
        if not first:
            return replace(plain, note=DONE)
        texts = [joined(need_text(need)), *(joined(patent_text(one.patent)) for one in first)]
        if spec.external:
            texts = list(map(without_contacts, texts))
        deadline = self.deadline if self.deadline is not None else self.clock() + self.settings.seconds
        try:
            found = self.model.relevances(texts[0], texts[1:], lambda: self.clock() > deadline)
        except OutOfTime:
            return replace(plain, note=LATE)
        except ModelUnusable:
            return replace(plain, note=FAILED)
        scored = tuple(replace(one, rerank=float(value)) for one, value in zip(first, found, strict=True))
        return Reranked(scored, with_rerank(ranking, self.settings.share), DONE)


def with_rerank(ranking: RankingSettings, share: float) -> RankingSettings:
    """The same weights, but `share` of the text signals' weight is the reranker's."""
    texts = {item.signal.name: item.weight for item in weighted(ranking.weights) if item.signal.textual}
    texts.pop(Rerank().name, None)
    moved = {name: weight * (1 - share) for name, weight in texts.items()}
    weights = {**ranking.weights, **moved, Rerank().name: share * fsum(texts.values())}
    return ranking.model_copy(update={"weights": weights})
