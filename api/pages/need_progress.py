"""How far a need has come: its state, the matches that are followed, and what happened, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from api.serving import Serving
from matcher.domain import Need, Patent
from matcher.outcomes import Outcome, State

_FURTHEST = (State.SIGNED, State.NEGOTIATING, State.INTERESTED, State.SEEN, State.PUSHED)
"""States of a match that speak for its need, the furthest first."""
_ACTIONS = ("登记需求", "修改需求")
REGISTERED, EXPIRED = "已登记", "已过有效期"


@dataclass(frozen=True, slots=True)
class Followed:
    """One match that was handed out; `patent` None where it is no longer stored."""

    outcome: Outcome
    patent: Patent | None
    event: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a need's history."""

    at: datetime
    what: str
    by: str


@dataclass(frozen=True, slots=True)
class NeedProgress:
    """A need's state in a word, its followed matches, and its history, the newest first."""

    state: str
    followed: tuple[Followed, ...]
    history: tuple[Happening, ...]


def state_of(need: Need, outcomes: Sequence[Outcome], today: date) -> str:
    """The furthest state of its matches; where none counts, whether it still stands."""
    reached = {outcome.state for outcome in outcomes}
    furthest = next((state for state in _FURTHEST if state in reached), None)
    if furthest is not None:
        return str(furthest)
    return EXPIRED if need.valid_until is not None and need.valid_until < today else REGISTERED


def progress_of(serving: Serving, need: Need) -> NeedProgress:
    """Everything that is noted of one need."""
    store = serving.workspace.store
    outcomes = store.outcomes.of_need(need.id)
    patents = store.patents.many(outcome.patent_id for outcome in outcomes)
    events = {event.id: event.name for event in store.roadshows.all()} if outcomes else {}
    followed = tuple(
        Followed(outcome, patents.get(outcome.patent_id), events.get(outcome.event_id, outcome.event_id))
        for outcome in outcomes
    )
    history = [*_noted(serving, need), *_steps(serving, followed)]
    history.sort(key=lambda one: one.at, reverse=True)
    return NeedProgress(state_of(need, outcomes, serving.at.date()), followed, tuple(history))


def _noted(serving: Serving, need: Need) -> list[Happening]:
    """Who registered or changed it on a page, by role, and the files that it came in."""
    lines = serving.services.access.audit.of(need.id, _ACTIONS)
    found = [Happening(line.at, line.action, line.actor.partition("：")[0]) for line in lines]
    for origin in serving.workspace.store.sightings.of("needs", need.id):
        what = "由文件更新" if origin.fields else "由文件登记"
        found.append(Happening(origin.at, f"{what}：{origin.file} 第 {origin.row} 行", ""))
    return found


def _steps(serving: Serving, followed: Sequence[Followed]) -> list[Happening]:
    """The changes of its matches; the words and names that came with them stay with the bureau."""
    titles = {one.outcome.id: one.patent.title if one.patent else one.outcome.patent_id for one in followed}
    return [
        Happening(
            step.at,
            f"{titles[step.match_id]}：{step.after}" + (f"（{step.reason}）" if step.reason else ""),
            "",
        )
        for step in serving.workspace.store.outcomes.history(titles)
    ]
