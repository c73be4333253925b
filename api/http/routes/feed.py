"""The feed of transferable patents: what is offered, what is offered no more, since when; in an order that loses nothing."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.access.policy import Extent, Operation, extent, may_patent
from api.access.roles import Caller
from api.admission import Admitted
from api.http import examples
from api.http.openapi import answered, problems
from api.http.paging import cursor_of, position
from api.http.questions import PageQuery
from api.http.routes.patents import SHELF
from api.serving import ReadingPatents, caller_of, json_answer
from api.store.feed import Change
from matcher.domain import Patent
from matcher.importing.lines import burdens, line_of
from matcher.programme.transferable import Offer

router = APIRouter(prefix="/api/v1", tags=["可转化专利"], route_class=Admitted)

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?")
_FACTS = frozenset(
    {
        "title",
        "application_number",
        "publication_number",
        "own_id",
        "status",
        "status_date",
        "implementation",
        "modes",
    }
)
"""What is told of a patent that is offered no more: which it is, and the facts that took it away."""


def _moment(value: object) -> datetime | None:
    """A day or a moment of the service's own time, written in one way only."""
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    raise PydanticCustomError("moment", "a moment as 2026-06-30T09:00:00")


class FeedQuery(PageQuery):
    """From where on; with a cursor, `updated_since` is already in it."""

    updated_since: Annotated[datetime | None, BeforeValidator(_moment)] = Field(
        None,
        description="只要这一刻以后变动的，如 2026-06-30 或 2026-06-30T09:00:00",
        examples=["2026-06-30"],
    )


@router.get(
    "/transferable-patents",
    summary="可转化专利的变动：新增、修改和撤下",
    responses=answered(examples.FEED) | problems(401, 403, 422, 503),
)
def feed(query: Annotated[FeedQuery, Query()], serving: ReadingPatents) -> Response:
    """In the order of changes. Keep `cursor` and come back with it: whatever changes while you page comes later.

    `withdrawn` items are tombstones, with the reason and the facts behind it. A patent appears once, with its newest
    change; one whose cursor has passed appears again when it changes again.
    """
    caller, offers = caller_of(serving), serving.services.offers
    offers.refresh(serving.at)
    if extent(caller, Operation.READ_CONTACTS) is not Extent.NOTHING:
        serving.note("查看可转化专利的变动", "含有权查看的联系部门")
    found = position(query.cursor, int)
    # Where no change is told, the next request goes on from here; read first, so that none falls between.
    newest = offers.feed.state().number
    after = found[0] if found else 0
    changes = offers.feed.page(after, None if found else query.updated_since, query.limit + 1)
    page = changes[: query.limit]
    ids = [change.patent_id for change in page]
    patents, now = serving.workspace.store.patents.many(ids), offers.offers(ids, serving.at)
    items = [
        _item(caller, change, now[change.patent_id], patents.get(change.patent_id), serving.at.date())
        for change in page
        if change.patent_id not in patents
        or may_patent(caller, Operation.READ_PATENT, patents[change.patent_id])
    ]
    last = page[-1].number if page else after or newest
    return json_answer({"items": items, "cursor": cursor_of(last), "more": len(changes) > query.limit})


def _item(caller: Caller, change: Change, now: Offer, patent: Patent | None, day: date) -> dict[str, Any]:
    line: dict[str, Any] = {}
    if patent is not None and now.gone is None:
        hidden = SHELF.hidden(caller, patent)
        line = {name: value for name, value in line_of(patent).items() if name not in hidden}
        line |= burdens(patent, day)
    elif patent is not None:
        line = {name: value for name, value in line_of(patent).items() if name in _FACTS}
    return {
        "id": change.patent_id,
        "change": "offered" if now.gone is None else "withdrawn",
        "reason": str(now.gone or ""),
        "at": change.at.isoformat(),
        "patent": line,
    }
