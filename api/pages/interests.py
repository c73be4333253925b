"""意向: 我想了解 from an enterprise, the holders' answers, and the bureau's 催办 list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response

from api import interests
from api.access.roles import Role
from api.interests import Told, View
from api.pages.posting import AnswerForm, ExpressForm
from api.pages.rendering import page, see_other
from api.serving import ReadingInterests, Serving, caller_of
from matcher.interests import Reply
from matcher.matchlists.exports.wording import patent_number

router = APIRouter(include_in_schema=False)

_PAGE = 50
_Id = Annotated[str, Path(pattern="^YX[0-9A-F]{12}$")]


@router.get("/interests")
def interests_page(
    serving: ReadingInterests, number: Annotated[int, Query(ge=1, le=10_000, alias="page")] = 1
) -> Response:
    """The caller's interests, the newest first, fifty a page; of those overdue the fifty longest stand above."""
    caller = caller_of(serving)
    seen = interests.seen_by(serving.workspace.store, serving.services.interests, caller)
    day, start = serving.at.date(), (number - 1) * _PAGE
    late = sorted(
        (view for view in seen if view.overdue(day)), key=lambda view: (-view.overdue(day), view.interest.id)
    )
    return page(
        serving,
        "interests.html",
        lines=[_told(serving, view) for view in seen[start : start + _PAGE]],
        late=[_told(serving, view) for view in late[:_PAGE]],
        owed=len(late),
        number=number,
        more=len(seen) > start + _PAGE,
        numbered=patent_number,
    )


@router.post("/interests")
def express(
    serving: ExpressForm,
    patent: Annotated[str, Form(max_length=200)],
    need: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Ask the holders; whoever has asked before is shown what came of it."""
    caller, workspace = caller_of(serving), serving.workspace
    asked = interests.express(
        workspace.store, caller, (patent, need), workspace.settings.interests, serving.at
    )
    kept = serving.services.interests.add(asked)
    if kept == asked:
        serving.note("我想了解", f"{asked.id} {asked.patent_id}")
        serving.services.notices.asked(asked)
    return see_other(f"/interests/{kept.id}")


@router.get("/interests/{id}")
def interest_page(serving: ReadingInterests, id: _Id) -> Response:
    """One interest; once all have agreed, each side's contact, and a line in the audit log for having shown it."""
    view = _found(serving, id)
    caller, contacts = caller_of(serving), interests.contacts(serving.workspace.store, view)
    if contacts:
        serving.note("查看意向双方的联系方式", id)
    waits = caller.role is Role.HOLDER and caller.subject in view.owing
    return page(
        serving,
        "interest.html",
        line=_told(serving, view),
        contacts=contacts,
        waits=waits,
        withdrawable=caller.role is Role.ENTERPRISE and not view.answers,
        replies=list(Reply),
        numbered=patent_number,
    )


@router.post("/interests/{id}/answer")
def answer(
    serving: AnswerForm,
    id: _Id,
    reply: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """A holder's answer; the first stands, a second raises Conflict."""
    view = _found(serving, id)
    given = interests.answer(view, caller_of(serving), reply, reason, serving.at)
    serving.services.interests.answer(given)
    serving.note(f"答复意向：{given.reply}", id)
    serving.services.notices.answered(view, given)
    return see_other(f"/interests/{id}")


@router.post("/interests/{id}/withdraw")
def withdraw(serving: ExpressForm, id: _Id) -> Response:
    """Take an interest back while nobody has answered it."""
    interests.withdraw(serving.services.interests, _found(serving, id), caller_of(serving))
    serving.note("撤回意向", id)
    return see_other("/interests")


def _found(serving: Serving, id: str) -> View:
    return interests.found(serving.workspace.store, serving.services.interests, caller_of(serving), id)


def _told(serving: Serving, view: View) -> Told:
    return interests.told(caller_of(serving), view, serving.at.date())
