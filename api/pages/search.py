"""检索: a need in free text, its patents, and filters with counts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from api.access import audiences
from api.access.audiences import Audience
from api.pages.cards import need_cards
from api.pages.comparing import Picked
from api.pages.filters import Chosen, chosen_filters, filters_of
from api.pages.posting import SearchForm
from api.pages.rendering import page
from api.serving import Searching, Serving, caller_of
from matcher import usecases
from matcher.domain import Patent
from matcher.matches import MatchList

router = APIRouter(include_in_schema=False)

COUNTED = 100
"""Results that the filters count over, the best first."""
_SHOWN = 20


@router.get("/")
def search_form(serving: Searching) -> Response:
    """An empty form."""
    return page(
        serving, "search.html", text="", filters=(), chosen=Chosen(), found=None, picked=(), elsewhere=()
    )


@router.post("/")
async def search(
    serving: SearchForm,
    chosen: Annotated[Chosen, Depends(chosen_filters)],
    picked: Picked = [],  # noqa: B006 (FastAPI copies defaults)
    text: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """The results; sent by POST, so that the text of a need stands in no address and no history."""
    audience = await serving.disclosing(audiences.of_search(caller_of(serving)), "检索")
    return await serving.in_turn(lambda: _results(serving, audience, text, chosen, picked))


def _results(serving: Serving, audience: Audience, text: str, chosen: Chosen, picked: list[str]) -> Response:
    workspace = serving.workspace
    request = serving.list_request(None, COUNTED)

    @cache
    def answer(under: Chosen) -> MatchList:
        return usecases.match_text(workspace, text, request, under.patents())

    def patents(under: Chosen) -> list[Patent]:
        return [match.patent for match in answer(under).needs[0].matches]

    found = answer(chosen)
    [listed] = found.needs
    # Reasons are worded for what is shown only.
    shown = replace(found, needs=(replace(listed, matches=listed.matches[:_SHOWN]),))
    [need] = need_cards(shown, audience, workspace)
    here = {match.patent.id for match in listed.matches[:_SHOWN]}
    return page(
        serving,
        "search.html",
        text=text,
        filters=filters_of(patents, chosen),
        chosen=chosen,
        found=need,
        total=len(listed.matches),
        counted=COUNTED,
        notice=audience.notice,
        picked=picked,
        elsewhere=workspace.store.patents.many(id_ for id_ in picked if id_ not in here).values(),
    )
