"""E-mails by a real server that wants encryption and a password: neither goes to a server that is not the one named."""

from __future__ import annotations

import os
import shutil
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from fastapi import FastAPI

from api.mailing import send_due
from matcher.errors import NotReady, SettingsError
from matcher.settings import MailSettings
from tests.api.conftest import NOW
from tests.api.pages.conftest import Browser
from tests.api.pages.test_messages import told_by_mail
from tests.servers.certificates import certify
from tests.servers.service import free_port

USER, SECRET = "duijie", "a-long-password"


@dataclass
class Post:
    """What the server was told."""

    secrets: list[LoginPassword] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken += envelope.rcpt_tos
        return "250 OK"

    def admit(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        self.secrets.append(given)
        return AuthResult(success=given == LoginPassword(USER.encode(), SECRET.encode()), handled=False)


@dataclass(frozen=True)
class Office:
    """A server on this machine, its certificate, and the settings for it."""

    post: Post
    certificate: Path
    mail: MailSettings


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    if shutil.which("openssl") is None:
        missing = pytest.fail if os.environ.get("MATCHER_CI") else pytest.skip
        missing("needs openssl: apt-get install openssl")
    certify(tmp_path, "127.0.0.1", "IP")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "crt", tmp_path / "key")
    post, port = Post(), free_port()
    server = Controller(
        post,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=post.admit,
        auth_required=True,
    )
    server.start()
    settings = MailSettings(host="127.0.0.1", port=port, sender="duijie@example.gov.cn", user=USER)
    yield Office(post, tmp_path / "crt", settings)
    server.stop()


def test_signed_in_over_an_encrypted_connection_and_not_otherwise(
    app: FastAPI, browser: Callable[..., Browser], office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_by_mail(app, browser)
    messages, settings = app.state.services.notices.messages, app.state.services.workspace.settings

    def send(**changes: object) -> dict[str, int]:
        mail = office.mail.model_copy(update=changes)
        return send_due(messages, settings.model_copy(update={"mail": mail}), NOW, lambda done, total: None)

    monkeypatch.setenv("MAIL_PASSWORD", SECRET)
    with pytest.raises(
        NotReady, match=r"的证书不可信（.+），没有登录。消息都在，邮件下次再发。.*SSL_CERT_FILE"
    ):
        send()
    monkeypatch.setenv("SSL_CERT_FILE", str(office.certificate))
    with pytest.raises(NotReady, match=r"的证书不可信（.*localhost.*），没有登录"):
        send(host="localhost")
    assert office.post.secrets == []
    monkeypatch.setenv("MAIL_PASSWORD", "another")
    with pytest.raises(
        NotReady, match=r"不接受用户“duijie”和它的密码。消息都在.*环境变量 MAIL_PASSWORD 中的密码"
    ) as told:
        send()
    assert "another" not in str(told.value)
    monkeypatch.setenv("MAIL_PASSWORD", "钥匙")
    with pytest.raises(SettingsError, match="MAIL_PASSWORD 中的密码只能用英文字母") as refused:
        send()
    assert "钥" not in str(refused.value)
    assert (len(messages.due()), office.post.taken) == (1, [])
    monkeypatch.setenv("MAIL_PASSWORD", SECRET)
    assert send() == {"sent": 1, "refused": 0}
    assert (messages.due(), office.post.taken) == ([], ["zhang@example.cn"])


@dataclass
class Bare(Post):
    """A server that offers a sign-in and no encryption, and keeps how often it was greeted."""

    greeted: int = 0

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greeted += 1
        session.host_name = hostname
        return responses


def test_a_server_without_encryption_is_asked_once_and_told_nothing(
    app: FastAPI, browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    told_by_mail(app, browser)
    messages, settings = app.state.services.notices.messages, app.state.services.workspace.settings
    monkeypatch.setenv("MAIL_PASSWORD", SECRET)
    bare, port = Bare(), free_port()
    server = Controller(
        bare, hostname="127.0.0.1", port=port, authenticator=bare.admit, auth_require_tls=False
    )
    server.start()
    mail = MailSettings(host="127.0.0.1", port=port, sender="duijie@example.gov.cn", user=USER)
    try:
        with pytest.raises(NotReady, match="不提供所要求的加密或登录方式，没有发送。消息都在"):
            send_due(messages, settings.model_copy(update={"mail": mail}), NOW, lambda done, total: None)
    finally:
        server.stop()
    assert (bare.greeted, bare.secrets, bare.taken, len(messages.due())) == (1, [], [], 1)
