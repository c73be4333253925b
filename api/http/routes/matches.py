"""Matches of a text, of a stored need, of a patent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from api.http.examples import LIST, SEARCH
from api.http.openapi import answered, problems
from api.http.questions import NeedMatchesQuery, PatentMatchesQuery, SearchBody
from api.http.serving import Served, list_answer
from matcher import usecases

router = APIRouter(prefix="/api/v1", tags=["对接"])


@router.post(
    "/search",
    summary="一段需求文字，找能回应它的专利",
    responses=answered(LIST) | problems(413, 422, 503),
)
def search(body: Annotated[SearchBody, Body(openapi_examples=SEARCH)], served: Served) -> Response:
    """The text is matched and forgotten; filters apply before the search."""
    request = served.request(body.as_of, body.k)
    return list_answer(usecases.match_text(served.workspace, body.text, request, body.patents()))


@router.get(
    "/needs/{need_id:path}/matches",
    summary="一条已入库的需求，找能回应它的专利",
    responses=answered(LIST) | problems(404, 422, 503),
)
def need_matches(
    need_id: Annotated[str, Path(max_length=200, description="需求编号", examples=["N001"])],
    query: Annotated[NeedMatchesQuery, Query()],
    served: Served,
) -> Response:
    """`need_id` is the id in the store, as lists name it."""
    request = served.request(query.as_of, query.k)
    return list_answer(usecases.match_need(served.workspace, need_id, request, query.patents()))


@router.get(
    "/patents/{number:path}/enterprises",
    summary="一件专利，找适合的企业",
    responses=answered(LIST) | problems(404, 422, 503),
)
def patent_enterprises(
    number: Annotated[
        str, Path(max_length=200, description="申请号、专利号或公布公告号", examples=["ZL201610123456.7"])
    ],
    query: Annotated[PatentMatchesQuery, Query()],
    served: Served,
) -> Response:
    """`number` in any form people type; needs and focus areas, the best first, one match each."""
    request = served.request(query.as_of, query.k)
    return list_answer(usecases.match_patent(served.workspace, number, request))
