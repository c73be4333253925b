"""The outermost layer: a number for every request, this machine's names only, bodies of a bounded size."""

from __future__ import annotations

import re
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import Problem, problem_response

REQUEST_ID = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_OURS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names by which this machine calls itself. A page elsewhere may point its own name here (DNS rebinding)."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Edge:
    """ASGI middleware; the number is `scope["state"]["request_id"]`, the caller's own where it sent a plain one."""

    def __init__(self, app: ASGIApp, max_body: int) -> None:
        self.app = app
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what may not pass, number what may."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        request_id = given if _GIVEN.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id

        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered[REQUEST_ID] = request_id
                for name, value in _HEADERS.items():
                    answered.setdefault(name, value)
            await send(message)

        refused = self._refused(headers)
        if refused is not None:
            await problem_response(refused, request_id)(scope, receive, numbered)
        else:
            await self.app(scope, receive, numbered)

    def _refused(self, headers: Headers) -> Problem | None:
        host = headers.get("host", "")
        if re.sub(r":\d+$", "", host) not in _OURS:
            return Problem(400, "foreign_host", f"本服务只在本机使用，不接受发往“{host[:60]}”的请求。")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.max_body:
            return Problem(413, "too_large", f"请求正文超过 {self.max_body} 字节。请缩短后重试。")
        return None
