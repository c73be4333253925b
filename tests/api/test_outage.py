"""A database server that goes away under the running service, and comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.jobs import Upload, Worker
from api.store.database import open_service
from api.store.jobs import JobState
from matcher.settings import Settings
from matcher.store.intake import Outcome
from matcher.store.records import Record
from matcher.workspace import Workspace
from tests.servers.postgres import PostgresServer

SEARCH = {"text": "海水淡化反渗透膜抗污染"}
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def stopping(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """The server, for a test that stops it; whatever happens, it runs again afterwards."""
    yield postgres_server
    postgres_server.start()


def test_the_service_says_so_and_answers_again_when_it_is_back(
    client: TestClient, stopping: PostgresServer
) -> None:
    before = client.post("/api/v1/search", json=SEARCH).json()
    stopping.stop("immediate")
    refused = client.post("/api/v1/search", json=SEARCH)
    assert (refused.status_code, refused.json()["code"]) == (503, "database_gone")
    assert refused.json()["detail"].startswith("数据库服务器暂时无法连接，这次操作没有写入。请稍后重试")
    assert refused.headers["retry-after"] == "5"
    assert "127.0.0.1" not in refused.text
    page = client.get("/", headers={"Cookie": "matcher_session=x"})
    assert page.status_code == 503
    assert "数据库服务器暂时无法连接" in page.text
    assert client.get("/health").status_code == 200
    ready = client.get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    stopping.start()
    assert client.get("/ready").status_code == 200
    assert client.post("/api/v1/search", json=SEARCH).json() == before


def test_a_job_goes_on_when_the_server_is_back(
    settings: Settings, stopping: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.jobs.worker._PAUSE_SECONDS", 0.2)
    rows = "".join(f"一种反渗透膜{n},CN20231{n:07d},海水淡化用反渗透膜,河东大学\n" for n in range(100))
    stopped = threading.Event()

    def keep(file: Path) -> None:
        file.write_text("专利名称,申请号,摘要,专利权人\n" + rows, encoding="utf-8")

    with Workspace.open(settings, serving=True) as workspace:
        land = workspace.store.merge

        def merge(records: Iterable[Record], *rest: Any, **options: Any) -> list[Outcome]:
            """Lands half of them before the server goes away."""
            every = list(records)
            if not stopped.is_set():
                land(every[:50], *rest, **options)
                stopping.stop("immediate")
                stopped.set()
            return land(every, *rest, **options)

        monkeypatch.setattr(workspace.store, "merge", merge)
        worker = Worker(workspace, open_service(settings), datetime.now, timedelta(seconds=2))
        job = worker.import_file(Upload("清单.csv", "patents"), "局", keep)
        worker.start()
        assert stopped.wait(30)
        time.sleep(0.5)
        stopping.start()
        until = time.monotonic() + 60
        while (found := worker.jobs.get(job.id)) and found.open and time.monotonic() < until:
            time.sleep(0.1)
        worker.close()
        assert found is not None
        assert (found.state, found.attempts, found.message) == (JobState.DONE, 2, "")
        assert workspace.store.patents.count() == 100
