"""消息: who is told what, once; read by nobody else; e-mails to a real server say how many there are, and no more."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.roles import Caller, Role
from api.http import create_app
from api.jobs import Worker
from api.mailing import send_due
from matcher.domain import Confidentiality
from matcher.errors import NotReady, SettingsError
from matcher.settings import MailSettings, Settings
from tests.api.conftest import BASE, ENTERPRISE, MEMBRANE, NEEDS, NOW, key_of
from tests.api.pages.conftest import PASSWORD, Browser
from tests.api.pages.test_pages import words
from tests.servers.service import free_port

PERSONAL = (ENTERPRISE.contact, NEEDS[0].title, ENTERPRISE.name, ENTERPRISE.id)
ASKED = {"patent": MEMBRANE.id, "need": "N001"}


def told(browser: Browser) -> list[str]:
    """The texts of a browser's messages, the newest first."""
    return re.findall(r'<td><a href="[^"]*">(?:<b>)?([^<]+)', browser.get("/messages").text)


def unread(browser: Browser) -> str:
    found = re.search(r"<b>([0-9+]+)<span", browser.get("/account").text)
    return found[1] if found else "0"


def test_an_interest_and_its_answer_are_told_once_to_those_concerned(
    browser: Callable[..., Browser], bureau: Browser
) -> None:
    enterprise, holder = browser(Role.ENTERPRISE), browser(Role.HOLDER)
    for _ in range(2):
        asked = enterprise.post("/interests", ASKED, follow_redirects=False)
    assert told(holder) == ["有企业想了解专利 ZL202310123456.1，请在 2026-07-07 前答复。"]
    assert (unread(holder), unread(enterprise), unread(bureau)) == ("1", "0", "0")
    address = asked.headers["location"]
    assert f'href="{address}"' in holder.get("/messages").text
    assert not any(word in holder.get("/messages").text for word in PERSONAL)
    holder.post(f"{address}/answer", {"reply": "婉拒", "reason": "已独占许可"})
    assert told(enterprise) == ["河东大学对专利 ZL202310123456.1 的意向答复：婉拒。"]


def test_messages_are_read_one_by_one_or_all_and_only_by_their_owner(
    browser: Callable[..., Browser], app: FastAPI
) -> None:
    enterprise, holder = browser(Role.ENTERPRISE), browser(Role.HOLDER)
    enterprise.post("/interests", ASKED)
    notices = app.state.services.notices
    [account] = [one for one in notices.accounts.all() if one.role == Role.HOLDER]
    [message] = notices.messages.of(account.id, 10)
    enterprise.post("/messages/read", {"first": "0", "last": str(message.id)})
    assert unread(holder) == "1"
    holder.post("/messages/read", {"first": str(message.id), "last": str(message.id)})
    assert (unread(holder), "已读" in holder.get("/messages").text) == ("0", True)
    for form in ({}, {"last": "-1"}, {"last": "x"}, {"last": str(2**70)}):
        assert holder.post("/messages/read", form).status_code == 422
    notices.forget(NOW + timedelta(days=181))
    assert told(holder) == []


def test_overdue_answers_are_told_to_the_bureau_once(
    browser: Callable[..., Browser], bureau: Browser, app: FastAPI
) -> None:
    browser(Role.ENTERPRISE).post("/interests", ASKED)
    notices, interests = app.state.services.notices, app.state.services.interests
    notices.overdue(interests, NOW)
    assert told(bureau) == []
    for day in (8, 9):
        notices.overdue(interests, NOW + timedelta(days=day))
    assert told(bureau) == ["河东大学对专利 ZL202310123456.1 的意向逾期未答复，期限是 2026-07-07。"]


def test_words_that_wait_for_confirmation_and_jobs_that_ended(
    browser: Callable[..., Browser], bureau: Browser, app: FastAPI
) -> None:
    enterprise, access = browser(Role.ENTERPRISE), app.state.services.access
    program = TestClient(app, base_url=BASE, headers=key_of(access, Role.ENTERPRISE, ENTERPRISE.id))
    made = program.post(
        "/api/v1/needs", json={"title": "膜壳检测", "confidentiality": Confidentiality.ANONYMOUS}
    )
    assert told(enterprise) == [
        f"需求 {made.json()['id']} 改为匿名，别人将看到的文字等待确认；确认之前只有主管部门可见。"
    ]
    job = app.state.services.worker.add("evaluation", "历史回放评估", "省级主管部门：某人", {"months": 0})
    for _ in range(200):
        if told(bureau):
            break
        time.sleep(0.05)
    assert told(bureau) == ["历史回放评估：失败。"]
    assert f'href="/jobs/{job.id}"' in bureau.get("/messages").text


