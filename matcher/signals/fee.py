"""Whether what the holder asks is within what the enterprise can pay."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.domain import FeeKind, FeeTerms, Need
from matcher.signals.contract import Candidate, Context, Reading

_ROYALTY_FOLLOWS = frozenset({FeeKind.ENTRY_PLUS_ROYALTY, FeeKind.ROYALTY})
_WITH_ROYALTY = 0.8
"""The most a price can be worth whose royalties are still to come."""


@dataclass(frozen=True, slots=True)
class Fee:
    """The stated price against the stated budget; unknown unless it is free or both are amounts."""

    name: str = "fee"
    label: str = "费用预算"
    default_weight: float = 0.03
    textual: bool = False

    def concerns(self, need: Need, context: Context) -> bool:
        """All: what is free is within any budget."""
        return True

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """1 within the budget, falling to 0 at twice the budget; at most 0.8 where royalties follow."""
        fee, budget = candidate.patent.fee, need.budget
        if fee is None:
            return None
        if fee.kind is FeeKind.FREE:
            return Reading(1.0, lambda: "权利人免费许可")
        amount = fee.amount
        if amount is None or budget is None or budget <= 0:
            return None
        value = min(1.0, max(0.0, 2.0 - amount / budget))
        if fee.kind in _ROYALTY_FOLLOWS:
            value = min(value, _WITH_ROYALTY)
        return Reading(value, lambda: _worded(fee, amount, budget))


def _worded(fee: FeeTerms, amount: float, budget: float) -> str:
    kind = f"（{fee.kind}）" if fee.kind else ""
    within = "在" if amount <= budget else "超出"
    end = "以内" if amount <= budget else ""
    return f"费用 {amount:.10g} 万元{kind}，{within}需求预算 {budget:.10g} 万元{end}"
