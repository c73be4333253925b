"""企业评价: read by those whose patents they are about, written by the enterprises."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api.access.policy import Operation, allowed_patent
from api.access.roles import Caller, Role
from api.admission import Admitted
from api.http import examples
from api.http.bodies import AssessmentBody
from api.http.openapi import answered, problems
from api.http.operations import Assessing, ReadingHistory
from api.http.records import read
from api.serving import caller_of, json_answer
from matcher.domain import Assessment
from matcher.errors import NotFound
from matcher.importing.lines import line_of

router = APIRouter(prefix="/api/v1", tags=["企业评价"], route_class=Admitted)

_Number = Annotated[
    str, Path(max_length=200, description="申请号、专利号或公布公告号", examples=["ZL201610123456.7"])
]
_WHO = frozenset({"enterprise", "enterprise_id", "credit_code", "assessor"})
"""Who said it: for the bureau; holders read what was said. Its id is made of who said it, and so is not told either."""


@router.get(
    "/patents/{number:path}/assessments",
    summary="一件专利的企业评价",
    responses=answered(examples.ASSESSMENTS) | problems(401, 403, 404, 422, 503),
)
def assessments(number: _Number, serving: ReadingHistory) -> Response:
    """The oldest first; a holder those of its own patents, without the enterprises' names."""
    caller, store = caller_of(serving), serving.workspace.store
    patent = allowed_patent(caller, Operation.READ_HISTORY, store.patents.find(number), number)
    found = store.assessments.by_patent([patent.id]).get(patent.id, [])
    serving.note("查看企业评价", patent.id)
    in_order = sorted(found, key=lambda one: (one.on is None, str(one.on), one.id))
    return json_answer([_shown(caller, one) for one in in_order])


@router.post(
    "/patents/{number:path}/assessments",
    status_code=201,
    summary="提交一份企业评价",
    responses=answered(examples.ASSESSMENT, 201) | problems(400, 401, 403, 404, 409, 413, 422, 503),
)
def assess(number: _Number, body: AssessmentBody, serving: Assessing) -> Response:
    """By the importer's rules; an enterprise for itself, once a patent and day."""
    caller, store = caller_of(serving), serving.workspace.store
    patent = store.patents.find(number)
    if patent is None:
        raise NotFound(f"没有找到专利“{number}”。可用申请号、专利号或公布公告号查询。")
    line: dict[str, Any] = {"on": serving.at.date().isoformat(), **body.line()}
    if caller.role is Role.ENTERPRISE:
        enterprise = store.enterprises.get(caller.subject)
        line |= {"enterprise": enterprise.name if enterprise else caller.subject, "credit_code": None}
    made = replace(read(Assessment, {**line, "patent_id": patent.id}), patent_id=patent.id)
    if caller.role is Role.ENTERPRISE:
        made = replace(made, enterprise_id=caller.subject)
    id_ = store.edits.add(made, serving.at.date())
    serving.note("提交企业评价", patent.id)
    return json_answer(_shown(caller, replace(made, id=id_)), 201)


def _shown(caller: Caller, one: Assessment) -> dict[str, Any]:
    if caller.role is not Role.HOLDER:
        return {"id": one.id, **line_of(one)}
    return {
        "id": "",
        **{name: value for name, value in line_of(one).items() if name not in _WHO | {"own_id"}},
    }
