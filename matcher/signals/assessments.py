"""What enterprises have said of the patent before: this one's word counts more, old words count less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matcher.domain import Assessment, Need, Prospect
from matcher.signals.contract import Candidate, Context, Reading

_PROSPECT = {Prospect.GOOD: 1.0, Prospect.FAIR: 0.75, Prospect.AVERAGE: 0.4, Prospect.POOR: 0.0}
_HALF_LIFE_DAYS = 730
_OWN = 3.0
"""How many strangers' words this enterprise's own word is worth."""
_UNDATED = 0.25
_PRIOR = 0.5
"""Weight of an imagined middling assessment, so that one voice alone is not taken for certainty."""


@dataclass(frozen=True, slots=True)
class Assessments:
    """Prior 企业评价 of the patent up to the day; unknown where nobody has said anything."""

    name: str = "assessments"
    label: str = "企业评价"
    default_weight: float = 0.03
    textual: bool = False

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """Weighted mean of prospects (好 1, 较好 0.75, 一般 0.4, 差 0) with a middling prior of weight 0.5."""
        items = context.assessments.get(candidate.patent.id)
        if not items:
            return None
        known = [item for item in items if item.prospect is not None and _past(item, context.as_of)]
        if not known:
            return None
        total, weight = 0.5 * _PRIOR, _PRIOR
        for item in sorted(known, key=lambda item: item.id):
            part = _age_weight(item.on, context.as_of) * (_OWN if own(item, need) else 1.0)
            weight += part
            total += part * _PROSPECT[item.prospect] if item.prospect is not None else 0.0
        return Reading(total / weight, lambda: _worded(known, need))


def own(item: Assessment, need: Need) -> bool:
    """Whether the enterprise that has the need said it."""
    return bool(need.enterprise_id) and item.enterprise_id == need.enterprise_id


def _past(item: Assessment, as_of: date) -> bool:
    return item.on is None or item.on <= as_of


def _age_weight(on: date | None, as_of: date) -> float:
    return _UNDATED if on is None else float(0.5 ** ((as_of - on).days / _HALF_LIFE_DAYS))


def _worded(known: Sequence[Assessment], need: Need) -> str:
    """Counts only: other enterprises are not named."""
    mine = [item for item in known if own(item, need)]
    others = [item for item in known if not own(item, need)]
    parts = []
    if mine:
        latest = max(mine, key=lambda item: (item.on or date.min, item.id))
        day = f"（{latest.on.isoformat()}）" if latest.on else ""
        parts.append(f"本企业曾评价产业化前景“{latest.prospect}”{day}")
    if others:
        counts = Counter(item.prospect for item in others)
        said = "、".join(f"“{prospect}”{counts[prospect]} 次" for prospect in Prospect if counts[prospect])
        parts.append(f"其他企业评价产业化前景{said}")
    return "；".join(parts)
