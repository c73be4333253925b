"""The service behind a real nginx with TLS, as the manual and docs/examples/nginx.conf set it up."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from api.access.keys import KeyRequest
from api.access.roles import Role
from api.access.sign_in import Access
from api.http import routes
from api.pages import routers
from api.store import tables
from api.store.database import open_service
from api.store.jobs import Jobs
from matcher.settings import Settings, load_settings
from matcher.store.engine import reading
from tests.api.pages.conftest import PASSWORD
from tests.servers.nginx import EXAMPLE, NAME, Nginx, nginx, unavailable
from tests.servers.service import Service, served

SECRET = "0123456789abcdef0123456789abcdef"
HERE = "127.0.0.2"
"""Where the service listens: for `matcher serve` another address than this machine's own."""


@dataclass(frozen=True)
class Deployed:
    settings: Settings
    service: Service
    proxy: Nginx


@pytest.fixture(scope="module")
def deployed(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    if reason := unavailable():
        if os.environ.get("MATCHER_CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    home = tmp_path_factory.mktemp("proxy") / "工作区"
    shutil.copytree(original, home)
    with nginx() as proxy:
        section = f'[proxy]\ntrusted = ["127.0.0.1"]\norigin = "{proxy.origin}"\n'
        (home / "matcher.toml").write_text(section, encoding="utf-8")
        settings = load_settings(home / "matcher.toml", home=home)
        with (
            served(settings, 1, {"MATCHER_PROXY__SECRET": SECRET}, HERE) as service,
            proxy.running(service.base.removeprefix("http://"), SECRET),
        ):
            yield Deployed(settings, service, proxy)
            logs = [service.log, *proxy.folder.glob("*.log")]
            written = "".join(log.read_text(encoding="utf-8") for log in logs)
            assert [secret for secret in (SECRET, PASSWORD, "Bearer ") if secret in written] == []


@pytest.fixture
def ask(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], httpx2.Client]]:
    """Browsers and programs at an address of their own that find the service under its name."""
    resolve, opened = socket.getaddrinfo, []

    def resolved(host: Any, *rest: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host in (NAME, NAME.encode()) else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    trusting = ssl.create_default_context(cafile=deployed.proxy.certificate)

    def client(address: str) -> httpx2.Client:
        transport = httpx2.HTTPTransport(verify=trusting, local_address=address)
        opened.append(httpx2.Client(base_url=deployed.proxy.origin, transport=transport, timeout=60))
        return opened[-1]

    yield client
    for one in opened:
        one.close()


@pytest.fixture
def outside(ask: Callable[[str], httpx2.Client]) -> httpx2.Client:
    return ask("127.0.0.3")


@pytest.fixture
def program(deployed: Deployed, outside: httpx2.Client) -> httpx2.Client:
    request = KeyRequest("平台", Role.BUREAU, ("lists:make", "imports:write", "jobs:read", "search"))
    key = Access(open_service(deployed.settings)).new_key("测试", request, datetime.now())
    outside.headers["Authorization"] = f"Bearer {key}"
    return outside


def failures(deployed: Deployed) -> list[str]:
    """The addresses of failed sign-ins."""
    with reading(open_service(deployed.settings)) as connection:
        return list(connection.execute(select(tables.failures.c.address)).scalars())


def test_the_printed_link_opens_an_account_over_tls(deployed: Deployed, outside: httpx2.Client) -> None:
    (link,) = re.findall(r"https://\S+/invitation/\S+", deployed.service.log.read_text(encoding="utf-8"))
    assert link.startswith(f"{deployed.proxy.origin}/invitation/")
    form = {"login": "zhang", "password": PASSWORD, "again": PASSWORD}
    assert outside.get(link).status_code == 200
    opened = outside.post(link, data=form, headers={"Origin": deployed.proxy.origin})
    assert opened.status_code == 303
    assert "; HttpOnly; " in opened.headers["set-cookie"]
    assert opened.headers["set-cookie"].endswith("; Secure")
    assert opened.headers["strict-transport-security"] == "max-age=31536000"
    assert "zhang" in outside.get("/account").text
    # A one-time link is as good as a password: the proxy keeps no copy either.
    logged = (deployed.proxy.folder / "access.log").read_text(encoding="utf-8")
    assert '"GET /invitation/-" 200' in logged
    assert link.rpartition("/")[2] not in logged


def test_what_is_not_encrypted_is_sent_to_where_it_is(deployed: Deployed) -> None:
    answer = httpx2.get(f"http://127.0.0.1:{deployed.proxy.plain}/patents?number=1", headers={"Host": NAME})
    assert (answer.status_code, answer.headers["location"]) == (
        301,
        f"{deployed.proxy.origin}/patents?number=1",
    )


def test_by_another_name_nobody_is_answered(deployed: Deployed, outside: httpx2.Client) -> None:
    trusting = ssl.create_default_context(cafile=deployed.proxy.certificate)
    with (
        socket.create_connection(("127.0.0.1", deployed.proxy.tls), 20) as connection,
        pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"),
    ):
        trusting.wrap_socket(connection, server_hostname="evil.example")
    with pytest.raises(httpx2.RemoteProtocolError):
        outside.get("/metrics", headers={"Host": "127.0.0.1"})


@pytest.mark.parametrize("secret", ["", "f" * 32])
def test_past_the_proxy_nobody_comes(deployed: Deployed, secret: str) -> None:
    before = failures(deployed)
    headers = {"Host": f"{NAME}:{deployed.proxy.tls}", "X-Proxy-Secret": secret}
    form = {"login": "zhang", "password": PASSWORD}
    for base in (deployed.service.base, f"{deployed.service.base}/."):
        refused = httpx2.post(f"{base}/sign-in", data=form, headers=headers)
        assert refused.status_code == 403
        assert f"请通过 {deployed.proxy.origin} 访问本服务。" in refused.text
        assert "set-cookie" not in refused.headers
    assert failures(deployed) == before


def test_a_visitor_says_neither_who_it_is_nor_the_secret(deployed: Deployed, outside: httpx2.Client) -> None:
    before = failures(deployed)
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "X-Proxy-Secret": "f" * 32}
    refused = outside.post("/sign-in", data={"login": "nobody", "password": PASSWORD}, headers=forged)
    assert refused.status_code == 401
    assert failures(deployed) == [*before, "127.0.0.3"]


