"""Choosing an event's list: the optimum beside greedy and top-k, and what it costs in time.

python -m benchmarks.selection [--needs 1000] [--candidates 20]

Candidates are drawn, not measured: patents differ in popularity (Zipf, exponent 0.8), values fall with the rank, 12 %
of the patents have two holders. Value is the sum over the list in units of one certain success.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np

from matcher.events import Pair, Rules
from matcher.matchlists.baselines import capped_top_k, gini, greedy, top_k
from matcher.matchlists.selection import Choice, constraints, select


def drawn(needs: int, candidates: int, seed: int) -> list[Choice]:
    """Candidate pairs of an event with three patents for each need and forty holders."""
    random = np.random.default_rng(seed)
    patents = 3 * needs
    popularity = (1 + np.arange(patents)) ** -0.8
    popularity /= popularity.sum()
    holders = [
        tuple(f"h{holder:02d}" for holder in random.choice(40, 2 if joint else 1, replace=False))
        for joint in random.random(patents) < 0.12
    ]
    choices = []
    for need in range(needs):
        found = random.choice(patents, candidates, replace=False, p=popularity)
        values = np.sort(random.beta(4, 3, candidates))[::-1]
        choices += [
            Choice(Pair(f"n{need:05d}", f"p{patent:05d}"), float(value), f"p{patent:05d}", holders[patent])
            for patent, value in zip(found, values, strict=True)
        ]
    return choices


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--needs", type=int, default=1000)
    parser.add_argument("--candidates", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    choices = drawn(options.needs, options.candidates, options.seed)
    rules = Rules(per_need=5, per_patent=3, per_holder_in_need=2, per_holder=3 * options.needs // 20)
    print(
        f"{options.needs} needs x {options.candidates} candidates, {rules.per_need} a need, {rules.per_patent} a patent"
    )
    print(
        f"{'method':<14}{'value':>10}{'lines':>7}{'needs':>7}{'patents':>9}{'Gini':>7}{'over cap':>10}{'s':>7}"
    )
    started = time.perf_counter()
    best = select(choices, rules)
    _show("optimum", choices, best.pairs, rules, time.perf_counter() - started)
    for name, method in (("greedy", greedy), ("capped top-k", capped_top_k)):
        started = time.perf_counter()
        pairs = method(choices, rules)
        _show(name, choices, pairs, rules, time.perf_counter() - started)
    started = time.perf_counter()
    _show("plain top-k", choices, top_k(choices, rules.per_need), rules, time.perf_counter() - started)
    print(f"proved bound {best.bound:.4f}, gap {best.gap:.2%}, binding caps {len(best.binding)}")


def _show(name: str, choices: Sequence[Choice], pairs: Sequence[Pair], rules: Rules, seconds: float) -> None:
    by_pair = {choice.pair: choice for choice in choices}
    chosen = [by_pair[pair] for pair in pairs]
    lines = Counter(choice.group for choice in chosen)
    taken = frozenset(pairs)
    over = sum(
        max(0, sum(choices[place].pair in taken for place in cap.members) - cap.limit)
        for cap in constraints(choices, rules)
    )
    value = sum(choice.value for choice in chosen)
    needs = len({choice.pair.need_id for choice in chosen})
    print(
        f"{name:<14}{value:>10.2f}{len(chosen):>7}{needs:>7}{len(lines):>9}"
        f"{gini(lines.values()):>7.3f}{over:>10}{seconds:>7.2f}"
    )


if __name__ == "__main__":
    main()
