"""A holder's one-time links: what is filled in lands as a returned sheet would, once, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.roles import Role
from matcher.inventory import Act, Division, Stage
from matcher.programme.inventory import SplitRequest, split
from tests.api.conftest import BASE, MEMBRANE, NOW
from tests.api.pages.conftest import Browser

TASK = "PD20260630-002"
"""河东大学 化工学院, one patent: the other has lapsed."""
GOOD = {
    "by": "钱学",
    f"{MEMBRANE.id}.implementation": "未实施",
    f"{MEMBRANE.id}.unimplemented": "尚未中试",
    f"{MEMBRANE.id}.prospect": "较好",
    f"{MEMBRANE.id}.maturity": "小试",
    f"{MEMBRANE.id}.modes": ["普通许可", "转让"],
    f"{MEMBRANE.id}.fee": "20万元，一次总付",
}


@pytest.fixture
def holder(app: FastAPI, browser: Callable[[Role | None], Browser], tmp_path: Path) -> Browser:
    """河东大学, with the tasks that the bureau has handed out."""
    store = app.state.services.workspace.store
    made = split(store, SplitRequest(Division.COLLEGE), tmp_path, Act("局", NOW))
    assert [(task.id, task.holder, len(task.rows)) for task in made] == [
        ("PD20260630-001", "云州理工学院", 1),
        (TASK, "河东大学", 1),
    ]
    return browser(Role.HOLDER)


@pytest.fixture
def college(app: FastAPI) -> TestClient:
    """Somebody without an account."""
    return TestClient(app, base_url=BASE, raise_server_exceptions=False)


def link_of(holder: Browser, task: str = TASK) -> str:
    found = re.search(r"/fill-in/[\w-]{43}", holder.post("/fill-in-links", {"task": task}).text)
    assert found
    return found[0]


def test_a_link_is_filled_in_once(app: FastAPI, holder: Browser, college: TestClient) -> None:
    assert "云州理工学院" not in holder.get("/fill-in-links").text
    link = link_of(holder)
    page = college.get(link).text
    assert "河东大学 化工学院" in page
    assert MEMBRANE.title in page
    answer = college.post(link, data=GOOD)
    assert (answer.status_code, "收到 1 件自评" in answer.text) == (200, True)
    store = app.state.services.workspace.store
    item = store.inventory.many([MEMBRANE.id])[MEMBRANE.id]
    assert item.stage is Stage.SELF_ASSESSED
    assert (item.self_assessment.by, item.self_assessment.unimplemented) == ("钱学", "尚未中试")
    assert [str(mode) for mode in store.patents.get(MEMBRANE.id).modes] == ["普通许可", "转让"]
    task = next(task for task in store.inventory.tasks() if task.id == TASK)
    assert (task.returned_on, task.returned_file) == (NOW.date(), "网上填报")
    lines = [(line.actor, line.action, line.object) for line in app.state.services.access.audit.recent(3)]
    assert ("填报链接：河东大学 化工学院（钱学）", "提交自评", f"{TASK} 1 件") in lines
    for again in (college.get(link), college.post(link, data=GOOD)):
        assert again.status_code == 422
        assert "链接无效、已使用或已过期。请向本单位负责盘点的部门另要一个。" in again.text
    assert "已提交" in holder.get("/fill-in-links").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"prospect": "说不清"}, "请更正后重新交回"),
        ({"prospect": ""}, "“产业化前景”未填写"),
        ({"unimplemented": ""}, "“未实施原因”未填写"),
        ({"maturity": "差不多"}, "技术成熟度"),
    ],
)
def test_a_wrong_answer_is_said_and_nothing_lands(
    app: FastAPI, holder: Browser, college: TestClient, change: dict[str, str], sentence: str
) -> None:
    link = link_of(holder)
    wrong = {**GOOD, **{f"{MEMBRANE.id}.{field}": text for field, text in change.items()}}
    answer = college.post(link, data=wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "尚未中试" in answer.text or "unimplemented" in change
    store = app.state.services.workspace.store
    assert store.inventory.many([MEMBRANE.id])[MEMBRANE.id].stage is Stage.AWAITING
    assert college.post(link, data=GOOD).status_code == 200


def test_who_fills_in_gives_a_name_and_something(holder: Browser, college: TestClient) -> None:
    link = link_of(holder)
    for form in ({**GOOD, "by": " "}, {"by": "钱学", f"{MEMBRANE.id}.funded": "是"}):
        answer = college.post(link, data=form)
        assert answer.status_code == 422
        assert "请填写填报人，并至少填写一件专利。" in answer.text


def test_links_expire_are_replaced_and_withdrawn(app: FastAPI, holder: Browser, college: TestClient) -> None:
    first = link_of(holder)
    second = link_of(holder)
    assert college.get(first).status_code == 422
    assert college.get(second).status_code == 200
    app.state.now = lambda: NOW + timedelta(days=14, seconds=1)
    assert college.get(second).status_code == 422
    app.state.now = lambda: NOW
    holder.post("/fill-in-links/withdraw", {"task": TASK})
    assert college.get(second).status_code == 422


def test_no_link_to_the_task_of_another_holder(holder: Browser) -> None:
    refused = holder.post("/fill-in-links", {"task": "PD20260630-001"})
    assert (refused.status_code, "没有这项盘点任务。" in refused.text) == (404, True)
    assert holder.post("/fill-in-links", {"task": TASK, "days": "61"}).status_code == 422


def test_a_long_task_is_handed_in_part_by_part_under_one_link(
    app: FastAPI, holder: Browser, college: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = app.state.services.workspace.store
    more = [
        replace(
            MEMBRANE, id=f"CN2023109999{n:02d}", application_number=f"CN2023109999{n:02d}", title=f"膜{n}"
        )
        for n in range(3)
    ]
    store.merge(more, NOW.date())
    made = split(store, SplitRequest(Division.COLLEGE), tmp_path / "又", Act("局", NOW))
    [task] = [task for task in made if task.unit == "化工学院"]
    assert len(task.rows) == 4
    monkeypatch.setattr("api.pages.filling._SHOWN", 2)
    link, ids = link_of(holder, task.id), [MEMBRANE.id, *(patent.id for patent in more)]

    def answers(*chosen: str) -> dict:
        return {name.replace(MEMBRANE.id, id_): value for id_ in chosen for name, value in GOOD.items()}

    assert "这一页 2 件，后面还有 2 件：提交后接着给出。" in college.get(link).text
    # The first of two is left blank; the next part begins behind it.
    sent = college.post(link, data=answers(ids[1]), follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{link}?start=1&taken=1")
    page = college.get(sent.headers["location"]).text
    assert "收到 1 件自评，请接着填写其余的。" in page
    assert re.findall(r"\d\. (膜\d)", page) == ["膜1", "膜2"]
    done = college.post(sent.headers["location"], data=answers(ids[2], ids[3]))
    assert "收到 2 件自评，谢谢。还有 1 件未填" in done.text
    assert college.get(link).status_code == 422
    stages = {id_: item.stage for id_, item in store.inventory.many(ids).items()}
    assert [stages[id_] is Stage.SELF_ASSESSED for id_ in ids] == [False, True, True, True]


def test_a_link_whose_process_died_before_it_stored_anything_is_free_again(
    app: FastAPI, holder: Browser, college: TestClient
) -> None:
    link, filling = link_of(holder), app.state.services.access.filling
    opened = filling.opened(link.rpartition("/")[2], NOW)
    filling.use(opened, NOW)  # and nothing more
    assert college.get(link).status_code == 422
    app.state.now = lambda: NOW + timedelta(minutes=6)
    assert college.post(link, data=GOOD).status_code == 200
    app.state.now = lambda: NOW + timedelta(hours=1)
    assert college.get(link).status_code == 422
