"""Caps and single matches tried on a list: what changes is shown, what is impossible is refused, who and why is kept."""

from __future__ import annotations

import re

import pytest

from api.pages.event_forms import answers_of, event_of
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.pages.conftest import Browser
from tests.api.pages.test_events import EVENT, build

RULES = {
    "per_need": "3",
    "per_patent": "3",
    "per_holder_in_need": "2",
    "per_holder": "",
    "no_repeat_months": "0",
}
PLACE = "/events/HD001/places/N001"
PIN = {"patent": "CN202310123456", "version": "1", "reason": "企业点名", "place": "必须列入"}


def zones(page: str) -> dict[str, list[str]]:
    """Column of the board → the patents in it."""
    found = re.findall(r'aria-label="(列入|未列入|不得列入)">(.*?)</section>', page, re.S)
    return {title: re.findall(r"<li>(CN\d+)</li>", part) for title, part in found}


@pytest.fixture
def listed(bureau: Browser) -> Browser:
    """The bureau's browser with an event and its first list."""
    bureau.post("/events", EVENT)
    build(bureau)
    return bureau


def test_the_list_as_it_was_made(listed: Browser) -> None:
    page = listed.get("/lists/HD001-01").text
    assert "拟稿，内部版；2 项需求，2 条对接，排除 1 件" in page
    assert re.findall(r"<h2>(\d　.+?)</h2>", page) == [
        "1　海水淡化反渗透膜的抗污染改性",
        "2　滚动轴承早期故障诊断",
    ]
    assert "反渗透膜在线清洗装置" in re.search(r"排除清单（1 件）.*?</details>", page, re.S)[0]


def test_caps_are_tried_and_then_kept_with_a_reason(listed: Browser, filled: Settings) -> None:
    page = listed.get("/events/HD001/tuning").text
    assert "没有变化。" in page
    tried = listed.post("/events/HD001/tuning", {**RULES, "floor": "强烈推荐", "do": "try"})
    assert (tried.status_code, tried.text.count("－ 落选")) == (200, 2)
    assert re.search(r"总价值<b>0\.00</b>-\d\.\d\d", tried.text)
    unsaid = listed.post("/events/HD001/tuning", {**RULES, "per_need": "1", "do": "keep", "version": "1"})
    assert (unsaid.status_code, "修改活动 HD001 须写明原因" in unsaid.text) == (422, True)
    kept = {**RULES, "per_need": "1", "do": "keep", "version": "1", "reason": "会期缩短"}
    assert listed.post("/events/HD001/tuning", kept, follow_redirects=False).status_code == 303
    late = listed.post("/events/HD001/tuning", {**kept, "per_need": "2"})
    assert (
        late.status_code,
        "已由某人于 2026-06-30 09:00 修改（每项需求最多几件由“3”改为“1”）" in late.text,
    ) == (409, True)
    assert 'name="reason" maxlength="500" value="会期缩短"' in late.text  # nothing typed is lost
    odd = listed.post("/events/HD001/tuning", {**RULES, "per_patent": "三"})
    assert (odd.status_code, "应为 1 到 1000 的整数，填的是“三”" in odd.text) == (422, True)
    with Workspace.open(filled) as workspace:
        event = workspace.store.roadshows.find("HD001")
    assert (event.rules.per_need, [change.reason for change in event.changes]) == (1, ["会期缩短"])


def test_a_match_is_barred_pinned_and_let_go(listed: Browser) -> None:
    board = "/events/HD001/tuning/N001"
    assert zones(listed.get(board).text) == {"列入": ["CN202310123456"], "未列入": [], "不得列入": []}
    listed.post(PLACE, {**PIN, "place": "不得列入"})
    page = listed.get(board).text
    assert zones(page) == {"列入": [], "未列入": [], "不得列入": ["CN202310123456"]}
    assert "<b>不得列入</b>：企业点名（某人，2026-06-30 09:00）" in page
    stale = listed.post(PLACE, {**PIN, "reason": "又改主意"})
    assert (stale.status_code, "您看到的是修改前的内容" in stale.text, 'value="又改主意"' in stale.text) == (
        409,
        True,
        True,
    )
    listed.post(PLACE, {**PIN, "version": "2"})
    assert zones(listed.get(board).text)["列入"] == ["CN202310123456"]
    listed.post(PLACE, {**PIN, "version": "3", "place": "由系统决定", "reason": "不再指定"})
    page = listed.get("/events/HD001").text
    assert re.findall(r"与专利 CN202310123456：(.+?)</td>", page) == ["由系统决定", "必须列入", "不得列入"]
    assert "修改要在重新编制后才进入清单" not in page  # the clock of the test stands still


