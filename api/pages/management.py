"""管理: accounts and their invitations, keys of programs, the audit log; a city sees to the accounts of its enterprises."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.access.keys import SCOPES, KeyRequest
from api.access.parties import known_subject
from api.access.policy import Extent, Operation, extent, require_invitation
from api.access.roles import PEOPLE, PROGRAMS, SUBJECTS, Caller, Role, role_named
from api.pages.posting import InviteForm, ManageForm
from api.pages.rendering import page, see_other
from api.serving import Inviting, Serving, caller_of
from api.store.accounts import Account
from matcher.errors import InputError, NotFound

router = APIRouter(include_in_schema=False)

_Line = Annotated[str, Form(max_length=200)]
_AUDITED = 100


@router.get("/manage")
def management(serving: Inviting) -> Response:
    """The accounts that the caller sees to; for the bureau keys and the newest lines of the audit log besides."""
    return _page(serving)


@router.post("/manage/invitations")
def invite(serving: InviteForm, name: _Line, role: _Line, subject: _Line = "") -> Response:
    """A one-time link, shown once."""
    wanted = role_named(role)
    party = known_subject(serving.workspace.store, wanted, subject)
    require_invitation(caller_of(serving), wanted, _home(serving, wanted, party))
    token = serving.services.access.invite(caller_of(serving), name, wanted, party, serving.at)
    return _page(serving, link=f"/invitation/{token}")


@router.post("/manage/keys")
def new_key(
    serving: ManageForm,
    name: _Line,
    role: _Line,
    scopes: Annotated[list[str], Form(max_length=len(SCOPES))] = [],  # noqa: B006 (FastAPI copies defaults)
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
    serving: InviteForm, id: Annotated[int, Form(ge=1)], disabled: Annotated[bool, Form()]
) -> Response:
    """Shut an account out, or let it in again; nobody can shut out themselves, a city only its own enterprises."""
    caller: Caller = caller_of(serving)
    if id == caller.account_id:
        raise InputError("不能停用自己的账号。", code="own_account")
    if id not in {account.id for account in _accounts(serving)}:
        raise NotFound("没有这个账号。")
    serving.services.access.accounts.disable(id, disabled=disabled)
    serving.note("停用账号" if disabled else "恢复账号", str(id))
    return see_other("/manage")


def _page(serving: Serving, link: str = "", secret: str = "") -> Response:
    access = serving.services.access
    everything = extent(caller_of(serving), Operation.MANAGE) is Extent.ALL
    accounts = _accounts(serving)
    firms = serving.workspace.store.enterprises.many(account.subject for account in accounts)
    return page(
        serving,
        "management.html",
        accounts=accounts,
        names={id_: firm.name for id_, firm in firms.items()},
        everything=everything,
        keys=access.keys.all() if everything else [],
        audit=access.audit.recent(_AUDITED) if everything else [],
        roles=PEOPLE if everything else (Role.ENTERPRISE,),
        programs=PROGRAMS,
        subjects=SUBJECTS,
        scopes=SCOPES,
        now=serving.at,
        link=link,
        secret=secret,
    )


def _accounts(serving: Serving) -> list[Account]:
    """The accounts that the caller sees to: all, or a city's those of its enterprises."""
    caller, every = caller_of(serving), serving.services.access.accounts.all()
    if extent(caller, Operation.INVITE) is Extent.ALL:
        return every
    mine = [account for account in every if account.role == Role.ENTERPRISE]
    homes = serving.workspace.store.enterprises.many(account.subject for account in mine)
    inside = {id_ for id_, enterprise in homes.items() if caller.subject in enterprise.region}
    return [account for account in mine if account.subject in inside]


def _home(serving: Serving, role: Role, party: str) -> str:
    """Where an enterprise to be invited is at home."""
    found = serving.workspace.store.enterprises.get(party) if role is Role.ENTERPRISE else None
    return found.region if found else ""
