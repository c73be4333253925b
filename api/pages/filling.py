"""填报: a holder's one-time links, and the self-assessment that one of them opens for a college or an inventor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from starlette.datastructures import FormData

from api.access.filling import LONGEST
from api.pages.posting import HandOutForm
from api.pages.rendering import page, see_other
from api.serving import Anyone, HandingOut, Serving, caller_of
from api.store.audit import AuditLine
from api.store.links import Link
from matcher.domain import LicensingMode, Patent
from matcher.errors import MatcherError
from matcher.inventory import Act, Printed
from matcher.programme.collecting import Collected
from matcher.programme.inventory import OpenTask, answer_task, open_task, overdue
from matcher.programme.inventory_form import ANSWERS, ENTRIES, PRINTED, prefilled

router = APIRouter(include_in_schema=False)

_SHOWN = 50
"""Patents on one form; the next part follows once one is handed in."""
_LONGEST = 2_000
_OF_ALL = frozenset({"by", "on"})
"""Said once for the whole form."""
_FIELDS = tuple(entry for entry in ENTRIES if not entry.printed and entry.field not in _OF_ALL)
_Token = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{20,100}$")]
_Line = Annotated[str, Form(max_length=100)]
_Start = Annotated[int, Query(ge=0, le=100_000)]
"""How many patents of the task were left blank on the parts before."""


@dataclass(frozen=True, slots=True)
class Entered:
    """One patent of a form: what was printed, and what is written so far."""

    printed: Printed
    patent: Patent
    written: Mapping[str, str]

    @property
    def answered(self) -> bool:
        """Whether anything was said beyond what was known."""
        return any(self.written.get(field) for field in ANSWERS)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a task: it begins after `start` patents that were left blank; `taken` of the part before were stored."""

    task: OpenTask
    start: int = 0
    taken: int = 0


async def _posted(request: Request) -> FormData:
    return await request.form()


_Posted = Annotated[FormData, Depends(_posted)]


@router.get("/fill-in-links")
def links_page(serving: HandingOut) -> Response:
    """The holder's tasks, what each still owes, and its link."""
    return _links(serving)


@router.post("/fill-in-links")
def hand_out(
    serving: HandOutForm, task: _Line, days: Annotated[int, Form(ge=1, le=LONGEST)] = 14
) -> Response:
    """A one-time link to one task, shown once."""
    caller = caller_of(serving)
    wanted = serving.workspace.store.inventory.task(task)
    token = serving.services.access.filling.hand_out(caller, wanted, days, serving.at)
    serving.note("发出填报链接", task)
    return _links(serving, f"/fill-in/{token}", task)


@router.post("/fill-in-links/withdraw")
def withdraw(serving: HandOutForm, task: _Line) -> Response:
    """Void the link of a task that was not used."""
    if serving.services.access.filling.links.withdraw(task, caller_of(serving).subject):
        serving.note("撤回填报链接", task)
    return see_other("/fill-in-links")


@router.get("/fill-in/{token}")
def form(serving: Anyone, token: _Token, start: _Start = 0, taken: _Start = 0) -> Response:
    """The self-assessments that the link's unit still owes, fifty at once; `taken` were just handed in."""
    link = serving.services.access.filling.opened(token, serving.at)
    task = open_task(serving.workspace.store, link.task_id)
    rows = [Entered(*row, prefilled(row[1])) for row in task.rows[start : start + _SHOWN]]
    return _form(serving, Part(task, start, taken), rows)


