"""The interface's description: every operation with examples, refusals as problem documents."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

OPERATIONS = {
    "/api/v1/search": "post",
    "/api/v1/needs/{need_id}/matches": "get",
    "/api/v1/patents/{number}/enterprises": "get",
    "/api/v1/list": "get",
    "/api/v1/events": "get",
    "/api/v1/events/{event_id}/list": "get",
    "/health": "get",
    "/ready": "get",
}


@pytest.fixture
def description(client: TestClient) -> dict:
    return client.get("/api/v1/openapi.json").json()


def test_the_operations(description: dict) -> None:
    found = {path: next(iter(item)) for path, item in description["paths"].items()}
    assert found == OPERATIONS
    assert "内部版" in description["info"]["description"]


def test_every_operation_has_an_example_for_every_answer_and_a_chinese_summary(description: dict) -> None:
    for path, method in OPERATIONS.items():
        operation = description["paths"][path][method]
        assert not operation["summary"].isascii()
        for status, answer in operation["responses"].items():
            [(media_type, content)] = answer["content"].items()
            assert content["example"], (path, status)
            refused = status not in ("200",) and path != "/ready"
            assert media_type == ("application/problem+json" if refused else "application/json")


def test_no_shape_of_the_framework_is_left(description: dict) -> None:
    assert "HTTPValidationError" not in description["components"]["schemas"]
    assert "ProblemDocument" in description["components"]["schemas"]
