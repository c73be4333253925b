"""How far an enterprise's assessments have agreed with what others said of the same patents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from matcher.domain import Assessment, Prospect

PROSPECT = {Prospect.GOOD: 1.0, Prospect.FAIR: 0.75, Prospect.AVERAGE: 0.4, Prospect.POOR: 0.0}
"""产业化前景 in [0, 1]."""
PRIOR = 0.7
"""Reliability of who has never been compared."""
_PRIOR_WORDS = 2
"""How many comparisons that prior is worth: one lucky agreement does not make an expert."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Agreement in [0, 1] by enterprise and patent; see `of`."""

    agreements: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, assessments: Mapping[str, Iterable[Assessment]]) -> Reliability:
        """From the assessments by patent id, already those of then or earlier.

        On a patent that several enterprises have assessed, one agrees by 1 − |its value − mean of the others'|; of its
        several words on one patent the latest counts. A consensus weight, as the first step of Dawid and Skene (1979).
        """
        agreements: dict[str, dict[str, float]] = defaultdict(dict)
        for patent_id, items in assessments.items():
            latest = _latest(items)
            if len(latest) < 2:
                continue
            total = sum(latest.values())
            for enterprise, value in latest.items():
                others = (total - value) / (len(latest) - 1)
                agreements[enterprise][patent_id] = 1 - abs(value - others)
        return cls(agreements)

    def weight(self, enterprise: str, patent_id: str) -> float:
        """(2 · 0.7 + Σ agreements) / (2 + n) over all patents but this one, in (0, 1].

        Leaving this patent out keeps a word on it from raising or lowering the weight of the others on it.
        """
        others = [value for id_, value in self.agreements.get(enterprise, {}).items() if id_ != patent_id]
        return (_PRIOR_WORDS * PRIOR + sum(others)) / (_PRIOR_WORDS + len(others))


def _latest(items: Iterable[Assessment]) -> dict[str, float]:
    """The value of each enterprise's latest word that states a prospect."""
    stated = [item for item in items if item.prospect is not None and item.enterprise_id]
    stated.sort(key=lambda item: (item.on or date.min, item.id))
    return {item.enterprise_id: PROSPECT[item.prospect] for item in stated if item.prospect is not None}