@pytest.mark.parametrize(
    ("address", "changed", "status", "sentence"),
    [
        (
            PLACE,
            {"patent": "CN202210654321"},
            422,
            "不在候选之中（不符合活动范围、硬性条件、等级下限或不重复规则）",
        ),
        (PLACE, {"patent": "CN1"}, 404, "没有找到专利“CN1”"),
        (PLACE, {"place": "置顶"}, 422, "不认识的指定“置顶”。可选：必须列入、不得列入、由系统决定。"),
        (PLACE, {"reason": " "}, 422, "须写明原因"),
        (
            "/events/HD001/places/N009",
            {"patent": "CN202310123456"},
            404,
            "活动 HD001 的清单中没有编号为“N009”的需求。",
        ),
    ],
)
def test_what_may_not_be_pinned(
    listed: Browser, address: str, changed: dict, status: int, sentence: str
) -> None:
    refused = listed.post(address, {**PIN, **changed})
    assert (refused.status_code, sentence in refused.text) == (status, True)
    assert "修改记录" not in listed.get("/events/HD001").text


def test_caps_that_contradict_the_pins_are_refused(listed: Browser, filled: Settings) -> None:
    listed.post(PLACE, PIN)
    refused = listed.post(
        "/events/HD001/tuning",
        {**RULES, "floor": "强烈推荐", "do": "keep", "version": "2", "reason": "只要最好的"},
    )
    assert (refused.status_code, "清单的要求互相矛盾，无法编制" in refused.text) == (422, True)
    with Workspace.open(filled) as workspace:
        event = workspace.store.roadshows.find("HD001")
    assert (str(event.rules.floor), event.version) == ("可关注", 2)


def test_what_the_form_shows_of_an_event_it_sends_back_unchanged(listed: Browser, filled: Settings) -> None:
    form = {
        **{
            "need_region": "云州市、临川市",
            "enterprise": "",
            "need": "N001、N002",
            "region": "",
            "holder": "河东大学",
        },
        **{"industry": "", "ipc": "B01D", "group": "单位类型=高校", "library": "基础库", "min_maturity": "3"},
        **{
            "type": ["发明专利", "实用新型"],
            "mode": ["普通许可"],
            "quota": "单位类型=高校:5",
            "ends": "2026-10-21",
        },
    }
    listed.post("/events/HD001/edit", {**EVENT, **RULES, **form, "version": "1", "reason": "专场"})
    with Workspace.open(filled) as workspace:
        event = workspace.store.roadshows.find("HD001")
    assert event_of(answers_of(event), event) == event
    assert (event.version, event.scope.base, [str(quota) for quota in event.rules.quotas]) == (
        2,
        True,
        ["单位类型=高校:5"],
    )
    page = listed.get("/events/HD001/edit").text
    assert 'value="单位类型=高校"' in page
    assert page.count(" checked") == 3
    odd = listed.post(
        "/events/HD001/edit", {**EVENT, **form, "group": "星座=狮子", "version": "2", "reason": "试试"}
    )
    assert (odd.status_code, "“星座=狮子”应写成 口径=名称" in odd.text) == (422, True)


def test_an_event_is_edited_until_its_list_is_out(listed: Browser) -> None:
    form = {**EVENT, "place": "会展中心", "need_region": "云州市", "version": "1", "reason": "改在云州办"}
    assert listed.post("/events/HD001/edit", form, follow_redirects=False).status_code == 303
    page = listed.get("/events/HD001").text
    assert "<dt>需求所在地区</dt><dd>云州市</dd>" in page
    assert "<td>改在云州办</td>" in page
    again = listed.post("/events/HD001/edit", {**form, "place": "大礼堂"})
    assert (again.status_code, 'value="大礼堂"' in again.text, 'name="version" value="2"' in again.text) == (
        409,
        True,
        True,
    )
    outdated = listed.get("/events/HD001/tuning").text
    assert "编制清单 HD001-01 后，活动范围已修改。请重新编制一版清单，再调整。" in outdated
    assert "会展中心" in listed.get("/events/HD001").text
