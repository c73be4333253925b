"""What is refused, with which status, code and sentence; every one a problem document with a number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.access.policy import NotSignedIn
from api.access.roles import Role
from api.access.sign_in import Access
from api.http import create_app
from api.http.preconditions import ConditionMissing, Outdated
from api.http.problems import STATUSES, problem_of
from api.http.schemas import ProblemDocument
from matcher import errors, usecases
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BASE, NOW, key_of


def problem(response) -> dict:
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    ProblemDocument.model_validate(document, strict=True)
    assert document["status"] == response.status_code
    assert document["request_id"] == response.headers["x-request-id"]
    assert document["type"] == f"urn:matcher:problem:{document['code']}"
    return document


FIELDS = [
    ({}, [("body.text", "缺少必填项")]),
    ({"text": ""}, [("body.text", "至少 1 个字")]),
    ({"text": "膜" * 20_001}, [("body.text", "最多 20000 个字，收到的是“" + "膜" * 30 + "”")]),
    ({"text": 5}, [("body.text", "应为文字，收到的是“5”")]),
    ({"text": "膜", "k": True}, [("body.k", "应为整数，收到的是“True”")]),
    ({"text": "膜", "k": "5"}, [("body.k", "应为整数，收到的是“5”")]),
    ({"text": "膜", "k": 1.5}, [("body.k", "应为整数，收到的是“1.5”")]),
    ({"text": "膜", "k": 0}, [("body.k", "不得小于 1，收到的是“0”")]),
    ({"text": "膜", "k": 201}, [("body.k", "不得大于 200，收到的是“201”")]),
    (
        {"text": "膜", "type": ["发明"]},
        [("body.type.0", "不在可选值之中（发明专利、实用新型、外观设计），收到的是“发明”")],
    ),
    ({"text": "膜", "region": "云州"}, [("body.region", "应为列表，收到的是“云州”")]),
    ({"text": "膜", "region": ["云"] * 51}, [("body.region", "最多 50 项")]),
    ({"text": "膜", "as_of": 20260630}, [("body.as_of", "日期应写成 2026-06-30 的形式，收到的是“20260630”")]),
    ({"text": "膜", "as_of": "2026-02-30"}, [("body.as_of", "日期应写成 2026-06-30 的形式，收到的是“2026-02-30”")]),
    ({"text": "膜", "as_of": "0001-01-01"}, [("body.as_of", "日期应在 1985-04-01 至 2200-12-31 之间，收到的是“0001-01-01”")]),
    (
        {"k": 0, "top": 3},
        [
            ("body.text", "缺少必填项"),
            ("body.k", "不得小于 1，收到的是“0”"),
            ("body.top", "不认识的字段，收到的是“3”"),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), FIELDS)
def test_every_bad_field_is_named(client: TestClient, body: dict, expected: list) -> None:
    response = client.post("/api/v1/search", json=body)
    document = problem(response)
    assert (response.status_code, document["code"]) == (422, "invalid_request")
    assert [(error["path"], error["message"]) for error in document["errors"]] == expected
    assert document["detail"] == "；".join(f"{path}：{message}" for path, message in expected) + "。"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{bad", "不是有效的 JSON（第 1 个字符处）"),
        (b"[1]", "应为 JSON 对象，以 Content-Type: application/json 发送"),
        (b'{"text": "\\ud800"}', "含有不成字的编码"),
        ('{"text": "膜", "as_of": "\\ud800"}'.encode(), "日期应写成 2026-06-30 的形式，收到的是“?”"),
    ],
)
def test_bodies_that_are_no_object_of_texts(client: TestClient, raw: bytes, message: str) -> None:
    response = client.post("/api/v1/search", content=raw, headers={"content-type": "application/json"})
    assert [error["message"] for error in problem(response)["errors"]] == [message]
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("method", "address", "status", "code", "detail"),
    [
        ("GET", "/api/v1/needs/N999/matches", 404, "not_found", "没有编号为“N999”的需求。"),
        (
            "GET",
            "/api/v1/patents/ZL1/enterprises",
            404,
            "not_found",
            "没有找到专利“ZL1”。可用申请号、专利号或公布公告号查询。",
        ),
        (
            "GET",
            "/api/v1/list?preset=私人版",
            422,
            "unknown_preset",
            "没有名为“私人版”的清单版本。可选：内部版、对外版、企业版、高校版。",
        ),
        (
            "GET",
            "/api/v1/list?need_region=西山省",
            404,
            "not_found",
            "截至 2026-06-30 没有符合条件的需求。请检查筛选条件和日期，或先运行 matcher import needs 需求.xlsx。",
        ),
        ("GET", "/api/v2/list", 404, "no_such_address", "没有这个地址。接口一览见 /api/v1/openapi.json。"),
        (
            "DELETE",
            "/api/v1/list",
            405,
            "method_not_allowed",
            "这个地址不支持该操作。接口一览见 /api/v1/openapi.json。",
        ),
    ],
)
def test_refusals(client: TestClient, method: str, address: str, status: int, code: str, detail: str) -> None:
    response = client.request(method, address)
    document = problem(response)
    assert (response.status_code, document["code"], document["detail"]) == (status, code, detail)


def test_a_blank_need_is_no_need(client: TestClient) -> None:
    document = problem(client.post("/api/v1/search", json={"text": " \n"}))
    assert (document["status"], document["code"]) == (422, "empty_need")
    assert document["detail"] == "请用一句或一段中文说明需要什么技术。"


def test_bodies_of_more_than_a_megabyte_are_refused_whether_they_say_so_or_not(client: TestClient) -> None:
    said = client.post("/api/v1/search", content=b"x" * 1_000_001)
    streamed = client.post("/api/v1/search", content=(b"x" * 100_000 for _ in range(11)))
    assert [problem(response)["code"] for response in (said, streamed)] == ["too_large"] * 2
    assert (said.status_code, streamed.status_code) == (413, 413)


@pytest.mark.parametrize(
    "address", ["/api/v1/needs/N%00", "/api/v1/patents?region=%00", "/api/v1/lists/%00/file"]
)
def test_a_nul_in_an_address_is_refused_before_any_database_sees_it(client: TestClient, address: str) -> None:
    document = problem(client.get(address))
    assert (document["status"], document["detail"]) == (422, "地址中含有空字符（%00）。请去掉后重试。")


def test_a_nul_in_a_body_is_refused_with_its_field(client: TestClient) -> None:
    event = {"name": "路演\x00", "starts": "2026-10-20"}
    document = problem(client.post("/api/v1/events", json=event))
    assert [(one["path"], one["message"][:8]) for one in document["errors"]] == [
        ("body.name", "含有不允许的字符")
    ]
    assert client.get("/api/v1/events").json() == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil:80", ""])
def test_a_foreign_name_for_this_machine_is_refused(client: TestClient, host: str) -> None:
    document = problem(client.get("/api/v1/list", headers={"host": host}))
    assert (document["status"], document["code"]) == (400, "foreign_host")


@pytest.mark.parametrize("host", ["127.0.0.1:8600", "localhost", "[::1]:8600"])
def test_this_machine_by_its_own_names(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).json() == {"status": "ok"}


def test_the_callers_number_is_kept_only_where_it_is_plain(client: TestClient) -> None:
    kept = client.get("/health", headers={"X-Request-ID": "import-7"}).headers["x-request-id"]
    made = client.get("/health", headers={"X-Request-ID": "a b<script>"}).headers["x-request-id"]
    assert kept == "import-7"
    assert len(made) == 32
    assert made.isalnum()


def test_long_answers_are_packed(client: TestClient) -> None:
    assert client.get("/api/v1/list").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/health").headers


@pytest.fixture
def empty(settings: Settings) -> Iterator[TestClient]:
    app = create_app(settings, now=lambda: NOW)
    headers = key_of(app.state.services.access, Role.BUREAU)
    with TestClient(app, base_url=BASE, headers=headers, raise_server_exceptions=False) as opened:
        yield opened


def test_without_an_index_the_service_says_what_to_run(empty: TestClient, settings: Settings) -> None:
    response = empty.post("/api/v1/search", json={"text": "膜"})
    document = problem(response)
    sentence = f"还没有建立索引（{settings.home / 'indexes' / 'patents'}）。请运行 matcher index。"
    assert (document["status"], document["code"], document["detail"]) == (503, "not_ready", sentence)
    assert response.headers["retry-after"] == "5"
    ready = empty.get("/ready")
    assert (ready.status_code, ready.json()["ready"], ready.json()["trouble"]) == (503, False, sentence)
    assert empty.get("/health").status_code == 200


@pytest.mark.parametrize("damage", ["flipped", "truncated"])
def test_a_damaged_index_is_named_and_mended_by_what_the_sentence_says(
    filled: Settings, access: Access, damage: str
) -> None:
    file = filled.home / "indexes" / "patents" / "000001" / "bigrams.rows.npy"
    whole = file.read_bytes()
    spoilt = whole[:-1] if damage == "truncated" else whole[:-1] + bytes([whole[-1] ^ 1])
    file.write_bytes(spoilt)
    headers = key_of(access, Role.BUREAU)
    with TestClient(create_app(filled, now=lambda: NOW), base_url=BASE, headers=headers) as client:
        document = problem(client.post("/api/v1/search", json={"text": "膜"}))
        sentence = f"索引文件 {file} 不完整或已损坏。请运行 matcher index 重建索引。"
        assert (document["status"], document["code"], document["detail"]) == (503, "index_damaged", sentence)
        assert client.get("/api/v1/patents").status_code == 200  # what needs no index goes on
        assert file.read_bytes() == spoilt
        with Workspace.open(filled) as workspace:
            assert usecases.build_index(workspace, NOW)
        assert client.post("/api/v1/search", json={"text": "膜"}).status_code == 200


def test_a_fault_of_ours_shows_a_number_and_nothing_else(
    empty: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret /home/someone")

    monkeypatch.setattr("matcher.usecases.match_text", broken)
    response = empty.post("/api/v1/search", json={"text": "膜"}, headers={"X-Request-ID": "r-1"})
    document = problem(response)
    assert (document["status"], document["code"]) == (500, "internal")
    assert document["detail"] == "程序出错，未作任何更改。请把编号 r-1 和服务日志交给维护人员。"
    assert "secret" not in response.text


def test_every_error_of_the_tree_has_a_status() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.MatcherError)
    ]
    assert set(STATUSES) == {*kinds, NotSignedIn, Outdated, ConditionMissing}


def test_an_error_without_a_line_of_its_own_answers_as_its_parent() -> None:
    class Closer(errors.NotFound):
        pass

    assert problem_of(Closer("无")).status == 404
