"""Idempotency keys: the same request is done once, another one is refused, nobody shares another's key."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.http import create_app
from api.store.database import open_service
from api.store.repeats import Kept, Repeat, Repeats, Standing
from matcher.settings import Settings
from tests.api.conftest import BASE, NOW, key_of

BODY = {"title": "耐酸泵", "enterprise": "云州泵业有限公司"}
KEY = {"Idempotency-Key": "7d0c1f6a-1"}


def count(client: TestClient) -> int:
    return client.app.state.services.workspace.store.needs.count()


def test_the_same_request_is_done_once_and_answered_alike(client: TestClient) -> None:
    first = client.post("/api/v1/needs", json=BODY, headers=KEY)
    again = client.post("/api/v1/needs", json=BODY, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert [again.headers[name] for name in ("etag", "location")] == [
        first.headers[name] for name in ("etag", "location")
    ]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert count(client) == 3


def test_a_key_stands_for_one_request(client: TestClient) -> None:
    client.post("/api/v1/needs", json=BODY, headers=KEY)
    for method, address, body in (
        ("POST", "/api/v1/needs", {**BODY, "title": "别的"}),
        ("POST", "/api/v1/enterprises", BODY),
    ):
        other = client.request(method, address, json=body, headers=KEY)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert count(client) == 3


def test_what_was_refused_is_judged_anew(client: TestClient) -> None:
    assert client.post("/api/v1/needs", json={}, headers=KEY).status_code == 422
    assert client.post("/api/v1/needs", json=BODY, headers=KEY).status_code == 201


def test_another_program_has_keys_of_its_own(client: TestClient) -> None:
    client.post("/api/v1/needs", json=BODY, headers=KEY)
    access = client.app.state.services.access
    other = TestClient(client.app, base_url=BASE, headers=key_of(access, Role.BUREAU))
    assert other.post("/api/v1/needs", json=BODY, headers=KEY).headers.get("idempotent-replayed") is None
    nobody = TestClient(client.app, base_url=BASE)
    assert nobody.post("/api/v1/needs", json=BODY, headers=KEY).status_code == 401


def test_a_kept_answer_is_given_to_nobody_who_does_not_know_the_secret(client: TestClient) -> None:
    tag = {"If-Match": client.get("/api/v1/needs/N001").headers["etag"]}
    assert client.delete("/api/v1/needs/N001", headers={**KEY, **tag}).status_code == 204
    assert client.delete("/api/v1/needs/N001", headers={**KEY, **tag}).status_code == 204
    stranger = {"Authorization": client.headers["authorization"].partition(".")[0] + ".guess"}
    refused = client.delete("/api/v1/needs/N001", headers={**KEY, **tag, **stranger})
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_key")


@pytest.mark.parametrize("key", ["", " ", "x" * 201])
def test_a_key_is_plain(client: TestClient, key: str) -> None:
    refused = client.post("/api/v1/needs", json=BODY, headers={"Idempotency-Key": key})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_idempotency_key")
    assert count(client) == 2


def test_an_upload_is_told_apart_by_its_bytes(client: TestClient) -> None:
    asked = {"kind": "patents", "name": "a.csv"}
    first = client.post("/api/v1/imports", params=asked, content=b"one", headers=KEY)
    again = client.post("/api/v1/imports", params=asked, content=b"one", headers=KEY)
    other = client.post("/api/v1/imports", params=asked, content=b"two", headers=KEY)
    assert (first.json()["id"], other.status_code) == (again.json()["id"], 422)


def test_the_second_of_two_at_once_is_told_to_wait(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = client.app.state.services.workspace.store
    begun, go_on, add = threading.Event(), threading.Event(), store.edits.add

    def slow(*arguments: object) -> str:
        begun.set()
        assert go_on.wait(20)
        return add(*arguments)

    monkeypatch.setattr(store.edits, "add", slow)
    answers = []
    first = threading.Thread(
        target=lambda: answers.append(client.post("/api/v1/needs", json=BODY, headers=KEY))
    )
    first.start()
    assert begun.wait(20)
    second = client.post("/api/v1/needs", json=BODY, headers=KEY)
    assert (second.status_code, second.json()["code"]) == (409, "in_progress")
    go_on.set()
    first.join()
    assert answers[0].status_code == 201
    assert count(client) == 3


def test_answers_are_kept_for_a_day_and_a_dead_claim_for_minutes(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    repeats = Repeats(open_service(settings))
    repeat, answer = Repeat("p", "k", "d"), Kept(201, b"{}", {"etag": "x"}, "application/json")
    assert repeats.claim(repeat, NOW) == (Standing.FIRST, None)
    assert repeats.claim(repeat, NOW + timedelta(minutes=5)) == (Standing.UNDER_WAY, None)
    assert repeats.claim(repeat, NOW + timedelta(minutes=5, seconds=1)) == (Standing.FIRST, None)
    repeats.keep(repeat, answer)
    later = NOW + timedelta(minutes=5, seconds=1)
    assert repeats.claim(repeat, later + timedelta(hours=24)) == (Standing.ANSWERED, answer)
    assert repeats.claim(Repeat("p", "k", "other"), later) == (Standing.OTHER, None)
    assert repeats.claim(repeat, later + timedelta(hours=24, seconds=1)) == (Standing.FIRST, None)


def test_a_restart_forgets_no_answer(client: TestClient, filled: Settings) -> None:
    first = client.post("/api/v1/needs", json=BODY, headers=KEY)
    headers = {"Authorization": client.headers["authorization"]}
    with TestClient(create_app(filled, now=lambda: NOW), base_url=BASE, headers=headers) as restarted:
        again = restarted.post("/api/v1/needs", json=BODY, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
