"""洽谈日程 and 会务文件: who meets whom when and where, what is handed out, and the forms that come back."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, File, Path, Query, Response, UploadFile

from api.jobs.work import plain_name
from api.pages.downloads import download
from api.pages.event_forms import Answers, Posted, whole_number
from api.pages.events import EventId
from api.pages.posting import EventForm
from api.pages.rendering import page
from api.serving import RunningEvents, Serving, caller_of
from matcher import followups, meetings, paperwork, roadshows
from matcher.errors import InputError, MatcherError, NotFound, NotReady
from matcher.events import Event, Meeting, Schedule
from matcher.importing.report import ImportReport
from matcher.matchlists import documents
from matcher.matchlists.exports.reports import write_report
from matcher.matchlists.timetable import timetable
from matcher.meetings import Scheduled

router = APIRouter(include_in_schema=False)

_DAY = {"start": "09:00", "end": "12:00", "minutes": "30", "tables": "10", "slots": ""}


@router.get("/events/{event_id}/schedule")
def schedule_page(serving: RunningEvents, event_id: EventId) -> Response:
    """The schedule as it is stored, and the form that makes it anew."""
    return _schedule(serving, roadshows.event_named(serving.workspace, event_id), _DAY)


@router.post("/events/{event_id}/schedule")
def make_schedule(serving: EventForm, event_id: EventId, answers: Posted) -> Response:
    """Place the meetings of the published list, in place of the schedule before."""
    event = roadshows.event_named(serving.workspace, event_id)
    try:
        tables = _needed(answers, "tables", "洽谈桌数", 200)
        made = meetings.schedule_event(serving.workspace, event, _slots(answers), tables)
    except (InputError, NotReady) as error:
        return _schedule(serving, event, answers, trouble=error)
    serving.note("排日程", event.id)
    return _schedule(serving, event, answers, made)


@router.get("/events/{event_id}/schedule.xlsx")
def schedule_workbook(
    serving: RunningEvents, event_id: EventId, reader: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The timetable for everybody (no reader), for the bureau (内部), or one party's own."""
    event = roadshows.event_named(serving.workspace, event_id)
    stored = serving.workspace.store.roadshows.schedule(event.id)
    if stored is None:
        raise NotReady(f"活动 {event.id} 还没有日程。请先排日程。", code="no_schedule")
    report = timetable(event, stored, serving.at, reader)
    serving.note("导出日程", f"{event.id} {reader}".strip())
    return download(f"{event.name}-日程-{reader or '公开'}.xlsx", lambda path: write_report(report, path))


@router.get("/events/{event_id}/documents")
def documents_page(serving: RunningEvents, event_id: EventId) -> Response:
    """Every document in every format, and where filled forms are sent in."""
    return _documents(serving, roadshows.event_named(serving.workspace, event_id))


@router.get("/events/{event_id}/documents/{kind}.{suffix}")
def document(
    serving: RunningEvents,
    event_id: EventId,
    kind: Annotated[str, Path(max_length=20)],
    suffix: Annotated[str, Path(max_length=5)],
    of: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """One document, as `matcher event documents` writes it."""
    workspace = serving.workspace
    event = roadshows.event_named(workspace, event_id)
    named = documents.kind_named(kind)
    if suffix not in named.formats:
        raise InputError(
            f"{kind}没有“{suffix}”格式。可选：{'、'.join(named.formats)}。", code="unknown_format"
        )
    briefing = paperwork.brief(workspace, event, serving.at)
    name = "-".join(filter(None, (event.name, named.name, of)))
    answer = download(f"{name}.{suffix}", lambda path: documents.write(briefing, named, path, of))
    serving.note("下载会务文件", f"{event.id} {named.name} {of}".strip())
    return answer


@router.post("/events/{event_id}/forms")
def take_form(serving: EventForm, event_id: EventId, file: Annotated[UploadFile, File()]) -> Response:
    """Take in a filled 对接反馈, 参会回执 or 现场意向登记表; every good row lands, the others are explained."""
    event = roadshows.event_named(serving.workspace, event_id)
    name = plain_name(file.filename or "")
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = FilePath(folder) / name
            with path.open("wb") as stream:
                shutil.copyfileobj(file.file, stream)
            by = caller_of(serving).name
            report = followups.import_forms(serving.workspace, path, serving.at, by)
    except InputError as error:
        return _documents(serving, event, trouble=str(error))
    serving.note("收回表格", f"{event.id} {name}")
    return _documents(serving, event, report)


def _schedule(
    serving: Serving,
    event: Event,
    answers: Answers,
    made: Scheduled | None = None,
    trouble: MatcherError | None = None,
) -> Response:
    stored = serving.workspace.store.roadshows.schedule(event.id)
    status = 200 if trouble is None else 409 if isinstance(trouble, NotReady) else 422
    return page(
        serving,
        "event_schedule.html",
        status,
        event=event,
        answers=answers,
        schedule=stored,
        made=made,
        at=_by_place(stored) if stored else {},
        parties=_by_party(stored) if stored else {},
        trouble="" if trouble is None else str(trouble),
    )


def _documents(
    serving: Serving, event: Event, report: ImportReport | None = None, trouble: str = ""
) -> Response:
    ready = True
    recipients: Mapping[str, list[str]] = {}
    try:
        briefing = paperwork.brief(serving.workspace, event, serving.at)
        recipients = {kind.name: paperwork.recipients(briefing, kind) for kind in documents.KINDS if kind.of}
    except (NotReady, NotFound):
        ready = False
    return page(
        serving,
        "event_documents.html",
        422 if trouble else 200,
        event=event,
        kinds=documents.KINDS,
        recipients=recipients,
        ready=ready,
        replies=serving.workspace.store.roadshows.participations(event.id),
        report=report,
        problems=[asdict(problem) for problem in report.problems[:100]] if report else [],
        trouble=trouble,
    )


def _slots(answers: Answers) -> tuple[str, ...]:
    """The slots as they are listed, one a line, else every slot between the two times."""
    listed = tuple(line.strip() for line in answers.get("slots", "").splitlines() if line.strip())
    minutes = _needed(answers, "minutes", "每个时段的分钟数", 480)
    return listed or meetings.slots_between(answers.get("start", ""), answers.get("end", ""), minutes)


def _needed(answers: Answers, name: str, label: str, most: int) -> int:
    found = whole_number(answers, name, label, range(1, most + 1))
    if found is None:
        raise InputError(f"请填写{label}。", code="missing_count")
    return found


def _by_place(schedule: Schedule) -> Mapping[str, Mapping[int, Meeting]]:
    """Slot → table → its meeting."""
    found: dict[str, dict[int, Meeting]] = defaultdict(dict)
    for meeting in schedule.meetings:
        found[meeting.slot][meeting.table] = meeting
    return found


def _by_party(schedule: Schedule) -> Mapping[str, list[Meeting]]:
    """Enterprise or holder → its meetings in time."""
    found: dict[str, list[Meeting]] = defaultdict(list)
    for meeting in schedule.meetings:
        found[meeting.enterprise].append(meeting)
        found[meeting.holder].append(meeting)
    return dict(sorted(found.items()))
