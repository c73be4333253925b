"""Patents: listed, read, registered, changed, withdrawn from transfer."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.policy import Extent, Operation, allowed_patent, extent, may_patent
from api.admission import Admitted
from api.http import examples
from api.http.bodies import PatentBody
from api.http.openapi import answered, problems
from api.http.operations import WritingPatents
from api.http.preconditions import IfMatch, tagged
from api.http.questions import PatentsQuery
from api.http.records import Shelf, changed, created, edited, page_of, read
from api.serving import ReadingPatents, Serving, caller_of
from matcher.domain import LicensingMode, Patent
from matcher.errors import PermissionDenied
from matcher.store.kinds import DECLARATIONS

router = APIRouter(prefix="/api/v1", tags=["专利"], route_class=Admitted)

SHELF = Shelf(Patent, "专利", "/api/v1/patents", frozenset({"contact", "inventors", "college", "project"}))
_DECLARED = DECLARATIONS | {"maturity_source", "payment"}
_Number = Annotated[
    str, Path(max_length=200, description="申请号、专利号或公布公告号", examples=["ZL201610123456.7"])
]
_CHANGING = problems(400, 401, 403, 404, 409, 412, 413, 422, 428, 503)


@router.get(
    "/patents", summary="专利一览", responses=answered(examples.PATENTS) | problems(401, 403, 422, 503)
)
def patents(request: Request, query: Annotated[PatentsQuery, Query()], serving: ReadingPatents) -> Response:
    """In the order of ids, those that the filter keeps."""
    caller, store, wanted = caller_of(serving), serving.workspace.store, query.patents()
    if extent(caller, Operation.READ_CONTACTS) is not Extent.NOTHING:
        serving.note("查看专利一览", "含有权查看的联系部门")
    return page_of(
        request,
        query,
        lambda after, count: store.patents.filtered(wanted, after, count),
        lambda patent: may_patent(caller, Operation.READ_PATENT, patent),
        lambda patent: SHELF.shown(caller, patent),
    )


@router.post(
    "/patents",
    status_code=201,
    summary="登记一件专利",
    responses=answered(examples.PATENT, 201) | problems(400, 401, 403, 409, 413, 422, 503),
)
def register(body: PatentBody, serving: WritingPatents) -> Response:
    """By the importer's rules; for those who may write all of them."""
    caller = caller_of(serving)
    if extent(caller, Operation.WRITE_PATENT) is not Extent.ALL:
        raise PermissionDenied(
            f"“{caller.role}”不能登记专利：专利信息由主管部门导入。可以修改本单位专利的声明项目。"
        )
    return created(serving, SHELF, read(Patent, body.line()))


@router.get(
    "/patents/{number:path}",
    summary="一件专利",
    responses=answered(examples.PATENT) | problems(401, 403, 404, 422, 503),
)
def patent(number: _Number, serving: ReadingPatents) -> Response:
    """By any of its numbers; contacts and inventors for those entitled to them, which is noted."""
    found = _patent(serving, number, Operation.READ_PATENT)
    if (found.contact or found.inventors) and not SHELF.hidden(caller_of(serving), found):
        serving.note("查看专利联系部门", found.id)
    return tagged(SHELF.shown(caller_of(serving), found))


@router.put("/patents/{number:path}", summary="替换一件专利", responses=answered(examples.PATENT) | _CHANGING)
def replace_patent(
    number: _Number, body: PatentBody, serving: WritingPatents, if_match: IfMatch = ""
) -> Response:
    """Fields that are left out are not stated any more, but encumbrances, source and what the caller is not shown."""
    return _changed(serving, number, body, if_match, whole=True)


@router.patch(
    "/patents/{number:path}", summary="修改一件专利", responses=answered(examples.PATENT) | _CHANGING
)
def change_patent(
    number: _Number, body: PatentBody, serving: WritingPatents, if_match: IfMatch = ""
) -> Response:
    """Fields that are left out stay as they are; null empties a field. Holders change what they declare."""
    return _changed(serving, number, body, if_match, whole=False)


@router.delete(
    "/patents/{number:path}", summary="撤回一件专利的转化", responses=answered(examples.PATENT) | _CHANGING
)
def withdraw_patent(number: _Number, serving: WritingPatents, if_match: IfMatch = "") -> Response:
    """The holder keeps it for its own use: the record stays, its only mode is 自行实施, the feed says that it is gone."""
    before = _patent(serving, number, Operation.WRITE_PATENT)
    return changed(
        serving, SHELF, before, replace(before, modes=(LicensingMode.OWN_USE,)), if_match, action="撤回"
    )


def _changed(serving: Serving, number: str, body: PatentBody, if_match: str, *, whole: bool) -> Response:
    before, caller, line = _patent(serving, number, Operation.WRITE_PATENT), caller_of(serving), body.line()
    foreign = [name for name in line if name not in _DECLARED]
    if extent(caller, Operation.WRITE_PATENT) is not Extent.ALL and (whole or foreign):
        names = "、".join(sorted(_DECLARED))
        raise PermissionDenied(
            f"“{caller.role}”只能用 PATCH 修改本单位声明的项目：{names}。其他信息以导入的数据为准。"
        )
    after = edited(before, line, SHELF.hidden(caller, before), whole=whole)
    return changed(serving, SHELF, before, after, if_match)


def _patent(serving: Serving, number: str, operation: Operation) -> Patent:
    found = serving.workspace.store.patents.find(number)
    return allowed_patent(caller_of(serving), operation, found, number)
