"""The product with a cross-encoder over each need's best candidates, as a system under test."""

from __future__ import annotations

import numpy as np

from eval.judgements import Judgements, Ranking, Run
from eval.systems import Product
from matcher.matching import Asked
from matcher.ranking import Scale, Scored, score
from matcher.reranking import DONE, Reranking
from matcher.retrieval import Candidates
from matcher.signals.contract import Candidate


def reranked(product: Product, reranking: Reranking, known: Judgements | None = None) -> Run:
    """The full ranking of the candidates that were reread, then the others in their own order.

    Candidates are each need's judged ones where `known` is given, else its best fused ones: at most the settings' number
    are reread, within the settings' time. Scores of those reread are raised by 1, so that no other passes them. The
    run's name says how many needs were not reranked.
    """
    rankings, missed = {}, 0
    for asked in product.asked():
        candidates = product.matching.candidates(_found(product, asked, known))
        ranking = product.matching.settings.ranking
        done = reranking.rerank(asked.need, candidates, ranking)
        missed += done.note != DONE
        first = score(asked.need, done.candidates, product.context, Scale.of(done.ranking))
        reread = {one.patent.id for one in done.candidates}
        others: list[Candidate] = [one for one in candidates if one.patent.id not in reread]
        rest = score(asked.need, others, product.context, Scale.of(ranking))
        rankings[asked.need.id] = _joined(first, rest)
    return Run(f"reranked（{missed} 项未精排）" if missed else "reranked", rankings)


def _found(product: Product, asked: Asked, known: Judgements | None) -> Candidates:
    matching = product.matching
    found = matching.score_all(asked)
    if known is None:
        depth = max(product.task.k or 0, matching.settings.retrieval.candidates)
        return found.at(np.arange(min(depth, len(found.rows))))
    judged = known.levels.get(asked.need.id, {})
    ids = matching.collection.ids
    return found.at(np.flatnonzero([ids[row] in judged for row in found.rows]))


def _joined(first: list[Scored], rest: list[Scored]) -> Ranking:
    ids = tuple(one.candidate.patent.id for one in (*first, *rest))
    return Ranking(ids, np.array([*(one.score + 1 for one in first), *(one.score for one in rest)]))
