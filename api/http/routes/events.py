"""Events and their lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access import audiences
from api.access.policy import readable_list
from api.http.examples import EVENTS, LIST
from api.http.openapi import answered, problems
from api.http.questions import EventListQuery
from api.serving import ReadingEvents, caller_of, json_answer, list_answer
from matcher import roadshows

router = APIRouter(prefix="/api/v1", tags=["活动"])


@router.get("/events", summary="全部活动", responses=answered(EVENTS) | problems(401, 403, 503))
def events(serving: ReadingEvents) -> Response:
    """Every event, by id."""
    found = serving.workspace.store.roadshows.all()
    return json_answer(
        [
            {
                "id": event.id,
                "name": event.name,
                "starts": event.starts.isoformat(),
                "ends": event.ends.isoformat() if event.ends else None,
                "place": event.place,
                "organiser": event.organiser,
            }
            for event in found
        ]
    )


@router.get(
    "/events/{event_id}/list",
    summary="一场活动的对接清单",
    responses=answered(LIST) | problems(401, 403, 404, 422, 503),
)
def event_list(
    event_id: Annotated[str, Path(max_length=200, description="活动编号或名称", examples=["HD001"])],
    query: Annotated[EventListQuery, Query()],
    serving: ReadingEvents,
) -> Response:
    """The newest list, as it was made; the bureau may also ask for another version, others see published ones."""
    caller, workspace = caller_of(serving), serving.workspace
    event = roadshows.event_named(workspace, event_id)
    version = readable_list(caller, workspace.store.roadshows.lists(event.id), query.version)
    audience = audiences.of_lists(caller, query.preset, query.recipient)
    serving.note("查看活动清单", f"{version.id} {audience.preset.name}")
    return list_answer(roadshows.shown_list(workspace, version), audience)
