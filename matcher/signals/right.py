"""How strong and how long-lived the right is: its type and its remaining term."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.domain import Need, PatentType
from matcher.signals.contract import Candidate, Context, Reading

_TYPE = {PatentType.INVENTION: 1.0, PatentType.UTILITY_MODEL: 0.6, PatentType.DESIGN: 0.3}
"""An invention is examined; a utility model is not; a design protects no technology."""
_LONG_YEARS = 10.0
"""A remaining term from which more makes no difference."""
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Right:
    """Type and remaining term in equal parts; unknown unless type and filing date are known."""

    name: str = "right"
    label: str = "权利类型与剩余期限"
    default_weight: float = 0.04
    textual: bool = False

    def concerns(self, need: Need, context: Context) -> bool:
        """All."""
        return True

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """Half the type (invention 1, utility model 0.6, design 0.3), half the remaining years up to 10."""
        patent = candidate.patent
        end = context.facts(patent).expiry
        if patent.type is None or end is None:
            return None
        years = max(0.0, (end - context.as_of).days / _DAYS_PER_YEAR)
        value = (_TYPE[patent.type] + min(years / _LONG_YEARS, 1.0)) / 2
        return Reading(
            value, lambda: f"{patent.type}，剩余保护期约 {years:.1f} 年（预计 {end.isoformat()} 届满）"
        )
