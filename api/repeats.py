"""A request that is sent again with its Idempotency-Key is answered as the first time, and done once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.store.repeats import Kept, Repeat, Standing
from matcher.errors import Conflict, InputError

KEY = "idempotency-key"
_FORM = re.compile(r"[!-~]{1,200}")
_KEPT = ("etag", "location")
"""Headers that belong to an answer."""


async def once(
    request: Request, body: str, handler: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    """The kept answer, or the handler's, which is kept for 24 hours; `body` is the SHA-256 of what was sent.

    What is refused is not kept: nothing was done, and the next attempt is judged anew. Raises InputError for a key that
    came with another request, Conflict while the first one is at work.
    """
    services, at = request.app.state.services, request.app.state.now()
    repeat = _repeat(request, body)
    standing, kept = await run_in_threadpool(services.repeats.claim, repeat, at)
    if standing is Standing.OTHER:
        raise InputError(
            "这个 Idempotency-Key 已用于另一个请求（地址或正文不同）。请换一个新的键。",
            code="idempotency_key_reused",
        )
    if standing is Standing.UNDER_WAY:
        raise Conflict("同一个 Idempotency-Key 的请求正在处理。请稍后用同一个键重试。", code="in_progress")
    if kept is not None:
        return Response(
            kept.body, kept.status, {**kept.headers, "Idempotent-Replayed": "true"}, kept.media_type
        )
    try:
        answer = await handler(request)
    except BaseException:
        await run_in_threadpool(services.repeats.forget, repeat)
        raise
    headers = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
    media_type = answer.media_type or "application/json"
    said = Kept(answer.status_code, bytes(answer.body), headers, media_type)
    await run_in_threadpool(services.repeats.keep, repeat, said)
    return answer


def _repeat(request: Request, body: str) -> Repeat:
    """Whose key it is, and what it stands for: method, address and body."""
    key = request.headers[KEY]
    if not _FORM.fullmatch(key):
        raise InputError(
            "Idempotency-Key 应为 1 至 200 个可见的 ASCII 字符，如一个 UUID。", code="bad_idempotency_key"
        )
    program = request.headers.get("authorization", "").partition(" ")[2].strip().partition(".")[0]
    asked = f"{request.method} {request.url.path}?{request.url.query}\n{body}"
    return Repeat(program, key, hashlib.sha256(asked.encode()).hexdigest())
