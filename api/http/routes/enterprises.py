"""Enterprises: listed, read, registered, changed, withdrawn."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.policy import Extent, Operation, extent
from api.access.roles import Caller, Role
from api.admission import Admitted
from api.http import examples
from api.http.bodies import EnterpriseBody
from api.http.openapi import answered, no_content, problems
from api.http.operations import ReadingEnterprises, WritingEnterprises
from api.http.preconditions import IfMatch, tagged
from api.http.questions import PageQuery
from api.http.records import Shelf, changed, created, edited, page_of, read, removed
from api.interests import views
from api.serving import Serving, caller_of
from matcher.domain import Enterprise
from matcher.errors import Conflict, NotFound, PermissionDenied
from matcher.outcomes import followed
from matcher.store.filters import NeedFilter

router = APIRouter(prefix="/api/v1", tags=["企业"], route_class=Admitted)

SHELF = Shelf(Enterprise, "企业", "/api/v1/enterprises", frozenset({"contact"}))
_Id = Annotated[str, Path(max_length=200, description="企业编号", examples=["91370100MA3TEST01X"])]
_CHANGING = problems(400, 401, 403, 404, 409, 412, 413, 422, 428, 503)


@router.get(
    "/enterprises",
    summary="企业一览",
    responses=answered(examples.ENTERPRISES) | problems(401, 403, 422, 503),
)
def enterprises(
    request: Request, query: Annotated[PageQuery, Query()], serving: ReadingEnterprises
) -> Response:
    """In the order of ids; an enterprise itself only."""
    caller = caller_of(serving)
    serving.note("查看企业一览")
    return page_of(
        request,
        query,
        serving.workspace.store.enterprises.page,
        lambda enterprise: _may(caller, Operation.READ_ENTERPRISE, enterprise),
        lambda enterprise: SHELF.shown(caller, enterprise),
    )


@router.post(
    "/enterprises",
    status_code=201,
    summary="登记一家企业",
    responses=answered(examples.ENTERPRISE, 201) | problems(400, 401, 403, 409, 413, 422, 503),
)
def register(body: EnterpriseBody, serving: WritingEnterprises) -> Response:
    """By the importer's rules; for those who may write all of them."""
    caller = caller_of(serving)
    if extent(caller, Operation.WRITE_ENTERPRISE) is not Extent.ALL:
        raise PermissionDenied(f"“{caller.role}”只能修改本企业的信息，不能登记其他企业。")
    return created(serving, SHELF, read(Enterprise, body.line()))


@router.get(
    "/enterprises/{enterprise_id:path}",
    summary="一家企业",
    responses=answered(examples.ENTERPRISE) | problems(401, 403, 404, 422, 503),
)
def enterprise(enterprise_id: _Id, serving: ReadingEnterprises) -> Response:
    """By id, name or credit code; contacts for those entitled to them, which is noted."""
    found = _enterprise(serving, enterprise_id, Operation.READ_ENTERPRISE)
    if found.contact and not SHELF.hidden(caller_of(serving), found):
        serving.note("查看企业联系方式", found.id)
    return tagged(SHELF.shown(caller_of(serving), found))


@router.put(
    "/enterprises/{enterprise_id:path}",
    summary="替换一家企业的信息",
    responses=answered(examples.ENTERPRISE) | _CHANGING,
)
def replace_enterprise(
    enterprise_id: _Id, body: EnterpriseBody, serving: WritingEnterprises, if_match: IfMatch = ""
) -> Response:
    """Fields that are left out are not stated any more, but those that the caller is not shown."""
    return _changed(serving, enterprise_id, body, if_match, whole=True)


@router.patch(
    "/enterprises/{enterprise_id:path}",
    summary="修改一家企业的信息",
    responses=answered(examples.ENTERPRISE) | _CHANGING,
)
def change_enterprise(
    enterprise_id: _Id, body: EnterpriseBody, serving: WritingEnterprises, if_match: IfMatch = ""
) -> Response:
    """Fields that are left out stay as they are; null empties a field."""
    return _changed(serving, enterprise_id, body, if_match, whole=False)


@router.delete(
    "/enterprises/{enterprise_id:path}",
    status_code=204,
    summary="撤回一家企业",
    responses=no_content() | _CHANGING,
)
def withdraw_enterprise(enterprise_id: _Id, serving: WritingEnterprises, if_match: IfMatch = "") -> Response:
    """For those who may write all. It is matched no more; deals, assessments, lists and outcomes keep it as it was.

    Refused while it has needs, accounts, keys, interests that wait for an answer, or matches that are followed.
    """
    before = _enterprise(serving, enterprise_id, Operation.WRITE_ENTERPRISE)
    if extent(caller_of(serving), Operation.WRITE_ENTERPRISE) is not Extent.ALL:
        raise PermissionDenied("企业不能自行撤回登记。请联系主管部门办理。")
    if held := _held(serving, before):
        raise Conflict(
            f"企业 {before.name} 还有 {'、'.join(held)}，没有撤回。请先撤回或办结这些事项、停用账号和密钥。",
            code="enterprise_in_use",
        )
    return removed(serving, SHELF, before, if_match)


def _held(serving: Serving, enterprise: Enterprise) -> list[str]:
    """What an enterprise is still needed for, in words."""
    store, services, at = serving.workspace.store, serving.services, serving.at
    needs = list(store.needs.all(NeedFilter(enterprises=(enterprise.id,))))
    asked = views(store, services.interests, services.interests.of_enterprise(enterprise.id))
    counted = {
        "条未撤回的需求": len(needs),
        "条还在跟踪的对接": sum(len(followed(store.outcomes.of_need(need.id))) for need in needs),
        "条等待答复的意向": sum(bool(view.owing) for view in asked),
        "个可用的账号": sum(
            not account.disabled for account in services.access.accounts.of(Role.ENTERPRISE, enterprise.id)
        ),
        "个有效的密钥": len(services.access.keys.usable(Role.ENTERPRISE, enterprise.id, at)),
    }
    return [f"{count} {what}" for what, count in counted.items() if count]


def _changed(
    serving: Serving, enterprise_id: str, body: EnterpriseBody, if_match: str, *, whole: bool
) -> Response:
    before = _enterprise(serving, enterprise_id, Operation.WRITE_ENTERPRISE)
    after = edited(before, body.line(), SHELF.hidden(caller_of(serving), before), whole=whole)
    return changed(serving, SHELF, before, after, if_match)


def _enterprise(serving: Serving, enterprise_id: str, operation: Operation) -> Enterprise:
    """Whether a foreign one is there is told to nobody."""
    found = serving.workspace.store.enterprises.find(enterprise_id)
    if found is None or not _may(caller_of(serving), operation, found):
        raise NotFound(f"没有找到企业“{enterprise_id}”。可用编号、名称或统一社会信用代码查询。")
    return found


def _may(caller: Caller, operation: Operation, enterprise: Enterprise) -> bool:
    reach = extent(caller, operation)
    own = caller.role is Role.ENTERPRISE and caller.subject == enterprise.id
    return reach is Extent.ALL or (reach is Extent.OWN and own)
