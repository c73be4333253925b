"""Lines about requests and errors: what a collector needs, nothing of what was asked or by whom."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.http.logs import REQUESTS, JsonLines, LogFormat, TextLines, log_config

SECRETS = ("绝密的反渗透需求", "赵工 0531-0000000", "N001", "91370100MA3TEST01X", "测试程序")


class Lines(logging.Handler):
    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[Lines]:
    """All that the loggers of a service with `--log-format json` write."""
    handler, root = Lines(JsonLines()), logging.getLogger()
    root.addHandler(handler)
    REQUESTS.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    REQUESTS.setLevel(logging.NOTSET)


def test_a_request_is_one_line_of_facts(client: TestClient, lines: Lines) -> None:
    client.post("/api/v1/search", json={"text": SECRETS[0]}, headers={"X-Request-ID": "r-1"})
    client.get("/api/v1/needs/N001")
    client.get("/api/v1/enterprises/91370100MA3TEST01X")
    client.get("/nowhere/N001", headers={"Authorization": ""})
    documents = [json.loads(line) for line in lines.lines]
    assert [(one["method"], one["route"], one["status"], one["role"]) for one in documents] == [
        ("POST", "/api/v1/search", 200, "省级主管部门"),
        ("GET", "/api/v1/needs/{need_id:path}", 200, "省级主管部门"),
        ("GET", "/api/v1/enterprises/{enterprise_id:path}", 200, "省级主管部门"),
        ("GET", "(none)", 404, ""),
    ]
    assert documents[0]["request_id"] == "r-1"
    assert documents[0].keys() == {
        "at",
        "level",
        "logger",
        "message",
        "request_id",
        "method",
        "route",
        "status",
        "ms",
        "role",
    }
    for secret in SECRETS:
        assert secret not in "".join(lines.lines)


def test_an_error_is_told_by_its_type_and_place_and_not_in_its_own_words(
    client: TestClient, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("张三 13800000000")

    monkeypatch.setattr("matcher.usecases.match_text", broken)
    with pytest.raises(RuntimeError):
        client.post("/api/v1/search", json={"text": "膜"}, headers={"X-Request-ID": "r-2"})
    failed = [json.loads(line) for line in lines.lines if "failed" in line]
    assert [(one["message"], one["error"]) for one in failed] == [
        ("request r-2 failed", "builtins.RuntimeError")
    ]
    assert failed[0]["places"][-1].endswith(" broken")
    assert "张三" not in "".join(lines.lines)


def test_lines_for_people_leave_the_words_out_too() -> None:
    try:
        raise ValueError("张三 13800000000")
    except ValueError as error:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, "", 0, "job %s failed", ("7",), (type(error), error, error.__traceback__)
        )
    written = TextLines("%(levelname)s %(message)s").format(record)
    assert written.splitlines()[:2] == ["ERROR job 7 failed", "  builtins.ValueError"]
    assert "张三" not in written


def test_a_service_without_json_writes_no_line_a_request() -> None:
    levels = [log_config(format)["loggers"][REQUESTS.name]["level"] for format in LogFormat]
    assert levels == ["WARNING", "INFO"]
