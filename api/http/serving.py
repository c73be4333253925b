"""What every route works with: the workspace, the clock, and answers made of plain documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import orjson
from fastapi import Depends, Request, Response

from matcher.matches import MatchList
from matcher.matchlists.exports import list_rows, preset_named
from matcher.matchlists.exports.json_file import document
from matcher.usecases import ListRequest
from matcher.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Serving:
    """The workspace as one request sees it; `at` is when the request came."""

    workspace: Workspace
    at: datetime

    def request(self, as_of: date | None, k: int, event: str = "", organiser: str = "") -> ListRequest:
        """A request for a list, of today where it names no day."""
        organiser = organiser or self.workspace.settings.organiser
        return ListRequest(as_of or self.at.date(), self.at, event, organiser, k=k)


def _serving(request: Request) -> Serving:
    state = request.app.state
    return Serving(state.workspace, state.now())


Served = Annotated[Serving, Depends(_serving)]


def json_answer(value: object, status: int = 200) -> Response:
    """A JSON answer, written by orjson from plain values."""
    return Response(orjson.dumps(value), status, media_type="application/json")


def list_answer(found: MatchList, preset: str = "内部版", recipient: str = "") -> Response:
    """A list as the JSON export words it."""
    return json_answer(document(list_rows(found, preset_named(preset), recipient)))
