"""What every route works with: the workspace, the caller, the clock, and answers made of plain documents."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, TypeVar

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant

from api.access.audiences import Audience
from api.access.parties import reaching
from api.access.policy import Operation, require
from api.access.roles import Caller
from api.access.sign_in import Access
from api.feeds.needs import Needs
from api.feeds.offers import Offers
from api.feeds.patents import Patents
from api.jobs import Worker
from api.notices import Notices, Rounds
from api.store.audit import AuditLine
from api.store.confirmations import Confirmations
from api.store.interests import Interests
from api.store.repeats import Repeats
from api.warming import Warming
from matcher.errors import NotReady, PermissionDenied
from matcher.matches import MatchList
from matcher.matchlists.exports import list_rows
from matcher.matchlists.exports.cover import CoverLine
from matcher.matchlists.exports.json_file import document
from matcher.store.patience import request as of_request
from matcher.store.trouble import BUSY
from matcher.usecases import ListRequest
from matcher.workspace import Workspace

COOKIE = "matcher_session"
_BEARER = "bearer "
_PATIENCE = 2.0
"""Seconds that a search waits for its line in the audit log while somebody else writes."""
_UNNOTED = "数据库正被另一个程序写入，暂时不能登记查看联系方式，因此这次没有列出联系部门。需要时请稍后再查。"
_UNLOGGED = (
    "改动已经保存，但数据库一直被另一个程序占用，没有记入操作日志。请刷新核对，不要重复提交，并告知管理员。"
)
_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """The live parts behind all requests."""

    workspace: Workspace
    access: Access
    worker: Worker
    repeats: Repeats
    offers: Offers[Patents]
    public_needs: Offers[Needs]
    interests: Interests
    confirmations: Confirmations
    notices: Notices
    rounds: Rounds
    warming: Warming
    turns: CapacityLimiter
    """How many work at the engine at once."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The service as one request sees it; `at` is when the request came."""

    services: Services
    caller: Caller | None
    at: datetime
    request_id: str

    @property
    def workspace(self) -> Workspace:
        """The workspace, shared with all other requests."""
        return self.services.workspace

    def list_request(self, as_of: date | None, k: int, event: str = "", organiser: str = "") -> ListRequest:
        """A request for a list, of today where it names no day."""
        organiser = organiser or self.workspace.settings.organiser
        return ListRequest(as_of or self.at.date(), self.at, event, organiser, k=k)

    def note(self, action: str, object: str = "", patience: float | None = None) -> None:
        """A line in the audit log; raises NotReady where others keep it for longer than `patience` seconds."""
        actor = self.caller.actor if self.caller else "未登录"
        line = AuditLine(self.at, actor, action, object, self.request_id)
        try:
            self.services.access.audit.add(line, patience)
        except NotReady as error:
            request = of_request()
            if error.code != BUSY or request is None or not request.written:
                raise
            _log.error("audit: no line for a change, request %s", self.request_id)
            raise NotReady(_UNLOGGED, code="unlogged") from error

    async def disclosing(self, audience: Audience, action: str) -> Audience:
        """The audience, once the audit log says that contacts are shown to it.

        Where others keep the log for too long, the audience without contacts: none is shown that is not noted, and no
        search waits for an import.
        """
        if not audience.shows_contacts:
            return audience
        try:
            await to_thread.run_sync(self.note, action, "含权利人联系部门", _PATIENCE)
        except NotReady as error:
            if error.code != BUSY:
                raise
            return audience.without_contacts(_UNNOTED)
        return audience

    async def in_turn(self, work: Callable[[], T]) -> T:
        """Do `work` at the engine in a thread, first come first served: more at once would only hinder each other."""
        return await to_thread.run_sync(work, limiter=self.services.turns)


