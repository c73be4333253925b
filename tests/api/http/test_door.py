"""This machine alone; or the proxy that the settings trust, and only by its own name and secret."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers
from typer.testing import CliRunner

from api.cli.app import app as cli
from api.http import create_app
from api.http.door import Door
from matcher.settings import ProxySettings, Settings, load_settings
from tests.api.conftest import NOW

SECRET = "0123456789abcdef0123456789abcdef"
ORIGIN = "https://duijie.example.gov.cn"
PROXY = {"trusted": ["10.0.0.0/24"], "origin": ORIGIN, "secret": SECRET}
BY_PROXY = {"host": "duijie.example.gov.cn", "X-Proxy-Secret": SECRET}


@pytest.fixture
def never_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that would start fails the test instead of running for ever."""
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: pytest.fail("it was served"))


@pytest.fixture
def behind(filled: Settings) -> Iterator[TestClient]:
    """The service as its proxy asks it."""
    settings = load_settings(home=filled.home, proxy=PROXY, database_url=filled.database_url)
    app = create_app(settings, now=lambda: NOW)
    with TestClient(app, base_url=ORIGIN, headers=BY_PROXY, client=("10.0.0.7", 1)) as opened:
        yield opened


def test_through_the_proxy_cookies_are_for_tls_only(behind: TestClient) -> None:
    assert behind.get("/sign-in").headers["strict-transport-security"] == "max-age=31536000"
    token = behind.app.state.services.access.first_link(NOW)
    form = {"login": "zhang", "password": "一个足够长的密码-2026", "again": "一个足够长的密码-2026"}
    opened = behind.post(
        f"/invitation/{token}", data=form, headers={"origin": ORIGIN}, follow_redirects=False
    )
    assert opened.status_code == 303
    assert "; Secure" in opened.headers["set-cookie"]


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("10.0.1.7", {}),
        ("10.0.0.7", {"X-Proxy-Secret": SECRET[:-1]}),
        ("10.0.0.7", {"X-Proxy-Secret": ""}),
        ("10.0.0.7", {"host": "127.0.0.1:8600"}),
        ("127.0.0.1", {"host": "127.0.0.1:8600", "X-Proxy-Secret": ""}),
    ],
)
def test_past_the_proxy_nobody_comes(behind: TestClient, client: str, headers: dict[str, str]) -> None:
    asked = TestClient(behind.app, base_url=ORIGIN, headers=BY_PROXY | headers, client=(client, 1))
    answer = asked.get("/sign-in")
    assert (answer.status_code, f"请通过 {ORIGIN} 访问本服务。" in answer.text) == (403, True)
    answer = asked.get("/api/v1/needs")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_through_proxy")


def test_this_machine_may_ask_whether_the_service_lives(behind: TestClient) -> None:
    local = TestClient(behind.app, base_url="http://127.0.0.1:8600", client=("127.0.0.1", 1))
    assert local.get("/health").json() == {"status": "ok"}


def test_this_machine_asks_at_the_address_that_is_served(behind: TestClient) -> None:
    local = TestClient(behind.app, base_url="http://10.0.0.8:8600", client=("10.0.0.8", 1))
    assert [local.get(address).status_code for address in ("/health", "/ready", "/metrics")] == [200] * 3
    assert local.get("/sign-in").status_code == 403
    neighbour = TestClient(behind.app, base_url="http://10.0.0.8:8600", client=("10.0.0.9", 1))
    assert neighbour.get("/metrics").json()["code"] == "not_through_proxy"


