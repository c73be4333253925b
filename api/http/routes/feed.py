"""The feeds of transferable patents and of public needs: what is offered, what no more, since when; nothing is lost between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.access.policy import Extent, Operation, extent, may_patent
from api.access.roles import Caller
from api.admission import Admitted
from api.feeds.offers import G, Offers
from api.http import feed_documents as examples
from api.http.openapi import answered, problems
from api.http.paging import cursor_of, position
from api.http.questions import PageQuery
from api.http.routes.patents import SHELF
from api.serving import ReadingPatents, ReadingPublicNeeds, Serving, caller_of, json_answer
from api.store.feed import Change
from matcher.domain import Patent
from matcher.importing.lines import burdens, line_of

router = APIRouter(prefix="/api/v1", tags=["变动"], route_class=Admitted)

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
    if extent(caller, Operation.READ_CONTACTS) is not Extent.NOTHING:
        serving.note("查看可转化专利的变动", "含有权查看的联系部门")

    def items(changes: Sequence[Change]) -> Iterator[dict[str, Any]]:
        ids = [change.record_id for change in changes]
        patents, now = (
            serving.workspace.store.patents.many(ids),
            offers.goods.standings(ids, serving.at.date()),
        )
        for change in changes:
            patent = patents.get(change.record_id)
            if patent is None or may_patent(caller, Operation.READ_PATENT, patent):
                gone = now[change.record_id].gone
                line = _patent_line(caller, patent, gone, serving.at.date())
                yield _item(change, change.record_id, gone) | {"patent": line}

    return _answer(serving, offers, query, items)


@router.get(
    "/public-needs",
    summary="公开需求的变动：新增、修改和撤下",
    responses=answered(examples.NEED_FEED) | problems(401, 403, 422, 503),
)
def need_feed(query: Annotated[FeedQuery, Query()], serving: ReadingPublicNeeds) -> Response:
    """As `/transferable-patents`. 匿名 needs by industry and region under another number; 仅主管部门 never.

    A need whose confidentiality is narrowed is withdrawn under the number by which it was known.
    """
    offers = serving.services.public_needs

    def items(changes: Sequence[Change]) -> Iterator[dict[str, Any]]:
        ids = [change.record_id for change in changes]
        now, lines = offers.goods.standings(ids, serving.at.date()), offers.goods.lines(ids)
        for change in changes:
            id_, gone = change.record_id, now[change.record_id].gone
            yield _item(change, offers.goods.number(id_), gone) | {"need": {} if gone else lines.get(id_, {})}

    return _answer(serving, offers, query, items)


def _answer(
    serving: Serving,
    offers: Offers[G],
    query: FeedQuery,
    items: Callable[[Sequence[Change]], Iterable[dict[str, Any]]],
) -> Response:
    """One page of a feed that is brought up to date first."""
    offers.refresh(serving.at)
    found = position(query.cursor, int)
    # Where no change is told, the next request goes on from here; read first, so that none falls between.
    newest = offers.feed.state().number
    after = found[0] if found else 0
    changes = offers.feed.page(after, None if found else query.updated_since, query.limit + 1)
    page = changes[: query.limit]
    last = page[-1].number if page else after or newest
    more = len(changes) > query.limit
    return json_answer({"items": [*items(page)], "cursor": cursor_of(last), "more": more})


def _item(change: Change, id_: str, gone: str) -> dict[str, Any]:
    state = "withdrawn" if gone else "offered"
    return {"id": id_, "change": state, "reason": gone, "at": change.at.isoformat()}


def _patent_line(caller: Caller, patent: Patent | None, gone: str, day: date) -> dict[str, Any]:
    if patent is None:
        return {}
    line = line_of(patent)
    if gone:
        return {name: value for name, value in line.items() if name in _FACTS}
    hidden = SHELF.hidden(caller, patent)
    return {name: value for name, value in line.items() if name not in hidden} | burdens(patent, day)
