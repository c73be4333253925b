"""Somebody else writes for long: who only reads is answered, who changes is told soon, and nothing is half written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from api.access.roles import Role
from api.http import create_app
from api.store.audit import Audit
from api.store.database import open_service
from matcher.errors import NotReady
from matcher.settings import Settings
from matcher.store.engine import writing
from matcher.store.trouble import BUSY
from tests.api.conftest import BASE, MEMBRANE, NOW, key_of
from tests.api.http.test_bad_bodies import rows
from tests.api.test_at_once import signed_in

LEVELS = f"need_id\tachievement_id\tlevel\nN001\t{MEMBRANE.id}\t4\n".encode()
CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "a need": ("/api/v1/needs", {"json": {"title": "耐高温密封圈", "description": "200 ℃ 下不老化"}}),
    "an event": ("/api/v1/events", {"json": {"name": "路演", "starts": "2026-10-20"}}),
    "an import": ("/api/v1/imports?kind=patents&name=a.csv", {"content": b"x"}),
    "an export": ("/api/v1/exports?format=盘点", {}),
    "a build": ("/api/v1/index", {}),
    "an evaluation": ("/api/v1/evaluations", {"json": {}}),
    "judgements": ("/api/v1/evaluations/judgements?name=a.tsv", {"content": LEVELS}),
}
FORMS: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "an event's form": ("/events", {"name": "路演", "starts": "2026-10-20"}, {}),
    "a build by a form": ("/index", {}, {}),
    "judgements by a form": ("/evaluations/judgements", {}, {"files": {"file": ("a.tsv", LEVELS)}}),
    "a key": ("/manage/keys", {"name": "甲", "role": "分析员", "scopes": "search"}, {}),
    "a list": ("/lists", {"event": "路演"}, {}),
}


@pytest.fixture
def app(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    monkeypatch.setattr("api.http.edge._PATIENCE", 0.05)
    made = create_app(filled, now=lambda: NOW)
    with TestClient(made, base_url=BASE):
        made.state.services.worker.close()  # jobs and rounds wait as long as ever: they are nobody's request
        made.state.services.rounds.close()
        yield made


@pytest.fixture
def waited() -> Iterator[list[str]]:
    """How long every write was told to wait for its turn."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "busy_timeout" in statement:
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


def stored(settings: Settings) -> tuple[object, list[Path]]:
    folders = [settings.home / name for name in ("jobs", "uploads", "judgements")]
    return rows(settings), sorted(file for folder in folders for file in folder.rglob("*"))


def test_changes_by_programs_are_refused_whole(app: FastAPI, filled: Settings, waited: list[str]) -> None:
    client = TestClient(app, base_url=BASE, headers=key_of(app.state.services.access, Role.BUREAU))
    before = stored(filled)
    waited.clear()
    with writing(open_service(filled), patience=1):
        for name, (address, sent) in CHANGES.items():
            answer = client.post(address, **sent)
            told = answer.json()
            assert (name, answer.status_code, told["code"]) == (name, 503, BUSY)
            assert "正被另一个程序写入" in told["detail"]
            assert int(answer.headers["retry-after"]) > 0
        assert client.get("/api/v1/evaluations/choices").status_code == 200
        assert set(waited[1:]) == {"PRAGMA busy_timeout = 50"}
    assert stored(filled) == before
    for name, (address, sent) in CHANGES.items():
        assert (name, client.post(address, **sent).status_code // 100) == (name, 2)


def test_changes_by_people_are_refused_whole(app: FastAPI, filled: Settings, waited: list[str]) -> None:
    browser, csrf = signed_in(app, app)
    before = stored(filled)
    waited.clear()
    with writing(open_service(filled), patience=1):
        for name, (address, form, sent) in FORMS.items():
            answer = browser.post(address, data={"csrf": csrf, **form}, **sent)
            assert (name, answer.status_code) == (name, 503)
            assert "正被另一个程序写入" in answer.text
            assert int(answer.headers["retry-after"]) > 0
        assert browser.get("/needs/N001").status_code == 503  # contacts are shown to nobody who is not noted
        assert browser.get("/evaluations").status_code == 200
        assert set(waited[1:]) == {"PRAGMA busy_timeout = 50"}
    assert stored(filled) == before
    assert browser.get("/needs/N001").status_code == 200


def test_a_change_that_could_not_be_noted_is_told_from_one_that_was_not_made(
    app: FastAPI, filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(app, base_url=BASE, headers=key_of(app.state.services.access, Role.BUREAU))

    def busy(*_: object) -> None:
        raise NotReady("忙", code=BUSY)

    monkeypatch.setattr(Audit, "add", busy)
    address, sent = CHANGES["an event"]
    answer = client.post(address, **sent)
    assert (answer.status_code, answer.json()["code"]) == (503, "unlogged")
    assert "改动已经保存" in answer.json()["detail"]
    assert [one.name for one in app.state.services.workspace.store.roadshows.all()] == ["路演"]
