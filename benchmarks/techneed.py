"""Prints every baseline's figures on the expert-judged needs, with intervals, in both modes; needs MATCHER_DATA."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rich.console import Console

from eval import usecases
from eval.beir import read_collection
from eval.report import Stamp, as_html, print_report
from eval.scoring import Mode, Scheme

MEASURES = ("ndcg@10", "map", "mrr", "recall@10", "recall@50", "hit@10", "precision@10")
ORDER = ("bm25-words", "random", "bm25-chars", "bm25-tuned")
"""The first is what the others are compared with; needs without IPC or deals have no further baselines."""


def main() -> None:
    folder = os.environ.get("MATCHER_DATA")
    if not folder:
        sys.exit("MATCHER_DATA does not name the folder of real data")
    collection = read_collection(Path(folder) / "techneed_dev")
    runs = usecases.baselines(collection, ORDER)
    console = Console(width=150)
    for mode in Mode:
        asked = usecases.of_collection(collection, Scheme(mode, MEASURES))
        stamp = Stamp("techneed_dev", "defaults", 0, "python -m benchmarks.techneed")
        calibrated = ("bm25-tuned",) if mode is Mode.JUDGED else ()
        report = usecases.report("专家标注的企业需求", runs, asked, stamp, calibrated)
        print_report(report, console)
        for one in report.reliability:
            console.print(
                f"{one.run}: ECE {one.expected_error:.4f}, top 10 {one.expected_error_top:.4f}, Brier {one.brier:.4f}"
            )
        if len(sys.argv) > 1:
            Path(sys.argv[1], f"techneed_{mode}.html").write_text(as_html(report), encoding="utf-8")


if __name__ == "__main__":
    main()
