"""Several server processes over one workspace: one index, one state of everybody's sessions, nothing dropped."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.access.keys import KeyRequest
from api.access.roles import Caller, Role
from api.access.sign_in import Access
from matcher import usecases
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.servers.databases import on_both
from tests.servers.service import Service, served

SEARCH = {"text": "海水淡化反渗透膜抗污染"}
SECRET = "一个足够长的密码-2026"
ADMIN = Caller("管理员", Role.BUREAU)


def at() -> datetime:
    return datetime.now().replace(microsecond=0)


@pytest.fixture
def key(access: Access) -> dict[str, str]:
    given = access.new_key("测试", KeyRequest("压测", Role.BUREAU, ("search",)), at())
    return {"Authorization": f"Bearer {given}"}


@dataclass
class Client:
    """Searches until told to stop, each time over a connection of its own."""

    service: Service
    key: dict[str, str]
    stop: threading.Event = field(default_factory=threading.Event)
    found: list[tuple[int, str]] = field(default_factory=list)
    """Status and index of every answer."""

    def run(self) -> None:
        while not self.stop.is_set():
            answer = httpx2.post(
                f"{self.service.base}/api/v1/search", json=SEARCH, headers=self.key, timeout=60
            )
            self.found.append((answer.status_code, answer.json().get("provenance", {}).get("index", "")))

    def answers(self, count: int) -> list[tuple[int, str]]:
        """The next so many answers."""
        start = len(self.found)
        while len(self.found) < start + count:
            time.sleep(0.01)
        return self.found[start : start + count]


def mapped(pid: int) -> set[str]:
    """The files of the patents' index now that a process reads through its memory map."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {line.split()[-1] for line in lines if "/patents/000004/" in line and "(deleted)" not in line}


@on_both
def test_a_new_index_is_swapped_in_under_load_without_a_dropped_request(
    filled: Settings, key: dict[str, str]
) -> None:
    with served(filled, 2) as service, ThreadPoolExecutor(4) as pool, Workspace.open(filled) as builder:
        clients = [Client(service, key) for _ in range(4)]
        running = [pool.submit(client.run) for client in clients]
        for _ in range(3):
            clients[0].answers(6)
            usecases.build_index(builder, at(), full=True)
        clients[0].answers(2)  # one may have been on its way
        # Whoever is asked from now on knows the new index, and only that.
        assert set(clients[0].answers(12)) == {(200, builder.index_version())}
        # A process lets go of the index before when it is next asked; chance says which one is.
        first, second = service.workers()
        until = time.monotonic() + 60
        while mapped(first) != mapped(second) and time.monotonic() < until:
            clients[0].answers(1)
        for client in clients:
            client.stop.set()
        for future in running:
            future.result()
        found = [answer for client in clients for answer in client.found]
        assert {status for status, _ in found} == {200}
        assert {index.split("（")[0] for _, index in found} == {"000001", "000002", "000003", "000004"}
        assert mapped(first) == mapped(second) != set()
        counted = httpx2.get(f"{service.base}/metrics").text
    asked = 'matcher_requests_total{method="POST",route="/api/v1/search",status="200"}'
    (line,) = [line for line in counted.splitlines() if line.startswith(asked)]
    assert float(line.split()[-1]) == len(found)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_killed_process_is_replaced_and_sessions_and_lock_outs_hold_in_all(
    filled: Settings, access: Access, key: dict[str, str]
) -> None:
    token = access.invite(ADMIN, "张三", Role.BUREAU, "", at())
    session = access.accept(token, "zhang", SECRET, at()).token
    cookies = {"Cookie": f"matcher_session={session}"}
    right, wrong = {"login": "zhang", "password": SECRET}, {"login": "zhang", "password": "不对的密码-2026"}
    with served(filled, 2) as service:
        victim, other = service.workers()
        # It dies with a question of the supervisor's unanswered, who has to see that none will come.
        os.kill(victim, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(victim, signal.SIGKILL)
        assert statuses(service, "POST", "/api/v1/search", json=SEARCH, headers=key) == {200}
        service.wait_for_workers(2)
        assert len(service.workers()) == 2
        assert other in service.workers()
        assert statuses(service, "POST", "/api/v1/search", json=SEARCH, headers=key) == {200}
        # A session opened by another process, a lock that one process put on: every process knows.
        assert statuses(service, "GET", "/account", headers=cookies) == {200}
        statuses(service, "POST", "/sign-in", data=wrong)
        [account] = access.accounts.all()
        assert account.locked_until is not None
        # Locked, and from the 20th failure of this address on it is not heard any more.
        assert statuses(service, "POST", "/sign-in", data=right) == {401, 429}
        access.accounts.end_sessions(account.id)
        assert statuses(service, "GET", "/account", headers=cookies) == {303}


def statuses(service: Service, method: str, address: str, **options: Any) -> set[int]:
    """The statuses of a dozen requests, each over a connection of its own: both processes get some."""
    return {
        httpx2.request(method, service.base + address, timeout=60, **options).status_code for _ in range(12)
    }
