"""Lists of many needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.access import audiences
from api.access.policy import needs_within
from api.admission import Admitted
from api.http.examples import LIST
from api.http.group_fields import require_known
from api.http.openapi import answered, problems
from api.http.questions import ListQuery
from api.serving import MakingLists, caller_of, list_answer
from matcher import usecases

router = APIRouter(prefix="/api/v1", tags=["对接清单"], route_class=Admitted)


@router.get(
    "/list",
    summary="全部需求或一部分需求的对接清单",
    responses=answered(LIST) | problems(401, 403, 404, 422, 503),
)
def match_list(query: Annotated[ListQuery, Query()], serving: MakingLists) -> Response:
    """The list that `matcher list --json` prints, for the same day and filters; an enterprise's own needs only."""
    caller = caller_of(serving)
    audience = audiences.of_needs(caller, query.preset, query.recipient)
    groups = tuple(query.groups().values())
    needs = needs_within(caller, query.needs(), groups)
    require_known(serving, query.groups())
    asked = serving.list_request(query.as_of, query.k, query.event, query.organiser)
    request = replace(asked, groups=groups)
    found = usecases.make_list(serving.workspace, request, needs, query.patents())
    serving.note("编制清单", f"{audience.preset.name} {query.event}".strip())
    return list_answer(found, audience)