def test_figures_are_not_told_through_a_proxy_on_this_machine(filled: Settings) -> None:
    """Whatever name an outsider asks the proxy by: its own end is as near as this machine's programs."""
    proxy = {**PROXY, "trusted": ["127.0.0.1"]}
    app = create_app(load_settings(home=filled.home, proxy=proxy, database_url=filled.database_url))
    with TestClient(app, client=("127.0.0.1", 1), headers={"X-Proxy-Secret": SECRET}) as asked:
        for address in ("/ready", "/metrics"):
            told = asked.get(address, headers={"host": "127.0.0.1"})
            assert (told.status_code, told.json()["code"]) == (403, "not_through_proxy")
            told = asked.get(address, headers={"host": "duijie.example.gov.cn"})
            assert (told.status_code, told.json()["code"]) == (403, "local_only")
            assert told.json()["detail"] == f"{address} 只回答运行服务的电脑，不经代理提供。"


@pytest.mark.parametrize("origin", ["http://duijie.example.gov.cn", "https://evil.example"])
def test_another_origin_changes_nothing(behind: TestClient, origin: str) -> None:
    answer = behind.post("/sign-in", data={"login": "x"}, headers={"origin": origin})
    assert (answer.status_code, "请求来自其他网站，已拒绝。" in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("peer", "secret", "forwarded", "client"),
    [
        ("10.0.0.7", SECRET, "203.0.113.9", "203.0.113.9"),
        ("10.0.0.7", SECRET, "198.51.100.1, 203.0.113.9, 10.0.0.8", "203.0.113.9"),
        ("10.0.0.7", SECRET, "203.0.113.9, nonsense", "10.0.0.7"),
        ("10.0.0.7", SECRET, "", "10.0.0.7"),
        ("10.0.0.7", "wrong", "203.0.113.9", "10.0.0.7"),
        ("192.0.2.1", SECRET, "203.0.113.9", "192.0.2.1"),
    ],
)
def test_forwarded_addresses_are_believed_of_the_proxy_only(
    peer: str, secret: str, forwarded: str, client: str
) -> None:
    headers = Headers({"x-proxy-secret": secret, "x-forwarded-for": forwarded})
    door = Door(ProxySettings.model_validate(PROXY))
    assert door.client({"type": "http", "client": (peer, 1)}, headers) == client


def test_an_address_that_fails_too_often_waits(behind: TestClient) -> None:
    def tried(address: str) -> int:
        headers = {"X-Forwarded-For": address}
        return behind.post("/sign-in", data={"login": "x", "password": "y"}, headers=headers).status_code

    assert [tried("203.0.113.9") for _ in range(21)] == [401] * 20 + [429]
    assert tried("203.0.113.10") == 401
    answer = behind.post("/sign-in", data={"login": "x"}, headers={"X-Forwarded-For": "203.0.113.9"})
    assert "此地址登录失败次数过多，请 15 分钟后再试。" in answer.text


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ("", ["trusted（代理的地址）", "origin（浏览器使用的 https 地址）", "secret（不少于 32 个字符"]),
        ('trusted = ["10.0.0.7"]\norigin = "https://a.cn"\nsecret = "short"', ["secret（不少于 32 个字符"]),
        (f'origin = "https://a.cn"\nsecret = "{SECRET}"', ["trusted（代理的地址）"]),
    ],
)
def test_no_other_address_without_a_proxy(
    filled: Settings, never_served: None, section: str, named: list[str]
) -> None:
    (filled.home / "matcher.toml").write_text(f"[proxy]\n{section}\n", encoding="utf-8")
    printed = CliRunner().invoke(cli, ["serve", "--host", "0.0.0.0", "--home", str(filled.home)])
    sentence = str(printed.exception)
    assert sentence.startswith("不能在“0.0.0.0”上提供服务：本服务自己不加密传输，须经提供 HTTPS 的代理。")
    assert [name for name in named if name not in sentence] == []
    assert SECRET not in sentence


def test_half_a_proxy_is_none(filled: Settings, never_served: None) -> None:
    (filled.home / "matcher.toml").write_text('[proxy]\norigin = "https://a.cn"\n', encoding="utf-8")
    printed = CliRunner().invoke(cli, ["serve", "--home", str(filled.home)])
    assert str(printed.exception).startswith(
        "matcher.toml 的 [proxy] 不完整，还须设置 trusted（代理的地址）、secret"
    )
