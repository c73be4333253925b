"""ETags, and edits that name the one they were made on (RFC 9110, RFC 6585)."""

from __future__ import annotations

import hashlib
from typing import Annotated

import orjson
from fastapi import Header, Response

from matcher.errors import Conflict, InputError

IfMatch = Annotated[str, Header(alias="If-Match", max_length=200, description="读取时应答头 ETag 的值")]


class ConditionMissing(InputError):
    """A change that does not say which state it was made on."""

    code = "if_match_missing"


class Outdated(Conflict):
    """A change made on a state that is no longer the present one."""

    code = "changed_meanwhile"


def etag(document: object) -> str:
    """A strong ETag of a document as its reader sees it."""
    return f'"{hashlib.sha256(orjson.dumps(document)).hexdigest()[:32]}"'


def require_match(given: str, document: object) -> None:
    """Raises ConditionMissing without If-Match, Outdated where it names another state than the document's."""
    if not given:
        raise ConditionMissing(
            "修改须在请求头 If-Match 中给出读取时得到的 ETag，以免覆盖他人的修改。请先读取，再修改。"
        )
    if etag(document) not in [part.strip() for part in given.split(",")]:
        raise Outdated("这条记录在您读取之后已被修改，没有保存。请重新读取，核对后再改。")


def tagged(document: object, status: int = 200, location: str = "") -> Response:
    """The document as an answer with its ETag."""
    headers = {"ETag": etag(document)} | ({"Location": location} if location else {})
    return Response(orjson.dumps(document), status, headers, "application/json")
