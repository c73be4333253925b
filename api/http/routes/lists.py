"""Lists of many needs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.examples import LIST
from api.http.openapi import answered, problems
from api.http.questions import ListQuery
from api.http.serving import Served, list_answer
from matcher import usecases

router = APIRouter(prefix="/api/v1", tags=["对接清单"])


@router.get(
    "/list",
    summary="全部需求或一部分需求的对接清单",
    responses=answered(LIST) | problems(404, 422, 503),
)
def match_list(query: Annotated[ListQuery, Query()], served: Served) -> Response:
    """The list that `matcher list --json` prints, for the same day and filters."""
    request = served.request(query.as_of, query.k, query.event, query.organiser)
    found = usecases.make_list(served.workspace, request, query.needs(), query.patents())
    return list_answer(found, query.preset, query.recipient)