@pytest.mark.parametrize("address", ["/metrics", "/ready", "/%6detrics"])
def test_figures_and_state_are_for_this_machine(
    deployed: Deployed, outside: httpx2.Client, address: str
) -> None:
    refused = outside.get(address)
    assert (refused.status_code, refused.json()["code"]) == (403, "local_only")
    assert refused.json()["detail"].endswith(" 只回答运行服务的电脑，不经代理提供。")
    assert httpx2.get(deployed.service.base + address).status_code == 200


def test_whether_it_lives_everybody_may_ask(outside: httpx2.Client) -> None:
    assert outside.get("/health").json() == {"status": "ok"}


def test_a_large_file_is_taken_in_and_what_is_too_large_is_refused_by_the_service(
    deployed: Deployed, program: httpx2.Client
) -> None:
    jobs = Jobs(open_service(deployed.settings))
    large = b"x" * 30_000_000
    asked = {"kind": "patents", "name": "大.csv"}
    stranger = {"Authorization": "Bearer nobody"}
    refused = program.post("/api/v1/imports", params=asked, content=large, headers=stranger)
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_key")
    refused = program.post("/api/v1/search", content=large, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["detail"]) == (
        413,
        "请求正文超过 1000000 字节。请缩短后重试。",
    )
    assert jobs.recent() == []
    taken = program.post("/api/v1/imports", params=asked, content=large)
    assert taken.status_code == 202
    assert [job.id for job in jobs.recent()] == [taken.json()["id"]]


def test_the_proxy_takes_what_the_service_takes_and_refuses_more_in_chinese(
    ask: Callable[[str], httpx2.Client], deployed: Deployed
) -> None:
    (most,) = re.findall(r"client_max_body_size (\d+)m;", EXAMPLE.read_text(encoding="utf-8"))
    assert int(most) * 1024 * 1024 > max((routes.UPLOADS | routers.UPLOADS).values())
    trusting = ssl.create_default_context(cafile=deployed.proxy.certificate)
    connection = HTTPSConnection(NAME, deployed.proxy.tls, context=trusting, timeout=20)
    connection.putrequest("POST", "/api/v1/imports")
    connection.putheader("Content-Length", str(int(most) * 1024 * 1024 + 1))
    connection.endheaders()
    with closing(connection), connection.getresponse() as refused:
        assert (refused.status, refused.read().decode()) == (
            413,
            "文件过大：一次最大 200 MB。请分成几个文件上传。\n",
        )


@pytest.mark.parametrize(
    "question", [{"params": {"number": "1" * 40_000}}, {"headers": {"X-Long": "x" * 40_000}}]
)
def test_addresses_and_headers_that_are_too_long(outside: httpx2.Client, question: dict[str, Any]) -> None:
    refused = outside.get("/patents", **question)
    assert (refused.status_code, refused.text) == (
        414,
        "网址或请求头过长。请从菜单重新进入；长的文字请填在页面的表单里。\n",
    )


def test_long_answers_come_packed(program: httpx2.Client) -> None:
    answer = program.get("/api/v1/list")
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
    assert "一种抗污染反渗透膜及其制备方法" in answer.text


def test_a_service_that_is_away_is_said_to_be(ask: Callable[[str], httpx2.Client]) -> None:
    """The same proxy in front of nothing."""
    with nginx() as proxy, proxy.running("127.0.0.1:9", SECRET):
        trusting = ssl.create_default_context(cafile=proxy.certificate)
        answer = httpx2.get(proxy.origin + "/", verify=trusting)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/plain; charset=utf-8")
    assert answer.text == "服务暂时没有运行。请稍后再试；仍不行的，请联系管理员。\n"