class Kept:
    """What a mail server took, or the reply that it gives to the first so many."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.replies: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.replies:
            return self.replies.pop(0)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def mail(kept: Kept) -> Iterator[MailSettings]:
    """The settings of a real server on this machine."""
    port = free_port()
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    yield MailSettings(
        host="127.0.0.1",
        port=port,
        security="none",
        sender="duijie@example.gov.cn",
        address="https://duijie.example.gov.cn",
    )
    server.stop()


def told_by_mail(app: FastAPI, browser: Callable[..., Browser]) -> Browser:
    """A holder with an address and one message."""
    holder = browser(Role.HOLDER)
    holder.post("/account/email", {"email": "zhang@example.cn"})
    [account] = [one for one in app.state.services.access.accounts.all() if one.role == Role.HOLDER]
    assert account.email == "zhang@example.cn"
    browser(Role.ENTERPRISE).post("/interests", ASKED)
    return holder


def test_an_e_mail_says_how_many_there_are_and_where(
    app: FastAPI, browser: Callable[..., Browser], mail: MailSettings, kept: Kept
) -> None:
    told_by_mail(app, browser)
    messages, settings = app.state.services.notices.messages, app.state.services.workspace.settings
    mailing = settings.model_copy(update={"mail": mail})
    kept.replies = ["451 later"]
    for expected in ({"sent": 1, "refused": 0}, {"sent": 0, "refused": 0}):
        assert send_due(messages, mailing, NOW, lambda done, total: None) == expected
    [sent] = kept.taken
    assert (sent["To"], sent["From"]) == ("zhang@example.cn", "duijie@example.gov.cn")
    assert sent["Subject"] == "专利供需对接平台：您有 1 条新消息"
    text = sent.get_content()
    assert "https://duijie.example.gov.cn/messages" in text
    for word in (*PERSONAL, MEMBRANE.title, "ZL2023", "河东大学"):
        assert word not in str(sent) + text


def test_what_the_server_will_never_take_is_not_sent_again_and_what_it_did_not_take_waits(
    app: FastAPI,
    browser: Callable[..., Browser],
    mail: MailSettings,
    kept: Kept,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told_by_mail(app, browser)
    messages, settings = app.state.services.notices.messages, app.state.services.workspace.settings
    monkeypatch.setattr("api.mailing._ATTEMPTS", 1)

    def send(mail: MailSettings) -> dict[str, int]:
        return send_due(messages, settings.model_copy(update={"mail": mail}), NOW, lambda done, total: None)

    kept.replies = ["451 later"]
    with pytest.raises(NotReady, match="没有收下邮件（SMTPDataError）。消息都在"):
        send(mail)
    with pytest.raises(NotReady, match=r"127\.0\.0\.1:9 没有收下邮件"):
        send(mail.model_copy(update={"port": 9}))
    with pytest.raises(NotReady, match="不提供所要求的加密或登录方式，没有发送"):
        send(mail.model_copy(update={"security": "starttls"}))
    with pytest.raises(SettingsError, match="不在本机，连接必须加密"):
        send(mail.model_copy(update={"host": "mail.example.cn"}))
    with pytest.raises(SettingsError, match="没有写明发件地址"):
        send(mail.model_copy(update={"sender": ""}))
    assert len(messages.due()) == 1
    kept.replies = ["554 no"]
    assert send(mail) == {"sent": 0, "refused": 1}
    assert (messages.due(), kept.taken) == ([], [])


def test_the_background_job_sends_them(filled: Settings, mail: MailSettings, kept: Kept) -> None:
    """One job for all that waits; without a mail server there is none."""
    made = create_app(filled.model_copy(update={"mail": mail}), now=lambda: NOW)
    services = made.state.services
    access = services.access
    token = access.invite(Caller("管理员", Role.BUREAU), "某人", Role.HOLDER, "河东大学", NOW)
    opened = access.accept(token, "zhang", PASSWORD, NOW)
    access.accounts.set_email(opened.caller.account_id, "zhang@example.cn")
    with TestClient(made, base_url=BASE, headers=key_of(access, Role.ENTERPRISE, ENTERPRISE.id)) as client:
        assert client.post("/api/v1/interests", json=ASKED).status_code == 201
        for _ in range(200):
            if kept.taken:
                break
            time.sleep(0.05)
    assert [sent["To"] for sent in kept.taken] == ["zhang@example.cn"]
    worker: Worker = services.worker
    [job] = worker.jobs.page(["mail"], "", 10)
    assert (job.title, job.by) == ("发送消息提醒", "系统")


def test_an_address_that_is_none_is_refused_and_the_page_offers_it_only_where_mails_are_sent(
    browser: Callable[..., Browser], app: FastAPI
) -> None:
    holder = browser(Role.HOLDER)
    assert "接收提醒的邮箱" not in words(holder.get("/account").text)
    for email in ("zhang", "zhang@", "a@b.cn\nBcc: x@y.cn", "a@b.cn, c@d.cn"):
        refused = holder.post("/account/email", {"email": email})
        assert (refused.status_code, "不是邮箱地址" in refused.text) == (422, True)
    [account] = [one for one in app.state.services.access.accounts.all() if one.role == Role.HOLDER]
    assert account.email == ""
    app.state.services.worker.send_mails()
    assert app.state.services.worker.jobs.page(["mail"], "", 10) == []
