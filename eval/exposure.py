"""How the lists spread attention over the patents: coverage, concentration and novelty of the top k.

Catalogue a, b, c, d; two needs with the top-2 lists (a, b) and (a, c); past deals a 3, b 1.

    coverage  3 of 4 patents are listed: 0.75
    Gini      appearances 2, 1, 1, 0 → 0.375 (0: equal attention; (n − 1)/n: one patent has it all)
    novelty   mean over listed places of −log2 of the share of past deals, (deals + 1) / (4 + 4): a 1, b 2, a 1, c 3
              → 1.75 bits; higher means less popular patents (Vargas & Castells, RecSys 2011)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from eval.judgements import Run, require_known


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of one run's top k: `coverage` and both Gini in [0, 1], `novelty` in bits (None without past deals)."""

    k: int
    coverage: float
    gini_patents: float
    gini_holders: float | None
    novelty: float | None


def exposure(
    run: Run,
    catalogue: Collection[str],
    k: int = 10,
    holders: Mapping[str, str] | None = None,
    deals: Mapping[str, int] | None = None,
) -> Exposure:
    """Measure the top k of every need against all patents of `catalogue`.

    `holders` names each patent's holder, `deals` counts each patent's past deals. Raises InputError for a
    result outside the catalogue.
    """
    counts = dict.fromkeys(sorted(catalogue), 0)
    for ranking in run.rankings.values():
        top = ranking.ids[:k]
        require_known("专利", top, counts)
        for patent in top:
            counts[patent] += 1
    listed = sum(count > 0 for count in counts.values())
    return Exposure(
        k,
        coverage=listed / len(counts) if counts else 0.0,
        gini_patents=gini(list(counts.values())),
        gini_holders=None if holders is None else gini(_by_holder(counts, holders)),
        novelty=None if deals is None else _novelty(counts, deals),
    )


def gini(counts: Collection[int]) -> float:
    """Gini coefficient of non-negative counts, in [0, (n − 1)/n]; 0 where nothing was counted.

    Σ (2i − n − 1)·x_i / (n·Σx) over ascending x, i from 1.
    """
    values = np.sort(np.asarray(list(counts), dtype=np.float64))
    n, total = len(values), values.sum()
    if not total:
        return 0.0
    return float(((2 * np.arange(1, n + 1) - n - 1) * values).sum() / (n * total))


def _by_holder(counts: Mapping[str, int], holders: Mapping[str, str]) -> list[int]:
    totals: dict[str, int] = {}
    for patent, count in counts.items():
        name = holders.get(patent, "")
        totals[name] = totals.get(name, 0) + count
    return list(totals.values())


def _novelty(counts: Mapping[str, int], deals: Mapping[str, int]) -> float | None:
    places = np.array(list(counts.values()), dtype=np.float64)
    if not places.sum():
        return None
    past = np.array([deals.get(patent, 0) for patent in counts], dtype=np.float64)
    bits = -np.log2((past + 1) / (past.sum() + len(past)))
    return float((places * bits).sum() / places.sum())
