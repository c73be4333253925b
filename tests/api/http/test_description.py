"""The interface's description: every operation with examples, refusals as problem documents."""

from __future__ import annotations

import re

import orjson
import pytest
from fastapi.testclient import TestClient

from api.http.bodies import AssessmentBody, EnterpriseBody, NeedBody, PatentBody
from api.http.event_bodies import EventBody, EventChangeBody
from api.http.routes import ROUTERS
from api.http.routes.evaluations import EvaluationBody
from api.http.routes.interests import AnswerBody, InterestBody
from api.http.routes.list_versions import MoveBody
from api.http.routes.outcomes import OutcomeBody

DELETED = "204"
BINARY = "application/octet-stream"
FROM_READY = ("/ready", "503")
"""A refusal that is an answer: what the service waits for."""


@pytest.fixture
def description(client: TestClient) -> dict:
    return client.get("/api/v1/openapi.json").json()


def operations(description: dict) -> dict[tuple[str, str], dict]:
    return {
        (method, path): operation
        for path, item in description["paths"].items()
        for method, operation in item.items()
    }


def test_every_address_of_the_interface_is_described(client: TestClient, description: dict) -> None:
    declared = {
        (method.lower(), re.sub(":[a-z]+}", "}", route.path))
        for router in ROUTERS
        for route in router.routes
        for method in route.methods
    }
    hidden = {("get", "/api/v1/openapi.json"), ("get", "/metrics")}
    assert set(operations(description)) == declared - hidden
    assert len(declared) > 50
    assert "内部版" in description["info"]["description"]


def test_every_operation_has_an_example_for_every_answer_and_a_chinese_summary(description: dict) -> None:
    for (method, path), operation in operations(description).items():
        assert not operation["summary"].isascii(), (method, path)
        for status, answer in operation["responses"].items():
            if status == DELETED:
                continue
            [(media_type, content)] = answer["content"].items()
            assert content["example"], (method, path, status)
            refused = status[0] != "2" and (path, status) != FROM_READY
            expected = ("application/problem+json",) if refused else ("application/json", BINARY)
            assert media_type in expected, (method, path, status)


def test_every_body_and_every_part_of_an_address_has_an_example(description: dict) -> None:
    schemas = description["components"]["schemas"]
    for (method, path), operation in operations(description).items():
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                schema = parameter["schema"]
                assert parameter.get("examples") or schema.get("examples"), (path, parameter["name"])
        for content in operation.get("requestBody", {"content": {}})["content"].values():
            named = schemas.get(content["schema"].get("$ref", "").rpartition("/")[2], {})
            assert content.get("example") or content.get("examples") or named.get("examples"), (method, path)


def test_examples_of_bodies_are_accepted_by_their_models(description: dict) -> None:
    models = (
        NeedBody,
        PatentBody,
        EnterpriseBody,
        AssessmentBody,
        EventBody,
        EventChangeBody,
        MoveBody,
        OutcomeBody,
        EvaluationBody,
        InterestBody,
        AnswerBody,
    )
    for model in models:
        [example] = model.model_json_schema()["examples"]
        model.model_validate_json(orjson.dumps(example))
        assert description["components"]["schemas"][model.__name__]["examples"] == [example]


def test_what_changes_something_may_be_repeated_and_says_how_it_is_refused(description: dict) -> None:
    for (method, path), operation in operations(description).items():
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        changes = method != "get" and path != "/api/v1/search"
        assert ("Idempotency-Key" in names) == changes, (method, path)
        if changes:
            assert {"401", "403", "409", "422"} <= operation["responses"].keys(), (method, path)
        if "If-Match" in names:
            assert {"412", "428"} <= operation["responses"].keys(), (method, path)


def test_no_shape_of_the_framework_is_left(description: dict) -> None:
    assert "HTTPValidationError" not in description["components"]["schemas"]
    assert "ProblemDocument" in description["components"]["schemas"]
