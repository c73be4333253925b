"""The outermost layer: a number for every request, this machine's names only, bodies of a bounded size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from time import perf_counter
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import Metrics
from api.http.problems import Problem, problem_response

REQUEST_ID = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_OURS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names by which this machine calls itself. A page elsewhere may point its own name here (DNS rebinding)."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Edge:
    """ASGI middleware; the number is `scope["state"]["request_id"]`, the caller's own where it sent a plain one."""

    def __init__(self, app: ASGIApp, metrics: Metrics, max_body: int, uploads: Mapping[str, int]) -> None:
        """`max_body` bytes, more for the paths in `uploads`."""
        self.app = app
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

        started = perf_counter()

        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.metrics.observe(scope, message["status"], perf_counter() - started)
                answered = MutableHeaders(scope=message)
                answered[REQUEST_ID] = request_id
                for name, value in _HEADERS.items():
                    answered.setdefault(name, value)
            await send(message)

        limit = self.uploads.get(scope["path"], self.max_body)
        refused = _refused(headers, scope["method"], limit)
        if refused is not None:
            await problem_response(refused, request_id)(scope, receive, numbered)
        else:
            await self.app(scope, _bounded(receive, limit), numbered)


def _refused(headers: Headers, method: str, limit: int) -> Problem | None:
    host = headers.get("host", "")
    if re.sub(r":\d+$", "", host) not in _OURS:
        return Problem(400, "foreign_host", f"本服务只在本机使用，不接受发往“{host[:60]}”的请求。")
    if method not in _SAFE and _from_elsewhere(headers, host):
        return Problem(403, "foreign_origin", "请求来自其他网站，已拒绝。请从本系统的页面操作。")
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit:
        return Problem(413, "too_large", f"请求正文超过 {limit} 字节。请缩短后重试。")
    return None


def _from_elsewhere(headers: Headers, host: str) -> bool:
    """Whether a browser says that another site's page sends this (programs say nothing)."""
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site", "none")
    return (origin is not None and origin != f"http://{host}") or site not in ("same-origin", "none")


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
