"""One patent in, the needs and focus areas that it answers out: the same scores as the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matcher.corpus import patent_text, text_vectors
from matcher.domain import Patent
from matcher.matches import NeedMatches
from matcher.matching import Asked, Matching
from matcher.ranking import ListRules
from matcher.reranking import DONE
from matcher.signals.contract import Context
from matcher.workspace import SearchedDemand
from models.contract import Role


def needs_of(
    patent: Patent,
    matching: Matching,
    demand: SearchedDemand,
    context: Context,
    rules: ListRules,
) -> list[NeedMatches]:
    """The `list_k` best needs of a patent, each as a list of one match, best first; an enterprise may recur.

    Candidates come from searching the demand collection with the patent's text; each is then scored as the
    need's own search scores it.
    """
    query = patent_text(patent)
    embedder = matching.embedder
    vectors = text_vectors([query], embedder.spec, lambda texts: embedder.encode(texts, Role.PASSAGE))
    depth = matching.settings.retrieval.candidates
    weights = matching.channel_weights()
    found = next(demand.collection.search([query], vectors, depth, weights, demand.allowed))
    records = demand.records.many(demand.collection.ids[row] for row in found.rows)
    asked = matching.ask([need for _, need in sorted(records.items())])
    listed = _listed(asked, patent, matching, context, rules)
    kept = [item for item in listed if item.matches]
    kept.sort(key=lambda item: (-item.matches[0].score, -item.matches[0].completeness, item.need.id))
    return kept[: rules.list_k]


def _listed(
    asked: Sequence[Asked], patent: Patent, matching: Matching, context: Context, rules: ListRules
) -> list[NeedMatches]:
    """The patent under each need. All needs share one budget of the reranker: where it does not last, none is
    reranked, since what is sorted together has to be scored alike."""
    if matching.reranking is not None:
        hasty = replace(matching, reranking=matching.reranking.together())
        listed = [hasty.pair(one, patent, context, rules) for one in asked]
        if all(item.rerank == DONE for item in listed):
            return listed
        plain = replace(matching, reranking=None)
        note = next(item.rerank for item in listed if item.rerank != DONE)
        return [replace(plain.pair(one, patent, context, rules), rerank=note) for one in asked]
    return [matching.pair(one, patent, context, rules) for one in asked]
