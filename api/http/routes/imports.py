"""Imports: a file is taken in, worked through in the background, and every row accounted for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.access.policy import importable
from api.admission import UPLOAD, Admitted, Uploaded
from api.http import examples
from api.http.jobs import accepted
from api.http.openapi import answered, problems
from api.http.questions import Question
from api.jobs import Upload
from api.serving import Importing, caller_of
from matcher.errors import InputError

router = APIRouter(prefix="/api/v1", tags=["导入"], route_class=Admitted)

ADDRESS = "/api/v1/imports"
LARGEST = 200_000_000
"""Bytes of an uploaded file."""


class ImportQuery(Question):
    """What the file is, and how it is to be understood."""

    kind: str = Field(
        max_length=20, description="数据种类，如 patents、needs、enterprises", examples=["patents"]
    )
    name: str = Field(max_length=200, description="文件名，后缀决定格式", examples=["专利盘点表.xlsx"])
    source: str = Field("", max_length=100, description="数据来源名称：用于区分各来源自编的编号")
    prefer_new: bool = Field(False, description="与已有值不同时以本文件为准")


@router.post(
    "/imports",
    status_code=202,
    summary="上传一个文件，在后台导入",
    openapi_extra=UPLOAD,
    responses=answered(examples.JOB, 202) | problems(400, 401, 403, 409, 413, 422, 503),
)
def take_file(query: Annotated[ImportQuery, Query()], file: Uploaded, serving: Importing) -> Response:
    """The body is the file itself. Nothing is read of it before the caller is known and may import."""
    if not file.bytes:
        raise InputError("请求正文是空的：请把文件内容作为正文上传。", code="no_file")

    def keep(path: Path) -> None:
        shutil.copyfile(file.path, path)

    within = importable(caller_of(serving), query.kind)
    upload = Upload(query.name, query.kind, query.source.strip(), query.prefer_new, within=within)
    job = serving.services.worker.import_file(upload, caller_of(serving).actor, keep)
    serving.note("导入文件", f"{job.title}（{query.kind}）")
    return accepted(job)
