"""登录: sign in and out, and the one-time links that make accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from api.access.attempts import TooManyAttempts
from api.access.policy import NotSignedIn
from api.access.sign_in import SESSION, Opened
from api.pages.posting import OwnForm
from api.pages.rendering import page, see_other, start_of
from api.serving import COOKIE, Anyone, Own, Serving, caller_of
from matcher.errors import InputError

router = APIRouter(include_in_schema=False)

_Token = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{20,100}$")]
_Field = Annotated[str, Form(max_length=300)]


@router.get("/start")
def start(serving: Anyone) -> Response:
    """The first page of whoever asks."""
    return see_other(start_of(serving.caller))


@router.get("/sign-in")
def sign_in_form(serving: Anyone) -> Response:
    """The form."""
    return page(serving, "sign_in.html", trouble="", login="")


@router.post("/sign-in")
def sign_in(request: Request, serving: Anyone, login: _Field = "", password: _Field = "") -> Response:
    """A new session under a new token, whatever the browser sent; else the form with one sentence."""
    try:
        access, address = serving.services.access, str(request.state.client)
        return _signed_in(serving, access.sign_in(login.strip(), password, serving.at, address))
    except NotSignedIn as error:
        status = 429 if isinstance(error, TooManyAttempts) else 401
        return page(serving, "sign_in.html", status, trouble=str(error), login=login)


@router.get("/invitation/{token}")
def invitation(serving: Anyone, token: _Token) -> Response:
    """The form that turns a one-time link into an account."""
    found = serving.services.access.invitation(token, serving.at)
    return page(serving, "invitation.html", invitation=found, trouble="", login="")


@router.post("/invitation/{token}")
def accept(
    serving: Anyone, token: _Token, login: _Field = "", password: _Field = "", again: _Field = ""
) -> Response:
    """Make the account and sign in; else the form with what to mend."""
    access = serving.services.access
    found = access.invitation(token, serving.at)
    try:
        if password != again:
            raise InputError("两次输入的密码不一致。", code="different_passwords")
        return _signed_in(serving, access.accept(token, login.strip(), password, serving.at))
    except InputError as error:
        return page(serving, "invitation.html", 422, invitation=found, trouble=str(error), login=login)


@router.get("/account")
def account(serving: Own) -> Response:
    """Who is signed in."""
    return _account_page(serving)


@router.post("/account/password")
def change_password(
    serving: OwnForm, now: _Field = "", password: _Field = "", again: _Field = ""
) -> Response:
    """A new password; all other browsers of the account are signed out."""
    try:
        if password != again:
            raise InputError("两次输入的密码不一致。", code="different_passwords")
        access = serving.services.access
        return _signed_in(serving, access.change_password(caller_of(serving), now, password, serving.at))
    except InputError as error:
        return _account_page(serving, 422, str(error))


@router.post("/sign-out")
def sign_out(request: Request, serving: OwnForm, everywhere: Annotated[bool, Form()] = False) -> Response:
    """End this session, or all of the account."""
    token = request.cookies.get(COOKIE, "")
    serving.services.access.sign_out(token, caller_of(serving), serving.at, everywhere=everywhere)
    response = see_other("/sign-in")
    response.delete_cookie(COOKIE, path="/")
    return response


def _account_page(serving: Serving, status: int = 200, trouble: str = "") -> Response:
    account = serving.services.access.accounts.get(caller_of(serving).account_id or 0)
    return page(
        serving,
        "account.html",
        status,
        trouble=trouble,
        login=account.login if account else "",
        email=account.email if account else "",
        mails=bool(serving.workspace.settings.mail.host),
    )


def _signed_in(serving: Serving, opened: Opened) -> Response:
    response = see_other(start_of(opened.caller))
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int(SESSION.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=bool(serving.workspace.settings.proxy.origin),
    )
    return response
