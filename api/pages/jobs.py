"""任务: how far background work is, and what came of it; for those who may do such work themselves."""

from __future__ import annotations

import json
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from api.access.policy import Operation, require
from api.jobs import KINDS, REPORT, RETURNED, only_by
from api.pages.lists import attachment
from api.pages.posting import MayPost
from api.pages.rendering import page, see_other
from api.serving import May, Serving, caller_of
from api.store.jobs import Job
from matcher.errors import NotFound
from matcher.importing.reading import KIND_LABELS

router = APIRouter(include_in_schema=False)

_BACK = {
    "import": ("/import", "导入"),
    "index": ("/status", "进展"),
    "list": ("/events", "路演"),
    "evaluation": ("/evaluations", "评估"),
    "mail": ("/messages", "消息"),
}
"""The page that a job of a kind is started from."""
_Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_Watching = Annotated[Serving, Depends(May(Operation.JOBS))]
_Acting = Annotated[Serving, Depends(MayPost(Operation.JOBS))]


@router.get("/jobs/{job_id}")
def job_page(serving: _Watching, job_id: _Id) -> Response:
    """How far a job is, or what came of it."""
    job = job_of(serving, job_id)
    if job.kind == "evaluation" and not job.open and job.result:
        return see_other(f"/evaluations/{job.id}")
    result: dict[str, Any] = json.loads(job.result) if job.result else {}
    return page(
        serving,
        "job.html",
        job=job,
        task=json.loads(job.task),
        result=result,
        report=serving.services.worker.report(job) is not None,
        back=_BACK.get(job.kind, _BACK["import"]),
        kinds=KIND_LABELS,
    )


@router.post("/jobs/{job_id}/cancel")
def stop_job(serving: _Acting, job_id: _Id) -> Response:
    """Stop a job; what has landed stays."""
    job = job_of(serving, job_id)
    if serving.services.worker.jobs.cancel(job.id, serving.at):
        serving.note("停止任务", job.title)
    return see_other(f"/jobs/{job.id}")


@router.post("/jobs/{job_id}/retry")
def retry_job(serving: _Acting, job_id: _Id) -> Response:
    """Let a job that failed or was stopped begin anew."""
    job = job_of(serving, job_id)
    if serving.services.worker.retry(job):
        serving.note("重做任务", job.title)
    return see_other(f"/jobs/{job.id}")


@router.get("/jobs/{job_id}/report.xlsx")
def job_report(serving: _Watching, job_id: _Id) -> Response:
    """Everything that was wrong with a file."""
    return _file(serving, job_id, REPORT)


@router.get("/jobs/{job_id}/rows.xlsx")
def job_rows(serving: _Watching, job_id: _Id) -> Response:
    """The rows that did not land, to mend and send again."""
    return _file(serving, job_id, RETURNED)


def job_of(serving: Serving, job_id: str) -> Job:
    """The job of that id; raises NotFound, and PermissionDenied where its kind is not for the caller."""
    job = serving.services.worker.jobs.get(job_id)
    if job is None:
        raise NotFound("没有这项任务。")
    require(serving.caller, KINDS[job.kind].operation)
    caller = caller_of(serving)
    if only_by(caller, job.kind) and job.by != caller.actor:
        raise NotFound("没有这项任务。")
    return job


def _file(serving: Serving, job_id: str, name: str) -> Response:
    job = job_of(serving, job_id)
    file = serving.services.worker.file(job, name)
    if job.kind != "import" or file is None:
        raise NotFound("这项任务没有这个文件：所有行都已导入，或任务尚未完成。")
    return attachment(file.read_bytes(), f"{FilePath(job.title.removeprefix('导入 ')).stem}-{name}")
