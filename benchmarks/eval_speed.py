"""Evaluating a province: the batch retrieval of a run's top 100, its measures, and a comparison's resamples.

    python -m benchmarks.eval_speed [--needs 20000] [--patents 200000] [--k 100]

Retrieval is the dense channel on clustered unit vectors of 256 dimensions, beside the bare matrix product of the same
sizes (numpy, in blocks, nothing picked from it). Measures are beside pytrec_eval's, its input ready. Ratios are of
processor time and hold for other machines; the product of 20,000 needs and 200,000 patents takes 2 TFLOP.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.synthetic import units
from eval.comparison import compare
from eval.judgements import Judgements, Ranking, Run
from eval.scoring import Mode, Scheme, Scores, score
from indexes.exact import ExactIndex

_BLOCK = 512
_JUDGED = 10


def main() -> None:
    """Print all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--needs", type=int, default=20_000)
    parser.add_argument("--patents", type=int, default=200_000)
    parser.add_argument("--k", type=int, default=100)
    asked = parser.parse_args()
    needs, patents, k = asked.needs, asked.patents, asked.k
    heading(f"Retrieval: {needs:,} needs × {patents:,} patents, top {k}")
    product = measure(bare_product, needs, patents)
    report("numpy, the matrix product alone", product)
    report("top k of every need, exact, ties settled", measure(retrieval, needs, patents, k), product)
    heading(f"Measures: {needs:,} needs × {k} results")
    theirs = measure(trec_eval, needs, patents, k)
    report("pytrec_eval, six measures", theirs)
    for mode in Mode:
        report(f"seven measures, {mode}", measure(measures, needs, patents, k, mode), theirs)
    heading(f"Comparison of two runs over {needs:,} needs, 10,000 resamples each")
    report("bootstrap and randomisation", measure(comparison, needs, 10_000))
    report("the same over 116 needs", measure(comparison, 116, 10_000))


def bare_product(needs: int, patents: int) -> Cost:
    """What no search can do without."""
    vectors, queries = units(patents), units(needs, seed=1)

    def work() -> None:
        for start in range(0, needs, _BLOCK):
            _ = queries[start : start + _BLOCK] @ vectors.T

    return clocked(work)


def retrieval(needs: int, patents: int, k: int) -> Cost:
    """The dense index in the product's batches."""
    index, queries = ExactIndex.build(units(patents)), units(needs, seed=1)

    def work() -> int:
        found = 0
        for start in range(0, needs, _BLOCK):
            found += sum(len(hits.rows) for hits in index.search(queries[start : start + _BLOCK], k))
        return found

    return clocked(work)


def measures(needs: int, patents: int, k: int, mode: Mode) -> Cost:
    """All default measures of one run."""
    run, known = _drawn(needs, patents, k)
    return clocked(score, run, known, Scheme(mode))


def trec_eval(needs: int, patents: int, k: int) -> Cost:
    """The same measures by pytrec_eval, in full mode."""
    import pytrec_eval

    run, known = _drawn(needs, patents, k)
    results = {n: dict(zip(r.ids, r.scores.tolist(), strict=True)) for n, r in run.rankings.items()}
    gains = {n: {c: 2 ** (v - 1) - 1 for c, v in row.items()} for n, row in known.levels.items()}
    names = {"ndcg_cut.10", "map", "recip_rank", "recall.10,50", "success.10", "P.10"}
    return clocked(pytrec_eval.RelevanceEvaluator(gains, names).evaluate, results)


def comparison(needs: int, resamples: int) -> Cost:
    """One paired comparison."""
    generator = np.random.default_rng(0)
    ids = tuple(f"n{i:05d}" for i in range(needs))
    one, two = (Scores(name, ids, {"ndcg@10": generator.random(needs)}) for name in "ab")
    return clocked(compare, [one, two], "ndcg@10", 0, resamples)


def _drawn(needs: int, patents: int, k: int) -> tuple[Run, Judgements]:
    """A random run and ten judgements a need, of which k/(k + 10) stand in its results."""
    generator = np.random.default_rng(0)
    ids = [f"p{i:06d}" for i in range(patents)]
    rows = generator.integers(0, patents, (needs, k + _JUDGED))
    scores = -np.arange(k, dtype=np.float64)
    picked = {f"n{i:05d}": list(dict.fromkeys(row.tolist())) for i, row in enumerate(rows)}
    run = Run(
        "random",
        {n: Ranking(tuple(ids[i] for i in row[:k]), scores[: len(row[:k])]) for n, row in picked.items()},
    )
    return run, Judgements(
        {n: {ids[i]: 3 + i % 2 for i in sorted(row[5::_JUDGED])} for n, row in picked.items()}
    )


if __name__ == "__main__":
    main()
