"""管理: accounts and their invitations, keys of programs, the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.access.keys import SCOPES, KeyRequest
from api.access.parties import known_subject
from api.access.roles import SUBJECTS, Caller, Role, role_named
from api.pages.posting import ManageForm
from api.pages.rendering import page, see_other
from api.serving import Managing, Serving, caller_of
from matcher.errors import InputError

router = APIRouter(include_in_schema=False)

_Line = Annotated[str, Form(max_length=200)]
_AUDITED = 100


@router.get("/manage")
def management(serving: Managing) -> Response:
    """Accounts, keys and the newest lines of the audit log."""
    return _page(serving)


@router.post("/manage/invitations")
def invite(serving: ManageForm, name: _Line, role: _Line, subject: _Line = "") -> Response:
    """A one-time link, shown once."""
    wanted = role_named(role)
    party = known_subject(serving.workspace.store, wanted, subject)
    token = serving.services.access.invite(caller_of(serving), name, wanted, party, serving.at)
    return _page(serving, link=f"/invitation/{token}")


@router.post("/manage/keys")
def new_key(
    serving: ManageForm,
    name: _Line,
    role: _Line,
    scopes: Annotated[list[str], Form(max_length=20)] = [],  # noqa: B006 (FastAPI copies defaults)
    subject: _Line = "",
    days: Annotated[int, Form(ge=1, le=366)] = 90,
) -> Response:
    """A program's key, shown once."""
    party = known_subject(serving.workspace.store, role_named(role), subject)
    wanted = KeyRequest(name, role, tuple(scopes), party, days)
    access = serving.services.access
    return _page(serving, secret=access.new_key(caller_of(serving).actor, wanted, serving.at))


@router.post("/manage/keys/revoke")
def revoke_key(serving: ManageForm, id: _Line) -> Response:
    """Shut a key out for good."""
    if serving.services.access.keys.revoke(id, serving.at):
        serving.note("撤销密钥", id)
    return see_other("/manage")


@router.post("/manage/accounts/disable")
def disable_account(
    serving: ManageForm, id: Annotated[int, Form(ge=1)], disabled: Annotated[bool, Form()]
) -> Response:
    """Shut an account out, or let it in again; nobody can shut out themselves."""
    caller: Caller = caller_of(serving)
    if id == caller.account_id:
        raise InputError("不能停用自己的账号。", code="own_account")
    serving.services.access.accounts.disable(id, disabled=disabled)
    serving.note("停用账号" if disabled else "恢复账号", str(id))
    return see_other("/manage")


def _page(serving: Serving, link: str = "", secret: str = "") -> Response:
    access = serving.services.access
    return page(
        serving,
        "management.html",
        accounts=access.accounts.all(),
        keys=access.keys.all(),
        audit=access.audit.recent(_AUDITED),
        roles=list(Role),
        subjects=SUBJECTS,
        scopes=SCOPES,
        now=serving.at,
        link=link,
        secret=secret,
    )
