"""What is said at the table is recorded at once; of two tablets the second is told, and loses nothing."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.roles import Caller, Role
from matcher.outcomes import NextStep, Reason, State
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BASE, NOW
from tests.api.pages.conftest import PASSWORD, Browser
from tests.api.pages.test_events import EVENT, build

OUTCOMES = "/events/HD001/outcomes"
SAID = {
    "version": "1",
    "state": "有意向",
    "next_step": "现场考察",
    "note": "下周看样机",
    "amount": "30.5",
    "mode": "普通许可",
}


@pytest.fixture
def second(app: FastAPI) -> Browser:
    """The bureau's other officer."""
    client = TestClient(app, base_url=BASE)
    token = app.state.services.access.invite(Caller("管理员", Role.BUREAU), "李强", Role.BUREAU, "", NOW)
    client.post(f"/invitation/{token}", data={"login": "liqiang", "password": PASSWORD, "again": PASSWORD})
    return Browser(client)


@pytest.fixture
def published(bureau: Browser, second: Browser) -> Browser:
    """The bureau's browser with a published list."""
    bureau.post("/events", EVENT)
    build(bureau)
    bureau.post("/lists/HD001-01/state", {"state": "审核"})
    second.post("/lists/HD001-01/state", {"state": "已发布"})
    return bureau


def cards(page: str) -> list[str]:
    return re.findall(r'<article class="card touch[^"]*" id="(M\w+)">', page)


def test_a_match_is_found_and_recorded(published: Browser, filled: Settings) -> None:
    everything = cards(published.get(OUTCOMES).text)
    assert len(everything) == 2
    [found] = cards(published.get(OUTCOMES, params={"q": "净源 河东大学"}).text)
    assert cards(published.get(OUTCOMES, params={"q": found[3:9].lower()}).text) == [found]
    assert "没有找到。" in published.get(OUTCOMES, params={"q": "净源 云州理工"}).text
    saved = published.post(f"{OUTCOMES}/{found}", SAID)
    assert f"已记录 {found}（云州净源水务有限公司）：" in saved.text
    assert "<b>有意向</b>　普通许可　30.5 万元　下一步：现场考察　下周看样机" in saved.text
    assert cards(published.get(OUTCOMES, params={"state": "有意向"}).text) == [found]
    with Workspace.open(filled) as workspace:
        outcome = workspace.store.outcomes.many([found])[found]
        [_, step] = workspace.store.outcomes.history([found])
    assert (outcome.state, outcome.next_step, outcome.amount, outcome.version) == (
        State.INTERESTED,
        NextStep.VISIT,
        30.5,
        2,
    )
    assert (step.by, step.at, step.next_step, step.source) == ("某人", NOW, NextStep.VISIT, "现场记录")


def test_the_second_tablet_is_told_and_keeps_what_it_wrote(
    published: Browser, second: Browser, filled: Settings
) -> None:
    [found, *_] = cards(published.get(OUTCOMES).text)
    published.post(f"{OUTCOMES}/{found}", SAID)
    late = second.post(
        f"{OUTCOMES}/{found}", {"version": "1", "state": "不合适", "reason": "价格分歧", "note": "差三成"}
    )
    assert late.status_code == 409
    assert "已由某人改为“有意向”（第 2 次），您看到的是第 1 次的状态。请核对后再改。" in late.text
    assert cards(late.text) == [found]
    assert re.search(r'value="不合适" required checked', late.text)
    assert "<option selected>价格分歧</option>" in late.text
    assert ">差三成</textarea>" in late.text
    assert 'name="version" value="2"' in late.text  # saving once more is knowing of the other
    second.post(
        f"{OUTCOMES}/{found}", {"version": "2", "state": "不合适", "reason": "价格分歧", "note": "差三成"}
    )
    with Workspace.open(filled) as workspace:
        outcome = workspace.store.outcomes.many([found])[found]
    assert (outcome.state, outcome.reason, outcome.by) == (State.UNSUITABLE, Reason.PRICE, "李强")
    assert (outcome.next_step, outcome.version) == (None, 3)


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"state": ""}, 422, "请选择结果"),
        ({"state": "很好"}, 422, "不认识的“很好”"),
        ({"state": "不合适"}, 422, "改为“不合适”须填写原因"),
        ({"state": "已签约"}, 422, "须填写合同生效日"),
        ({"amount": "三十"}, 422, "金额（万元）应为数字，填的是“三十”。"),
        ({"effective": "下月"}, 422, "合同生效日“下月”应写成 2026-11-01 的形式。"),
    ],
)
def test_what_cannot_be_recorded_is_kept_in_the_form(
    published: Browser, filled: Settings, changed: dict, status: int, sentence: str
) -> None:
    [found, *_] = cards(published.get(OUTCOMES).text)
    refused = published.post(f"{OUTCOMES}/{found}", {**SAID, **changed})
    assert (refused.status_code, sentence in refused.text) == (status, True)
    assert ">下周看样机</textarea>" in refused.text
    with Workspace.open(filled) as workspace:
        assert workspace.store.outcomes.many([found])[found].version == 1


def test_a_match_of_another_event_is_not_found(published: Browser) -> None:
    published.post("/events", {**EVENT, "name": "冬季路演"})
    [found, *_] = cards(published.get(OUTCOMES).text)
    refused = published.post(f"/events/HD002/outcomes/{found}", SAID)
    assert (refused.status_code, f"活动 HD002 没有编号为“{found}”的对接。" in refused.text) == (404, True)
    assert "清单发布后才开始跟踪" in published.get("/events/HD002/outcomes").text
