"""What the lexical channel gains and loses by leaving out very frequent terms; needs MATCHER_DATA.

    python -m benchmarks.lexical_pruning [DOCUMENTS]

A term in more than a share of the documents has no postings. For each share: how many postings a need of 240 characters
adds up, and the processor time of its pass, over real patents with abstracts (repeated up to DOCUMENTS, 200,000 by
default, so that frequencies are real ones); beside it nDCG@10 on the needs that experts judged, of the channel alone
and fused with the dense one, and MRR of finding a patent by half its abstract. Differences are to no limit, with 95 %
intervals (paired bootstrap by need).
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from benchmarks.lexical_quality import (
    Channels,
    Values,
    as_run,
    city,
    difference,
    embedded,
    industry,
)
from eval import usecases
from eval.beir import TestCollection, read_collection
from eval.scoring import Mode, Scheme, Scores
from indexes.fusion import CHANNEL_WEIGHTS, CosineScale
from indexes.lexical import Document, LexicalIndex, LexicalSettings, Query
from matcher.corpus import need_text, patent_text
from models.catalogue import load_model
from models.contract import Role

SHARES = (1.0, 0.5, 0.25, 0.1, 0.05)
"""Of the documents; the first is no limit, the third the default."""
_ASKED, _TIMES = 32, 5


def main() -> None:
    """Print one line a share."""
    folder = os.environ.get("MATCHER_DATA")
    if not folder:
        sys.exit("MATCHER_DATA does not name the folder of real data")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    collection = read_collection(Path(folder) / "techneed_dev")
    own = [one.text for one in (*city(Path(folder)), *industry(Path(folder)))]
    settings = [replace(LexicalSettings(), most_frequent=share) for share in SHARES]
    judged = [experts(collection, each) for each in settings]
    halves = [half_abstracts(own, each) for each in settings]
    needs = sorted(map(need_text, collection.needs), key=lambda need: abs(len(need.body) - 240))[:_ASKED]
    print(
        f"{'share':>6s}{'postings':>11s}{'a pass':>11s}{'lexical':>9s}{'':28s}{'fused':>9s}{'':28s}{'MRR':>7s}"
    )
    for share, each, scores, mrr in zip(SHARES, settings, judged, halves, strict=True):
        added, spent = cost(LexicalIndex.build(list(islice(cycle(own), count)), needs, each), needs)
        quality = "".join(
            f"{one.mean('ndcg@10'):9.4f} {difference(one, plain):27s}"
            for one, plain in zip(scores, judged[0], strict=True)
        )
        print(f"{share:6.2f}{added:11,.0f}{spent * 1000:8.2f} ms{quality}{mrr:7.3f}", flush=True)


def experts(collection: TestCollection, settings: LexicalSettings) -> tuple[Scores, Scores]:
    """The lexical channel alone, and fused."""
    asked = usecases.of_collection(collection, Scheme(Mode.JUDGED, ("ndcg@10",)))
    queries, documents = (
        [need_text(need) for need in collection.needs],
        [patent_text(patent) for patent in collection.patents],
    )
    index = LexicalIndex.build(documents, queries, settings)
    lexical = np.array([index.scores(query) for query in queries])
    fused = Channels(lexical, semantic(queries, documents)).fused(CHANNEL_WEIGHTS)
    runs = (as_run("lexical", collection, lexical), as_run("fused", collection, fused))
    first, second = (usecases.measure(run, asked) for run in runs)
    return first, second


def semantic(queries: list[Query], documents: list[Document]) -> Values:
    model = load_model("patent-need-static-zh")
    vectors = embedded(model, documents, Role.PASSAGE)
    scale = CosineScale.fit(vectors)
    return np.array(
        [
            np.nan_to_num(scale.values(query, vectors @ query))
            for query in embedded(model, queries, Role.QUERY)
        ]
    )


def half_abstracts(own: list[Document], settings: LexicalSettings) -> float:
    """MRR of every twentieth patent, title and second half of its abstract, by the first half."""
    halves = [
        (text.body[: len(text.body) // 2], Document(text.title, text.body[len(text.body) // 2 :]))
        for text in own
    ]
    index = LexicalIndex.build([document for _, document in halves], (), settings)
    ranks = []
    for row in range(0, len(halves), 20):
        scores = index.scores(Query("", halves[row][0]))
        ranks.append(1 + np.count_nonzero(scores > scores[row]))
    return float(np.mean(1 / np.array(ranks)))


def cost(index: LexicalIndex, needs: list[Query]) -> tuple[float, float]:
    """Postings that a need adds up, and the processor time of its scores: the median of several rounds."""
    index.scores(needs[0])
    added = 0
    for postings in index.streams:
        for need in needs:
            terms = postings.query(need, index.settings.query_title).terms
            added += int((postings.starts[terms + 1] - postings.starts[terms]).sum())
    rounds = []
    for _ in range(_TIMES):
        start = time.process_time()
        for need in needs:
            index.scores(need)
        rounds.append((time.process_time() - start) / len(needs))
    return added / len(needs), float(np.median(rounds))


if __name__ == "__main__":
    main()