@router.post("/fill-in/{token}")
def hand_in(serving: Anyone, token: _Token, posted: _Posted, start: _Start = 0) -> Response:
    """Take the answers, all or none; the link is used up by the last part that was taken."""
    link = serving.services.access.filling.opened(token, serving.at)
    task = open_task(serving.workspace.store, link.task_id)
    by = str(posted.get("by", "")).strip()[:50]
    rows = task.rows[start : start + _SHOWN]
    entered = [Entered(*row, _written(posted, row[0].patent_id)) for row in rows]
    said, part = [row for row in entered if row.answered], Part(task, start)
    if not by or not said:
        return _form(serving, part, entered, ["请填写填报人，并至少填写一件专利。"], by)
    found = _landed(serving, link, by, said, last=start + len(rows) >= len(task.rows))
    if troubles := _troubles(found, said):
        return _form(serving, part, entered, troubles, by)
    taken, left = len(found.taken), len(task.rows) - len(found.taken)
    following = start + len(rows) - taken
    if following < left:
        return see_other(f"/fill-in/{token}?start={following}&taken={taken}")
    return page(serving, "filled_in.html", taken=taken, left=left)


def _landed(serving: Serving, link: Link, by: str, said: Sequence[Entered], *, last: bool) -> Collected:
    """Store the answers under a link that is taken first, so that it takes no second ones; used up by the last part.

    Where they fail it is given back; where the process dies before they are stored it is free again after a while.
    """
    filling, store = serving.services.access.filling, serving.workspace.store
    act = Act(by, serving.at, "网上填报")
    today = {"by": by, "on": serving.at.date().isoformat()}
    titles = [entry.field for entry in PRINTED]
    rows = [{**dict(zip(titles, row.printed.cells, strict=True)), **row.written, **today} for row in said]
    filling.use(link, serving.at)
    try:
        found = answer_task(store, link.task_id, rows, act)
    except MatcherError:
        filling.links.give_back(link)
        raise
    taken = not _troubles(found, said)
    if taken and last:
        filling.links.land(link, serving.at)
    else:
        filling.links.give_back(link)
    if taken:
        actor = f"填报链接：{link.holder} {link.unit}（{by}）"
        line = AuditLine(
            serving.at, actor, "提交自评", f"{link.task_id} {len(found.taken)} 件", serving.request_id
        )
        serving.services.access.audit.add(line)
        serving.services.worker.build_index(actor)
    return found


def _troubles(found: Collected, said: Sequence[Entered]) -> list[str]:
    """What keeps the answers from being taken; nothing where they were."""
    names = {row.patent.id: row.patent.title for row in said}
    troubles = [
        f"《{said[problem.row - 1].patent.title}》{problem.column}：{problem.message}"
        for problem in found.problems
    ]
    troubles += [
        f"《{names[clash.patent_id]}》{clash.field}：已有不同的自评，未采用。" for clash in found.clashes
    ]
    return troubles if len(found.taken) + found.repeated < len(said) or found.clashes else []


def _written(posted: FormData, patent_id: str) -> dict[str, str]:
    """What the form holds for one patent, by field; several ticks as one cell."""
    return {
        entry.field: "；".join(
            part.strip()[:_LONGEST]
            for part in posted.getlist(f"{patent_id}.{entry.field}")
            if isinstance(part, str)
        )
        for entry in _FIELDS
    }


def _form(
    serving: Serving, part: Part, rows: Sequence[Entered], troubles: Sequence[str] = (), by: str = ""
) -> Response:
    task = part.task
    return page(
        serving,
        "fill_in.html",
        422 if troubles else 200,
        task=task.task,
        rows=rows,
        left=len(task.rows) - part.start - len(rows),
        start=part.start,
        taken=part.taken,
        fields=_FIELDS,
        modes=list(LicensingMode),
        troubles=troubles,
        by=by,
    )


def _links(serving: Serving, link: str = "", made_for: str = "") -> Response:
    holder, store = caller_of(serving).subject, serving.workspace.store
    tasks = overdue(store, "", serving.at.date(), holder)
    made = serving.services.access.filling.links.of_holder(holder)
    return page(
        serving,
        "fill_in_links.html",
        tasks=sorted(tasks, key=lambda line: (not line.open, line.task)),
        made=made,
        link=link,
        made_for=made_for,
        longest=LONGEST,
        now=serving.at,
    )
