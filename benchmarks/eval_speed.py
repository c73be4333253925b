"""Prints how long it takes to measure 20,000 needs × 100 results, beside pytrec_eval on the same run."""

from __future__ import annotations

import resource
import time

import numpy as np

from eval.judgements import Judgements, Ranking, Run
from eval.scoring import Mode, Scheme, score

NEEDS, PATENTS, K, JUDGED = 20_000, 200_000, 100, 10


def main() -> None:
    generator = np.random.default_rng(0)
    ids = [f"p{i:06d}" for i in range(PATENTS)]
    rows = generator.integers(0, PATENTS, (NEEDS, K + JUDGED))
    scores = -np.arange(K, dtype=np.float64)
    needs = [f"n{i:05d}" for i in range(NEEDS)]
    picked = {need: list(dict.fromkeys(row.tolist())) for need, row in zip(needs, rows, strict=True)}
    run = Run(
        "random",
        {n: Ranking(tuple(ids[i] for i in row[:K]), scores[: len(row[:K])]) for n, row in picked.items()},
    )
    known = Judgements({n: {ids[i]: 3 + i % 2 for i in sorted(row[5::JUDGED])} for n, row in picked.items()})
    for mode in Mode:
        start = time.perf_counter()
        found = score(run, known, Scheme(mode))
        print(
            f"{mode}: {len(found.values)} measures, {NEEDS} needs × {K}: {time.perf_counter() - start:.2f} s, "
            f"ndcg@10 {found.mean('ndcg@10'):.4f}"
        )
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    _baseline(run, known)


def _baseline(run: Run, known: Judgements) -> None:
    try:
        import pytrec_eval
    except ImportError:
        print("pytrec_eval is not installed: no baseline")
        return
    results = {n: dict(zip(r.ids, r.scores.tolist(), strict=True)) for n, r in run.rankings.items()}
    gains = {n: {c: 2 ** (v - 1) - 1 for c, v in row.items()} for n, row in known.levels.items()}
    start = time.perf_counter()
    names = {"ndcg_cut.10", "map", "recip_rank", "recall.10,50", "success.10", "P.10"}
    pytrec_eval.RelevanceEvaluator(gains, names).evaluate(results)
    print(f"pytrec_eval, the same measures in full mode: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
