"""The pairs of a TREC run with their scores: no floor, no gate, no folding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matcher.domain import Need, Patent, identity
from matcher.matching import Asked, Matching, Progress
from matcher.matchlists.exports.trec import RunEntry
from matcher.signals.contract import Context


def run_entries(
    matching: Matching, needs: Sequence[Need], depth: int | None, context: Context, progress: Progress
) -> Iterator[RunEntry]:
    """Each need's patents by score, best first: the `depth` best, or every (need, patent) pair once."""
    dressed = _dressed(matching, context) if depth is None else None
    for done, asked in enumerate(matching.ask(needs), start=1):
        if dressed is not None:
            yield from _all(matching, asked, dressed, context)
        else:
            for item in matching.ordered(asked, depth or 1, context):
                yield RunEntry(asked.need.id, item.candidate.patent.id, item.score)
        progress(done, len(needs))


def bare(patent: Patent) -> bool:
    """Whether only the texts of a patent are known, so that no other signal knows anything, whatever the need."""
    texts = replace(
        identity(patent),
        abstract=patent.abstract,
        first_claim=patent.first_claim,
        keywords=patent.keywords,
        scenario=patent.scenario,
    )
    return patent == texts


def _dressed(matching: Matching, context: Context) -> NDArray[np.bool_]:
    """Shape (patents,): which patents have facts that a signal may read; the others are scored by their texts."""
    ids = matching.collection.ids
    patents = matching.source.many(ids)
    return np.array([id_ in context.assessments or not bare(patents[id_]) for id_ in ids], dtype=np.bool_)


def _all(
    matching: Matching, asked: Asked, dressed: NDArray[np.bool_], context: Context
) -> Iterator[RunEntry]:
    found = matching.score_all(asked)
    scores, completeness = found.fused.copy(), np.zeros(len(found.rows))
    places = np.flatnonzero(dressed[found.rows])
    if len(places):
        at = {matching.collection.ids[found.rows[place]]: place for place in places}
        for item in matching.score(asked, found.at(places), context):
            place = at[item.candidate.patent.id]
            scores[place], completeness[place] = item.score, item.completeness
    for place in np.lexsort((found.rows, -completeness, -scores)):
        yield RunEntry(asked.need.id, matching.collection.ids[found.rows[place]], float(scores[place]))
