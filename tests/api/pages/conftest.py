"""Browsers of every role over one small workspace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.roles import Caller, Role
from api.http import create_app
from matcher.settings import Settings
from tests.api.conftest import BASE, NOW, PARTIES

PASSWORD = "一个足够长的密码-2026"
SUBJECTS = {
    Role.CITY: "云州市",
    Role.DEPARTMENT: "河东省教育厅",
    Role.HOLDER: "河东大学",
    Role.COLLEGE: "河东大学／化工学院",
    Role.ENTERPRISE: "91370100MA3TEST01X",
    Role.EXPERT: PARTIES[1].id,
    Role.SERVICE: PARTIES[2].id,
}


@dataclass
class Browser:
    """A browser that fills in the token of its page's forms, as the pages do."""

    client: TestClient

    def get(self, address: str, **options):
        return self.client.get(address, **options)

    def post(self, address: str, data: dict | None = None, **options):
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/account").text)
        token = {"csrf": found[1]} if found else {}
        return self.client.post(address, data={**token, **(data or {})}, **options)


@pytest.fixture
def app(filled: Settings) -> Iterator[FastAPI]:
    made = create_app(filled, now=lambda: NOW)
    with TestClient(made, base_url=BASE):
        yield made


@pytest.fixture
def browser(app: FastAPI) -> Callable[[Role | None], Browser]:
    """A signed-in browser of a role; None: nobody."""

    def open_browser(role: Role | None) -> Browser:
        client = TestClient(app, base_url=BASE, raise_server_exceptions=False)
        if role is not None:
            access = app.state.services.access
            subject = SUBJECTS.get(role, "")
            token = access.invite(Caller("管理员", Role.BUREAU), "某人", role, subject, NOW)
            form = {"login": f"user{role.name.lower()}", "password": PASSWORD, "again": PASSWORD}
            answer = client.post(f"/invitation/{token}", data=form, follow_redirects=False)
            assert answer.status_code == 303, answer.text
        return Browser(client)

    return open_browser


@pytest.fixture
def bureau(browser: Callable[[Role | None], Browser]) -> Browser:
    return browser(Role.BUREAU)