@dataclass(frozen=True, slots=True)
class May:
    """A dependency: lets through those who may do `operation` at all, and hands the route what it works with."""

    operation: Operation

    def __call__(self, request: Request) -> Serving:
        """Find out who asks; raises NotSignedIn or PermissionDenied."""
        state = request.scope.setdefault("state", {})
        serving: Serving = state.get("serving") or _serving(request)
        state["serving"] = serving
        require(serving.caller, self.operation)
        return serving


async def guard(request: Request) -> None:
    """Refuse every route that does not state, by a May among its dependencies, what it lets people do."""
    route = request.scope.get("route")
    if not _stated(getattr(route, "dependant", None)):
        raise PermissionDenied("此地址没有开放。")


def caller_of(serving: Serving) -> Caller:
    """Who asks, on routes that let nobody through who has not said."""
    if serving.caller is None:
        raise PermissionDenied("请先登录。")
    return serving.caller


Guarded = Depends(guard)


def json_answer(value: object, status: int = 200) -> Response:
    """A JSON answer, written by orjson from plain values."""
    return Response(orjson.dumps(value), status, media_type="application/json")


def list_answer(found: MatchList, audience: Audience) -> Response:
    """A list as the JSON export words it for its readers; its cover says why contacts are missing, where they are."""
    made = document(list_rows(found, audience.preset, audience.recipient))
    if audience.notice:
        made["cover"].append(asdict(CoverLine("联系部门", audience.notice)))
    return json_answer(made)


def _stated(dependant: Dependant | None) -> bool:
    if dependant is None:
        return False
    return isinstance(dependant.call, May) or any(map(_stated, dependant.dependencies))


def _serving(request: Request) -> Serving:
    """Programs show a key, to the interface only; browsers a session, to the pages only."""
    services: Services = request.app.state.services
    at: datetime = request.app.state.now()
    caller: Caller | None = None
    if request.url.path.startswith("/api/"):
        given = request.headers.get("authorization", "")
        if given.lower().startswith(_BEARER):
            caller = services.access.of_key(given[len(_BEARER) :].strip(), at)
    elif token := request.cookies.get(COOKIE):
        caller = services.access.of_session(token, at)
    if caller is not None:
        caller = reaching(services.workspace.store, caller)
    return Serving(services, caller, at, str(request.scope.get("state", {}).get("request_id", "")))


Searching = Annotated[Serving, Depends(May(Operation.SEARCH))]
ReadingNeeds = Annotated[Serving, Depends(May(Operation.READ_NEED))]
WritingNeeds = Annotated[Serving, Depends(May(Operation.WRITE_NEED))]
ReadingPublicNeeds = Annotated[Serving, Depends(May(Operation.READ_PUBLIC_NEEDS))]
ReadingPatents = Annotated[Serving, Depends(May(Operation.READ_PATENT))]
MatchingPatents = Annotated[Serving, Depends(May(Operation.MATCH_PATENT))]
MakingLists = Annotated[Serving, Depends(May(Operation.MAKE_LIST))]
ReadingEvents = Annotated[Serving, Depends(May(Operation.READ_EVENTS))]
RunningEvents = Annotated[Serving, Depends(May(Operation.RUN_EVENTS))]
Importing = Annotated[Serving, Depends(May(Operation.IMPORT))]
SeeingStatus = Annotated[Serving, Depends(May(Operation.STATUS))]
Rebuilding = Annotated[Serving, Depends(May(Operation.REBUILD))]
Inviting = Annotated[Serving, Depends(May(Operation.INVITE))]
HandingOut = Annotated[Serving, Depends(May(Operation.HAND_OUT))]
Confirming = Annotated[Serving, Depends(May(Operation.CONFIRM))]
ReadingAssigned = Annotated[Serving, Depends(May(Operation.READ_ASSIGNED))]
ReadingInterests = Annotated[Serving, Depends(May(Operation.READ_INTEREST))]
Managing = Annotated[Serving, Depends(May(Operation.MANAGE))]
Own = Annotated[Serving, Depends(May(Operation.ACCOUNT))]
Anyone = Annotated[Serving, Depends(May(Operation.PUBLIC))]
