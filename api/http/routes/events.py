"""Events: created, changed with a reason, their lists drawn up in the background."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access import audiences
from api.access.policy import Extent, Operation, extent, readable_list
from api.access.roles import Caller
from api.admission import Admitted
from api.http import examples
from api.http.event_bodies import EventBody, EventChangeBody, brief, full, version_document
from api.http.group_fields import require_known
from api.http.jobs import accepted
from api.http.openapi import answered, problems
from api.http.preconditions import IfMatch, Outdated, require_match, tagged
from api.http.questions import EventListQuery
from api.serving import ReadingEvents, RunningEvents, caller_of, json_answer, list_answer
from matcher import planning, roadshows
from matcher.errors import Conflict
from matcher.events import ListState

router = APIRouter(prefix="/api/v1", tags=["活动"], route_class=Admitted)

_Id = Annotated[str, Path(max_length=200, description="活动编号或名称", examples=["HD001"])]


@router.get("/events", summary="全部活动", responses=answered(examples.EVENTS) | problems(401, 403, 503))
def events(serving: ReadingEvents) -> Response:
    """Every event, by id."""
    return json_answer([brief(event) for event in serving.workspace.store.roadshows.all()])


@router.post(
    "/events",
    status_code=201,
    summary="新建一场活动",
    responses=answered(examples.EVENT, 201) | problems(400, 401, 403, 409, 413, 422, 503),
)
def new_event(body: EventBody, serving: RunningEvents) -> Response:
    """Under the next free number."""
    wanted = body.event(organiser=serving.workspace.settings.organiser)
    require_known(serving, body.groups())
    planning.check(serving.workspace, wanted)
    event = serving.workspace.store.roadshows.add(wanted)
    serving.note("新建活动", event.id)
    return tagged(full(event), 201, f"/api/v1/events/{event.id}")


@router.get(
    "/events/{event_id}",
    summary="一场活动",
    responses=answered(examples.EVENT) | problems(401, 403, 404, 422, 503),
)
def event(event_id: _Id, serving: ReadingEvents) -> Response:
    """With scope, rules and history for those who run events."""
    found = roadshows.event_named(serving.workspace, event_id)
    return tagged(full(found) if _runs(caller_of(serving)) else brief(found))


@router.put(
    "/events/{event_id}",
    summary="修改一场活动",
    responses=answered(examples.EVENT) | problems(400, 401, 403, 404, 409, 412, 413, 422, 428, 503),
)
def change_event(
    event_id: _Id, body: EventChangeBody, serving: RunningEvents, if_match: IfMatch = ""
) -> Response:
    """As `matcher event edit`: once a list is published only the rules change, for the next version."""
    before = roadshows.event_named(serving.workspace, event_id)
    require_match(if_match, full(before))
    require_known(serving, body.groups())
    edit = planning.Edit(caller_of(serving).name, serving.at, body.reason, before.version)
    try:
        after = planning.edit_event(serving.workspace, before, body.event(before.id), edit)
    except Conflict as error:
        raise Outdated(str(error)) from error
    serving.note("修改活动", after.id)
    return tagged(full(after))


@router.get(
    "/events/{event_id}/lists",
    summary="一场活动的各版清单",
    responses=answered(examples.VERSIONS) | problems(401, 403, 404, 422, 503),
)
def versions(event_id: _Id, serving: ReadingEvents) -> Response:
    """The oldest first; unpublished ones for those who run events."""
    found = roadshows.event_named(serving.workspace, event_id)
    everything = _runs(caller_of(serving))
    lists = serving.workspace.store.roadshows.lists(found.id)
    return json_answer(
        [version_document(one) for one in lists if everything or one.state is ListState.PUBLISHED]
    )


@router.post(
    "/events/{event_id}/lists",
    status_code=202,
    summary="编制一版清单（后台）",
    responses=answered(examples.JOB, 202) | problems(401, 403, 404, 409, 422, 503),
)
def build_list(event_id: _Id, serving: RunningEvents) -> Response:
    """A new version as 拟稿; the job's `result.list` names it."""
    found, caller = roadshows.event_named(serving.workspace, event_id), caller_of(serving)
    job = serving.services.worker.build_list(found, caller.actor, caller.name)
    serving.note("编制活动清单", found.id)
    return accepted(job)


@router.get(
    "/events/{event_id}/list",
    summary="一场活动的对接清单",
    responses=answered(examples.LIST) | problems(401, 403, 404, 422, 503),
)
def event_list(event_id: _Id, query: Annotated[EventListQuery, Query()], serving: ReadingEvents) -> Response:
    """The newest list, as it was made; the bureau may also ask for another version, others see published ones."""
    caller, workspace = caller_of(serving), serving.workspace
    found = roadshows.event_named(workspace, event_id)
    version = readable_list(caller, workspace.store.roadshows.lists(found.id), query.version)
    audience = audiences.of_lists(caller, query.preset, query.recipient)
    serving.note("查看活动清单", f"{version.id} {audience.preset.name}")
    return list_answer(roadshows.shown_list(workspace, version), audience)


def _runs(caller: Caller) -> bool:
    return extent(caller, Operation.RUN_EVENTS) is not Extent.NOTHING
