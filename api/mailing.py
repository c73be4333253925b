"""E-mails that say that there are messages, and nothing of what they say: 您有 3 条新消息, with the address of the page."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from api.store.messages import Due, Messages
from matcher.errors import NotReady, SettingsError
from matcher.settings import Settings
from models.endpoint import is_external

T = TypeVar("T")

PAGE = "/messages"
_HERE = "http://127.0.0.1:8600"
_ATTEMPTS = 4
_PERMANENT = 500
"""Replies from here on will be the same the next time."""


def send_due(
    messages: Messages, settings: Settings, at: datetime, step: Callable[[int, int], None]
) -> dict[str, int]:
    """Tell every account that waits for it, once; how many were told, and whose address the server refused.

    A reply that may be another the next time is tried again. Raises SettingsError, and NotReady where the server does
    not answer: what was not sent waits for the next time.
    """
    due = messages.due()
    counts = {"sent": 0, "refused": 0}
    if not due:
        return counts
    with _open(settings) as server:
        for place, one in enumerate(due, start=1):
            try:
                _again(server.send_message, worded(one, settings, at))
                counts["sent"] += 1
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
                if _passing(error):
                    raise _silent(settings, error) from error
                counts["refused"] += 1
            except (smtplib.SMTPException, OSError) as error:
                raise _silent(settings, error) from error
            messages.mark_mailed(one, at)
            step(place, len(due))
    return counts


def worded(due: Due, settings: Settings, at: datetime) -> EmailMessage:
    """The e-mail: a number and an address."""
    mail, address = EmailMessage(), settings.mail.address or settings.proxy.origin or _HERE
    mail["From"], mail["To"] = settings.mail.sender, due.email
    mail["Subject"] = f"专利供需对接平台：您有 {due.count} 条新消息"
    mail["Date"] = format_datetime(at.astimezone())
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(
        f"您在专利供需对接平台有 {due.count} 条新消息。请登录查看：\n{address}{PAGE}\n\n不想收到提醒的，请在“我的账号”中清空邮箱。\n"
    )
    return mail


def _open(settings: Settings) -> AbstractContextManager[smtplib.SMTP]:
    """A connection, kept secret and signed in as the settings say."""
    chosen = settings.mail
    if not chosen.sender:
        raise SettingsError("没有写明发件地址。请在 matcher.toml 的 [mail] 中写 sender。")
    if chosen.security == "none" and is_external(f"http://{chosen.host}:{chosen.port}"):
        raise SettingsError(
            f"邮件服务器 {chosen.host} 不在本机，连接必须加密。请把 [mail] 的 security 设为 starttls 或 tls。"
        )
    if chosen.user and not f"{chosen.user}{_password(settings)}".isascii():
        raise SettingsError(
            f"[mail] 的 user 和环境变量 {chosen.password_variable} 中的密码只能用英文字母、数字和半角符号，没有登录。"
            "请在邮件服务器上改为这样的密码。"
        )
    try:
        return _again(_connected, settings)
    except (smtplib.SMTPException, OSError) as error:
        raise _silent(settings, error) from error


def _connected(settings: Settings) -> smtplib.SMTP:
    chosen, context = settings.mail, ssl.create_default_context()
    where = chosen.host, chosen.port
    if chosen.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=chosen.seconds, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=chosen.seconds)
    try:
        if chosen.security == "starttls":
            server.starttls(context=context)
        if chosen.user:
            server.login(chosen.user, _password(settings))
    except BaseException:
        server.close()
        raise
    return server


def _password(settings: Settings) -> str:
    return os.environ.get(settings.mail.password_variable, "")


def _again(work: Callable[..., T], *given: object) -> T:
    tries = Retrying(
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(0.2, max=10),
        retry=retry_if_exception(_passing),
        reraise=True,
    )
    return tries(work, *given)


def _passing(error: BaseException) -> bool:
    """Whether the same may succeed a little later: a server that is away or says so (4xx)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code < _PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code < _PERMANENT
    if isinstance(error, smtplib.SMTPException):  # An OSError too, whatever it says.
        return isinstance(error, smtplib.SMTPServerDisconnected)
    return isinstance(error, OSError) and not isinstance(error, ssl.SSLError)


def _silent(settings: Settings, error: Exception) -> NotReady:
    chosen = settings.mail
    what = f"没有收下邮件（{type(error).__name__}）", "请核对 matcher.toml 的 [mail] 和环境变量中的密码。"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what = (
            f"不接受用户“{chosen.user}”和它的密码",
            f"请核对 [mail] 的 user 和环境变量 {chosen.password_variable} 中的密码。",
        )
    elif isinstance(error, ssl.SSLCertVerificationError):
        what = (
            f"的证书不可信（{error.verify_message}），没有登录",
            "host 要与证书上的名称一致；证书由本单位签发的，请用环境变量 SSL_CERT_FILE 指明根证书文件。",
        )
    elif isinstance(error, smtplib.SMTPNotSupportedError):
        what = "不提供所要求的加密或登录方式，没有发送", "请核对 [mail] 的 port 和 security。"
    return NotReady(
        f"邮件服务器 {chosen.host}:{chosen.port} {what[0]}。消息都在，邮件下次再发。{what[1]}",
        code="mail_server_silent",
    )
