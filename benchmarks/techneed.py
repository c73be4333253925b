"""Prints the figures on the expert-judged needs, with intervals, in both modes, and what learning adds.

Needs MATCHER_DATA; a folder as argument receives the HTML pages. Achievements are title words without facts, so that the
full ranking is the fusion of the two channels.
"""

from __future__ import annotations

import os
import statistics
import sys
from datetime import date
from pathlib import Path

from rich.console import Console

from eval import ranker, systems, usecases
from eval.baselines import Task
from eval.beir import TestCollection, read_collection
from eval.html import as_html
from eval.judgements import RELEVANT
from eval.report import Stamp, print_report
from eval.scoring import Mode, Scheme
from matcher import fitting
from matcher.settings import Settings
from models.catalogue import load_model

MEASURES = ("ndcg@10", "map", "mrr", "recall@10", "recall@50", "hit@10", "precision@10")
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
    runs = [*usecases.baselines(collection), *(system(product) for system in systems.SYSTEMS.values())]
    console = Console(width=170)
    for mode in Mode:
        asked = usecases.of_collection(collection, Scheme(mode, MEASURES))
        stamp = Stamp("techneed_dev", "defaults", 0, "python -m benchmarks.techneed")
        calibrated = ("full",) if mode is Mode.JUDGED else ()
        report = usecases.report("专家标注的企业需求", runs, asked, stamp, calibrated)
        print_report(report, console)
        if len(sys.argv) > 1:
            Path(sys.argv[1], f"techneed_{mode}.html").write_text(as_html(report), encoding="utf-8")
    _chance(collection, console)
    table = systems.judged_signals(product, collection.judgements)
    table = table.of_needs(collection.judgements.needs_with(RELEVANT))
    prior = fitting.prior_weights(settings)
    console.print(ranker.learn(table, prior).reason)
    console.print(f"learned − fixed, nested cross-validation: {ranker.cross_validated(table, prior)}")


def _chance(collection: TestCollection, console: Console) -> None:
    """Ten random orders of the judged candidates: what one seed's figure is worth."""
    asked = usecases.of_collection(collection, Scheme(Mode.JUDGED, ("ndcg@10",)))
    means = [
        usecases.measure(usecases.baselines(collection, ["random"], seed)[0], asked).mean("ndcg@10")
        for seed in range(10)
    ]
    spread = statistics.stdev(means)
    console.print(f"random, ten seeds: nDCG@10 {statistics.fmean(means):.3f} ± {spread:.3f}")


if __name__ == "__main__":
    main()
