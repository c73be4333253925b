"""Every operation that takes a body, given bodies that are none: a 4xx with a Chinese sentence, and no row changes."""

from __future__ import annotations

import re
import sqlite3

import pytest
from fastapi.testclient import TestClient

from matcher.settings import Settings
from tests.api.pages.test_matrix import INTERFACE

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
JSON = "application/json"
BODIES = {
    "nothing": (JSON, b""),
    "half an object": (JSON, b'{"title": "'),
    "no text": (JSON, b"\x80\x81"),
    "null": (JSON, b"null"),
    "a list": (JSON, b"[]"),
    "a text": (JSON, b'"x"'),
    "a number of 5000 digits": (JSON, b'{"budget": ' + b"9" * 5_000 + b"}"),
    "a number beyond all": (JSON, b'{"k": 1e999, "budget": 1e999, "months": -1e999}'),
    "not a number": (JSON, b'{"k": NaN, "budget": NaN, "months": Infinity}'),
    "100000 lists": (JSON, b"[" * 100_000),
    "20000 objects": (JSON, b'{"title":' * 20_000 + b"1" + b"}" * 20_000),
    "half a surrogate pair": (JSON, b'{"title": "\\ud800", "text": "\\udfff", "name": "\\ud800"}'),
    "a field of no characters": (JSON, b'{"\\udfff": 1, "title": "x", "text": "x", "name": "x"}'),
    "empty characters": (JSON, b'{"title": "a\\u0000", "name": "a\\u0000", "text": "a\\u0000"}'),
    "wrong types": (JSON, b'{"title": {}, "name": [], "text": 1, "state": [], "reply": {}, "months": "x"}'),
    "other fields": (JSON, b'{"__proto__": {}, "title": "x", "name": "x", "text": "x"}'),
    "form": ("application/x-www-form-urlencoded", b"title=x&name=x&text=x"),
    "parts without a boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
    "plain text": ("text/plain", b'{"title": "x", "name": "x", "text": "x"}'),
    "markup": ("application/xml", b"<title>x</title>"),
    "unnamed": ("", b'{"title": "x", "name": "x", "text": "x"}'),
}
OPERATIONS = sorted({(method, address) for method, address, body, _ in INTERFACE if body is not None})


def rows(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """All that is stored, by table."""
    with sqlite3.connect(settings.home / "matcher.db") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: database.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}


@pytest.mark.parametrize("body", BODIES)
def test_what_is_no_body(client: TestClient, filled: Settings, body: str) -> None:
    kind, content = BODIES[body]
    assert len(OPERATIONS) > 15
    client.post("/api/v1/search", json={"text": "膜"})  # what a first request writes is written
    before, slips = rows(filled), []
    for method, address in OPERATIONS:
        answer = client.request(
            method, address, content=content, headers={"content-type": kind, "if-match": "*"}
        )
        found = answer.json() if answer.headers["content-type"] == "application/problem+json" else {}
        if not (
            400 <= answer.status_code < 500 and re.search("[一-鿿]{2}.*[。）]$", found.get("detail", ""))
        ):
            slips.append((method, address, answer.status_code, answer.text[:100]))
    assert slips == []
    assert rows(filled) == before
