"""Prints what another embedding model finds on the expert-judged needs beside the shipped one; needs MATCHER_DATA.

python -m benchmarks.models_compared MODEL [MODEL …]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.lexical_quality import Channels, Values, area, as_run, channels, difference
from eval import usecases
from eval.beir import TestCollection, read_collection
from eval.scoring import Mode, Scheme, Scores
from indexes.fusion import CHANNEL_WEIGHTS
from matcher.corpus import need_text, patent_text
from models.catalogue import DEFAULT, load_model


def main() -> None:
    folder = os.environ.get("MATCHER_DATA")
    if not folder or len(sys.argv) < 2:
        sys.exit("MATCHER_DATA must name the folder of real data, the arguments models")
    collection = read_collection(Path(folder) / "techneed_dev")
    found = {name: both(name, collection) for name in (DEFAULT, *sys.argv[1:])}
    shipped = found[DEFAULT]
    for mode in Mode:
        print(
            f"techneed_dev, nDCG@10, {mode}; differences from {DEFAULT} with 95 % intervals; area over levels ≥ 2"
        )
        before = measured(shipped, collection, mode)
        for name, channel in found.items():
            of_model = measured(channel, collection, mode)
            for kind, scores in of_model.items():
                against = "" if name == DEFAULT else difference(scores, before[kind])
                run = as_run(name, collection, values(channel)[kind])
                print(
                    f"  {name[-30:]:30s} {kind:9s} {scores.mean('ndcg@10'):.4f}  {area(run, collection):.3f}  {against}"
                )


def both(name: str, collection: TestCollection) -> Channels:
    queries = [need_text(need) for need in collection.needs]
    documents = [patent_text(patent) for patent in collection.patents]
    return channels(load_model(name), queries, documents, stored=queries)


def values(both: Channels) -> dict[str, Values]:
    return {"semantic": both.semantic, "fused": both.fused(CHANNEL_WEIGHTS)}


def measured(both: Channels, collection: TestCollection, mode: Mode) -> dict[str, Scores]:
    asked = usecases.of_collection(collection, Scheme(mode, ("ndcg@10",)))
    return {
        kind: usecases.measure(as_run(kind, collection, one), asked) for kind, one in values(both).items()
    }


if __name__ == "__main__":
    main()
