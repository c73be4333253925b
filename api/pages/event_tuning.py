"""调整: other caps and single matches tried on an event's newest list, with what comes in, what falls out and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response

from api.pages.event_forms import Answers, Posted, rule_answers, rules_of, seen_version
from api.pages.events import EventId
from api.pages.posting import EventForm
from api.pages.rendering import page, path_to, see_other
from api.serving import RunningEvents, Serving, caller_of
from matcher import planning, roadshows
from matcher.errors import Conflict, InputError, MatcherError, NotFound, NotReady
from matcher.events import Event, EventChange, ListVersion, Pair
from matcher.matches import Grade, Match
from matcher.matchlists.building import value
from matcher.matchlists.exports.wording import exclusion_text
from matcher.planning import Place
from matcher.tuning import Preview, preview

router = APIRouter(include_in_schema=False)

_NeedId = Annotated[str, Path(max_length=200)]
_SHOWN = 60
"""Differences on the page; all of them are in 差异清单."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One candidate of a need: what it is worth, where somebody put it, and whether it would be listed."""

    match: Match
    worth: float
    place: Place
    said: EventChange | None
    listed: bool


@router.get("/events/{event_id}/tuning")
def tuning_page(serving: RunningEvents, event_id: EventId) -> Response:
    """The rules as they are, and what they make of the newest list."""
    event = roadshows.event_named(serving.workspace, event_id)
    return _tuned(serving, event, event, rule_answers(event.rules))


@router.post("/events/{event_id}/tuning")
def tune(serving: EventForm, event_id: EventId, answers: Posted) -> Response:
    """Try other rules; with `do=keep` they become the event's, if any list is possible by them."""
    event = roadshows.event_named(serving.workspace, event_id)
    try:
        wanted = replace(event, rules=rules_of(answers, event.rules))
    except InputError as error:
        return _tuned(serving, event, event, answers, error)
    if answers.get("do") != "keep":
        return _tuned(serving, event, wanted, answers)
    try:
        preview(serving.workspace, wanted, _newest(serving, event))
        edit = planning.Edit(
            caller_of(serving).name, serving.at, answers.get("reason", ""), seen_version(answers)
        )
        planning.edit_event(serving.workspace, event, wanted, edit)
    except (InputError, Conflict) as error:
        return _tuned(serving, event, wanted, answers, error)
    serving.note("修改编制规则", event.id)
    return see_other(f"/events/{event.id}/tuning")


@router.get("/events/{event_id}/tuning/{need_id:path}")
def board(serving: RunningEvents, event_id: EventId, need_id: _NeedId) -> Response:
    """One need: what would be listed, what not, what is kept out and by whom."""
    event = roadshows.event_named(serving.workspace, event_id)
    try:
        return _board(serving, event, need_id)
    except NotReady:
        return see_other(f"/events/{event.id}/tuning")  # which says what to do


@router.post("/events/{event_id}/places/{need_id:path}")
def place_match(
    serving: EventForm,
    event_id: EventId,
    need_id: _NeedId,
    answers: Posted,
    patent: Annotated[str, Form(max_length=100)],
    place: Annotated[str, Form(max_length=20)],
) -> Response:
    """Pin, bar or let go a match, with its reason; refused where no list would be possible."""
    workspace = serving.workspace
    event = roadshows.event_named(workspace, event_id)
    version = _newest(serving, event)
    if place not in set(Place):
        raise InputError(f"不认识的指定“{place}”。可选：{'、'.join(Place)}。", code="unknown_place")
    stored = workspace.store.patents.find(patent.strip())
    if stored is None:
        raise NotFound(f"没有找到专利“{patent}”。可用申请号、专利号或公布公告号查询。")
    pair = Pair(need_id, stored.id)
    try:
        edit = planning.Edit(
            caller_of(serving).name, serving.at, answers.get("reason", ""), seen_version(answers)
        )
        found = preview(workspace, planning.with_place(event, pair, Place(place)), version)
        if found.candidates_of(need_id) is None:
            raise NotFound(f"活动 {event.id} 的清单中没有编号为“{need_id}”的需求。")
        planning.place_match(workspace, event, pair, Place(place), edit)
    except (InputError, Conflict) as error:
        return _board(serving, event, need_id, error, answers)
    serving.note(f"指定{place}", f"{event.id} {need_id} {stored.id}")
    return see_other(path_to(f"events/{event.id}/tuning", need_id))


def _newest(serving: Serving, event: Event) -> ListVersion:
    versions = serving.workspace.store.roadshows.lists(event.id)
    if not versions:
        raise NotReady(f"活动 {event.id} 还没有清单。请先编制一版清单，再调整。", code="no_list")
    return versions[-1]


def _tuned(
    serving: Serving, event: Event, wanted: Event, answers: Answers, refused: MatcherError | None = None
) -> Response:
    found: Preview | None = None
    trouble = refused
    try:
        found = preview(serving.workspace, wanted, _newest(serving, event))
    except (InputError, NotReady) as error:
        trouble = refused or error
    return page(
        serving,
        "event_tuning.html",
        _status(trouble),
        event=event,
        answers={**rule_answers(event.rules), **answers, "version": str(event.version)},
        tried=wanted.rules != event.rules,
        found=found,
        changes=found.changes[:_SHOWN] if found else (),
        grades=[grade for grade in Grade if grade is not Grade.NOT_RECOMMENDED],
        trouble="" if trouble is None else str(trouble),
    )


def _status(trouble: MatcherError | None) -> int:
    """A list that is not there yet is no failure of the page."""
    if trouble is None or isinstance(trouble, NotReady):
        return 200
    return 409 if isinstance(trouble, Conflict) else 422


def _board(
    serving: Serving,
    event: Event,
    need_id: str,
    refused: MatcherError | None = None,
    answers: Answers | None = None,
) -> Response:
    version = _newest(serving, event)
    trouble = refused
    try:
        found = preview(serving.workspace, event, version)
    except InputError as error:
        # Pins that contradict each other are shown, so that they can be let go.
        trouble = refused or error
        rules = replace(event.rules, pinned=())
        found = preview(serving.workspace, replace(event, rules=rules), version)
    item = found.candidates_of(need_id)
    if item is None:
        raise NotFound(f"活动 {event.id} 的清单中没有编号为“{need_id}”的需求。")
    choices = list(_choices(event, found, item.matches))
    return page(
        serving,
        "event_board.html",
        _status(trouble),
        event=event,
        version=version,
        need=item.need,
        enterprise=item.enterprise.name if item.enterprise else item.need.enterprise,
        zones=(
            (Place.PINNED, "列入", [choice for choice in choices if choice.listed]),
            (
                Place.FREE,
                "未列入",
                [choice for choice in choices if not choice.listed and choice.place is not Place.BARRED],
            ),
            (Place.BARRED, "不得列入", [choice for choice in choices if choice.place is Place.BARRED]),
        ),
        places=list(Place),
        excluded=[(match, exclusion_text(match)) for match in item.excluded],
        answers=answers or {},
        trouble="" if trouble is None else str(trouble),
    )


def _choices(event: Event, found: Preview, matches: tuple[Match, ...]) -> Iterator[Choice]:
    said = planning.placed(event)
    calibrated = all(match.probability is not None for item in found.pool.needs for match in item.matches)
    for match in matches:
        pair = Pair(match.need.id, match.patent.id)
        place = (
            Place.PINNED
            if pair in event.rules.pinned
            else Place.BARRED
            if pair in event.rules.excluded
            else Place.FREE
        )
        yield Choice(match, value(match, calibrated), place, said.get(pair), pair in found.listed)
