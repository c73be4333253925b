"""Routes that ask who is there before they read what is sent, and that do a repeated request once.

No upload is taken in for somebody who may not send it; the framework alone reads the body first.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.access.policy import Operation
from api.repeats import KEY, once
from api.serving import May

UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": "（文件内容）",
            }
        },
    }
}
"""What a route that takes a file says of its body (`openapi_extra`); it finds the file as an `Uploaded`."""
_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it came; it lies here until the request is answered."""

    path: Path
    sha256: str
    bytes: int


class Admitted(APIRoute):
    """A route whose operation is asked for before its body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler behind the question."""
        handler = super().get_route_handler()
        stated = _stated(self.dependant)
        takes_file = "requestBody" in (self.openapi_extra or {})
        searches = stated is not None and stated.operation is Operation.SEARCH
        changes = not (self.methods or set()) <= _READS and not searches
        # Searches are the hot path and send a megabyte at most: asking once, behind the body, saves them a turn.
        asks_first = takes_file or (self.body_field is not None and not searches)

        async def answer(request: Request, body: str | None, *, repeatable: bool) -> Response:
            if not repeatable:
                return await handler(request)
            return await once(request, body or hashlib.sha256(await request.body()).hexdigest(), handler)

        async def admitted(request: Request) -> Response:
            repeatable = changes and KEY in request.headers
            if stated is not None and (asks_first or repeatable):
                await run_in_threadpool(May.__call__, stated, request)
            if not takes_file:
                return await answer(request, None, repeatable=repeatable)
            async with _received(request) as file:
                request.state.upload = file
                return await answer(request, file.sha256, repeatable=repeatable)

        return admitted


def _upload(request: Request) -> Received:
    file: Received = request.state.upload
    return file


Uploaded = Annotated[Received, Depends(_upload)]


@asynccontextmanager
async def _received(request: Request) -> AsyncIterator[Received]:
    """The body in a file of its own, never as a whole in memory."""
    with tempfile.TemporaryDirectory() as folder:
        path, digest, size = Path(folder) / "upload", hashlib.sha256(), 0
        with path.open("wb") as file:
            async for chunk in request.stream():
                digest.update(chunk)
                size += len(chunk)
                await run_in_threadpool(file.write, chunk)
        yield Received(path, digest.hexdigest(), size)


def _stated(dependant: Dependant) -> May | None:
    """The route's May; of several the first, as the others ask again when the body is read."""
    if isinstance(dependant.call, May):
        return dependant.call
    return next((found for part in dependant.dependencies if (found := _stated(part)) is not None), None)
