"""The main paths in a real browser, without scripts and with: a narrow and a wide window, keyboard, print."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import uvicorn
from fastapi import FastAPI

from api.access.roles import Caller, Role
from api.http import create_app
from matcher import usecases
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import ENTERPRISE, MEMBRANE, NOW
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


@pytest.fixture(params=[False])
def page(service: tuple[str, FastAPI], request: pytest.FixtureRequest) -> Iterator[playwright.Page]:
    """A window without scripts unless asked for, which fails the test on anything that the pages' own policy refuses."""
    assert CHROMIUM is not None, _MISSING
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_context(
            base_url=service[0], java_script_enabled=request.param, viewport={"width": 1366, "height": 768}
        ).new_page()
        complaints: list[str] = []
        opened.on("console", lambda message: complaints.append(message.text))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        browser.close()
    assert complaints == []


def signed_in(page: playwright.Page, app: FastAPI) -> None:
    """The first administrator comes by the link, as the terminal shows it."""
    activated(page, app.state.services.access.first_link(NOW))


def activated(page: playwright.Page, token: str | None) -> None:
    """An account comes of a one-time link, and its owner is signed in."""
    page.goto(f"/invitation/{token}")
    page.get_by_label("登录名").fill("zhang")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一遍密码").fill(PASSWORD)
    page.get_by_role("button", name="启用").click()
    playwright.expect(page.get_by_role("heading", level=1)).to_have_text("用一段话找专利")


@pytest.mark.parametrize("page", [True, False], indirect=True, ids=["scripts", "no scripts"])
def test_an_enterprise_searches_filters_compares_and_saves_a_need(
    page: playwright.Page, service: tuple[str, FastAPI], request: pytest.FixtureRequest
) -> None:
    scripted = request.node.callspec.params["page"]
    with Workspace.open(service[1].state.services.workspace.settings) as workspace:
        other = replace(MEMBRANE, id="CN202310999999", application_number="CN202310999999.4", region="")
        workspace.store.merge([other], NOW.date())
        usecases.build_index(workspace, NOW)
    token = service[1].state.services.access.invite(
        Caller("管理员", Role.BUREAU), "钱工", Role.ENTERPRISE, ENTERPRISE.id, NOW
    )
    activated(page, token)

    page.get_by_label("需要什么技术").fill("海水淡化反渗透膜抗污染")
    if not scripted:
        page.get_by_role("button", name="检索").click()
    # With scripts the results come while one types.
    playwright.expect(page.locator("article")).to_have_count(2)
    page.get_by_label("云州市").check()
    if not scripted:
        page.get_by_role("button", name="按所选条件检索").click()
    playwright.expect(page.locator("article")).to_have_count(1)
    playwright.expect(page.get_by_label("云州市")).to_be_checked()
    playwright.expect(page.get_by_label("未注明 1").first).to_be_visible()
    page.get_by_label("云州市").uncheck()
    if not scripted:
        page.get_by_role("button", name="按所选条件检索").click()
    playwright.expect(page.locator("article")).to_have_count(2)

    for box in page.get_by_label("对比", exact=True).all():
        box.check()
    with page.expect_popup() as opened:
        page.get_by_role("button", name="对比勾选的专利").first.click()
    compared = opened.value
    playwright.expect(compared.get_by_role("columnheader")).to_have_count(2)
    playwright.expect(compared.get_by_role("rowheader", name="剩余年限")).to_be_visible()
    playwright.expect(compared.get_by_role("button", name="打印")).to_have_count(int(scripted))
    compared.close()

    page.get_by_role("button", name="存为需求").click()
    playwright.expect(page.get_by_label("需求名称（必填）")).to_have_value("海水淡化反渗透膜抗污染")
    diagnosis = page.get_by_role("complementary", name="填写诊断")
    playwright.expect(diagnosis).to_contain_text("要达到什么指标？")
    page.get_by_label("技术指标").fill("通量不低于 30 L，清洗周期不少于 180 天")
    if not scripted:
        page.get_by_role("button", name="看看写得够不够").click()
    playwright.expect(diagnosis).not_to_contain_text("要达到什么指标？")
    playwright.expect(page.get_by_label("技术指标")).to_have_value("通量不低于 30 L，清洗周期不少于 180 天")
    page.get_by_role("button", name="保存").click()
    playwright.expect(page.get_by_role("heading", level=1)).to_have_text("海水淡化反渗透膜抗污染")
    playwright.expect(page.locator("#diagnosis")).to_contain_text("现在用的是什么工艺")


def test_from_the_first_link_to_a_patent_and_out(page: playwright.Page, service: tuple[str, FastAPI]) -> None:
    signed_in(page, service[1])
    page.get_by_label("需要什么技术").fill("海水淡化反渗透膜抗污染")
    page.get_by_role("button", name="检索").click()
    cards = page.locator("article")
    playwright.expect(cards).to_have_count(1)
    playwright.expect(cards.first.locator(".grade")).to_have_text("推荐")
    page.get_by_label("云州市").check()
    page.get_by_role("button", name="按所选条件检索").click()
    playwright.expect(page.get_by_label("云州市")).to_be_checked()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="一种抗污染反渗透膜及其制备方法").click()
    # The results stay where they are.
    page = opened.value
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
    page.get_by_role("button", name="上传，核对各列").click()
    playwright.expect(page.get_by_role("heading", level=1)).to_have_text("核对各列")
    page.get_by_role("button", name="确认并导入").click()
    # The page reloads itself without a script until the job is done.
    playwright.expect(page.get_by_text("已完成")).to_be_visible(timeout=60_000)
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载全部问题（Excel）").click()
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
