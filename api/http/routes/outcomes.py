"""What became of matches: read with their history, recorded on the version that was seen."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ConfigDict, Field

from api.access.policy import Extent, Operation, extent, may_need
from api.admission import Admitted
from api.http import examples
from api.http.bodies import Line, RecordBody
from api.http.openapi import answered, problems
from api.http.operations import ReadingOutcomes, WritingOutcomes
from api.http.paging import cursor_of, page_answer, position
from api.http.preconditions import IfMatch, Outdated, require_match, tagged
from api.http.questions import Day, PageQuery
from api.serving import Serving, caller_of, json_answer
from matcher import followups, roadshows
from matcher.domain import LicensingMode
from matcher.errors import Conflict, NotFound
from matcher.outcomes import Change, Outcome, Reason, State

router = APIRouter(prefix="/api/v1", tags=["对接结果"], route_class=Admitted)

_Id = Annotated[str, Path(max_length=50, description="对接编号", examples=["M7KQ2W9X4RT"])]
_Event = Annotated[str, Path(max_length=200, description="活动编号或名称", examples=["HD001"])]


class OutcomeBody(RecordBody):
    """What is to become of a match; what is left out stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "不合适", "reason": "成熟度不足", "note": "需中试数据"}]}
    )

    state: State
    reason: Reason | None = Field(None, description="不合适、搁置时必填")
    note: Line = ""
    mode: LicensingMode | None = Field(None, description="已签约时必填")
    amount: Annotated[float, Field(ge=0, le=1e9)] | None = Field(None, description="万元")
    effective: Day | None = Field(None, description="合同生效日，已签约时必填")


@router.get(
    "/events/{event_id}/outcomes",
    summary="一场活动的对接结果",
    responses=answered(examples.OUTCOMES) | problems(401, 403, 404, 422, 503),
)
def outcomes(
    request: Request, event_id: _Event, query: Annotated[PageQuery, Query()], serving: ReadingOutcomes
) -> Response:
    """By match id; an enterprise those of its own needs."""
    event = roadshows.event_named(serving.workspace, event_id)
    found = position(query.cursor, str)
    after = found[0] if found else ""
    later = [one for one in serving.workspace.store.outcomes.of_event(event.id) if one.id > after]
    seen = _visible(serving, Operation.READ_OUTCOME, later)
    page = seen[: query.limit]
    serving.note("查看对接结果", event.id)
    following = cursor_of(page[-1].id) if len(seen) > query.limit else ""
    return page_answer(request, list(map(_document, page)), following)


@router.get(
    "/outcomes/{match_id}",
    summary="一项对接",
    responses=answered(examples.OUTCOME) | problems(401, 403, 404, 422, 503),
)
def outcome(match_id: _Id, serving: ReadingOutcomes) -> Response:
    """With the ETag that recording asks for."""
    return tagged(_document(_outcome(serving, match_id, Operation.READ_OUTCOME)))


@router.get(
    "/outcomes/{match_id}/history",
    summary="一项对接的历史",
    responses=answered(examples.STEPS) | problems(401, 403, 404, 422, 503),
)
def history(match_id: _Id, serving: ReadingOutcomes) -> Response:
    """Every step, the first one first."""
    found = _outcome(serving, match_id, Operation.READ_OUTCOME)
    return json_answer(orjson.loads(orjson.dumps(followups.history(serving.workspace, found.id))))


@router.patch(
    "/outcomes/{match_id}",
    summary="登记一项对接的结果",
    responses=answered(examples.OUTCOME) | problems(400, 401, 403, 404, 409, 412, 413, 422, 428, 503),
)
def record(match_id: _Id, body: OutcomeBody, serving: WritingOutcomes, if_match: IfMatch = "") -> Response:
    """A signed match becomes a transaction with its duties; which steps are allowed, the answer to a wrong one says."""
    before = _outcome(serving, match_id, Operation.WRITE_OUTCOME)
    require_match(if_match, _document(before))
    change = Change(
        body.state,
        caller_of(serving).name,
        serving.at,
        body.reason,
        body.note,
        body.mode,
        body.amount,
        body.effective,
        source="接口",
    )
    try:
        after = followups.change_outcome(serving.workspace, before.id, change, before.version)
    except Conflict as error:
        raise Outdated(str(error)) from error
    serving.note("登记对接结果", f"{after.id} {after.state}")
    return tagged(_document(after))


def _document(outcome: Outcome) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(orjson.dumps(outcome))
    return document


def _outcome(serving: Serving, match_id: str, operation: Operation) -> Outcome:
    found = serving.workspace.store.outcomes.many([match_id]).get(match_id)
    if found is None or not _visible(serving, operation, [found]):
        raise NotFound(f"没有编号为“{match_id}”的对接。请核对对接编号；清单发布后才开始跟踪。")
    return found


def _visible(serving: Serving, operation: Operation, outcomes: list[Outcome]) -> list[Outcome]:
    """Those of needs that the caller may do it to; a need that is gone is nobody's but the bureau's."""
    caller = caller_of(serving)
    if extent(caller, operation) is Extent.ALL:
        return outcomes
    needs = serving.workspace.store.needs.many({one.need_id for one in outcomes})
    return [
        one for one in outcomes if one.need_id in needs and may_need(caller, operation, needs[one.need_id])
    ]
