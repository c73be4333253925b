"""Prints the figures on the expert-judged needs, with intervals, in both modes, and what learning adds.

Needs MATCHER_DATA; a folder as argument receives the HTML pages. Achievements are title words without facts, so that the
full ranking is the fusion of the two channels.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

from rich.console import Console

from eval import ranker, systems, usecases
from eval.baselines import Task
from eval.beir import read_collection
from eval.html import as_html
from eval.judgements import RELEVANT
from eval.report import Stamp, print_report
from eval.scoring import Mode, Scheme
from matcher import fitting
from matcher.settings import Settings
from models.catalogue import load_model

MEASURES = ("ndcg@10", "map", "mrr", "recall@10", "recall@50", "hit@10", "precision@10")
BASELINES = ("bm25-words", "random", "bm25-chars", "bm25-tuned")
"""The first is what the others are compared with; needs without IPC or deals have no further baselines."""

AS_OF = date(2019, 12, 31)
"""The competition's year."""


def main() -> None:
    folder = os.environ.get("MATCHER_DATA")
    if not folder:
        sys.exit("MATCHER_DATA does not name the folder of real data")
    collection = read_collection(Path(folder) / "techneed_dev")
    settings = Settings()
    task = Task(collection.needs, collection.patents)
    product = systems.Product.of(
        task, load_model(settings.model), settings, systems.context_at(AS_OF, {}, [])
    )
    runs = [*usecases.baselines(collection, BASELINES), systems.dense(product), systems.fused(product)]
    console = Console(width=150)
    for mode in Mode:
        asked = usecases.of_collection(collection, Scheme(mode, MEASURES))
        stamp = Stamp("techneed_dev", "defaults", 0, "python -m benchmarks.techneed")
        calibrated = ("fused",) if mode is Mode.JUDGED else ()
        report = usecases.report("专家标注的企业需求", runs, asked, stamp, calibrated)
        print_report(report, console)
        if len(sys.argv) > 1:
            Path(sys.argv[1], f"techneed_{mode}.html").write_text(as_html(report), encoding="utf-8")
    table = systems.judged_signals(product, collection.judgements)
    table = table.of_needs(collection.judgements.needs_with(RELEVANT))
    prior = fitting.prior_weights(settings)
    console.print(ranker.learn(table, prior).reason)
    console.print(f"learned − fixed, nested cross-validation: {ranker.cross_validated(table, prior)}")


if __name__ == "__main__":
    main()
