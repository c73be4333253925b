"""The list of an event: drawn up, looked at, tuned match by match, and moved up to its publication."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response

from api.access import audiences
from api.access.policy import readable_list
from api.pages.events import EventId
from api.pages.lists import workbook
from api.pages.posting import EventForm
from api.pages.rendering import page, see_other
from api.serving import ReadingEvents, caller_of
from matcher import roadshows
from matcher.errors import InputError, NotFound
from matcher.events import ListState
from matcher.matchlists.exports import list_rows
from matcher.matchlists.exports.cover import grade_note
from matcher.matchlists.lifecycle import Move

router = APIRouter(include_in_schema=False)

ListId = Annotated[str, Path(max_length=50)]
_Line = Annotated[str, Form(max_length=200)]
_PAGE = 10
"""Needs on a page: some 60 KB."""


@router.post("/events/{event_id}/lists")
def build_list(serving: EventForm, event_id: EventId) -> Response:
    """Queue a new version, drawn up in the name of whoever asks."""
    caller = caller_of(serving)
    event = roadshows.event_named(serving.workspace, event_id)
    job = serving.services.worker.build_list(event, caller.actor, caller.name)
    serving.note("编制活动清单", event.id)
    return see_other(f"/jobs/{job.id}")


@router.post("/lists/{list_id}/state")
def move_list(serving: EventForm, list_id: ListId, state: _Line, note: _Line = "") -> Response:
    """The next step of a list's life, taken in the name of whoever is signed in."""
    if state not in set(ListState):
        raise InputError(f"不认识的清单状态“{state}”。可选：{'、'.join(ListState)}。", code="unknown_state")
    version = serving.workspace.store.roadshows.list_version(list_id)
    if version is None:
        raise NotFound(f"没有编号为“{list_id}”的清单。")
    move = Move(ListState(state), caller_of(serving).name, serving.at.date(), note)
    after = roadshows.move_list(serving.workspace, version, move, serving.at)
    serving.note("清单改为" + after.state, after.id)
    serving.services.notices.moved(after, serving.at)
    return see_other(f"/events/{version.event_id}")


@router.get("/lists/{list_id}")
def list_page(
    serving: ReadingEvents, list_id: ListId, number: Annotated[int, Query(ge=1, le=10_000, alias="page")] = 1
) -> Response:
    """A list as it was made, in the version of whoever asks; ten needs a page."""
    caller, workspace = caller_of(serving), serving.workspace
    # A draft answers those who may not see it like a list that is not there.
    event_id = list_id.rpartition("-")[0]
    version = readable_list(caller, workspace.store.roadshows.lists(event_id), list_id)
    audience = audiences.of_lists(caller)
    rows = list_rows(roadshows.shown_list(workspace, version), audience.preset, audience.recipient)
    start = (number - 1) * _PAGE
    serving.note("查看活动清单", version.id)
    return page(
        serving,
        "event_list.html",
        event=roadshows.event_named(workspace, event_id),
        version=version,
        rows=rows,
        grades=grade_note(rows),
        needs=rows.needs[start : start + _PAGE],
        number=number,
        pages=max(1, -(-len(rows.needs) // _PAGE)),
        pinned={entry.match_id for entry in workspace.store.roadshows.entries(version.id) if entry.pinned},
    )


@router.get("/events/{event_id}/list.xlsx")
def list_workbook(
    serving: ReadingEvents,
    event_id: EventId,
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
