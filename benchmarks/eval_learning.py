"""What the ranker learns from simulated deals with known weights, and how many needs it takes to beat the prior.

    python -m benchmarks.eval_learning

Each need has 40 candidates whose levels follow the true weights with noise; a tenth of the values is unknown. Learned
weights are measured on 500 needs that no history holds. "Kept" means that the procedure kept the prior.
"""

from __future__ import annotations

from eval.simulation import learning_curve

TRUTH = {"semantic": 0.30, "lexical": 0.30, "ipc": 0.20, "fee": 0.10, "region": 0.10}
PRIORS = {
    "a prior that is wrong": {"semantic": 0.40, "lexical": 0.30, "ipc": 0.10, "fee": 0.10, "region": 0.10},
    "a prior that is right": TRUTH,
}
SIZES = (10, 15, 20, 30, 40, 80, 160)
SEEDS = (0, 1, 2)


def main() -> None:
    """Print one line a size and seed."""
    for name, prior in PRIORS.items():
        print(
            f"\n{name}\n{'needs':>6s} {'seed':>5s} {'weights':>8s} {'distance':>9s} {'gain in nDCG@10':>28s}"
        )
        for seed in SEEDS:
            for point in learning_curve(TRUTH, prior, SIZES, seed):
                gain = point.gain
                print(
                    f"{point.needs:6d} {seed:5d} {'kept' if point.fell_back else 'learned':>8s} {point.distance:9.3f} "
                    f"{gain.mean:+11.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
                )


if __name__ == "__main__":
    main()
