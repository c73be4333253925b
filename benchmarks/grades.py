"""Prints how often experts found pairs of each grade fair or strong; needs MATCHER_DATA.

python -m benchmarks.grades [MODEL]
"""

from __future__ import annotations

import os
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from eval import systems
from eval.baselines import Task
from eval.beir import read_collection
from eval.judgements import RELEVANT
from matcher.opening import open_model
from matcher.settings import load_settings


def main() -> None:
    folder = os.environ.get("MATCHER_DATA")
    if not folder:
        sys.exit("MATCHER_DATA does not name the folder of real data")
    collection = read_collection(Path(folder) / "techneed_dev")
    settings = load_settings(model=sys.argv[1] if len(sys.argv) > 1 else None)
    task = Task(collection.needs, collection.patents)
    product = systems.Product.of(
        task, open_model(settings), settings, systems.context_at(date(2019, 12, 31), {}, [])
    )
    values, good, best = [], [], []
    for asked in product.asked():
        found = product.matching.score_all(asked)
        text = dict(
            zip((product.matching.collection.ids[row] for row in found.rows), found.fused, strict=True)
        )
        judged = collection.judgements.levels[asked.need.id]
        values += [text[candidate] for candidate in judged]
        good += [level >= RELEVANT for level in judged.values()]
        best.append(found.fused[0])
    array, relevant = np.array(values), np.array(good)
    edges = (
        1.0,
        settings.ranking.text_strong,
        settings.ranking.text_recommended,
        settings.ranking.text_possible,
        0.0,
    )
    print(f"{'text value':>14s} {'pairs':>6s} {'fair or strong':>15s} {'needs whose best':>17s}")
    for high, low in pairwise(edges):
        here = (array >= low) & (array < high)
        share = relevant[here].mean() if here.any() else float("nan")
        needs = np.mean((np.array(best) >= low) & (np.array(best) < high))
        print(f"{low:.2f} to {high:.2f}   {here.sum():6d} {share:14.1%} {needs:16.1%}")


if __name__ == "__main__":
    main()
