"""One version of an event's list: read, sent for review, published, voided, taken away as a file."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field

from api.access import audiences
from api.access.policy import readable_list
from api.admission import Admitted
from api.http import examples
from api.http.bodies import Line, RecordBody
from api.http.event_bodies import version_document
from api.http.files import FORMATS, written
from api.http.openapi import answered, binary, problems
from api.http.preconditions import IfMatch, Outdated, require_match, tagged
from api.http.questions import Question
from api.serving import ReadingEvents, RunningEvents, Serving, caller_of
from matcher import roadshows
from matcher.errors import Conflict, NotFound
from matcher.events import ListState, ListVersion
from matcher.matchlists.lifecycle import Move

router = APIRouter(prefix="/api/v1", tags=["活动"], route_class=Admitted)

_Id = Annotated[str, Path(max_length=100, description="清单编号", examples=["HD001-02"])]


class MoveBody(RecordBody):
    """Into which state, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "审核", "note": ""}]})

    state: ListState
    note: Line = Field("", description="说明；作废时必填")


class FileQuery(Question):
    """Which file, for whom."""

    format: FORMATS = Field("xlsx", description="文件格式")
    preset: str = Field("", max_length=20, description="内部版、对外版、企业版、高校版；默认为本角色的版式")
    recipient: str = Field("", max_length=200, description="企业版、高校版交给谁")


@router.get(
    "/lists/{list_id}",
    summary="一版清单的状态",
    responses=answered(examples.VERSION) | problems(401, 403, 404, 422, 503),
)
def version(list_id: _Id, serving: ReadingEvents) -> Response:
    """With the ETag that moving it asks for; its content is at /events/{event_id}/list."""
    return tagged(version_document(_version(serving, list_id)))


@router.post(
    "/lists/{list_id}/moves",
    summary="送审、退回、发布或作废一版清单",
    responses=answered(examples.VERSION) | problems(400, 401, 403, 404, 409, 412, 413, 422, 428, 503),
)
def move(list_id: _Id, body: MoveBody, serving: RunningEvents, if_match: IfMatch = "") -> Response:
    """A draft is reviewed before it is published, by a second person; what was published is never changed."""
    before, caller = _version(serving, list_id), caller_of(serving)
    require_match(if_match, version_document(before))
    step = Move(body.state, caller.name, serving.at.date(), body.note)
    try:
        after = roadshows.move_list(serving.workspace, before, step, serving.at)
    except Conflict as error:
        raise Outdated(str(error)) from error
    serving.note(f"清单改为{after.state}", after.id)
    serving.services.notices.moved(after, serving.at)
    return tagged(version_document(after))


@router.get(
    "/lists/{list_id}/file",
    response_class=Response,
    summary="下载一版清单",
    responses=binary("清单文件") | problems(401, 403, 404, 422, 503),
)
def file(list_id: _Id, query: Annotated[FileQuery, Query()], serving: ReadingEvents) -> Response:
    """The file that `matcher event export` writes."""
    found = _version(serving, list_id)
    audience = audiences.of_lists(caller_of(serving), query.preset, query.recipient)
    content = written(roadshows.shown_list(serving.workspace, found), audience, query.format)
    serving.note("下载活动清单", f"{found.id} {audience.preset.name}")
    name = quote(f"{found.id}-{audience.preset.name}.{query.format}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, 200, headers, "application/octet-stream")


def _version(serving: Serving, list_id: str) -> ListVersion:
    """The version where the caller may see it; whether an unpublished one is there is told to nobody else."""
    found = serving.workspace.store.roadshows.list_version(list_id)
    if found is None:
        raise NotFound(f"没有清单“{list_id}”。")
    return readable_list(caller_of(serving), [found], found.id)
