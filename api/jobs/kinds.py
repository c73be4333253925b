"""The kinds of jobs, one line each: what people call it, who may ask for it, and what it does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

from api.access.policy import Extent, Operation, extent
from api.access.roles import Caller
from api.jobs.evaluations import evaluate
from api.jobs.indexing import update_index
from api.jobs.submissions import submit
from api.jobs.work import REPORT, RETURNED, SENT, Result, Upload, Work
from api.mailing import send_due
from api.store.database import open_service
from api.store.messages import Messages
from matcher import roadshows, usecases
from matcher.errors import InputError
from matcher.importing.returns import write_returned
from matcher.landing import Manner

_SHOWN = 200
"""Problems kept for the page; all of them are in the report file."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind: `label` in Chinese, the operation that asking, watching and stopping take, and what is done.

    `lands`: whether it changes records.
    """

    label: str
    operation: Operation
    run: Callable[[Work], Result]
    lands: bool = False


def _import(work: Work) -> Result:
    """Land the file, write its report, bring the index up to date; the file itself is not kept."""
    upload = Upload(**work.task)
    file = work.folder / SENT / upload.name
    if not file.is_file():
        raise InputError(f"文件“{upload.name}”已不在服务器上，请重新上传。")
    manner = Manner(upload.mapping, upload.source, prefer_new=upload.prefer_new, within=upload.within)
    step = work.step("导入", 0.0, 0.5)
    report = usecases.import_file(work.workspace, upload.kind, file, manner, at=work.at, progress=step).report
    if report.problems:
        report.write_xlsx(work.folder / REPORT, made_at=work.at)
    returned = write_returned(report, work.folder / RETURNED, made_at=work.at)
    if work.workspace.store.patents.count():
        update_index(work, 0.5)
    shutil.rmtree(file.parent)
    shown = {**report.to_json(), "problems": [asdict(each) for each in report.problems[:_SHOWN]]}
    found = {**shown, "problem_count": len(report.problems), "returned": returned}
    return {**found, "file": REPORT} if report.problems else found


def _mail(work: Work) -> Result:
    engine = open_service(work.workspace.settings)
    try:
        return {**send_due(Messages(engine), work.workspace.settings, work.at, work.step("发送"))}
    finally:
        engine.dispose()


def _index(work: Work) -> Result:
    full = bool(work.task.get("full"))
    return {"built": update_index(work, full=full)}


def _list(work: Work) -> Result:
    event = roadshows.event_named(work.workspace, work.task["event"])
    update_index(work, end=0.5)
    day = roadshows.Day(work.at.date(), work.at)
    step = work.step("编制", 0.5)
    version, built = roadshows.build_list(
        work.workspace, event, day, work.task["author"], step, request=work.id
    )
    counts = {"pairs": len(built.entries), "needs": built.needs, "patents": built.patents}
    return {"list": version.id, "event": event.id, **counts}


KINDS: Mapping[str, JobKind] = MappingProxyType(
    {
        "import": JobKind("导入", Operation.IMPORT, _import, lands=True),
        "index": JobKind("重建索引", Operation.REBUILD, _index),
        "list": JobKind("编制清单", Operation.RUN_EVENTS, _list),
        "export": JobKind("上报文件", Operation.EXPORT, submit),
        "mail": JobKind("发送提醒", Operation.MANAGE, _mail),
        "evaluation": JobKind("评估", Operation.EVALUATE, evaluate),
    }
)


def only_by(caller: Caller, kind: str) -> bool:
    """Whether `caller` sees only the jobs of this kind that it asked for itself."""
    return extent(caller, KINDS[kind].operation) is not Extent.ALL
