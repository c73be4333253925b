"""The papers of an event, written into files: one of them, all of them, or a month's report."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from matcher.errors import InputError, NotReady
from matcher.events import Event
from matcher.matching import Progress
from matcher.matchlists import documents
from matcher.matchlists.documents.blocks import Document
from matcher.matchlists.documents.briefing import Briefing
from matcher.matchlists.documents.dispatch import Month, monthly
from matcher.matchlists.documents.on_site import enterprises, holders
from matcher.matchlists.documents.pdf_file import require_fonts
from matcher.matchlists.exports.sheet_text import clean
from matcher.meetings import published_list
from matcher.outcomes import State
from matcher.roadshows import shown_list
from matcher.workspace import Workspace

_NOT_IN_A_NAME = re.compile(r'[\\/:*?"<>|\s]+')


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and why others were not."""

    files: tuple[Path, ...]
    refused: str = ""


def brief(workspace: Workspace, event: Event, made_at: datetime) -> Briefing:
    """All that the documents of an event are written from; raises NotReady where no list is published."""
    version = published_list(workspace, event)
    outcomes = {outcome.id: outcome for outcome in workspace.store.outcomes.of_event(event.id)}
    return Briefing(
        event=event,
        version=version,
        match_list=shown_list(workspace, version),
        made_at=made_at,
        outcomes=outcomes,
        steps=workspace.store.outcomes.history(outcomes),
        replies=workspace.store.roadshows.participations(event.id),
        schedule=workspace.store.roadshows.schedule(event.id),
    )


def write_all(briefing: Briefing, folder: Path, progress: Progress = _silent) -> Written:
    """Every document in every format; booklets in folders of their own, internal papers under 内部.

    Without a Chinese font the PDFs are left out, and `refused` says what to install.
    """
    refused = ""
    try:
        require_fonts()
    except NotReady as error:
        refused = str(error)
    wanted = [
        (kind, of, folder / _place(kind, of, format_))
        for kind in documents.KINDS
        for format_ in kind.formats
        if not (refused and format_ == "pdf")
        for of in recipients(briefing, kind)
    ]
    for done, (kind, of, path) in enumerate(wanted, 1):
        documents.write(briefing, kind, path, of)
        progress(done, len(wanted))
    return Written(tuple(path for _, _, path in wanted), refused)


def monthly_report(workspace: Workspace, month: str, made_at: datetime) -> Document:
    """月度信息报送稿 of a month given as 2026-11; raises InputError."""
    match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", month.strip())
    if match is None:
        raise InputError(f"月份“{month}”不能识别，请写成 2026-11 的形式。", code="month")
    year, number = int(match[1]), int(match[2])
    outcomes = workspace.store.outcomes.of_event()
    return monthly(
        Month(
            date(year, number, 1),
            date(year, number, monthrange(year, number)[1]),
            workspace.store.roadshows.all(),
            outcomes,
            workspace.store.outcomes.history(outcome.id for outcome in outcomes),
            workspace.settings.organiser,
            made_at,
        )
    )


def recipients(briefing: Briefing, kind: documents.Kind) -> list[str]:
    """For whom a kind is made ("": for all alike): every enterprise and holder gets its own; cases are told of public needs only."""
    if kind.of == "企业":
        return enterprises(briefing, public=False)
    if kind.of == "权利人":
        return holders(briefing)
    if kind.of == "对接编号":
        public = [o.id for o in briefing.outcomes.values() if o.state is State.SIGNED]
        named = {o.id: briefing.enterprise_name(o.need_id) for o in briefing.outcomes.values()}
        return [id_ for id_ in public if named[id_] != "匿名企业"]
    return [""]


def _place(kind: documents.Kind, of: str, format_: str) -> Path:
    name = _NOT_IN_A_NAME.sub("-", clean(of))[:60]
    if of:
        return Path(kind.name, f"{name}.{format_}")
    return Path("内部" if kind.internal else "", f"{kind.name}.{format_}")
