"""What the figures mean: every measure, defined once over a matrix of levels, with a worked example.

One need, judged a 4, b 1, c 3, d 2; a system answers b, a, c. Ranks 1–3 hold levels 1, 4, 3; in judged mode d
follows at rank 4. Gains (2^(level−1) − 1, unjudged 0) are 0, 7, 3 and ideally 7, 3, 1.

    nDCG@3       (0 + 7/log2 3 + 3/log2 4) / (7 + 3/log2 3 + 1/log2 4) = 5.9165 / 9.3928 = 0.6299
    MAP          relevant (level ≥ 3) at ranks 2 and 3: (1/2 + 2/3) / 2 = 0.5833
    MRR          first relevant at rank 2: 0.5
    Recall@2     one of two relevant: 0.5        Hit@2  1
    Precision@3  2/3; a list shorter than k still divides by k

A need without an answer scores 0 in every measure. Exponential gain follows Burges et al. (ICML 2005);
trec_eval's `ndcg` uses the level itself and breaks ties by descending id, ours by ascending id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.judgements import RELEVANT
from matcher.errors import InputError

Values = NDArray[np.float64]
"""One value a need, shape (needs,), in [0, 1]."""

UNJUDGED = 0
PAST_END = -1


@dataclass(frozen=True, slots=True)
class RankedLevels:
    """What stands at each rank of each need, and what could best stand there.

    levels: int8, shape (needs, depth): 1–4, UNJUDGED, or PAST_END beyond the last result.
    ideal: int8, shape (needs, most judged): all judged levels, best first, padded with PAST_END.
    """

    need_ids: tuple[str, ...]
    levels: NDArray[np.int8]
    ideal: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of a report, such as ndcg@10; `k` None looks at the whole ranking."""

    name: str
    formula: Callable[[RankedLevels, int | None, int], Values]
    k: int | None

    def values(self, ranked: RankedLevels, relevant: int = RELEVANT) -> Values:
        """The measure of every need, shape (needs,)."""
        return self.formula(ranked, self.k, relevant)


def gains(levels: NDArray[np.int8]) -> Values:
    """2^(level − 1) − 1; unjudged and past the end: 0."""
    return np.asarray(np.exp2(np.maximum(levels, 1) - 1.0) - 1.0, dtype=np.float64)


def ndcg(ranked: RankedLevels, k: int | None, relevant: int) -> Values:
    """DCG over the DCG of the best order of the judged, both cut at k; 0 where nothing has a gain."""
    return _share(_dcg(ranked.levels, k), _dcg(ranked.ideal, k))


def _dcg(levels: NDArray[np.int8], k: int | None) -> Values:
    cut = gains(levels[:, :k])
    return np.asarray(cut @ (1.0 / np.log2(np.arange(2, cut.shape[1] + 2))), dtype=np.float64)


def average_precision(ranked: RankedLevels, k: int | None, relevant: int) -> Values:
    """Mean over all relevant of the precision at their rank; those not found (within k) add 0."""
    hits = ranked.levels[:, :k] >= relevant
    at_rank = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    found: Values = np.where(hits, at_rank, 0.0).sum(axis=1)
    return _share(found, _relevant(ranked, relevant))


def reciprocal_rank(ranked: RankedLevels, k: int | None, relevant: int) -> Values:
    """1 / rank of the first relevant; 0 where there is none (within k)."""
    hits = ranked.levels[:, :k] >= relevant
    if not hits.shape[1]:
        return np.zeros(len(hits))
    return np.asarray(hits.any(axis=1) / (np.argmax(hits, axis=1) + 1.0), dtype=np.float64)


def recall(ranked: RankedLevels, k: int | None, relevant: int) -> Values:
    """Share of the relevant that stand within k."""
    return _share((ranked.levels[:, :k] >= relevant).sum(axis=1), _relevant(ranked, relevant))


def hit(ranked: RankedLevels, k: int | None, relevant: int) -> Values:
    """1 where any relevant stands within k, else 0."""
    return np.asarray((ranked.levels[:, :k] >= relevant).any(axis=1), dtype=np.float64)


def precision(ranked: RankedLevels, k: int | None, relevant: int) -> Values:
    """Relevant within k over k; without k over the results given."""
    found = (ranked.levels[:, :k] >= relevant).sum(axis=1)
    return _share(found, (ranked.levels != PAST_END).sum(axis=1) if k is None else np.full(len(found), k))


def unjudged(ranked: RankedLevels, k: int | None, relevant: int) -> Values:
    """Share of the results within k that nobody judged: how far the other figures can be trusted."""
    cut = ranked.levels[:, :k]
    return _share((cut == UNJUDGED).sum(axis=1), (cut != PAST_END).sum(axis=1))


MEASURES: Mapping[str, Callable[[RankedLevels, int | None, int], Values]] = {
    "ndcg": ndcg,
    "map": average_precision,
    "mrr": reciprocal_rank,
    "recall": recall,
    "hit": hit,
    "precision": precision,
    "unjudged": unjudged,
}


def measure(name: str) -> Measure:
    """The measure called `name`: one of MEASURES, alone or with @k; raises InputError for another."""
    found = re.fullmatch(r"([a-z]+)(?:@([1-9][0-9]{0,6}))?", name.strip().lower())
    if found is None or found[1] not in MEASURES:
        raise InputError(
            f"没有名为 {name} 的指标。可用：{'、'.join(MEASURES)}，可加 @k，如 ndcg@10。",
            code="unknown_measure",
        )
    return Measure(found[0], MEASURES[found[1]], int(found[2]) if found[2] else None)


def _relevant(ranked: RankedLevels, relevant: int) -> NDArray[np.int64]:
    return np.asarray((ranked.ideal >= relevant).sum(axis=1), dtype=np.int64)


def _share(part: NDArray[np.int64] | Values, whole: NDArray[np.int64] | Values) -> Values:
    share = np.zeros(len(whole))
    np.divide(part, whole, out=share, where=whole > 0)
    return share
