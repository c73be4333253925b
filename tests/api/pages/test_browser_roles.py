"""The path of a consent in a real browser: an enterprise asks, a college fills in by its link, the holder agrees."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from api.access.roles import Caller, Role
from matcher.inventory import Act, Division
from matcher.programme.inventory import SplitRequest, split
from tests.api.conftest import MEMBRANE, NOW
from tests.api.pages.conftest import PASSWORD, SUBJECTS
from tests.api.pages.test_browser import page, service

__all__ = ["page", "service"]
"""Fixtures."""

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")


def test_an_enterprise_asks_a_college_fills_in_and_the_holder_agrees(
    page: playwright.Page, service: tuple[str, FastAPI], tmp_path: Path
) -> None:
    services = service[1].state.services
    split(services.workspace.store, SplitRequest(Division.COLLEGE), tmp_path, Act("局", NOW))
    invited(page, service[1], Role.ENTERPRISE)
    page.goto(f"/patents/{MEMBRANE.id}")
    page.get_by_role("button", name="我想了解").click()
    playwright.expect(page.get_by_text("待 河东大学 答复")).to_be_visible()
    address = page.url

    invited(page, service[1], Role.HOLDER)
    page.get_by_role("link", name="盘点填报").click()
    page.get_by_role("button", name="生成链接").click()
    link = page.locator(".secret").inner_text()
    page.goto(address)
    page.get_by_label("同意").check()
    page.get_by_role("button", name="答复").click()
    playwright.expect(page.get_by_text("赵工 0531-0000000")).to_be_visible()

    page.context.clear_cookies()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(link)
    for field in page.locator("main input[type=text], main select").all():
        box = field.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
    page.get_by_label("实施状态").select_option("自行实施")
    page.get_by_label("产业化前景").select_option("好")
    page.get_by_label("填报人姓名").fill("钱学")
    page.get_by_role("button", name="提交").click()
    playwright.expect(page.get_by_text("收到 1 件自评")).to_be_visible()


def invited(page: playwright.Page, app: FastAPI, role: Role) -> None:
    """The browser is somebody else's now, who has just made an account of that role."""
    page.context.clear_cookies()
    admin = Caller("管理员", Role.BUREAU)
    page.goto(f"/invitation/{app.state.services.access.invite(admin, '某人', role, SUBJECTS[role], NOW)}")
    page.get_by_label("登录名").fill(role.name.lower())
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一遍密码").fill(PASSWORD)
    page.get_by_role("button", name="启用").click()
