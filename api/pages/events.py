"""路演: events, the versions of their lists, and each list's life up to its publication."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Response

from api.access import audiences
from api.access.policy import Operation, extent, readable_list
from api.access.roles import Role
from api.pages.lists import workbook
from api.pages.posting import EventForm
from api.pages.rendering import page, see_other
from api.serving import ReadingEvents, caller_of
from matcher import roadshows
from matcher.errors import InputError, NotFound
from matcher.events import Event, ListState, Rules, Scope
from matcher.matches import Grade
from matcher.matchlists.exports.presets import PRESETS
from matcher.matchlists.lifecycle import NEXT, Move

router = APIRouter(include_in_schema=False)

_Id = Annotated[str, Path(max_length=50)]
_Line = Annotated[str, Form(max_length=200)]
_Count = Annotated[int, Form(ge=1, le=100)]


@router.get("/events")
def events_page(serving: ReadingEvents) -> Response:
    """Every event, the newest first, and the form for a new one."""
    events = list(reversed(serving.workspace.store.roadshows.all()))
    grades = [grade for grade in Grade if grade is not Grade.NOT_RECOMMENDED]
    return page(serving, "events.html", events=events, grades=grades, today=serving.at.date())


def _rules(
    per_need: _Count = 5, per_patent: _Count = 3, per_holder_in_need: _Count = 2, floor: _Line = "可关注"
) -> Rules:
    """A dependency: what a list of the new event may hold."""
    if floor not in set(Grade):
        raise InputError(f"不认识的推荐等级“{floor}”。可选：{'、'.join(Grade)}。", code="unknown_grade")
    candidates = max(20, 3 * per_need)
    return Rules(per_need, per_patent, per_holder_in_need, floor=Grade(floor), candidates=candidates)


@router.post("/events")
def new_event(
    serving: EventForm,
    rules: Annotated[Rules, Depends(_rules)],
    name: _Line,
    starts: _Line,
    place: _Line = "",
    region: _Line = "",
    need_region: _Line = "",
) -> Response:
    """Store a new event; raises InputError for a name or day that is missing."""
    if not name.strip():
        raise InputError("活动名称不能为空。", code="no_name")
    try:
        day = date.fromisoformat(starts)
    except ValueError as error:
        raise InputError(f"活动日期“{starts}”应写成 2026-10-20 的形式。", code="bad_day") from error
    scope = Scope(regions=tuple(region.split()), need_regions=tuple(need_region.split()))
    organiser = serving.workspace.settings.organiser
    event = Event("", name.strip(), day, place=place.strip(), organiser=organiser, scope=scope, rules=rules)
    event = serving.workspace.store.roadshows.add(event)
    serving.note("新建活动", event.id)
    return see_other(f"/events/{event.id}")


@router.get("/events/{event_id}")
def event_page(serving: ReadingEvents, event_id: _Id) -> Response:
    """One event: its rules, the versions of its list and what can be done with each."""
    event = roadshows.event_named(serving.workspace, event_id)
    caller = caller_of(serving)
    versions = serving.workspace.store.roadshows.lists(event.id)
    if extent(caller, Operation.RUN_EVENTS) == "nothing":
        versions = [version for version in versions if version.state is ListState.PUBLISHED]
    return page(
        serving,
        "event.html",
        event=event,
        versions=list(reversed(versions)),
        steps={state: [step for step in ListState if step in NEXT[state]] for state in ListState},
        presets=PRESETS if caller.role is Role.BUREAU else (),
    )


@router.post("/events/{event_id}/lists")
def build_list(serving: EventForm, event_id: _Id) -> Response:
    """Queue a new version, drawn up in the name of whoever asks."""
    caller = caller_of(serving)
    event = roadshows.event_named(serving.workspace, event_id)
    job = serving.services.worker.build_list(event, caller.actor, caller.name)
    serving.note("编制活动清单", event.id)
    return see_other(f"/jobs/{job.id}")


@router.post("/lists/{list_id}/state")
def move_list(serving: EventForm, list_id: _Id, state: _Line, note: _Line = "") -> Response:
    """The next step of a list's life, taken in the name of whoever is signed in."""
    if state not in set(ListState):
        raise InputError(f"不认识的清单状态“{state}”。可选：{'、'.join(ListState)}。", code="unknown_state")
    version = serving.workspace.store.roadshows.list_version(list_id)
    if version is None:
        raise NotFound(f"没有编号为“{list_id}”的清单。")
    move = Move(ListState(state), caller_of(serving).name, serving.at.date(), note)
    after = roadshows.move_list(serving.workspace, version, move, serving.at)
    serving.note("清单改为" + after.state, after.id)
    return see_other(f"/events/{version.event_id}")


@router.get("/events/{event_id}/list.xlsx")
def list_workbook(
    serving: ReadingEvents,
    event_id: _Id,
    version: Annotated[str, Query(max_length=50)] = "",
    preset: Annotated[str, Query(max_length=20)] = "",
    recipient: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """A list as it was made, with the sheet to fill in and send back."""
    caller, workspace = caller_of(serving), serving.workspace
    event = roadshows.event_named(workspace, event_id)
    found = readable_list(caller, workspace.store.roadshows.lists(event.id), version)
    audience = audiences.of_lists(caller, preset, recipient)
    serving.note("导出活动清单", f"{found.id} {audience.preset.name}")
    return workbook(roadshows.shown_list(workspace, found), audience, f"{event.name}-{found.id}")
