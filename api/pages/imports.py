"""导入: a file is taken in, worked through in the background, and every row accounted for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Path, Response, UploadFile

from api.admission import Admitted
from api.jobs import REPORT, Upload
from api.pages.lists import attachment
from api.pages.posting import ImportForm
from api.pages.rendering import page, see_other
from api.serving import Importing, Serving, caller_of
from api.store.jobs import Job
from matcher.errors import NotFound
from matcher.importing.reading import KIND_LABELS
from matcher.matchlists.templates import write_template

router = APIRouter(include_in_schema=False, route_class=Admitted)

ADDRESS = "/import"
LARGEST = 200_000_000
"""Bytes of an uploaded file."""
_Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get(ADDRESS)
def import_form(serving: Importing) -> Response:
    """The form and the latest jobs."""
    jobs = serving.services.worker.jobs.recent(10)
    return page(serving, "import.html", kinds=KIND_LABELS, jobs=jobs, journal=_journal(serving))


@router.post(ADDRESS)
def take_file(
    serving: ImportForm,
    file: Annotated[UploadFile, File()],
    kind: Annotated[str, Form(max_length=20)],
    source: Annotated[str, Form(max_length=100)] = "",
    prefer_new: Annotated[bool, Form()] = False,
) -> Response:
    """Keep the file and queue its import."""

    def keep(path: FilePath) -> None:
        with path.open("wb") as stream:
            shutil.copyfileobj(file.file, stream)

    upload = Upload(file.filename or "", kind, source.strip(), prefer_new)
    job = serving.services.worker.import_file(upload, caller_of(serving).actor, keep)
    serving.note("导入文件", f"{job.title}（{kind}）")
    return see_other(f"/jobs/{job.id}")


@router.get("/jobs/{job_id}")
def job_page(serving: Importing, job_id: _Id) -> Response:
    """How far a job is, or what came of it."""
    job = _job(serving, job_id)
    result: dict[str, Any] = json.loads(job.result) if job.result else {}
    report = serving.services.worker.report(job) is not None
    return page(serving, "job.html", job=job, result=result, report=report, kinds=KIND_LABELS)


@router.post("/jobs/{job_id}/cancel")
def stop_job(serving: ImportForm, job_id: _Id) -> Response:
    """Stop a job; what has landed stays."""
    job = _job(serving, job_id)
    if serving.services.worker.jobs.cancel(job.id, serving.at):
        serving.note("停止任务", job.title)
    return see_other(f"/jobs/{job.id}")


@router.get("/jobs/{job_id}/report.xlsx")
def job_report(serving: Importing, job_id: _Id) -> Response:
    """The rows that did not land, and why, to mend and send again."""
    job = _job(serving, job_id)
    file = serving.services.worker.report(job)
    if file is None:
        raise NotFound("这项任务没有导入报告：所有行都已导入，或任务尚未完成。")
    return attachment(file.read_bytes(), f"{FilePath(job.title.removeprefix('导入 ')).stem}-{REPORT}")


@router.get("/templates/{kind}")
def template(serving: Importing, kind: Annotated[str, Path(max_length=20)]) -> Response:
    """An empty form with drop-downs, as `matcher template` writes it."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = FilePath(folder) / "template.xlsx"
        write_template(kind, file)
        return attachment(file.read_bytes(), f"{kind}-模板.xlsx")


def _job(serving: Serving, job_id: str) -> Job:
    job = serving.services.worker.jobs.get(job_id)
    if job is None:
        raise NotFound("没有这项任务。")
    return job


def _journal(serving: Serving) -> list[Any]:
    return list(reversed(serving.workspace.store.imports.all()))[:20]
