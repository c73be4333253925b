"""The main path in a real browser, without scripts: a narrow and a wide window, keyboard, print."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI

from api.http import create_app
from matcher.settings import Settings
from tests.api.conftest import NOW
from tests.api.pages.conftest import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_MISSING = "needs Chromium: apt-get install chromium fonts-noto-cjk"

if CHROMIUM is None and os.environ.get("MATCHER_CI") != "1":
    pytest.skip(_MISSING, allow_module_level=True)

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")


@pytest.fixture
def service(filled: Settings) -> Iterator[tuple[str, FastAPI]]:
    """The application behind a real server on a free port of this machine."""
    app = create_app(filled, now=lambda: NOW)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}", app
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(service: tuple[str, FastAPI]) -> Iterator[playwright.Page]:
    """A window without scripts, which fails the test on anything that the pages' own policy refuses."""
    assert CHROMIUM is not None, _MISSING
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_context(
            base_url=service[0], java_script_enabled=False, viewport={"width": 1366, "height": 768}
        ).new_page()
        complaints: list[str] = []
        opened.on("console", lambda message: complaints.append(message.text))
        yield opened
        browser.close()
    assert complaints == []


def signed_in(page: playwright.Page, app: FastAPI) -> None:
    """The first administrator comes by the link, as the terminal shows it."""
    page.goto(f"/invitation/{app.state.services.access.first_link(NOW)}")
    page.get_by_label("登录名").fill("zhang")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一遍密码").fill(PASSWORD)
    page.get_by_role("button", name="启用").click()
    playwright.expect(page.get_by_role("heading", level=1)).to_have_text("用一段话找专利")


def test_from_the_first_link_to_a_patent_and_out(page: playwright.Page, service: tuple[str, FastAPI]) -> None:
    signed_in(page, service[1])
    page.get_by_label("需要什么技术").fill("海水淡化反渗透膜抗污染")
    page.get_by_role("button", name="检索").click()
    cards = page.locator("article")
    playwright.expect(cards).to_have_count(1)
    playwright.expect(cards.first.locator(".grade")).to_have_text("推荐")
    page.get_by_label("云州市").check()
    page.get_by_role("button", name="按所选条件重新检索").click()
    playwright.expect(page.get_by_label("云州市")).to_be_checked()
    page.get_by_role("link", name="一种抗污染反渗透膜及其制备方法").click()
    playwright.expect(page.get_by_role("heading", name="适合的需求")).to_be_visible()
    page.get_by_role("link", name="海水淡化反渗透膜的抗污染改性").first.click()
    playwright.expect(page.get_by_role("heading", name="排除清单")).to_be_visible()
    page.get_by_role("link", name="某人").or_(page.get_by_role("link", name="管理员")).click()
    page.get_by_role("button", name="退出", exact=True).click()
    playwright.expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    page.goto("/needs")
    playwright.expect(page.get_by_role("heading", level=1)).to_have_text("登录")


def test_an_import_is_followed_to_its_report(page: playwright.Page, service: tuple[str, FastAPI]) -> None:
    signed_in(page, service[1])
    page.get_by_role("link", name="导入").click()
    rows = "专利名称,申请号,摘要\n盐水电解槽,2.01E+12,电解槽\n".encode("gb18030")
    file = {"name": "清单.csv", "mimeType": "text/csv", "buffer": rows}
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_role("button", name="上传并导入").click()
    # The page reloads itself without a script until the job is done.
    playwright.expect(page.get_by_text("已完成")).to_be_visible(timeout=60_000)
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载全部（Excel）").click()
    assert kept.value.suggested_filename == "清单-导入报告.xlsx"


def test_nothing_overflows_a_phone_and_the_keyboard_reaches_the_content_first(
    page: playwright.Page, service: tuple[str, FastAPI]
) -> None:
    signed_in(page, service[1])
    page.set_viewport_size({"width": 390, "height": 800})
    for address in ("/", "/needs", "/needs/N001", "/patents/CN202310123456", "/import", "/status", "/manage"):
        page.goto(address)
        box = page.locator("main").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["width"] <= 390
        for heading in page.locator("h1, h2, button:visible").all():
            place = heading.bounding_box()
            assert place is not None
            assert place["x"] + place["width"] <= 390, (address, heading.inner_text())
    page.goto("/needs")
    page.keyboard.press("Tab")
    playwright.expect(page.get_by_role("link", name="跳到正文")).to_be_focused()


def test_print_leaves_menu_and_filters_out(page: playwright.Page, service: tuple[str, FastAPI]) -> None:
    signed_in(page, service[1])
    page.goto("/needs/N001")
    page.emulate_media(media="print")
    playwright.expect(page.locator("header.top")).to_be_hidden()
    playwright.expect(page.get_by_role("heading", level=1)).to_be_visible()
