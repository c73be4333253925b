"""现场记录: what became of each match, recorded at the table; one match a card, saved at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Response

from api.pages.event_forms import Answers, Posted, seen_version
from api.pages.events import EventId
from api.pages.posting import EventForm
from api.pages.rendering import page, see_other
from api.serving import RunningEvents, Serving, caller_of
from matcher import followups, roadshows
from matcher.domain import LicensingMode
from matcher.errors import Conflict, InputError, MatcherError, NotFound
from matcher.events import Event, ListState, ListVersion
from matcher.matches import Match, MatchList, NeedMatches
from matcher.outcomes import NEXT, Change, NextStep, Outcome, Reason, State, Step
from matcher.store.database import Store
from matcher.workspace import Workspace

router = APIRouter(include_in_schema=False)

_PAGE = 15
"""Cards on a page: some 50 KB."""
_FIRST = (State.INTERESTED, State.NEGOTIATING, State.SIGNED, State.SEEN, State.UNSUITABLE, State.ON_HOLD)
"""States offered as buttons, the most usual first; the others by the command line."""
_MODES = tuple(mode for mode in LicensingMode if mode is not LicensingMode.OWN_USE)
T = TypeVar("T", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Card:
    """One match with what was recorded of it; `last` is the newest step, `states` those that may follow."""

    match: Match
    enterprise: str
    outcome: Outcome
    last: Step | None
    states: tuple[State, ...]

    def has(self, words: Sequence[str]) -> bool:
        """Whether each of these words stands in its number, parties, need or patent."""
        match = self.match
        text = " ".join(
            (
                match.id,
                self.enterprise,
                *match.patent.holders,
                match.patent.id,
                match.patent.title,
                match.need.title,
            )
        )
        return all(word.upper() in text.upper() for word in words)


@router.get("/events/{event_id}/outcomes")
def outcomes_page(
    serving: RunningEvents,
    event_id: EventId,
    q: Annotated[str, Query(max_length=100)] = "",
    state: Annotated[str, Query(max_length=10)] = "",
    number: Annotated[int, Query(ge=1, le=10_000, alias="page")] = 1,
    saved: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The matches that a search finds, fifteen a page."""
    event = roadshows.event_named(serving.workspace, event_id)
    return _page(serving, event, Search(q.strip(), state, number, saved))


@router.post("/events/{event_id}/outcomes/{match_id}")
def record(
    serving: EventForm,
    event_id: EventId,
    match_id: Annotated[str, Path(max_length=20)],
    answers: Posted,
    q: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Save what was said of a match; where somebody else was first, nothing is written and nothing typed is lost."""
    workspace = serving.workspace
    event = roadshows.event_named(workspace, event_id)
    if match_id not in {outcome.id for outcome in workspace.store.outcomes.of_event(event.id)}:
        raise NotFound(f"活动 {event.id} 没有编号为“{match_id}”的对接。")
    try:
        change = _change(serving, answers)
        after = followups.change_outcome(workspace, match_id, change, seen_version(answers))
    except (Conflict, InputError) as error:
        return _page(serving, event, Search(match_id), error, answers)
    serving.note("记录对接结果", f"{match_id} {after.state}")
    return see_other(f"/events/{event.id}/outcomes?saved={match_id}" + (f"&q={quote(q)}" if q else ""))


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; `saved` is the match that was recorded last."""

    q: str = ""
    state: str = ""
    number: int = 1
    saved: str = ""


def _page(
    serving: Serving,
    event: Event,
    search: Search,
    trouble: MatcherError | None = None,
    answers: Answers | None = None,
) -> Response:
    cards = list(_cards(serving.workspace, event))
    found = [
        card for card in cards if card.has(search.q.split()) and search.state in ("", card.outcome.state)
    ]
    start = (search.number - 1) * _PAGE
    shown = _with_steps(serving.workspace, found[start : start + _PAGE])
    status = 200 if trouble is None else 409 if isinstance(trouble, Conflict) else 422
    return page(
        serving,
        "event_outcomes.html",
        status,
        event=event,
        search=search,
        counts=Counter(card.outcome.state for card in cards),
        states=list(State),
        cards=shown,
        found=len(found),
        total=len(cards),
        pages=max(1, -(-len(found) // _PAGE)),
        reasons=list(Reason),
        steps=list(NextStep),
        modes=_MODES,
        answers=answers,
        trouble="" if trouble is None else str(trouble),
        saved=next(
            (card for card in _with_steps(serving.workspace, cards) if card.match.id == search.saved), None
        )
        if search.saved
        else None,
    )


def _cards(workspace: Workspace, event: Event) -> Iterator[Card]:
    """Every match of the published list that is followed, in the list's order."""
    followed = {outcome.id: outcome for outcome in workspace.store.outcomes.of_event(event.id)}
    for item in _listed(workspace, event):
        enterprise = item.enterprise.name if item.enterprise else item.need.enterprise
        for match in item.matches:
            if match.id in followed:
                outcome = followed[match.id]
                states = tuple(
                    state for state in _FIRST if state in NEXT[outcome.state] or state is outcome.state
                )
                yield Card(match, enterprise or "企业未注明", outcome, None, states)


def _listed(workspace: Workspace, event: Event) -> tuple[NeedMatches, ...]:
    for version in workspace.store.roadshows.lists(event.id):
        if version.state is ListState.PUBLISHED:
            return _snapshot(workspace.store, version).needs
    return ()


@lru_cache(2)
def _snapshot(store: Store, version: ListVersion) -> MatchList:
    """What was published never changes; a list of thousands takes a second to read."""
    return store.roadshows.snapshot(version)


def _with_steps(workspace: Workspace, cards: Sequence[Card]) -> list[Card]:
    history: Mapping[str, Step] = {
        step.match_id: step
        for step in workspace.store.outcomes.history(card.match.id for card in cards)
        if step.before is not None
    }
    return [replace(card, last=history.get(card.match.id)) for card in cards]


def _change(serving: Serving, answers: Answers) -> Change:
    """What a card's form says; raises InputError for what cannot be read."""
    state = _term(answers, "state", State)
    if state is None:
        raise InputError("请选择结果：有意向、洽谈中、已签约、不合适等。", code="state_missing")
    effective = answers.get("effective", "")
    try:
        day = date.fromisoformat(effective) if effective else None
    except ValueError as error:
        raise InputError(f"合同生效日“{effective}”应写成 2026-11-01 的形式。", code="bad_day") from error
    return Change(
        state,
        caller_of(serving).name,
        serving.at,
        reason=_term(answers, "reason", Reason),
        note=answers.get("note", ""),
        mode=_term(answers, "mode", LicensingMode),
        amount=_amount(answers),
        effective=day,
        source="现场记录",
        next_step=_term(answers, "next_step", NextStep),
    )


def _term(answers: Answers, name: str, terms: type[T]) -> T | None:
    text = answers.get(name, "")
    if not text:
        return None
    if text not in set(terms):
        raise InputError(f"不认识的“{text[:30]}”。可选：{'、'.join(terms)}。", code="unknown_term")
    return terms(text)


def _amount(answers: Answers) -> float | None:
    text = answers.get("amount", "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", text):
        raise InputError(f"金额（万元）应为数字，填的是“{text[:30]}”。", code="bad_amount")
    return float(text)
