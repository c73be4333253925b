"""Whether boosted trees would rank better than fixed or learned weights; needs MATCHER_DATA and lightgbm.

    python -m benchmarks.eval_trees

LightGBM's LambdaMART, held to what an explanation needs: each tree reads one signal and may only rise with it, so that
the score stays a sum over signals. The folds are those of the ranker, by need; rounds are chosen inside each training
part. Everything is compared with the default weights on needs that were not trained on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

from eval import evidence, ranker, systems
from eval.beir import read_collection
from eval.comparison import Interval, interval
from eval.judgements import RELEVANT
from eval.metrics import RankedLevels, gains, ndcg
from eval.ranker import SignalTable
from eval.simulation import simulate
from eval.splits import folds
from matcher.fitting import prior_weights
from matcher.settings import Settings

_SETTINGS = {
    "objective": "lambdarank",
    "label_gain": gains(np.arange(5, dtype=np.int8)).tolist(),
    "learning_rate": 0.05,
    "num_leaves": 8,
    "min_data_in_leaf": 50,
    "lambdarank_truncation_level": 20,
    "deterministic": True,
    "num_threads": 1,
    "seed": 0,
    "verbosity": -1,
}
_ROUNDS = 300


def main() -> None:
    """Print one line a data set and method."""
    truth = {"semantic": 0.30, "lexical": 0.30, "ipc": 0.20, "fee": 0.10, "region": 0.10}
    prior = {"semantic": 0.40, "lexical": 0.30, "ipc": 0.10, "fee": 0.10, "region": 0.10}
    print(f"{'difference in nDCG@10 from the default weights':54s}{'weights':>28s}{'trees':>28s}")
    for needs in (40, 116, 400):
        table = simulate(truth, needs)
        _line(f"simulated, the truth is linear, {needs} needs", table, prior)
    folder = os.environ.get("MATCHER_DATA")
    if not folder:
        sys.exit("MATCHER_DATA does not name the folder of real data")
    collection, settings = read_collection(Path(folder) / "techneed_dev"), Settings()
    product = systems.product_of(collection, settings, date(2019, 12, 31))
    table = evidence.of_collection(product, collection.judgements).table
    table = ranker.textual(table.of_needs(collection.judgements.needs_with(RELEVANT)))
    _line(f"techneed_dev, {len(table.needs)} needs", table, prior_weights(settings))


def _line(name: str, table: SignalTable, prior: Mapping[str, float]) -> None:
    kept = {signal: prior[signal] for signal in table.names}
    print(
        f"{name:54s}{_shown(ranker.cross_validated(table, kept)):>28s}{_shown(_trees(table, kept)):>28s}",
        flush=True,
    )


def _shown(found: Interval) -> str:
    return f"{found.mean:+.4f} ({found.low:+.4f} to {found.high:+.4f})"


def _trees(table: SignalTable, prior: Mapping[str, float]) -> Interval:
    before = ranker.need_ndcg(table, np.array([prior[name] for name in table.names]))
    after = np.empty(len(before))
    place = {need: row for row, need in enumerate(table.need_ids)}
    for part in folds(table.need_ids, ranker.PARTS):
        training = table.of_needs(place.keys() - frozenset(part))
        inner = folds(training.need_ids, ranker.PARTS)[0]
        early = lightgbm.early_stopping(30, verbose=False)
        data = _data(training.of_needs(set(training.need_ids) - set(inner)))
        found = lightgbm.train(
            _parameters(table), data, _ROUNDS, valid_sets=[_data(training.of_needs(inner))], callbacks=[early]
        )
        model = lightgbm.train(_parameters(table), _data(training), max(found.best_iteration, 1))
        for need in table.of_needs(part).needs:
            after[place[need.need_id]] = _ndcg(need.levels, np.asarray(model.predict(need.values)))
    return interval(after - before)


def _parameters(table: SignalTable) -> dict[str, object]:
    signals = range(len(table.names))
    return {
        **_SETTINGS,
        "monotone_constraints": [1 for _ in signals],
        "interaction_constraints": [[signal] for signal in signals],
        "eval_at": [10],
    }


def _data(table: SignalTable) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        np.concatenate([need.values for need in table.needs]),
        np.concatenate([need.levels for need in table.needs]),
        group=[len(need.levels) for need in table.needs],
    )


def _ndcg(levels: NDArray[np.int8], scores: NDArray[np.float64]) -> float:
    order = np.argsort(-scores, kind="stable")
    return float(ndcg(RankedLevels(("",), levels[order][None], np.sort(levels)[::-1][None]), 10, 0)[0])


if __name__ == "__main__":
    main()
