"""Pages of long lists: a cursor names the last record seen, so that records that come or go shift nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import Query, Request, Response

from matcher.errors import InputError

LARGEST = 200
Limit = Annotated[int, Query(ge=1, le=LARGEST, description="一页几项")]
Cursor = Annotated[str, Query(max_length=500, description="上一页 next 中的游标；不写则从头开始")]


def cursor_of(*parts: str | int) -> str:
    """An opaque cursor for a position."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def position(cursor: str, *kinds: type) -> Sequence[Any] | None:
    """The position in a cursor, None for an empty one; raises InputError for what no page of ours has given out."""
    if not cursor:
        return None
    try:
        found = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError):
        found = None
    if (
        not isinstance(found, list)
        or [type(part) for part in found] != list(kinds)
        or not all(map(_given, found))
    ):
        raise InputError("游标 cursor 无法识别。请使用上一页 next 中的值，或从头开始。", code="bad_cursor")
    return found


def _given(part: str | int) -> bool:
    """Whether a part can be one of ours: no database has a larger number, nor a name with a NUL."""
    return "\x00" not in part if isinstance(part, str) else abs(part) < 2**63


def page_answer(request: Request, items: Sequence[object], following: str) -> Response:
    """One page; `following` is the next page's cursor, "" on the last. The next page's address is in `next` and Link."""
    address = None
    if following:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        address = f"{quote(request.url.path)}?{urlencode([*asked, ('cursor', following)])}"
    headers = {"Link": f'<{address}>; rel="next"'} if address else {}
    body = orjson.dumps({"items": items, "next": address})
    return Response(body, 200, headers, "application/json")
