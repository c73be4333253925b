"""Prints whether needs that say more are matched better, over the expert-judged needs; needs MATCHER_DATA.

python -m benchmarks.diagnosis

The needs that have a relevant candidate, in thirds by a part of the diagnosis; nDCG@10 over each need's judged
candidates, with the rank correlation and its 95 % interval by resampling needs.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from eval import usecases
from eval.beir import read_collection
from eval.scoring import Mode, Scheme
from matcher.programme.diagnosis import diagnose, text_of
from matcher.settings import Settings

_MEASURE = "ndcg@10"
_RESAMPLES = 2_000


def main() -> None:
    folder = os.environ.get("MATCHER_DATA")
    if not folder:
        sys.exit("MATCHER_DATA does not name the folder of real data")
    collection = read_collection(Path(folder) / "techneed_dev")
    asked = usecases.of_collection(collection, Scheme(Mode.JUDGED, (_MEASURE,)))
    run = usecases.product_runs(collection, asked, Settings(), date(2019, 12, 31))[-1]
    scores = usecases.measure(run, asked)
    by_id = {need.id: need for need in collection.needs}
    needs = [by_id[id_] for id_ in scores.need_ids]
    found = [diagnose(need) for need in needs]
    values = scores.values[_MEASURE]
    print(f"{len(needs)} needs, {run.name}, {_MEASURE} {values.mean():.3f}")
    for label, part in (
        ("specificity", np.array([one.specificity for one in found])),
        ("completeness", np.array([one.completeness for one in found])),
        ("characters", np.array([len(text_of(need)) for need in needs], dtype=float)),
        ("quantities", np.array([len(one.quantities) for one in found], dtype=float)),
        ("empty words", np.array([len(one.empty_words) for one in found], dtype=float)),
    ):
        _show(label, part, values)


def _show(label: str, part: np.ndarray, values: np.ndarray) -> None:
    order = np.argsort(part, kind="stable")
    thirds = [float(values[third].mean()) for third in np.array_split(order, 3)]
    random = np.random.default_rng(0)
    drawn = [random.integers(0, len(values), len(values)) for _ in range(_RESAMPLES)]
    rhos = [spearmanr(part[draw], values[draw]).statistic for draw in drawn]
    low, high = np.nanpercentile(rhos, [2.5, 97.5])
    shown = "  ".join(f"{third:.3f}" for third in thirds)
    rho = spearmanr(part, values).statistic
    print(f"{label:14s} thirds {shown}   rank correlation {rho:+.2f} [{low:+.2f}, {high:+.2f}]")


if __name__ == "__main__":
    main()
