"""Two people, two programs or two processes at the same moment: one comes first, and nothing is lost or half done."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.roles import Caller, Role
from api.access.sign_in import Access
from api.http import create_app
from api.jobs import Upload, Worker
from api.store.database import open_service
from api.store.jobs import JobState
from matcher.domain import Confidentiality
from matcher.inventory import Act, Division
from matcher.programme.inventory import SplitRequest, split
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BASE, MEMBRANE, NEEDS, NOW, key_of
from tests.api.pages.conftest import PASSWORD
from tests.servers.databases import on_both

pytestmark = on_both
ROUNDS = 8
A = TypeVar("A")
ADMIN = Caller("管理员", Role.BUREAU)


@pytest.fixture
def two(filled: Settings) -> Iterator[list[FastAPI]]:
    """Two applications over one workspace, as two processes have them."""
    with ExitStack() as stack:
        apps = [create_app(filled, now=lambda: NOW) for _ in range(2)]
        for app in apps:
            stack.enter_context(TestClient(app, base_url=BASE))
        yield apps


def at_once(act: Callable[..., A], actors: Sequence[Any], *rest: Sequence[Any]) -> list[A]:
    """As `map`, with all begun as nearly together as threads can."""
    barrier = Barrier(len(actors))

    def begin(*arguments: Any) -> A:
        barrier.wait()
        return act(*arguments)

    with ThreadPoolExecutor(len(actors)) as pool:
        return list(pool.map(begin, actors, *rest))


def programs(apps: list[FastAPI], role: Role, subject: str = "") -> list[TestClient]:
    key = key_of(apps[0].state.services.access, role, subject)
    return [TestClient(app, base_url=BASE, headers=key) for app in apps]


def test_of_two_edits_of_an_anonymous_need_one_stands_and_waits_for_its_words(two: list[FastAPI]) -> None:
    clients = programs(two, Role.ENTERPRISE, NEEDS[0].enterprise_id)
    address, services = "/api/v1/needs/N001", two[0].state.services
    for number in range(ROUNDS):
        tag = {"If-Match": clients[0].get(address).headers["etag"]}
        wishes = [
            {"title": f"甲{number}", "confidentiality": "匿名"},
            {"title": f"乙{number}", "confidentiality": "仅主管部门"},
        ]

        def change(client: TestClient, wish: dict[str, str], tag: dict[str, str] = tag) -> Any:
            return client.patch(address, json=wish, headers=tag)

        answers = at_once(change, clients, wishes)
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        first = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
        stored = services.workspace.store.needs.get("N001")
        assert stored.title == wishes[first]["title"]
        # Nobody has agreed to any words yet; and what waits is the wish of the one who was heard.
        assert stored.confidentiality is Confidentiality.AUTHORITY_ONLY
        assert services.confirmations.waiting() == (["N001"] if first == 0 else [])


def test_of_two_forms_for_one_need_the_second_is_told(two: list[FastAPI]) -> None:
    browsers = [signed_in(two[0], two[0]), signed_in(two[0], two[1])]
    for number in range(ROUNDS):
        (seen,) = set(re.findall(r'name="seen" value="(\w+)"', browsers[0][0].get("/need-forms/N001").text))

        def save(browser: tuple[TestClient, str], title: str, seen: str = seen) -> Any:
            form = {
                "csrf": browser[1],
                "需求名称": title,
                "企业名称": NEEDS[0].enterprise,
                "公开范围": "公开",
                "seen": seen,
            }
            return browser[0].post("/need-forms/N001", data=form, follow_redirects=False)

        titles = [f"甲{number}", f"乙{number}"]
        answers = at_once(save, browsers, titles)
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        winner = titles[[answer.status_code for answer in answers].index(303)]
        assert two[0].state.services.workspace.store.needs.get("N001").title == winner
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert "已被他人修改" in refused.text


def signed_in(inviting: FastAPI, app: FastAPI) -> tuple[TestClient, str]:
    """A browser of the bureau and the token of its forms."""
    client = TestClient(app, base_url=BASE)
    access, login = inviting.state.services.access, f"user{id(client)}"
    token = access.invite(ADMIN, "某人", Role.BUREAU, "", NOW)
    client.post(f"/invitation/{token}", data={"login": login, "password": PASSWORD, "again": PASSWORD})
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/account").text)
    assert found
    return client, found[1]


def test_a_link_makes_one_account_and_a_name_is_given_once(two: list[FastAPI]) -> None:
    def open_account(app: FastAPI, link: tuple[str, str]) -> Any:
        form = {"login": link[1], "password": PASSWORD, "again": PASSWORD}
        client = TestClient(app, base_url=BASE)
        return client.post(f"/invitation/{link[0]}", data=form, follow_redirects=False)

    access: Access = two[0].state.services.access
    token, other = (access.invite(ADMIN, name, Role.BUREAU, "", NOW) for name in ("张三", "李四"))
    for links, sentence, made in (
        ([(token, "first"), (token, "second")], "这个链接已经用过|链接无效、已使用或已过期", 1),
        (
            [(other, "same"), (access.invite(ADMIN, "王五", Role.BUREAU, "", NOW), "same")],
            "“same”已有人使用",
            2,
        ),
    ):
        answers = at_once(open_account, two, links)
        assert sorted(answer.status_code for answer in answers) == [303, 422]
        refused = next(answer for answer in answers if answer.status_code == 422)
        assert re.search(sentence, refused.text)
        assert len(access.accounts.all()) == made


def test_a_link_is_filled_in_once_whoever_is_faster(two: list[FastAPI], tmp_path: Path) -> None:
    services = two[0].state.services
    store = services.workspace.store
    tasks = split(store, SplitRequest(Division.COLLEGE), tmp_path, Act("局", NOW))
    task = next(task for task in tasks if task.holder == "河东大学")
    holder = Caller("河东大学", Role.HOLDER, "河东大学")
    token = services.access.filling.hand_out(holder, task, 14, NOW)

    def fill(app: FastAPI, by: str) -> Any:
        form = {
            "by": by,
            f"{MEMBRANE.id}.implementation": "未实施",
            f"{MEMBRANE.id}.unimplemented": "尚未中试",
            f"{MEMBRANE.id}.prospect": "较好",
            f"{MEMBRANE.id}.maturity": "小试",
            f"{MEMBRANE.id}.modes": ["普通许可"],
        }
        return TestClient(app, base_url=BASE).post(f"/fill-in/{token}", data=form)

    names = ("甲老师", "乙老师")
    answers = at_once(fill, two, names)
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    winner = names[[answer.status_code for answer in answers].index(200)]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert "链接无效、已使用或已过期。请向本单位负责盘点的部门另要一个。" in refused.text
    item = store.inventory.many([MEMBRANE.id])[MEMBRANE.id]
    assert item.self_assessment.by == winner
    steps = [step.by for step in store.inventory.history([MEMBRANE.id])]
    assert [name for name in names if name in steps] == [winner]


WORKER = """
import sys, time
from datetime import datetime
from pathlib import Path
from api.jobs import Worker
from api.store.database import open_service
from matcher.settings import load_settings
from matcher.workspace import Workspace

