"""检索: a need in free text, its patents, and filters with counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from api.access import audiences
from api.pages.cards import need_cards
from api.pages.filters import Chosen, chosen_filters, filters_of
from api.pages.posting import SearchForm
from api.pages.rendering import page
from api.serving import Searching, caller_of
from matcher import usecases

router = APIRouter(include_in_schema=False)

_COUNTED = 50
"""Results that the filters count over."""
_SHOWN = 20


@router.get("/")
def search_form(serving: Searching) -> Response:
    """An empty form."""
    return page(serving, "search.html", text="", filters=(), chosen=Chosen(), found=None)


@router.post("/")
def search(
    serving: SearchForm,
    chosen: Annotated[Chosen, Depends(chosen_filters)],
    text: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """The results; sent by POST, so that the text of a need stands in no address and no history."""
    workspace = serving.workspace
    unfiltered = usecases.match_text(workspace, text, serving.list_request(None, _COUNTED))
    filters = filters_of(unfiltered.needs[0].matches, chosen)
    found = unfiltered
    if chosen:
        request = serving.list_request(None, _SHOWN)
        found = usecases.match_text(workspace, text, request, chosen.patents())
    [listed] = found.needs
    # Reasons are worded for what is shown only.
    shown = replace(found, needs=(replace(listed, matches=listed.matches[:_SHOWN]),))
    [need] = need_cards(shown, audiences.of_search(caller_of(serving)), workspace)
    return page(
        serving,
        "search.html",
        text=text,
        filters=filters,
        chosen=chosen,
        found=need,
        more=len(listed.matches) > _SHOWN,
    )
