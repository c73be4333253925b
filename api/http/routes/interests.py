"""意向 (我想了解): enterprises ask and take back, holders answer, each told as on its page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import ConfigDict, Field

from api import interests
from api.admission import Admitted
from api.http import examples
from api.http.bodies import Line, RecordBody
from api.http.openapi import answered, no_content, problems
from api.http.operations import Answering, Expressing
from api.http.paging import Cursor, Limit, cursor_of, page_answer, position
from api.interests import View
from api.serving import ReadingInterests, Serving, caller_of, json_answer
from matcher.interests import Reply

router = APIRouter(prefix="/api/v1", tags=["意向"], route_class=Admitted)

_Id = Annotated[str, Path(pattern="^YX[0-9A-F]{12}$", description="意向编号", examples=["YX0123456789AB"])]


class InterestBody(RecordBody):
    """Which patent, and for which of the enterprise's own needs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"patent": "ZL202310123456.1", "need": "N001"}]}
    )

    patent: Annotated[Line, Field(min_length=1, description="申请号、专利号或公布公告号")]
    need: Line = Field("", description="本企业的需求编号，可不写")


class AnswerBody(RecordBody):
    """同意 or 婉拒, the latter with a reason that the enterprise sees."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reply": "婉拒", "reason": "已独占许可他人"}]})

    reply: Reply
    reason: Line = ""


@router.get(
    "/interests",
    summary="意向一览",
    responses=answered(examples.INTERESTS) | problems(401, 403, 422, 503),
)
def all_interests(
    request: Request, serving: ReadingInterests, limit: Limit = 50, cursor: Cursor = ""
) -> Response:
    """The newest first: an enterprise its own, a holder those in its patents; no contacts."""
    after = position(cursor, str, str)
    seen = interests.seen_by(serving.workspace.store, serving.services.interests, caller_of(serving))
    rest = [view for view in seen if after is None or _place(view) < tuple(after)]
    page = rest[:limit]
    following = cursor_of(*_place(page[-1])) if len(rest) > limit else ""
    return page_answer(request, [_document(serving, view) for view in page], following)


@router.post(
    "/interests",
    status_code=201,
    summary="我想了解一件专利",
    responses=answered(examples.INTEREST, 201)
    | answered(examples.INTEREST)
    | problems(400, 401, 403, 404, 409, 413, 422, 503),
)
def express(body: InterestBody, serving: Expressing) -> Response:
    """Ask the holders; whoever has asked before is answered 200 with what came of it."""
    caller, workspace = caller_of(serving), serving.workspace
    patent = workspace.store.patents.find(body.patent)
    named = (patent.id if patent else body.patent, body.need)
    asked = interests.express(workspace.store, caller, named, workspace.settings.interests, serving.at)
    kept = serving.services.interests.add(asked)
    if kept == asked:
        serving.note("我想了解", f"{asked.id} {asked.patent_id}")
        serving.services.notices.asked(asked)
    return json_answer(_document(serving, _found(serving, kept.id)), 201 if kept == asked else 200)


@router.get(
    "/interests/{interest_id}",
    summary="一条意向",
    responses=answered(examples.INTEREST) | problems(401, 403, 404, 422, 503),
)
def interest(interest_id: _Id, serving: ReadingInterests) -> Response:
    """Once all holders have agreed with both sides' contacts; that they were read is in the audit log."""
    view = _found(serving, interest_id)
    contacts = interests.contacts(serving.workspace.store, view)
    if contacts:
        serving.note("查看意向双方的联系方式", interest_id)
    return json_answer({**_document(serving, view), "contacts": contacts})


@router.delete(
    "/interests/{interest_id}",
    status_code=204,
    summary="撤回一条意向",
    responses=no_content() | problems(401, 403, 404, 409, 422, 503),
)
def withdraw(interest_id: _Id, serving: Expressing) -> Response:
    """While no holder has answered; the enterprise may ask again."""
    interests.withdraw(serving.services.interests, _found(serving, interest_id), caller_of(serving))
    serving.note("撤回意向", interest_id)
    return Response(status_code=204)


@router.post(
    "/interests/{interest_id}/answer",
    summary="答复一条意向",
    responses=answered(examples.INTEREST) | problems(400, 401, 403, 404, 409, 413, 422, 503),
)
def answer(interest_id: _Id, body: AnswerBody, serving: Answering) -> Response:
    """A holder's answer stands: a second one is answered 409."""
    view = _found(serving, interest_id)
    given = interests.answer(view, caller_of(serving), body.reply, body.reason, serving.at)
    serving.services.interests.answer(given)
    serving.note(f"答复意向：{given.reply}", interest_id)
    serving.services.notices.answered(view, given)
    return json_answer(_document(serving, _found(serving, interest_id)))


def _found(serving: Serving, id: str) -> View:
    return interests.found(serving.workspace.store, serving.services.interests, caller_of(serving), id)


def _place(view: View) -> tuple[str, str]:
    return view.interest.created.isoformat(), view.interest.id


def _document(serving: Serving, view: View) -> dict[str, Any]:
    told, interest = interests.told(caller_of(serving), view, serving.at.date()), view.interest
    return {
        "id": interest.id,
        "patent_id": interest.patent_id,
        "patent": view.patent.title if view.patent else "",
        "holders": list(view.holders),
        "enterprise": told.who,
        "need": told.need,
        "created": _moment(interest.created),
        "due": interest.due.isoformat(),
        "overdue": told.late,
        "standing": view.standing,
        "owing": list(view.owing),
        "answers": [
            {"holder": one.holder, "reply": one.reply, "reason": one.reason, "at": _moment(one.at)}
            for one in view.answers
        ],
        "contacts": {},
    }


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
