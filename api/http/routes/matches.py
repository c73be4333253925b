"""Matches of a text, of a stored need, of a patent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from api.access import audiences
from api.access.policy import Operation, allowed_need, allowed_patent, needs_within
from api.admission import Admitted
from api.http.examples import LIST, SEARCH
from api.http.openapi import answered, problems
from api.http.questions import NeedMatchesQuery, PatentMatchesQuery, SearchBody
from api.serving import MatchingPatents, ReadingNeeds, Searching, caller_of, list_answer
from matcher import usecases

router = APIRouter(prefix="/api/v1", tags=["对接"], route_class=Admitted)


@router.post(
    "/search",
    summary="一段需求文字，找能回应它的专利",
    responses=answered(LIST) | problems(400, 401, 403, 413, 422, 503),
)
async def search(body: Annotated[SearchBody, Body(openapi_examples=SEARCH)], serving: Searching) -> Response:
    """The text is matched and forgotten; filters apply before the search. That contacts are shown is noted first."""
    request = serving.list_request(body.as_of, body.k)
    audience = await serving.disclosing(audiences.of_search(caller_of(serving)), "检索")

    def answer() -> Response:
        found = usecases.match_text(serving.workspace, body.text, request, body.patents())
        return list_answer(found, audience)

    return await serving.in_turn(answer)


@router.get(
    "/needs/{need_id:path}/matches",
    summary="一条已入库的需求，找能回应它的专利",
    responses=answered(LIST) | problems(401, 403, 404, 422, 503),
)
def need_matches(
    need_id: Annotated[str, Path(max_length=200, description="需求编号", examples=["N001"])],
    query: Annotated[NeedMatchesQuery, Query()],
    serving: ReadingNeeds,
) -> Response:
    """`need_id` is the id in the store, as lists name it."""
    caller, workspace = caller_of(serving), serving.workspace
    allowed_need(caller, Operation.READ_NEED, workspace.store.needs.get(need_id), need_id)
    request = serving.list_request(query.as_of, query.k)
    found = usecases.match_need(workspace, need_id, request, query.patents())
    serving.note("查看需求的对接结果", need_id)
    return list_answer(found, audiences.of_needs(caller))


@router.get(
    "/patents/{number:path}/enterprises",
    summary="一件专利，找适合的企业",
    responses=answered(LIST) | problems(401, 403, 404, 422, 503),
)
def patent_enterprises(
    number: Annotated[
        str, Path(max_length=200, description="申请号、专利号或公布公告号", examples=["ZL201610123456.7"])
    ],
    query: Annotated[PatentMatchesQuery, Query()],
    serving: MatchingPatents,
) -> Response:
    """`number` in any form people type; needs and focus areas, the best first, one match each."""
    caller, workspace = caller_of(serving), serving.workspace
    patent = allowed_patent(caller, Operation.MATCH_PATENT, workspace.store.patents.find(number), number)
    request = serving.list_request(query.as_of, query.k)
    found = usecases.match_patent(workspace, patent.id, request, needs_within(caller))
    serving.note("查看专利适合的企业", patent.id)
    return list_answer(found, audiences.of_needs(caller))
