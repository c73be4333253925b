"""匿名 waits for the enterprise's word: until then nobody but the authority sees the need."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from api.access.keys import KeyRequest
from api.access.roles import Role
from matcher import usecases
from matcher.domain import Confidentiality
from matcher.errors import NotReady
from matcher.matchlists.exports import list_rows, preset_named
from tests.api.conftest import BASE, ENTERPRISE, NOW
from tests.api.pages.conftest import Browser

Open = Callable[[Role | None], Browser]
FORM = {
    "需求名称": "反渗透膜阻垢剂",
    "需求描述": "浓水侧结垢严重，需要不含磷的阻垢剂。",
    "所属行业": "水的生产和供应业",
    "所在地区": "河东省云州市",
    "公开范围": "匿名",
}
WORDS = ["匿名需求（所属行业：水的生产和供应业）", "匿名企业", "水的生产和供应业", "河东省云州市"]


def registered(enterprise: Browser) -> str:
    """The need's id, out of the address that follows."""
    answer = enterprise.post("/need-forms/new", FORM, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"/confirmations/(.+)", answer.headers["location"])
    assert found, answer.headers["location"]
    return found[1]


def outside(app: FastAPI) -> list[str]:
    """Needs as 对外版 shows them, once no job is building an index."""
    workspace = app.state.services.workspace
    for attempt in Retrying(
        retry=retry_if_exception_type(NotReady), stop=stop_after_delay(60), wait=wait_fixed(0.1)
    ):
        with attempt:
            usecases.build_index(workspace, NOW)
    found = usecases.make_list(workspace, usecases.ListRequest(NOW.date(), NOW))
    return [row.need for row in list_rows(found, preset_named("对外版")).needs]


def test_the_enterprise_sees_the_words_and_agrees(app: FastAPI, browser: Open, bureau: Browser) -> None:
    enterprise = browser(Role.ENTERPRISE)
    need = registered(enterprise)
    store = app.state.services.workspace.store
    assert store.needs.get(need).confidentiality is Confidentiality.AUTHORITY_ONLY
    assert WORDS[0] not in outside(app)
    page = enterprise.get(f"/confirmations/{need}").text
    shown = re.findall(r"<dt>.*?</dt><dd>(.*?)</dd>", page)
    assert shown == WORDS
    assert "确认之前，这条需求只有主管部门能看到" in enterprise.get(f"/needs/{need}").text
    assert "待企业确认" in bureau.get(f"/needs/{need}").text
    assert bureau.get(f"/confirmations/{need}").status_code == 403

    answer = enterprise.post(f"/confirmations/{need}", {"seen": WORDS}, follow_redirects=False)
    assert answer.headers["location"] == f"/needs/{need}"
    assert store.needs.get(need).confidentiality is Confidentiality.ANONYMOUS
    assert WORDS[0] in outside(app)
    assert ("确认匿名文字", need) in [
        (line.action, line.object) for line in app.state.services.access.audit.recent(9)
    ]
    again = enterprise.post(f"/confirmations/{need}", {"seen": WORDS})
    assert again.status_code == 409
    assert "这条需求没有待确认的匿名文字" in again.text


def test_a_change_that_comes_between_is_not_lost_and_waits_for_another_word(
    app: FastAPI, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    enterprise = browser(Role.ENTERPRISE)
    need = registered(enterprise)
    store, confirmations = app.state.services.workspace.store, app.state.services.confirmations
    waiting = confirmations.waiting

    def change_first() -> list[str]:
        before = store.needs.get(need)
        store.edits.replace(before, replace(before, indicators="不含磷"), NOW.date())
        return waiting()

    monkeypatch.setattr(app.state.services.confirmations, "waiting", change_first)
    answer = enterprise.post(f"/confirmations/{need}", {"seen": WORDS})
    assert answer.status_code == 409
    found = store.needs.get(need)
    assert (found.indicators, found.confidentiality) == ("不含磷", Confidentiality.AUTHORITY_ONLY)
    assert (waiting(), confirmations.get(need).confirmed) == ([need], None)


def test_other_words_need_another_word(app: FastAPI, browser: Open) -> None:
    enterprise = browser(Role.ENTERPRISE)
    store = app.state.services.workspace.store
    need = registered(enterprise)
    enterprise.post(f"/confirmations/{need}", {"seen": WORDS})

    def edited(**change: str) -> str:
        seen = re.search(r'name="seen" value="(\w+)"', enterprise.get(f"/need-forms/{need}").text)
        assert seen
        form = {**FORM, **change, "seen": seen[1]}
        return enterprise.post(f"/need-forms/{need}", form, follow_redirects=False).headers["location"]

    assert edited(需求描述="浓水侧结垢严重。") == f"/needs/{need}"
    assert store.needs.get(need).confidentiality is Confidentiality.ANONYMOUS
    assert edited(所在地区="河东省临川市") == f"/confirmations/{need}"
    assert store.needs.get(need).confidentiality is Confidentiality.AUTHORITY_ONLY
    assert "selected>匿名" in enterprise.get(f"/need-forms/{need}").text
    stale = enterprise.post(f"/confirmations/{need}", {"seen": WORDS})
    assert (stale.status_code, "对外显示的文字已有变化" in stale.text) == (409, True)
    assert store.needs.get(need).confidentiality is Confidentiality.AUTHORITY_ONLY
    assert edited(公开范围="仅主管部门") == f"/needs/{need}"
    assert app.state.services.confirmations.get(need) is None


def test_a_program_of_the_enterprise_waits_too_and_the_bureau_does_not(app: FastAPI, bureau: Browser) -> None:
    access = app.state.services.access
    body = {"title": "阻垢剂", "industry": "水处理", "confidentiality": "匿名"}
    wanted = KeyRequest("平台", Role.ENTERPRISE, ("needs:read", "needs:write"), ENTERPRISE.id)
    key = access.new_key("测试", wanted, NOW)
    program = TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {key}"})
    answer = program.post("/api/v1/needs", json=body)
    assert (answer.status_code, answer.json()["confidentiality"]) == (201, "仅主管部门")
    [waiting] = app.state.services.confirmations.waiting()
    assert waiting == answer.json()["id"]
    by_bureau = bureau.post("/need-forms/new", FORM, follow_redirects=False)
    need = by_bureau.headers["location"].removeprefix("/needs/")
    stored = app.state.services.workspace.store.needs.get(need)
    assert stored.confidentiality is Confidentiality.ANONYMOUS
