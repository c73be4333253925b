"""Whether a mode of transfer exists that the enterprise takes, the holder offers and the law allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matcher.domain import LicensingMode, Need
from matcher.matches import Availability, Feasibility, Verdict
from matcher.signals.contract import Candidate, Context, Reading
from matcher.signals.willingness import acceptable, accepted_modes, offered

_VALUE = {
    (Feasibility.FEASIBLE, Verdict.SATISFIED): 1.0,
    (Feasibility.CONSENT, Verdict.SATISFIED): 0.7,
    (Feasibility.FEASIBLE, Verdict.VIOLATED): 0.3,
    (Feasibility.CONSENT, Verdict.VIOLATED): 0.2,
}
"""By law and the holder's word; a mode that is barred is worth nothing whatever the holder said."""


@dataclass(frozen=True, slots=True)
class Modes:
    """The best mode that the enterprise takes; unknown unless it said which and the holder or the law answers."""

    name: str = "modes"
    label: str = "转化方式"
    default_weight: float = 0.05
    textual: bool = False

    def concerns(self, need: Need, context: Context) -> bool:
        """Needs or enterprises that state a mode."""
        return bool(accepted_modes(need, context.enterprise(need)))

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """1 where an accepted mode is offered and free, 0.7 with consent, 0.3 or 0.2 if not offered, 0 if barred."""
        accepted = accepted_modes(need, context.enterprise(need))
        facts = context.facts(candidate.patent)
        if not accepted or not facts.availability:
            return None
        best: Availability | None = None
        best_value = 0.0
        silent = False
        for item in acceptable(facts.availability, accepted):
            if item.feasibility is Feasibility.IMPOSSIBLE:
                continue
            word = offered(candidate.patent, item.mode, facts.declared_open)
            if word is Verdict.UNKNOWN:
                silent = True
                continue
            value = _VALUE[item.feasibility, word]
            if value > best_value:
                best, best_value = item, value
        if silent and best is None:
            return None
        return Reading(best_value, lambda: _worded(best, best_value, accepted, candidate))


def _worded(
    best: Availability | None, value: float, accepted: Iterable[LicensingMode], candidate: Candidate
) -> str:
    wanted = "、".join(accepted)
    if best is None:
        return f"企业可接受{wanted}，该专利目前均不可行"
    if value < _VALUE[Feasibility.CONSENT, Verdict.SATISFIED]:
        return f"企业可接受{wanted}，权利人仅表示可{'、'.join(candidate.patent.modes)}"
    consent = f"，需征得{best.consent_of}同意" if best.feasibility is Feasibility.CONSENT else ""
    return f"双方均接受{best.mode}{consent}"
