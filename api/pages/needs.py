"""需求: the needs one may read, and each with the patents that answer it."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access import audiences
from api.access.policy import Operation, allowed_need, needs_within
from api.pages.cards import need_cards
from api.pages.facts import need_facts
from api.pages.need_progress import progress_of, state_of
from api.pages.rendering import page
from api.serving import ReadingNeeds, caller_of
from matcher import usecases
from matcher.matches import MatchList
from matcher.matchlists.exports import list_rows, preset_named
from matcher.programme.diagnosis import diagnose
from matcher.store.filters import NeedFilter

router = APIRouter(include_in_schema=False)

_PAGE = 50
_MATCHES = 20


@router.get("/needs")
def needs_page(
    serving: ReadingNeeds,
    region: Annotated[str, Query(max_length=100)] = "",
    number: Annotated[int, Query(ge=1, le=100_000, alias="page")] = 1,
) -> Response:
    """Fifty needs, in id order."""
    regions = (region.strip(),) if region.strip() else ()
    wanted = needs_within(caller_of(serving), NeedFilter(regions=regions))
    start = (number - 1) * _PAGE
    found = list(islice(serving.workspace.store.needs.all(wanted), start, start + _PAGE + 1))
    shown, today = found[:_PAGE], serving.at.date()
    outcomes = serving.workspace.store.outcomes
    return page(
        serving,
        "needs.html",
        needs=shown,
        states={need.id: state_of(need, outcomes.of_need(need.id), today) for need in shown},
        readiness={need.id: diagnose(need).readiness for need in shown},
        region=region,
        number=number,
        more=len(found) > _PAGE,
    )


@router.get("/needs/{need_id:path}")
def need_page(serving: ReadingNeeds, need_id: Annotated[str, Path(max_length=200)]) -> Response:
    """One need, its patents, and the near misses that a gate keeps out."""
    caller, workspace = caller_of(serving), serving.workspace
    need = allowed_need(caller, Operation.READ_NEED, workspace.store.needs.get(need_id), need_id)
    found = usecases.match_need(workspace, need_id, serving.list_request(None, _MATCHES))
    audience = audiences.of_needs(caller)
    [cards] = need_cards(found, audience, workspace)
    [row] = list_rows(found, audience.preset, audience.recipient).needs
    enterprise = found.needs[0].enterprise
    serving.note("查看需求", need_id)
    return page(
        serving,
        "need.html",
        need=need,
        facts=need_facts(need, enterprise),
        outside=_outside(found),
        waits=need.id in serving.services.confirmations.waiting(),
        contact=enterprise.contact if enterprise and audience.preset.internal else "",
        found=cards,
        excluded=row.kept_out,
        diagnosis=diagnose(need),
        progress=progress_of(serving, need),
    )


def _outside(found: MatchList) -> str:
    """How the need is shown to others."""
    shown = list_rows(found, preset_named("对外版")).needs
    if not shown:
        return "不显示（仅主管部门可见）"
    return "，".join(part for part in (shown[0].need, shown[0].enterprise, shown[0].region) if part)
