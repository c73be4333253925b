"""专利: one patent with its facts, its modes, what was said of it, and the needs that it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access import audiences
from api.access.parties import own_patents
from api.access.policy import Extent, Operation, allowed_patent, extent, may_patent, needs_within
from api.access.roles import Caller, Role
from api.pages.cards import NeedCards, need_cards
from api.pages.comparing import remaining
from api.pages.facts import patent_facts
from api.pages.rendering import page, path_to, see_other
from api.serving import ReadingPatents, Serving, caller_of
from matcher import usecases
from matcher.availability import availability
from matcher.domain import Patent, Transaction
from matcher.inventory import Item, Step
from matcher.matchlists.exports.wording import patent_number
from matcher.programme.assessing import Summary
from matcher.store.filters import PatentFilter

router = APIRouter(include_in_schema=False)

_NEEDS = 10
_PAGE = 50
_WHOSE = dict.fromkeys((Role.EXPERT, Role.SERVICE), "交给您的专利")


@router.get("/patents")
def patents_page(
    serving: ReadingPatents,
    number: Annotated[str, Query(max_length=200)] = "",
    holder: Annotated[str, Query(max_length=200)] = "",
    page_number: Annotated[int, Query(ge=1, le=100_000, alias="page")] = 1,
) -> Response:
    """The patent of a number in any form people type (raises NotFound); without one, those of a holder."""
    caller, store = caller_of(serving), serving.workspace.store
    if number.strip():
        patent = allowed_patent(caller, Operation.READ_PATENT, store.patents.find(number.strip()), number)
        return see_other(path_to("patents", patent.id))
    own, holder = own_patents(store, caller), holder.strip()
    if own is not None:
        ids, holder = own, _WHOSE.get(caller.role, caller.subject)
    else:
        ids = store.patents.ids(PatentFilter(holders=(holder,))) if holder else []
    start = (page_number - 1) * _PAGE
    found = store.patents.many(ids[start : start + _PAGE])
    return page(
        serving,
        "patents.html",
        holder=holder,
        own=own is not None,
        patents=[found[id_] for id_ in sorted(found)],
        count=len(ids),
        number=page_number,
        more=start + _PAGE < len(ids),
        worded=patent_number,
    )


@router.get("/patents/{patent_id:path}")
def patent_page(serving: ReadingPatents, patent_id: Annotated[str, Path(max_length=200)]) -> Response:
    """Everything that the caller may know of one patent."""
    caller, store = caller_of(serving), serving.workspace.store
    patent = allowed_patent(caller, Operation.READ_PATENT, store.patents.get(patent_id), patent_id)
    contacts = may_patent(caller, Operation.READ_CONTACTS, patent)
    history = may_patent(caller, Operation.READ_HISTORY, patent)
    matched = may_patent(caller, Operation.MATCH_PATENT, patent)
    if contacts or history or matched:
        serving.note("查看专利", patent.id)
    origins = store.sightings.of("patents", patent.id) if history else ()
    facts = patent_facts(patent, contacts=contacts, origins=origins)
    named = Counter(fact.origin for fact in facts if fact.origin).most_common(1)
    return page(
        serving,
        "patent.html",
        patent=patent,
        facts=facts,
        most=named[0][0] if named else "",
        left=remaining(patent, serving.at.date()),
        modes=availability(patent, serving.at.date()),
        past=_past(serving, patent) if history else None,
        needs=_needs(serving, caller, patent) if matched else None,
    )


@dataclass(frozen=True, slots=True)
class _Past:
    """What happened to a patent and was said of it, oldest first."""

    said: Summary
    named: bool
    """Whether the enterprises that said it may be named: to the province's bureau only."""
    transactions: Sequence[Transaction]
    item: Item
    steps: Sequence[Step]


def _past(serving: Serving, patent: Patent) -> _Past:
    store = serving.workspace.store
    assessments = store.assessments.by_patent([patent.id]).get(patent.id, [])
    transactions = store.transactions.by_patent([patent.id]).get(patent.id, [])
    return _Past(
        Summary(patent, tuple(sorted(assessments, key=lambda one: (one.on or date.min, one.id)))),
        extent(serving.caller, Operation.READ_HISTORY) is Extent.ALL,
        sorted(transactions, key=lambda one: (one.on or date.min, one.id)),
        store.inventory.many([patent.id])[patent.id],
        store.inventory.history([patent.id]),
    )


def _needs(serving: Serving, caller: Caller, patent: Patent) -> list[NeedCards]:
    request = serving.list_request(None, _NEEDS)
    found = usecases.match_patent(serving.workspace, patent.id, request, needs_within(caller))
    return need_cards(found, audiences.of_needs(caller), serving.workspace)
