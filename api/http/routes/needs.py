"""Needs: listed, read, registered, changed, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.policy import Operation, allowed_need, may_need, needs_within
from api.access.roles import Role
from api.admission import Admitted
from api.anonymity import Held, held_back
from api.http import examples
from api.http.bodies import NeedBody
from api.http.openapi import answered, no_content, problems
from api.http.preconditions import IfMatch, require_match, tagged
from api.http.questions import PageQuery
from api.http.records import Shelf, changed, created, edited, page_of, read, removed
from api.serving import ReadingNeeds, Serving, WritingNeeds, caller_of
from matcher.domain import Confidentiality, Need
from matcher.errors import Conflict
from matcher.outcomes import followed
from matcher.store.filters import NeedFilter

router = APIRouter(prefix="/api/v1", tags=["需求"], route_class=Admitted)

SHELF = Shelf(Need, "需求", "/api/v1/needs")
_Id = Annotated[str, Path(max_length=200, description="需求编号", examples=["N001"])]
_CHANGING = problems(400, 401, 403, 404, 409, 412, 413, 422, 428, 503)


@router.get("/needs", summary="需求一览", responses=answered(examples.NEEDS) | problems(401, 403, 422, 503))
def needs(request: Request, query: Annotated[PageQuery, Query()], serving: ReadingNeeds) -> Response:
    """In the order of ids, those that the caller may read; an enterprise its own."""
    caller, store, own = caller_of(serving), serving.workspace.store, needs_within(caller_of(serving))

    def fetch(after: str, count: int) -> list[Need]:
        """Those of one enterprise are few: the store finds them faster than a walk through all."""
        if own == NeedFilter():
            return store.needs.page(after, count)
        return list(islice((need for need in store.needs.all(own) if need.id > after), count))

    serving.note("查看需求一览")
    return page_of(
        request,
        query,
        fetch,
        lambda need: may_need(caller, Operation.READ_NEED, need),
        lambda need: SHELF.shown(caller, need),
    )


@router.post(
    "/needs",
    status_code=201,
    summary="登记一条需求",
    responses=answered(examples.NEED, 201) | problems(400, 401, 403, 409, 413, 422, 503),
)
def register(body: NeedBody, serving: WritingNeeds) -> Response:
    """By the importer's rules; an enterprise's own, whatever name it gives. Without `own_id` it gets a number.

    An enterprise's need gets a number in any case, and keeps the enterprise's own beside it: which numbers others use
    is told to nobody.
    """
    number = f"XQ{serving.at:%Y%m%d}-{token_hex(3)}"
    line = {"own_id": number, "received": serving.at.date().isoformat(), **_stated(body)}
    need = read(Need, line)
    if caller_of(serving).role is Role.ENTERPRISE:
        _refuse_second(serving, need.own_id)
        need = replace(need, id=number)
    held = _owned(serving, need)
    answer = created(serving, SHELF, held.need, held.along)
    _tell(serving, need, held)
    return answer


@router.get(
    "/needs/{need_id:path}",
    summary="一条需求",
    responses=answered(examples.NEED) | problems(401, 403, 404, 422, 503),
)
def need(need_id: _Id, serving: ReadingNeeds) -> Response:
    """With its ETag, which changes with the need."""
    return tagged(SHELF.shown(caller_of(serving), _need(serving, need_id, Operation.READ_NEED)))


@router.put("/needs/{need_id:path}", summary="替换一条需求", responses=answered(examples.NEED) | _CHANGING)
def replace_need(need_id: _Id, body: NeedBody, serving: WritingNeeds, if_match: IfMatch = "") -> Response:
    """Fields that are left out are not stated any more; number and source stay."""
    return _changed(serving, need_id, body, if_match, whole=True)


@router.patch("/needs/{need_id:path}", summary="修改一条需求", responses=answered(examples.NEED) | _CHANGING)
def change_need(need_id: _Id, body: NeedBody, serving: WritingNeeds, if_match: IfMatch = "") -> Response:
    """Fields that are left out stay as they are; null empties a field."""
    return _changed(serving, need_id, body, if_match, whole=False)


@router.delete(
    "/needs/{need_id:path}", status_code=204, summary="撤回一条需求", responses=no_content() | _CHANGING
)
def withdraw_need(need_id: _Id, serving: WritingNeeds, if_match: IfMatch = "") -> Response:
    """It is matched no more; lists that showed it keep it as it was. Refused while a match of it is followed."""
    before = _need(serving, need_id, Operation.WRITE_NEED)
    pursued = followed(serving.workspace.store.outcomes.of_need(before.id))
    if pursued:
        raise Conflict(
            f"需求 {before.id} 的对接 {pursued[0].id} 处于“{pursued[0].state}”，没有撤回。请先把对接改为“已撤回”等终态。",
            code="followed",
        )
    return removed(serving, SHELF, before, if_match)


def _changed(serving: Serving, need_id: str, body: NeedBody, if_match: str, *, whole: bool) -> Response:
    before = _need(serving, need_id, Operation.WRITE_NEED)
    require_match(if_match, SHELF.shown(caller_of(serving), before))
    after = edited(before, _stated(body), SHELF.hidden(caller_of(serving), before), whole=whole)
    if not whole and _waits(serving, before.id) and "confidentiality" not in body.model_fields_set:
        after = replace(after, confidentiality=Confidentiality.ANONYMOUS)
    held = _owned(serving, after)
    answer = changed(serving, SHELF, before, held.need, if_match, along=held.along)
    _tell(serving, after, held)
    return answer


def _waits(serving: Serving, need_id: str) -> bool:
    """Whether an enterprise's own need is to be 匿名 once it has confirmed the words: a change elsewhere leaves that."""
    own = caller_of(serving).role is Role.ENTERPRISE
    return own and need_id in serving.services.confirmations.waiting()


def _tell(serving: Serving, wanted: Need, held: Held) -> None:
    """The enterprise's people, where its program's 匿名 need waits for their word."""
    if held.need.confidentiality is not wanted.confidentiality:
        serving.services.notices.to_confirm(held.need.id, held.need.enterprise_id, serving.at)


def _need(serving: Serving, need_id: str, operation: Operation) -> Need:
    found = serving.workspace.store.needs.get(need_id)
    return allowed_need(caller_of(serving), operation, found, need_id)


def _refuse_second(serving: Serving, own_id: str) -> None:
    own = NeedFilter(enterprises=(caller_of(serving).subject,))
    for known in serving.workspace.store.needs.all(own):
        if known.own_id == own_id:
            raise Conflict(
                f"本企业已有自编号为“{own_id}”的需求 {known.id}，没有新建。请改用修改。", code="exists"
            )


def _stated(body: NeedBody) -> dict[str, object]:
    return {name: value for name, value in body.line().items() if not (name == "own_id" and value is None)}


def _owned(serving: Serving, need: Need) -> Held:
    """An enterprise's key speaks for its enterprise, whatever the body holds; 匿名 waits for its word on a page."""
    caller = caller_of(serving)
    if caller.role is not Role.ENTERPRISE:
        return Held(need)
    enterprise = serving.workspace.store.enterprises.get(caller.subject)
    name = enterprise.name if enterprise else caller.subject
    need = replace(need, enterprise_id=caller.subject, enterprise=name)
    return held_back(serving.services.confirmations, caller, need, enterprise, serving.at)
