"""Records whose texts are markup, scripts and templates, on every page that there is, in a browser that would run them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from fastapi import FastAPI

from api.access.roles import Caller, Role
from matcher.domain import Assessment, Prospect, Transaction, TransactionKind
from matcher.events import Event
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BEARING, ENTERPRISE, MEMBRANE, NEEDS, NOW, overwrite
from tests.api.pages.conftest import PASSWORD, SUBJECTS
from tests.api.pages.test_browser import CHROMIUM, service
from tests.api.pages.test_matrix import PAGES, WHO

__all__ = ["service"]
"""A fixture."""

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")

RUN = "document.documentElement.dataset.ran=1"
EVIL = f"""'"></title></textarea></script><script>{RUN}</script><img src=x onerror="{RUN}"><svg onload="{RUN}">{{{{7*7}}}}"""
FOUND = """() => [document.documentElement.dataset.ran || "", ...[...document.querySelectorAll(
  "script:not([src^='/static/']), img, iframe, object, embed, [onerror], [onload], a[href^='javascript:']"
)].map(one => one.outerHTML)].filter(Boolean)"""
ROLES = (Role.BUREAU, Role.ENTERPRISE, Role.HOLDER, Role.EXPERT)


def pages_of(role: Role) -> list[str]:
    """Addresses that answer the role with a page of records."""
    place = WHO.index(role)
    read = [
        address
        for method, address, _, every in PAGES
        if method == "GET" and [*every, *[403] * 9][place] == 200
    ]
    files = (".xlsx", "/templates/patents", "/docs", "/sign-in")
    return [address for address in dict.fromkeys(read) if not address.endswith(files)]


@pytest.fixture
def filled(filled: Settings) -> Settings:
    """Everything that people or files write of, spoilt."""
    patent = replace(
        MEMBRANE,
        title=EVIL,
        abstract=EVIL + MEMBRANE.abstract,
        inventors=(EVIL,),
        scenario=EVIL,
        contact=EVIL,
    )
    need = replace(
        NEEDS[0],
        title=EVIL,
        description=EVIL + NEEDS[0].description,
        enterprise=EVIL,
        industry=EVIL,
        region=EVIL,
    )
    firm = replace(ENTERPRISE, name=EVIL, focus_areas=(EVIL,), contact=EVIL)
    said = Assessment("P1", MEMBRANE.id, ENTERPRISE.id, EVIL, Prospect.GOOD, EVIL, on=date(2026, 5, 2))
    deal = Transaction("T1", MEMBRANE.id, TransactionKind.ORDINARY_LICENCE, date(2025, 1, 2), EVIL, EVIL)
    overwrite(filled, patent, need, firm, said, deal, replace(BEARING, id="CN2", title=EVIL))
    with Workspace.open(filled) as workspace:
        workspace.store.roadshows.add(Event("HD001", EVIL, date(2026, 9, 1), place=EVIL, organiser=EVIL))
    return filled


def test_nothing_of_it_runs(service: tuple[str, FastAPI]) -> None:
    base, app = service
    access, slips, shown = app.state.services.access, [], 0
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for role in ROLES:
            token = access.invite(Caller("管理员", Role.BUREAU), EVIL[:60], role, SUBJECTS.get(role, ""), NOW)
            session = access.accept(token, f"user{role.name.lower()}", PASSWORD, NOW).token
            context = browser.new_context(base_url=base)
            context.add_cookies([{"name": "matcher_session", "value": session, "url": base}])
            page = context.new_page()
            refused: list[str] = []
            page.on("console", lambda line, refused=refused: refused.append(line.text))
            page.on("dialog", lambda dialog, refused=refused: (refused.append("dialog"), dialog.dismiss()))
            for address in pages_of(role):
                answer = page.goto(address)
                assert answer is not None
                slips += [f"{role} {address}: {one[:80]}" for one in page.evaluate(FOUND)]
                shown += EVIL[:20] in unescape(page.content())
            if role is not Role.EXPERT:
                page.goto("/")
                page.get_by_label("需要什么技术").fill(EVIL + MEMBRANE.abstract)
                playwright.expect(page.locator("article").first).to_be_visible()
                slips += [f"{role} search: {one[:80]}" for one in page.evaluate(FOUND)]
                shown += EVIL in page.locator("article").first.inner_text()
            slips += [f"{role}: {one}" for one in refused if "Failed to load resource" not in one]
            context.close()
        browser.close()
    assert slips == []
    assert shown > 20, shown
