"""The first search of a process, before it says that it is ready."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http import create_app
from matcher import usecases
from matcher.settings import Settings
from tests.api.conftest import BASE, NOW


def test_a_process_is_alive_at_once_and_ready_after_its_first_search(
    filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, go_on, found = usecases.match_text, threading.Event(), []

    def waiting(*asked: Any) -> Any:
        assert go_on.wait(60)
        found.append(search(*asked))
        return found[-1]

    monkeypatch.setattr("matcher.usecases.match_text", waiting)
    with TestClient(create_app(filled, now=lambda: NOW, warm=True), base_url=BASE) as client:
        assert client.get("/health").status_code == 200
        ready = client.get("/ready")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert ready.json()["trouble"] == "服务正在启动：正在读入模型和索引，请稍候。"
        go_on.set()
        while client.get("/ready").status_code != 200:
            time.sleep(0.01)
    # It went the whole way: patents were found, whatever the text.
    assert len(found[0].needs[0].matches) == 2


def test_a_workspace_without_an_index_says_what_is_missing(settings: Settings) -> None:
    with TestClient(create_app(settings, now=lambda: NOW, warm=True), base_url=BASE) as client:
        while (ready := client.get("/ready").json())["trouble"].startswith("服务正在启动"):
            time.sleep(0.01)
        assert (ready["ready"], "请运行 matcher index" in ready["trouble"]) == (False, True)
