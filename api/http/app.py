"""Puts the HTTP door together: one workspace, its routes, one shape of error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware

from api.http.edge import Edge
from api.http.openapi import describe
from api.http.problems import answer_problems
from api.http.routes import lists, matches, status
from matcher.settings import Settings
from matcher.workspace import Workspace

_THREADS = 8
"""Requests worked on at once: more only wait for the cores, and for the database's 15 connections."""
_MAX_BODY = 1_000_000
"""Bytes of a request's body; a need of 20,000 characters takes 60,000."""
_WORTH_PACKING = 1_000


def create_app(settings: Settings, now: Callable[[], datetime] | None = None) -> FastAPI:
    """The application over one workspace; raises MatcherError where it cannot be opened.

    `now` is the one clock: it gives a request's time and, where it names none, its day.
    """
    workspace = Workspace.open(settings, serving=True)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        with workspace:
            yield

    app = FastAPI(
        title="专利供需对接引擎",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.workspace = workspace
    app.state.now = now or _now
    answer_problems(app)
    for router in (matches.router, lists.router, status.router):
        app.include_router(router)
    describe(app)
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_PACKING)
    # Bodies that do not say how long they are.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=_MAX_BODY)
    app.add_middleware(Edge, max_body=_MAX_BODY)
    return app


def _now() -> datetime:
    return datetime.now().replace(microsecond=0)
