"""对接清单: choose what it is for, and take the workbook away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.access import audiences
from api.access.audiences import Audience
from api.access.policy import needs_within
from api.access.roles import Role
from api.pages.downloads import attachment as attachment
from api.pages.downloads import download
from api.pages.posting import ListForm
from api.pages.rendering import page
from api.serving import MakingLists, caller_of
from matcher import usecases
from matcher.matches import MatchList
from matcher.matchlists.exports import list_rows
from matcher.matchlists.exports.presets import PRESETS
from matcher.matchlists.exports.xlsx import write_xlsx
from matcher.store.filters import NeedFilter, PatentFilter

router = APIRouter(include_in_schema=False)

_Line = Annotated[str, Form(max_length=200)]


@router.get("/lists")
def list_form(serving: MakingLists) -> Response:
    """The form."""
    presets = PRESETS if caller_of(serving).role in (Role.BUREAU, Role.CITY) else ()
    return page(serving, "lists.html", presets=presets, today=serving.at.date())


@router.post("/lists")
def make_list(
    serving: ListForm,
    event: _Line = "",
    region: _Line = "",
    need_region: _Line = "",
    preset: _Line = "",
    recipient: _Line = "",
    k: Annotated[int, Form(ge=1, le=50)] = 5,
) -> Response:
    """The workbook, as `matcher list` writes it."""
    caller = caller_of(serving)
    audience = audiences.of_needs(caller, preset, recipient)
    needs = needs_within(caller, NeedFilter(regions=_words(need_region)))
    request = serving.list_request(None, k, event.strip())
    found = usecases.make_list(serving.workspace, request, needs, PatentFilter(regions=_words(region)))
    serving.note("导出对接清单", f"{audience.preset.name} {event.strip()}".strip())
    return workbook(found, audience, f"{event.strip()}对接清单")


def workbook(found: MatchList, audience: Audience, name: str) -> Response:
    """A list as a workbook to keep."""
    rows = list_rows(found, audience.preset, audience.recipient)
    return download(f"{name}-{audience.preset.name}.xlsx", lambda file: write_xlsx(rows, file))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace("，", " ").replace("、", " ").split())