settings = load_settings(home=Path(sys.argv[1]), database_url=sys.argv[2] or None)
with Workspace.open(settings, serving=True) as workspace:
    worker = Worker(workspace, open_service(settings), datetime.now)
    print("ready", flush=True)
    sys.stdin.readline()
    worker.start()
    sys.stdin.readline()
    worker.close()
"""


def test_two_processes_do_every_job_once(settings: Settings) -> None:
    count = 4
    with Workspace.open(settings, serving=True) as workspace:
        queue = Worker(workspace, open_service(settings), datetime.now)
        for number in range(count):
            rows = f"专利名称,申请号,摘要,专利权人\n膜{number},CN20231{number:07d},海水淡化用膜,河东大学\n"
            queue.import_file(
                Upload(f"{number}.csv", "patents"),
                "局",
                lambda path, rows=rows: path.write_text(rows) and None,
            )
        command = [sys.executable, "-c", WORKER, str(settings.home), settings.database_url or ""]
        pipe = subprocess.PIPE
        processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        until = datetime.now().timestamp() + 120
        while any(job.open for job in queue.jobs.recent()) and datetime.now().timestamp() < until:
            assert sum(job.state is JobState.RUNNING for job in queue.jobs.recent()) <= 1
        for process in processes:
            process.communicate("\n", timeout=60)
        jobs = queue.jobs.recent()
        assert [(job.state, job.attempts, job.message) for job in jobs] == [(JobState.DONE, 1, "")] * count
        assert workspace.store.patents.count() == count
        assert sorted(one.file for one in workspace.store.imports.all()) == [f"{n}.csv" for n in range(count)]
