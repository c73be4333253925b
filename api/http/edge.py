"""The outermost layer: a number for every request, the door, bodies of a bounded size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from time import perf_counter
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.door import Door
from api.http.logs import log_request
from api.http.metrics import Metrics
from api.http.problems import Problem, refusal
from matcher.store.patience import answering_within

REQUEST_ID = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


_PATIENCE = 5.0
"""Seconds that a request waits for its turn to write; then it is refused, and nothing of it is done."""
_TLS = {"Strict-Transport-Security": "max-age=31536000"}


class Edge:
    """ASGI middleware; the number is `scope["state"]["request_id"]`, the caller's own where it sent a plain one.

    `scope["state"]["client"]` is the address that asks, as the door knows it.
    """

    def __init__(
        self, app: ASGIApp, door: Door, metrics: Metrics, max_body: int, uploads: Mapping[str, int]
    ) -> None:
        """`max_body` bytes, more for the paths in `uploads`."""
        self.app = app
        self.door = door
        self.headers = _HEADERS | (_TLS if door.public else {})
        self.metrics = metrics
        self.max_body = max_body
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what may not pass, number what may."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        request_id = given if _GIVEN.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        scope["state"]["client"] = self.door.client(scope, headers)

        started = perf_counter()

        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = perf_counter() - started
                self.metrics.observe(scope, message["status"], seconds)
                log_request(scope, message["status"], seconds)
                answered = MutableHeaders(scope=message)
                answered[REQUEST_ID] = request_id
                for name, value in self.headers.items():
                    answered.setdefault(name, value)
            await send(message)

        limit = self.uploads.get(scope["path"], self.max_body)
        refused = self.door.refusal(scope, headers) or _spoilt(scope) or _too_large(headers, limit)
        if refused is not None:
            await refusal(Request(scope), refused)(scope, receive, numbered)
        else:
            with answering_within(_PATIENCE):
                await self.app(scope, _bounded(receive, limit), numbered)


def _spoilt(scope: Scope) -> Problem | None:
    """A NUL is no character of any number or name, and not every database takes one."""
    if "\x00" in scope["path"] or b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
        return Problem(422, "invalid_request", "地址中含有空字符（%00）。请去掉后重试。")
    return None


def _too_large(headers: Headers, limit: int) -> Problem | None:
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit:
        return Problem(413, "too_large", f"请求正文超过 {limit} 字节。请缩短后重试。")
    return None


def _bounded(receive: Receive, limit: int) -> Receive:
    """The same stream, refused once it is longer than `limit` bytes, whatever its length was said to be."""
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413)
        return message

    return receive_some
