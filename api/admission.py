"""Routes that ask who is there before they read what is sent: no upload is taken in for somebody who may not send it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.serving import May


class Admitted(APIRoute):
    """A route whose operation is asked for before its body; the framework alone reads the body first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler behind the question."""
        handler = super().get_route_handler()
        stated = _stated(self.dependant)

        async def admitted(request: Request) -> Response:
            if stated is not None:
                await run_in_threadpool(May.__call__, stated, request)
            return await handler(request)

        return admitted


def _stated(dependant: Dependant) -> May | None:
    """The route's May; of several the first, as the others ask again when the body is read."""
    if isinstance(dependant.call, May):
        return dependant.call
    return next((found for part in dependant.dependencies if (found := _stated(part)) is not None), None)
