"""What the documents of an event are written from, gathered once, and the counts that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.domain import Confidentiality, Need
from matcher.events import Event, ListVersion, Participation, Schedule
from matcher.matches import MatchList
from matcher.outcomes import Outcome, State, Step

FUNNEL = (State.PUSHED, State.SEEN, State.INTERESTED, State.NEGOTIATING, State.SIGNED)
"""The way of a match that succeeds."""
_REACHED = {state: place for place, state in enumerate(FUNNEL)}


@dataclass(frozen=True, slots=True)
class Briefing:
    """One event with its list in force, what became of it, who comes and when they meet."""

    event: Event
    version: ListVersion
    match_list: MatchList
    made_at: datetime
    outcomes: Mapping[str, Outcome]
    """By match id."""
    steps: Sequence[Step] = ()
    replies: Sequence[Participation] = ()
    schedule: Schedule | None = None

    def needs(self) -> dict[str, Need]:
        """The needs of the list, by id."""
        return {item.need.id: item.need for item in self.match_list.needs}

    def enterprise_name(self, need_id: str) -> str:
        """The enterprise's name where its need is public, else 匿名企业: reports are passed on."""
        for item in self.match_list.needs:
            if item.need.id == need_id and item.need.confidentiality is Confidentiality.PUBLIC:
                return (item.enterprise.name if item.enterprise else "") or item.need.enterprise
        return "匿名企业"


def reached(outcomes: Mapping[str, Outcome], steps: Sequence[Step]) -> dict[State, int]:
    """How many matches ever came as far as each state of the funnel, or further; never more than the one before."""
    furthest = dict.fromkeys(outcomes, 0)
    for step in steps:
        if step.match_id in furthest and step.after in _REACHED:
            furthest[step.match_id] = max(furthest[step.match_id], _REACHED[step.after])
    counts = Counter(furthest.values())
    return {state: sum(counts[p] for p in range(place, len(FUNNEL))) for state, place in _REACHED.items()}
