"""Whether the service lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.examples import HEALTH, READY
from api.http.metrics import MEDIA_TYPE
from api.http.openapi import answered
from api.serving import Anyone, json_answer
from matcher.errors import MatcherError

router = APIRouter(tags=["状态"])

_WARMING = "服务正在启动：正在读入模型和索引，请稍候。"


@router.get("/health", summary="进程是否在运行", responses=answered(HEALTH))
def health(_: Anyone) -> Response:
    """Asks nothing of database or index."""
    return json_answer({"status": "ok"})


@router.get(
    "/ready",
    summary="能否应答：数据库可读、索引可用",
    responses=answered(READY) | {503: answered(READY)[200] | {"description": "还不能应答"}},
)
def ready(serving: Anyone) -> Response:
    """503 where searches would be refused or wait for the start; `trouble` says why. An index that only lags is ready."""
    workspace, warming = serving.workspace, serving.services.warming
    found: dict[str, object] = {"ready": True, "trouble": "", "index": "", "model": workspace.settings.model}
    if warming.under_way:
        return json_answer(found | {"ready": False, "trouble": _WARMING}, 503)
    try:
        found |= {
            "patents": workspace.store.patents.count(),
            "needs": workspace.store.needs.count(),
            "data": workspace.store.data_version(),
        }
        found |= {"index": workspace.index_version(), "trouble": workspace.index_trouble()}
    except MatcherError as error:
        found |= {"ready": False, "trouble": str(error)}
    return json_answer(found, 200 if found["ready"] else 503)


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request, serving: Anyone) -> Response:
    """Figures for Prometheus."""
    written = request.app.state.metrics.written(serving.services.worker.jobs)
    return Response(written, media_type=MEDIA_TYPE)
