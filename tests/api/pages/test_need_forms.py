"""Needs written on pages: read as files are, kept apart by enterprise, never overwritten unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import quote

import pytest

from api.access.roles import Role
from matcher.domain import Confidentiality, LicensingMode, Need
from matcher.events import Event
from matcher.outcomes import Change, Outcome, State, Step, advance, step
from matcher.settings import Settings
from matcher.store.database import Store
from matcher.store.engine import writing
from matcher.store.outcomes import follow
from matcher.workspace import Workspace
from tests.api.conftest import MEMBRANE, NEEDS, NOW
from tests.api.pages.conftest import Browser
from tests.api.pages.test_pages import words

ANSWERS = {
    "需求名称": "高盐废水蒸发结晶",
    "需求描述": "氯化钠纯度不足，结垢严重。",
    "预算": "50-80万元",
    "可接受的转化方式": ["普通许可", "作价入股"],
    "有效期": "2026年12月31日",
    "公开范围": "仅主管部门",
    "所属行业": "化工",
}


def stored(settings: Settings, need_id: str) -> Need:
    with Store.open(settings.database_url or settings.home / "matcher.db") as store:
        need = store.needs.get(need_id)
    assert need is not None
    return need


@pytest.fixture
def enterprise(browser: Callable[..., Browser]) -> Browser:
    return browser(Role.ENTERPRISE)


def test_an_enterprise_registers_its_need_and_sees_what_others_will_see(
    enterprise: Browser, filled: Settings
) -> None:
    claimed = {**ANSWERS, "企业名称": "临川风电设备有限公司"}
    sent = enterprise.post("/need-forms/new", claimed, follow_redirects=False)
    number = sent.headers["location"].removeprefix("/needs/")
    assert re.fullmatch(r"XQ20260630-[0-9a-f]{12}", number)
    need = stored(filled, number)
    assert need == Need(
        id=number,
        own_id=number,
        title="高盐废水蒸发结晶",
        description="氯化钠纯度不足，结垢严重。",
        enterprise_id="91370100MA3TEST01X",
        enterprise="云州净源水务有限公司",
        industry="化工",
        budget=80.0,
        modes=(LicensingMode.ORDINARY_LICENCE, LicensingMode.INVESTMENT),
        received=date(2026, 6, 30),
        valid_until=date(2026, 12, 31),
        confidentiality=Confidentiality.AUTHORITY_ONLY,
    )
    page = enterprise.get(f"/needs/{number}").text
    assert "不显示（仅主管部门可见）" in page


def test_a_form_sent_twice_is_one_need(enterprise: Browser, bureau: Browser, filled: Settings) -> None:
    first, again = (enterprise.post("/need-forms/new", ANSWERS, follow_redirects=False) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert (first.status_code, again.status_code) == (303, 303)
    other = bureau.post("/need-forms/new", ANSWERS, follow_redirects=False)
    assert other.headers["location"] != first.headers["location"]
    with Workspace.open(filled) as workspace:
        assert sum(need.title == ANSWERS["需求名称"] for need in workspace.store.needs.all()) == 2


def test_a_need_with_marks_in_its_number_is_read_and_changed_like_any_other(
    enterprise: Browser, filled: Settings
) -> None:
    number = "2026/1#甲?%"
    with Workspace.open(filled) as workspace:
        workspace.store.merge([replace(NEEDS[0], id=number, own_id=number)], NOW.date())
    form = enterprise.get("/need-forms/" + quote(number))
    address = re.search(r'action="(/need-forms/2026[^"]+)"', form.text)[1]
    seen = re.search(r'name="seen" value="([^"]+)"', form.text)[1]
    sent = {"需求名称": "改过的名称", "公开范围": "公开", "seen": seen}
    saved = enterprise.post(address, sent, follow_redirects=False)
    assert (saved.status_code, saved.headers["location"]) == (303, "/needs/" + quote(number))
    assert "改过的名称" in enterprise.get(saved.headers["location"]).text


def test_what_a_file_would_be_refused_for_a_form_is_too(enterprise: Browser, filled: Settings) -> None:
    before = sum(1 for _ in Store.open(filled.database_url or filled.home / "matcher.db").needs.all())
    page = enterprise.post("/need-forms/new", {**ANSWERS, "有效期": "明年吧", "需求名称": ""})
    assert page.status_code == 422
    assert "没有保存，请修改以下各项" in page.text
    assert "有效期：" in page.text
    assert "需求名称：请填写需求名称" in page.text
    # Nothing typed is lost.
    assert "氯化钠纯度不足，结垢严重。" in page.text
    assert 'value="作价入股" checked' in page.text
    assert sum(1 for _ in Store.open(filled.database_url or filled.home / "matcher.db").needs.all()) == before


def test_the_text_of_a_search_starts_a_form(enterprise: Browser) -> None:
    assert "存为需求" in enterprise.post("/", {"text": "反渗透膜"}).text
    page = enterprise.post("/need-forms/draft", {"text": "反渗透膜清洗\n每周一次太勤"}).text
    assert 'name="需求名称" value="反渗透膜清洗"' in page
    assert ">每周一次太勤</textarea>" in page
    assert "企业名称" not in page
    assert re.search(r"<option selected>仅主管部门</option>", page)
    # A long first line is no name: its first clause is, and all of it the description.
    long = "反渗透膜清洗太勤，每周一次，停车两小时，希望半年一次；" + "现用膜三个月通量下降四成。" * 3
    page = enterprise.post("/need-forms/draft", {"text": long}).text
    assert 'name="需求名称" value="反渗透膜清洗太勤"' in page
    assert f">{long}</textarea>" in page


def form_of(browser: Browser, need_id: str) -> dict[str, str]:
    """The answers that an edit form holds, as a browser would send them back."""
    page = browser.get(f"/need-forms/{need_id}").text
    texts = dict(re.findall(r'<input type="text" id="f\d+" name="([^"]+)" value="([^"]*)"', page))
    longs = dict(re.findall(r'<textarea id="f\d+" name="([^"]+)"[^>]*>([^<]*)</textarea>', page))
    return {**texts, **longs, "seen": re.search(r'name="seen" value="([0-9a-f]+)"', page)[1]}


def test_a_change_keeps_the_identity_and_what_was_left_blank(enterprise: Browser, filled: Settings) -> None:
    answers = form_of(enterprise, "N001")
    answers |= {"需求名称": "反渗透膜抗污染与在线清洗", "需求描述": "", "公开范围": "公开"}
    assert enterprise.post("/need-forms/N001", answers, follow_redirects=False).status_code == 303
    found = stored(filled, "N001")
    assert found == replace(NEEDS[0], title="反渗透膜抗污染与在线清洗")


def test_two_editors_of_one_need_do_not_overwrite_each_other(
    enterprise: Browser, bureau: Browser, filled: Settings
) -> None:
    first, second = form_of(enterprise, "N001"), form_of(bureau, "N001")
    enterprise.post("/need-forms/N001", {**first, "需求名称": "先改的", "公开范围": "公开"})
    refused = bureau.post("/need-forms/N001", {**second, "需求名称": "后改的", "公开范围": "公开"})
    assert (refused.status_code, "已被他人修改" in refused.text) == (409, True)
    assert stored(filled, "N001").title == "先改的"


def test_the_bureau_registers_for_an_enterprise_and_the_index_follows(
    bureau: Browser, filled: Settings
) -> None:
    sent = bureau.post(
        "/need-forms/new", {**ANSWERS, "企业名称": "临川风电设备有限公司"}, follow_redirects=False
    )
    assert (
        stored(filled, sent.headers["location"].removeprefix("/needs/")).enterprise == "临川风电设备有限公司"
    )
    page = ""
    for _ in range(400):
        page = bureau.get("/import").text
        if re.search(r">重建索引</a></td><td>已完成", page):
            break
    assert "重建索引" in page
    with Workspace.open(filled) as workspace:
        assert not workspace.stale()


def questions(page: str) -> list[str]:
    """The aspects that a page says are missing, the weightiest first."""
    return re.findall(r"<li><b>([^<]+)</b>：", page)


def test_what_is_missing_is_asked_while_one_writes_and_nothing_is_stored(
    enterprise: Browser, filled: Settings
) -> None:
    before = stored_ids(filled)
    vague = enterprise.post(
        "/need-forms/diagnosis", {"需求名称": "", "需求描述": "希望用先进技术提升产品性能"}
    )
    assert vague.status_code == 200
    assert "写得够不够：须补充后再匹配" in vague.text
    assert questions(vague.text) == [
        "可量化的技术指标",
        "现有工艺或产品",
        "具体难题",
        "用途和工况",
        "预算",
        "合作方式",
        "成熟度要求",
        "时限",
    ]
    assert "空泛的说法：先进、提升" in vague.text
    # What was typed is still there, and the form goes where it went before.
    assert ">希望用先进技术提升产品性能</textarea>" in vague.text
    assert 'action="/need-forms/new"' in vague.text
    full = {
        **ANSWERS,
        "需求描述": "目前用三效蒸发处理废水，每天 200 吨，用于氯碱产线；氯化钠纯度不足，结垢严重，每 7 天停车清洗一次。",
        "技术指标": "氯化钠纯度不低于 98.5%，结垢周期不少于 30 天",
        "成熟度要求": "中试",
    }
    clear = enterprise.post("/need-forms/diagnosis", full).text
    assert "写得够不够：可直接匹配" in clear
    assert questions(clear) == []
    assert stored_ids(filled) == before


def test_an_edited_need_is_diagnosed_with_what_is_stored(enterprise: Browser, filled: Settings) -> None:
    page = enterprise.post("/need-forms/diagnosis", {"need": "N001", "技术指标": "通量不低于 30 L"}).text
    assert 'action="/need-forms/N001"' in page
    assert "可量化的技术指标" not in questions(page)
    assert re.search(r'name="seen" value="[0-9a-f]{64}"', page)
    foreign = enterprise.post("/need-forms/diagnosis", {"need": "N002", "技术指标": "1 L"})
    assert (foreign.status_code, "没有编号为“N002”的需求" in foreign.text) == (404, True)


def test_a_need_page_says_what_is_missing_how_far_it_is_and_what_happened(
    enterprise: Browser, bureau: Browser, filled: Settings
) -> None:
    sent = enterprise.post("/need-forms/new", ANSWERS, follow_redirects=False)
    address = sent.headers["location"]
    page = enterprise.get(address).text
    assert questions(page)[0] == "可量化的技术指标"
    assert "<b>已登记</b>" in page
    assert re.findall(r'<td class="s">([^<]+)</td><td>(登记需求)</td><td class="s">([^<]+)</td>', page) == [
        ("2026-06-30 09:00", "登记需求", "企业")
    ]
    follow_up(filled, address.removeprefix("/needs/"))
    page = words(enterprise.get(address).text)
    assert "洽谈中" in page
    assert "秋季路演 一种抗污染反渗透膜及其制备方法 洽谈中 2026-07-02 — 普通许可" in page
    assert "2026-07-02 10:00 一种抗污染反渗透膜及其制备方法：洽谈中" in page
    # Names and notes of those who followed it up are not for the enterprise.
    assert "王科长" not in page
    assert "压低报价" not in page
    listed = words(enterprise.get("/needs").text)
    assert (
        f"{address.removeprefix('/needs/')} 高盐废水蒸发结晶 云州净源水务有限公司 仅主管部门 2026-06-30 洽谈中"
        in listed
    )


def stored_ids(settings: Settings) -> list[str]:
    with Store.open(settings.database_url or settings.home / "matcher.db") as store:
        return [need.id for need in store.needs.all()]


def follow_up(settings: Settings, need_id: str) -> None:
    """One match of a published list, under negotiation."""
    pushed = Outcome("M1", "HD001", need_id, MEMBRANE.id, "HD001-01", changed_on=date(2026, 7, 1))
    at = datetime(2026, 7, 2, 10)
    change = Change(State.NEGOTIATING, "王科长", at, note="压低报价", mode=LicensingMode.ORDINARY_LICENCE)
    with Workspace.open(settings) as workspace:
        store = workspace.store
        store.roadshows.add(Event("HD001", "秋季路演", date(2026, 7, 1)))
        with writing(store._engine) as connection:
            follow(connection, [pushed], [Step("M1", 1, datetime(2026, 7, 1), "", None, State.PUSHED)])
        negotiating = advance(pushed, change)
        store.outcomes.change(pushed, negotiating, step(pushed, negotiating, change))
