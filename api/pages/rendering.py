"""Templates to pages: everything is escaped; a page runs no script but our own files and loads nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse

from api.access.policy import Extent, Operation, extent
from api.access.roles import Caller
from api.pages.wording import on_page
from api.serving import Serving
from matcher.groups import Dimension
from matcher.matchlists.exports.wording import fee_text

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_MENU = (
    ("/assigned", "交办", Operation.READ_ASSIGNED),
    ("/", "检索", Operation.SEARCH),
    ("/patents", "专利", Operation.READ_PATENT),
    ("/needs", "需求", Operation.READ_NEED),
    ("/events", "路演", Operation.READ_EVENTS),
    ("/lists", "对接清单", Operation.MAKE_LIST),
    ("/import", "导入", Operation.IMPORT),
    ("/status", "进展", Operation.STATUS),
    ("/evaluations", "评估", Operation.EVALUATE),
    ("/interests", "意向", Operation.READ_INTEREST),
    ("/fill-in-links", "盘点填报", Operation.HAND_OUT),
    ("/manage", "管理", Operation.INVITE),
)


def page(serving: Serving, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page for whoever asks, with how many messages they have not read."""
    account = serving.caller.account_id if serving.caller else None
    unread = 0 if account is None else serving.services.notices.messages.unread(account)
    return bare_page(template, status, caller=serving.caller, unread=unread, **values)


def bare_page(template: str, status: int = 200, *, caller: Caller | None, **values: object) -> HTMLResponse:
    """A page outside any permission, such as a refusal."""
    menu = [(at, name) for at, name, operation in _MENU if extent(caller, operation) is not Extent.NOTHING]
    body = (
        _environment()
        .get_template(template)
        .render(user=caller, menu=menu, may=extent, **{"unread": 0, **values})
    )
    return HTMLResponse(body, status, {"Content-Security-Policy": _POLICY})


def start_of(caller: Caller | None) -> str:
    """The first page that somebody may open."""
    own = (at for at, _, operation in _MENU if extent(caller, operation) is not Extent.NOTHING)
    return next(own, "/account") if caller else "/sign-in"


def path_to(shelf: str, id: str) -> str:
    """Where a record's page is, whatever its source has put into its id."""
    return f"/{shelf}/{quote(id)}"


def see_other(address: str) -> RedirectResponse:
    """Where to go after a form was taken, so that reloading sends nothing twice."""
    return RedirectResponse(address, 303)


def marked(text: str, terms: Sequence[str]) -> Markup:
    """The text with every one of the terms highlighted."""
    found = [term for term in sorted(set(terms), key=lambda term: (-len(term), term)) if term]
    if not found:
        return escape(text)
    parts = re.split("(" + "|".join(map(re.escape, found)) + ")", text, flags=re.IGNORECASE)
    # Every second part is one that was found.
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "—"


@lru_cache(1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marked"] = marked
    environment.filters["moment"] = _moment
    environment.filters["on_page"] = on_page
    environment.filters["fee"] = fee_text
    environment.globals["Operation"] = Operation
    environment.globals["dimensions"] = "、".join(Dimension)
    return environment
