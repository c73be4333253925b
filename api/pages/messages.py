"""消息: what an account was told, marked as read; and where it wants to be told that there is something."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.mailing import PAGE
from api.pages.posting import OwnForm
from api.pages.rendering import page, see_other
from api.serving import Own, caller_of
from matcher.errors import InputError

router = APIRouter(include_in_schema=False)

_SHOWN = 100
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_Id = Annotated[int, Form(ge=0, le=2**62)]


@router.get(PAGE)
def messages_page(serving: Own) -> Response:
    """The newest messages of the account."""
    account = caller_of(serving).account_id or 0
    return page(serving, "messages.html", messages=serving.services.notices.messages.of(account, _SHOWN))


@router.post(f"{PAGE}/read")
def mark_read(serving: OwnForm, last: _Id, first: _Id = 0) -> Response:
    """Mark one's own messages up to the newest that the page showed as read, or one of them."""
    account = caller_of(serving).account_id or 0
    serving.services.notices.messages.mark_read(account, first, last, serving.at)
    return see_other(PAGE)


@router.post("/account/email")
def set_email(serving: OwnForm, email: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Where to tell that there are messages; empty: nowhere. Raises InputError."""
    if email.strip() and not _EMAIL.fullmatch(email.strip()):
        raise InputError(f"“{email}”不是邮箱地址。请写成 zhang@example.cn 的样子，或留空。", code="bad_email")
    serving.services.access.accounts.set_email(caller_of(serving).account_id or 0, email.strip())
    serving.note("更改提醒邮箱")
    return see_other("/account")
