"""A whole event in a real browser: made, tuned by mouse and by keyboard, published, scheduled, recorded on a tablet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from api.access.roles import Caller, Role
from tests.api.conftest import NOW
from tests.api.pages.conftest import PASSWORD
from tests.api.pages.test_browser import CHROMIUM, service

__all__ = ["service"]

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")


@pytest.fixture
def browser(service: tuple[str, FastAPI]) -> Iterator[playwright.Browser]:
    """A browser whose windows run our scripts."""
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """What windows complain of, such as content that the pages' own policy refuses."""
    return []


def officer(
    browser: playwright.Browser, service: tuple[str, FastAPI], name: str, complaints: list[str]
) -> playwright.Page:
    """A window of an officer of the bureau, signed in."""
    page = browser.new_context(base_url=service[0], viewport={"width": 1366, "height": 768}).new_page()
    page.on("console", lambda message: complaints.append(message.text))
    access = service[1].state.services.access
    page.goto(f"/invitation/{access.invite(Caller('管理员', Role.BUREAU), name, Role.BUREAU, '', NOW)}")
    page.get_by_label("登录名").fill(f"officer{len(name)}{ord(name[0])}")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一遍密码").fill(PASSWORD)
    page.get_by_role("button", name="启用").click()
    return page


def fits(page: playwright.Page) -> bool:
    """Whether nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_whole_event(
    browser: playwright.Browser, service: tuple[str, FastAPI], complaints: list[str]
) -> None:
    page = officer(browser, service, "王芳", complaints)
    page.goto("/events")
    page.get_by_label("活动名称").fill("2026年秋季路演")
    page.get_by_label("日期", exact=True).fill("2026-10-20")
    page.get_by_role("button", name="新建").click()
    page.get_by_role("button", name="编制一版清单").click()
    page.get_by_role("link", name="HD001-01").click(timeout=60_000)

    # Typing other caps shows what they would do; nothing is stored.
    page.get_by_role("link", name="调整清单").click()
    playwright.expect(page.get_by_text("没有变化。")).to_be_visible()
    page.get_by_label("列入的最低推荐等级").select_option("强烈推荐")
    playwright.expect(page.get_by_text("－ 落选")).to_have_count(2)
    page.get_by_label("列入的最低推荐等级").select_option("可关注")
    playwright.expect(page.get_by_text("没有变化。")).to_be_visible()

    # By mouse: dragged to another column, with a reason; by keyboard: the same form, taken back.
    page.get_by_role("link", name="海水淡化反渗透膜的抗污染改性").click()
    barred = page.get_by_label("不得列入", exact=True)
    page.locator("[data-card]").drag_to(barred)
    reason = page.locator("[data-card]").get_by_label("原因")
    playwright.expect(reason).to_be_focused()
    page.keyboard.type("权利人另有安排")
    page.keyboard.press("Enter")
    playwright.expect(
        barred.get_by_text("不得列入：权利人另有安排（王芳，2026-06-30 09:00）")
    ).to_be_visible()
    barred.get_by_text("指定", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("安排有变")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # 必须列入
    listed = page.get_by_label("列入", exact=True)
    playwright.expect(listed.get_by_text("必须列入：安排有变")).to_be_visible()

    page.get_by_role("link", name="概况和清单").click()
    page.get_by_role("button", name="编制新的一版清单").click()
    page.get_by_role("link", name="HD001-02").click(timeout=60_000)
    page.get_by_role("button", name="送审").first.click()
    second = officer(browser, service, "李强强", complaints)
    second.goto("/events/HD001")
    second.get_by_role("button", name="发布").click()
    playwright.expect(second.get_by_text("HD001-02　已发布（2026-06-30 发布）")).to_be_visible()

    page.goto("/events/HD001/schedule")
    page.get_by_role("button", name="排日程").click()
    playwright.expect(page.get_by_role("cell", name="云州净源水务有限公司")).to_be_visible()
    page.get_by_role("link", name="会务文件和回收").click()
    with page.expect_download() as kept:
        page.get_by_role("row", name="签到表").get_by_role("link", name="Excel").click()
    assert kept.value.suggested_filename == "2026年秋季路演-签到表.xlsx"

    # Two tablets, one match.
    for tablet in (page, second):
        tablet.set_viewport_size({"width": 820, "height": 1180})
        tablet.goto("/events/HD001/outcomes?q=净源")
        assert fits(tablet)
    for choice in page.locator(".choice label").all():
        box = choice.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    page.get_by_label("有意向").check()
    page.get_by_label("现场考察").check()
    page.get_by_role("button", name="保存").click()
    playwright.expect(page.get_by_role("status")).to_contain_text("有意向　下一步：现场考察")
    second.get_by_label("洽谈中").check()
    second.get_by_label("备注").fill("已约下周")
    second.get_by_role("button", name="保存").click()
    playwright.expect(second.get_by_role("alert")).to_contain_text("已由王芳改为“有意向”（第 2 次）")
    playwright.expect(second.get_by_label("备注")).to_have_value("已约下周")
    second.get_by_role("button", name="保存").click()
    playwright.expect(second.get_by_role("status")).to_contain_text(
        "洽谈中　下一步：现场考察　已约下周　李强强"
    )

    for address in ("", "/edit", "/tuning", "/schedule", "/documents", "/outcomes"):
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"/events/HD001{address}")
        assert fits(page), address
    # The browser itself notes that the second tablet's first attempt was answered 409.
    assert [text for text in complaints if "409" not in text] == []
