"""Jobs as programs read them, and whose they are."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response

from api.access.policy import Extent, extent
from api.access.roles import Caller
from api.jobs import KINDS, only_by
from api.serving import Serving, caller_of, json_answer
from api.store.jobs import Job
from matcher.errors import NotFound


def job_document(job: Job) -> dict[str, Any]:
    """One job; `result` is what came of it, null until it is done."""
    return {
        "id": job.id,
        "kind": job.kind,
        "label": KINDS[job.kind].label,
        "title": job.title,
        "by": job.by,
        "state": str(job.state),
        "progress": job.progress,
        "message": job.message,
        "attempts": job.attempts,
        "created": job.created.isoformat(),
        "finished": job.finished.isoformat() if job.finished else None,
        "result": json.loads(job.result) if job.result else None,
    }


def accepted(job: Job) -> Response:
    """202: the job is written down; its address tells how far it is."""
    answer = json_answer(job_document(job), 202)
    answer.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return answer


def kinds_of(caller: Caller) -> list[str]:
    """The kinds of jobs that `caller` may ask for, watch and stop."""
    return [name for name, kind in KINDS.items() if extent(caller, kind.operation) is not Extent.NOTHING]


def job_of(serving: Serving, job_id: str) -> Job:
    """The job of that id where the caller may see it; whether a foreign one is there is told to nobody."""
    caller, job = caller_of(serving), serving.services.worker.jobs.get(job_id)
    if (
        job is None
        or job.kind not in kinds_of(caller)
        or (only_by(caller, job.kind) and job.by != caller.actor)
    ):
        raise NotFound(f"没有编号为“{job_id}”的任务。")
    return job
