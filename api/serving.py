"""What every route works with: the workspace, the caller, the clock, and answers made of plain documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import orjson
from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant

from api.access.audiences import Audience
from api.access.parties import reaching
from api.access.policy import Operation, require
from api.access.roles import Caller
from api.access.sign_in import Access
from api.jobs import Worker
from api.offers import Offers
from api.store.audit import AuditLine
from api.store.confirmations import Confirmations
from api.store.interests import Interests
from api.store.repeats import Repeats
from matcher.errors import PermissionDenied
from matcher.matches import MatchList
from matcher.matchlists.exports import list_rows
from matcher.matchlists.exports.json_file import document
from matcher.usecases import ListRequest
from matcher.workspace import Workspace

COOKIE = "matcher_session"
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Services:
    """The live parts behind all requests."""

    workspace: Workspace
    access: Access
    worker: Worker
    repeats: Repeats
    offers: Offers
    interests: Interests
    confirmations: Confirmations


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

    def note(self, action: str, object: str = "") -> None:
        """A line in the audit log."""
        actor = self.caller.actor if self.caller else "未登录"
        self.services.access.audit.add(AuditLine(self.at, actor, action, object, self.request_id))


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


def guard(request: Request) -> None:
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
    """A list as the JSON export words it for its readers."""
    return json_answer(document(list_rows(found, audience.preset, audience.recipient)))


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
