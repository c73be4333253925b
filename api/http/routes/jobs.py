"""Background jobs: listed, watched, stopped, begun anew; what they wrote is fetched here."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.access.policy import Extent, Operation, extent
from api.admission import Admitted
from api.http import examples
from api.http.jobs import accepted, job_document, job_of, kinds_of
from api.http.openapi import answered, binary, problems
from api.http.operations import WatchingJobs
from api.http.paging import cursor_of, page_answer, position
from api.http.questions import PageQuery
from api.jobs import only_by
from api.serving import Rebuilding, caller_of, json_answer
from matcher.errors import Conflict, NotFound, PermissionDenied

router = APIRouter(prefix="/api/v1", tags=["后台任务"], route_class=Admitted)

_Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="任务编号", examples=["0" * 32])]


class JobsQuery(PageQuery):
    """A page of jobs, perhaps of one kind."""

    kind: Literal["", "import", "index", "list", "export", "evaluation", "mail"] = Field(
        "", description="任务种类"
    )


@router.get("/jobs", summary="后台任务一览", responses=answered(examples.JOBS) | problems(401, 403, 422, 503))
def jobs(request: Request, query: Annotated[JobsQuery, Query()], serving: WatchingJobs) -> Response:
    """The newest first, of the kinds that the caller may ask for."""
    caller = caller_of(serving)
    kinds = [kind for kind in kinds_of(caller) if query.kind in ("", kind)]
    found = position(query.cursor, str)
    own = caller.actor if any(only_by(caller, kind) for kind in kinds) else ""
    page = serving.services.worker.jobs.page(kinds, found[0] if found else "", query.limit + 1, own)
    following = cursor_of(page[query.limit - 1].id) if len(page) > query.limit else ""
    return page_answer(request, [job_document(job) for job in page[: query.limit]], following)


@router.get(
    "/jobs/{job_id}", summary="一项任务", responses=answered(examples.JOB) | problems(401, 403, 404, 422, 503)
)
def job(job_id: _Id, serving: WatchingJobs) -> Response:
    """How far it is, or what came of it."""
    return json_answer(job_document(job_of(serving, job_id)))


@router.post(
    "/jobs/{job_id}/cancel",
    summary="停止一项任务",
    responses=answered(examples.JOB) | problems(401, 403, 404, 409, 422, 503),
)
def cancel(job_id: _Id, serving: WatchingJobs) -> Response:
    """It stops at its next step; what has landed stays."""
    found, jobs = job_of(serving, job_id), serving.services.worker.jobs
    if not jobs.cancel(found.id, serving.at):
        raise Conflict(f"任务已经结束（{found.state}），无法停止。", code="job_ended")
    serving.note("停止任务", found.title)
    return json_answer(job_document(job_of(serving, job_id)))


@router.post(
    "/jobs/{job_id}/retry",
    status_code=202,
    summary="重做一项失败或已停止的任务",
    responses=answered(examples.JOB, 202) | problems(401, 403, 404, 409, 422, 503),
)
def retry(job_id: _Id, serving: WatchingJobs) -> Response:
    """From its beginning; what a first attempt landed is landed once."""
    found = job_of(serving, job_id)
    if not serving.services.worker.retry(found):
        raise Conflict(f"任务处于“{found.state}”，只有失败或已取消的任务可以重做。", code="job_not_ended")
    serving.note("重做任务", found.title)
    return accepted(job_of(serving, job_id))


@router.get(
    "/jobs/{job_id}/file",
    response_class=Response,
    summary="任务写出的文件：导入报告、上报文件、评估报告",
    responses=binary("任务写出的文件") | problems(401, 403, 404, 422, 503),
)
def written(
    job_id: _Id,
    serving: WatchingJobs,
    name: Annotated[str, Query(max_length=100, description="哪个文件；默认 result.file 所指的")] = "",
) -> Response:
    """The file that `result.file` names, or another that the job wrote, such as 待修改的行.xlsx of an import."""
    found = job_of(serving, job_id)
    if found.kind == "evaluation" and extent(caller_of(serving), Operation.READ_NEED) is not Extent.ALL:
        raise PermissionDenied(
            "评估报告的文件写有企业和记录的编号，只供可以查看全部需求的账号下载。数字见 /evaluations/{job_id}/report。"
        )
    name = name or str((job_document(found)["result"] or {}).get("file", ""))
    file = None if found.open else serving.services.worker.file(found, name)
    if file is None:
        raise NotFound("这项任务没有写出文件：任务尚未完成，所有行都已导入，或文件保存期已过。")
    serving.note("下载任务文件", f"{found.title} {name}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(file.read_bytes(), 200, headers, "application/octet-stream")


@router.post(
    "/index",
    status_code=202,
    summary="更新索引",
    responses=answered(examples.JOB, 202) | problems(401, 403, 409, 422, 503),
)
def build_index(
    serving: Rebuilding, full: Annotated[bool, Query(description="全部重建，重新统计词频")] = False
) -> Response:
    """In the background; readers keep the old index until the new one is complete."""
    job = serving.services.worker.build_index(caller_of(serving).actor, full=full)
    serving.note("更新索引")
    return accepted(job)
