"""Whether the technology is as mature as the need asks: soft, and depending on the path."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.domain import Maturity, MaturityScale, MaturitySource, Need
from matcher.signals.contract import Candidate, Context, Reading

_STEP = 0.25
"""What each missing level costs who wants to use the technology as it is."""
_STEP_JOINTLY = 0.10
"""What it costs who will develop it together with the holder: universities seldom go beyond TRL 5 or 6."""
_INFERRED = 0.6
"""How far a level inferred from text moves the value from the middle."""
_JOINT = (
    "联合开发",
    "合作开发",
    "共同开发",
    "联合研发",
    "合作研发",
    "共同研发",
    "委托开发",
    "委托研发",
    "产学研",
)


@dataclass(frozen=True, slots=True)
class MaturityFit:
    """The patent's level against the lowest one that the need accepts; unknown unless both are stated."""

    name: str = "maturity"
    label: str = "成熟度"
    default_weight: float = 0.06
    textual: bool = False

    def concerns(self, need: Need, context: Context) -> bool:
        """Needs that state a level."""
        return need.min_maturity is not None

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """1 at or above the accepted level, less for each level below it; a level read from text counts less."""
        has, asked = candidate.patent.maturity, need.min_maturity
        if has is None or asked is None:
            return None
        jointly = develops_jointly(need)
        gap = max(0, asked.level - has.level)
        value = max(0.0, 1.0 - gap * (_STEP_JOINTLY if jointly else _STEP))
        if has.source is MaturitySource.TEXT:
            value = 0.5 + (value - 0.5) * _INFERRED

        def explain() -> str:
            path = "，并接受联合开发" if jointly and gap else ""
            return f"技术成熟度 {stated(has)}，需求可接受 TRL {asked.level} 以上{path}"

        return Reading(value, explain)


def develops_jointly(need: Need) -> bool:
    """Whether the enterprise would bring the technology to maturity together with the holder."""
    return any(word in way for way in need.cooperation for word in _JOINT)


def stated(maturity: Maturity) -> str:
    """Level, source and original words: `TRL 5（自评，中试）`."""
    words = maturity.text.strip()
    quoted = "" if not words or maturity.scale is MaturityScale.TRL9 else f"，{words}"
    return f"TRL {maturity.level}（{maturity.source}{quoted}）"
