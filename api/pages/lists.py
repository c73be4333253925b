"""对接清单: choose what it is for, and take the workbook away."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.access import audiences
from api.access.audiences import Audience
from api.access.policy import Extent, Operation, extent, needs_within
from api.access.roles import Role
from api.pages.boxes import groups, words
from api.pages.downloads import attachment as attachment
from api.pages.downloads import download
from api.pages.event_forms import Answers, Posted
from api.pages.posting import ListForm
from api.pages.rendering import page
from api.serving import MakingLists, Serving, caller_of
from matcher import usecases
from matcher.errors import InputError
from matcher.matches import MatchList
from matcher.matchlists.exports import list_rows
from matcher.matchlists.exports.presets import PRESETS
from matcher.matchlists.exports.xlsx import write_xlsx
from matcher.programme.membership import check_groups
from matcher.store.filters import NeedFilter, PatentFilter

router = APIRouter(include_in_schema=False)


@router.get("/lists")
def list_form(serving: MakingLists) -> Response:
    """The form."""
    return _form(serving, {})


@router.post("/lists")
def make_list(serving: ListForm, answers: Posted, k: Annotated[int, Form(ge=1, le=50)] = 5) -> Response:
    """The workbook, as `matcher list` writes it; the form again with what to mend where groups are not known."""
    caller, event = caller_of(serving), answers.get("event", "")[:200]
    audience = audiences.of_needs(caller, answers.get("preset", ""), answers.get("recipient", ""))
    try:
        wanted = groups(answers.get("group", ""))
        needs = needs_within(caller, NeedFilter(regions=words(answers.get("need_region", ""))), wanted)
        everything = extent(caller, Operation.READ_NEED) is Extent.ALL
        check_groups(serving.workspace, wanted, everything=everything)
    except InputError as error:
        return _form(serving, answers, str(error))
    patents = PatentFilter(regions=words(answers.get("region", "")))
    request = replace(serving.list_request(None, k, event), groups=wanted)
    found = usecases.make_list(serving.workspace, request, needs, patents)
    serving.note("导出对接清单", f"{audience.preset.name} {event}".strip())
    return workbook(found, audience, f"{event}对接清单")


def _form(serving: Serving, answers: Answers, trouble: str = "") -> Response:
    presets = PRESETS if caller_of(serving).role in (Role.BUREAU, Role.CITY) else ()
    values = {"presets": presets, "today": serving.at.date(), "answers": answers, "trouble": trouble}
    return page(serving, "lists.html", 422 if trouble else 200, **values)


def workbook(found: MatchList, audience: Audience, name: str) -> Response:
    """A list as a workbook to keep."""
    rows = list_rows(found, audience.preset, audience.recipient)
    return download(f"{name}-{audience.preset.name}.xlsx", lambda file: write_xlsx(rows, file))
