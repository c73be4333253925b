"""Exports for authorities, and progress."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path as FilePath
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.admission import UPLOAD, Admitted, Uploaded
from api.http import examples
from api.http.jobs import accepted
from api.http.openapi import answered, problems
from api.http.operations import Exporting, SeeingProgress
from api.http.progress_documents import PROGRESS
from api.http.questions import Day, Question, Words
from api.jobs.submissions import TEMPLATE
from api.serving import caller_of, json_answer
from matcher.errors import InputError
from matcher.programme.progress import Progress
from matcher.programme.progress import progress as progress_of
from matcher.programme.submitting import kind_named

router = APIRouter(prefix="/api/v1", tags=["报告"], route_class=Admitted)

EXPORTS = "/api/v1/exports"
LARGEST_TEMPLATE = 20_000_000
"""Bytes of an authority's template."""
_LONGEST = timedelta(days=3653)
"""Of a period told month by month."""


class ExportQuery(Question):
    """What is reported, as `matcher export` has it."""

    format: str = Field(max_length=20, description="盘点、企业评价 或 交易反馈", examples=["盘点"])
    partial: bool = Field(False, description="只写完整的行，缺必填项的行略去")
    since: Day | None = Field(None, description="交易反馈从哪天起，默认当年 1 月 1 日")
    holder: Words = Field([], description="只对这些专利权人，写全称")


class ProgressQuery(Question):
    """The day, and from when deals count."""

    as_of: Day | None = Field(None, description="截至哪一天，默认今天")
    since: Day | None = Field(None, description="交易从哪天起计，默认当年 1 月 1 日")


@router.post(
    "/exports",
    status_code=202,
    summary="按主管部门的模板编制上报文件（后台）",
    openapi_extra={"requestBody": {**UPLOAD["requestBody"], "required": False}},
    responses=answered(examples.JOB, 202) | problems(400, 401, 403, 409, 413, 422, 503),
)
def export(query: Annotated[ExportQuery, Query()], template: Uploaded, serving: Exporting) -> Response:
    """The body is the authority's template (.xlsx); without one our own example is filled."""
    kind = kind_named(query.format)

    def keep(folder: FilePath) -> None:
        if template.bytes:
            shutil.copyfile(template.path, folder / TEMPLATE)

    task = {
        "format": kind.value,
        "partial": query.partial,
        "since": query.since.isoformat() if query.since else "",
        "holders": query.holder,
    }
    caller = caller_of(serving)
    job = serving.services.worker.add("export", f"上报 {kind.value}", caller.actor, task, keep)
    serving.note("编制上报文件", kind.value)
    return accepted(job)


@router.get(
    "/progress",
    summary="存量专利盘活进展",
    responses=answered(PROGRESS) | problems(401, 403, 422, 503),
)
def progress(query: Annotated[ProgressQuery, Query()], serving: SeeingProgress) -> Response:
    """Rates with numerator and denominator, deals, milestones: of all, and by city, authority, holder, month."""
    as_of = query.as_of or serving.at.date()
    if query.since is not None and not timedelta(0) <= as_of - query.since <= _LONGEST:
        raise InputError(
            f"起计日 {query.since} 应不晚于截至日 {as_of}，且相距不超过十年。请缩短期间。", code="bad_period"
        )
    return json_answer(_progress_document(progress_of(serving.workspace, as_of, query.since)))


def _progress_document(found: Progress) -> dict[str, Any]:
    """Figures and groups, no records."""
    milestones = [
        {
            "milestone": line.milestone.name,
            "due": line.milestone.due,
            "holder": line.holder,
            "numerator": line.rate.numerator,
            "denominator": line.rate.denominator,
            "state": line.state,
            "short": line.short,
        }
        for line in found.milestones
    ]
    document: dict[str, Any] = orjson.loads(
        orjson.dumps(
            {
                "as_of": found.as_of,
                "since": found.since,
                "rates": found.rates,
                "deals": found.deal_lines,
                "months": found.months,
                "participation": found.participation,
                "open_licences": len(found.open_licences),
                "milestones": milestones,
            }
        )
    )
    return document
