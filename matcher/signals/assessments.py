"""What enterprises have said of the patent before: this one's word counts more, old and unreliable words count less.

A word of weight w = age · reliability (· 3 for the enterprise's own) that the prospect is v in [0, 1] (好 1, 较好 0.75,
一般 0.4, 差 0) is evidence for or against the patent:

    value = (¼ + Σ w · max(0, 2v − 1)) / (½ + Σ w · |2v − 1|)

the mean of a Beta distribution whose prior is one imagined word without opinion. Age halves a word every
`assessment_half_life_days` (settings, 730; undated words count ¼); reliability is that of `Reliability.weight`. A word
for the patent adds to the numerator and as much to the denominator, so that deleting it never raises the value.
Example: one 好 of today by an enterprise never compared, w = 0.7: (0.25 + 0.7) / (0.5 + 0.7) = 0.79.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matcher.domain import Assessment, Need, Prospect
from matcher.signals.contract import Candidate, Context, Reading
from matcher.signals.reliability import PROSPECT

_OWN = 3.0
"""How many strangers' words this enterprise's own word is worth."""
_UNDATED = 0.25
_PRIOR = 0.25
"""Evidence on either side before anybody has spoken, so that one voice alone is not taken for certainty."""


@dataclass(frozen=True, slots=True)
class Assessments:
    """Prior 企业评价 of the patent up to the day; unknown where nobody has said anything."""

    name: str = "assessments"
    label: str = "企业评价"
    default_weight: float = 0.03
    textual: bool = False

    def concerns(self, need: Need, context: Context) -> bool:
        """All, once anybody has assessed anything."""
        return bool(context.assessments)

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """The evidence for the patent as a share of all evidence, in (0, 1)."""
        items = context.assessments.get(candidate.patent.id)
        if not items:
            return None
        known = [item for item in items if item.prospect is not None and _past(item, context.as_of)]
        if not known:
            return None
        favour, against = _PRIOR, _PRIOR
        for item in sorted(known, key=lambda item: item.id):
            opinion = 2 * PROSPECT[item.prospect] - 1 if item.prospect is not None else 0.0
            part = _weight(item, context) * (_OWN if own(item, need) else 1.0) * abs(opinion)
            favour, against = (favour + part, against) if opinion > 0 else (favour, against + part)
        return Reading(favour / (favour + against), lambda: _worded(known, need, context))


def own(item: Assessment, need: Need) -> bool:
    """Whether the enterprise that has the need said it."""
    return bool(need.enterprise_id) and item.enterprise_id == need.enterprise_id


def _past(item: Assessment, as_of: date) -> bool:
    return item.on is None or item.on <= as_of


def _weight(item: Assessment, context: Context) -> float:
    age = _UNDATED if item.on is None else 0.5 ** ((context.as_of - item.on).days / context.half_life)
    return float(age * context.reliability().weight(item.enterprise_id, item.patent_id))


def _worded(known: Sequence[Assessment], need: Need, context: Context) -> str:
    """Counts and days only: other enterprises are not named."""
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
        parts.append(f"其他企业评价产业化前景{said}（{_discount(others, context)}）")
    return "；".join(parts)


def _discount(others: Sequence[Assessment], context: Context) -> str:
    """How the words were discounted: by age, and by how far their authors agreed with others elsewhere."""
    latest = max((item.on for item in others if item.on), default=None)
    day = f"最近 {latest.isoformat()}" if latest else "日期不详"
    amount = sum(_weight(item, context) for item in others)
    return f"{day}；每 {context.half_life:g} 天减半，并按评价方与他人评价的一致程度，折算 {amount:.1f} 次"
