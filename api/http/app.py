"""Puts the service together: one workspace, its routes and pages, one shape of error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from threading import Lock

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.middleware.gzip import GZipMiddleware

from api.access.sign_in import Access
from api.feeds.needs import Needs
from api.feeds.offers import Offers
from api.feeds.patents import Patents
from api.http import routes
from api.http.door import Door
from api.http.edge import Edge
from api.http.metrics import Metrics
from api.http.openapi import describe
from api.http.problems import answer_problems
from api.jobs import Worker
from api.notices import Notices, Rounds
from api.pages.routers import ROUTERS, UPLOADS, static_files
from api.serving import Guarded, Services
from api.store import tables
from api.store.confirmations import Confirmations
from api.store.database import open_service
from api.store.feed import Feed
from api.store.interests import Interests
from api.store.jobs import Job
from api.store.messages import Messages
from api.store.repeats import Repeats
from api.warming import Warming
from matcher.settings import Settings
from matcher.workspace import Workspace

_THREADS = 8
"""Requests worked on at once beside those at the engine: more only wait for the database's 15 connections."""
_MAX_BODY = 1_000_000
"""Bytes of a request's body; a need of 20,000 characters takes 60,000."""
_WORTH_PACKING = 1_000
"""Bytes from which an answer is packed."""
_EFFORT = 2
"""Of 9: a list of 20 matches, 104 KB, packs to 18 KB in a third of the time that 15 KB would take."""


def create_app(
    settings: Settings, now: Callable[[], datetime] | None = None, *, warm: bool = False
) -> FastAPI:
    """The application over one workspace; raises MatcherError where it cannot be opened.

    `now` is the one clock: it gives a request's time and, where it names none, its day.
    With `warm`, a first search is made in the background, and the service says that it is ready once that is done.
    """
    clock = now or _now
    workspace = Workspace.open(settings, serving=True)
    engine = open_service(settings)
    services = _services(workspace, engine, clock)
    worker, warming = services.worker, services.warming

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        worker.start()
        services.rounds.start()
        if warm:
            warming.start()
        with workspace:
            yield
            warming.close()
            services.rounds.close()
            worker.close()
        engine.dispose()

    app = FastAPI(
        title="专利供需对接引擎",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Guarded],
    )
    app.state.services = services
    app.state.now = clock
    app.state.metrics = metrics = Metrics()
    answer_problems(app)
    for router in (*routes.ROUTERS, *ROUTERS):
        app.include_router(router)
    app.mount("/static", static_files())
    describe(app)
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_PACKING, compresslevel=_EFFORT)
    app.add_middleware(
        Edge, door=Door(settings.proxy), metrics=metrics, max_body=_MAX_BODY, uploads=UPLOADS | routes.UPLOADS
    )
    return app


def _services(workspace: Workspace, engine: Engine, clock: Callable[[], datetime]) -> Services:
    """The live parts."""
    need_feed = Feed(engine, tables.need_feed, tables.need_feed_state)
    offers = Offers(Patents(workspace.store), Feed(engine), Lock())
    needs = Offers(Needs(workspace.store, need_feed.secret()), need_feed, Lock())
    access, interests = Access(engine), Interests(engine)

    def ended(job: Job, state: str, at: datetime) -> None:
        notices.ended(job, state, at)

    worker = Worker(workspace, engine, clock, feeds=(offers, needs), ended=ended)
    notices = Notices(workspace.store, access.accounts, Messages(engine), worker.send_mails)
    return Services(
        workspace,
        access,
        worker,
        Repeats(engine),
        offers,
        needs,
        interests,
        Confirmations(engine),
        notices,
        Rounds(notices, interests, clock),
        Warming(workspace, clock),
        CapacityLimiter(_at_once(workspace.settings)),
    )


def _at_once(settings: Settings) -> int:
    """How many may search at once: one, since the threads of a process take turns anyway and a second only delays it.

    More where others are waited for: a model's service or a vector engine.
    """
    services = (settings.index, settings.embedding.service.address, settings.reranking.service.address)
    return _THREADS if any(services) else 1


def _now() -> datetime:
    return datetime.now().replace(microsecond=0)
