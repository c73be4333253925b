"""Whatever is sent, the interface answers as its description says, and never with a fault of ours."""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access.roles import Role
from api.http import create_app
from matcher import usecases
from matcher.settings import load_settings
from matcher.workspace import Workspace
from tests.api.conftest import BEARING, CLEANING, ENTERPRISE, MEMBRANE, NEEDS, NOW, key_of

_EXAMPLES = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    made = load_settings(home=tmp_path_factory.mktemp("contract"))
    with Workspace.open(made) as workspace:
        workspace.store.merge([MEMBRANE, BEARING, CLEANING, ENTERPRISE, *NEEDS], NOW.date())
        usecases.build_index(workspace, NOW)
    return create_app(made, now=lambda: NOW)


def test_every_operation_keeps_to_its_description(app: FastAPI) -> None:
    host = {"Host": "127.0.0.1"}
    headers = {**key_of(app.state.services.access, Role.BUREAU), **host}
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=host)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 50
    tried = 0
    for operation in operations:

        @settings(_EXAMPLES)
        @given(case=operation.as_strategy())
        def keeps(case: schemathesis.Case) -> None:
            nonlocal tried
            case.validate_response(case.call(headers=headers), checks=_CHECKS, headers=headers)
            tried += 1

        keeps()
    assert tried > 500


def test_a_body_that_is_no_text_at_all(client: TestClient) -> None:
    sent = client.post("/api/v1/search", content=b"\x80\x81", headers={"content-type": "application/json"})
    assert (sent.status_code, sent.json()["detail"]) == (400, "请求无法解析：正文应为 UTF-8 编码的 JSON。")
