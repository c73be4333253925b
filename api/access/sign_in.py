"""Invitations, sign-in, sessions and keys; every step leaves a line in the audit log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from api.access import secrets
from api.access.attempts import Attempts
from api.access.filling import Filling
from api.access.keys import KeyRequest
from api.access.policy import NotSignedIn
from api.access.roles import PEOPLE, Caller, Role, checked_name, checked_subject
from api.store.accounts import Account, Accounts, Invitation
from api.store.audit import Audit, AuditLine
from api.store.failures import Failures
from api.store.keys import Keys
from matcher.errors import InputError

SESSION = timedelta(hours=12)
INVITATION = timedelta(days=7)
_FIRST_LINK = timedelta(hours=24)
_ATTEMPTS = 5
_LOCKED = timedelta(minutes=15)
_LOGIN = re.compile(r"[A-Za-z0-9_.@-]{2,60}")
_WRONG = "登录名或密码不对，或账号已停用、暂时锁定。连续 5 次输错锁定 15 分钟。"


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session: what the browser is to hold, and for whom."""

    token: str
    caller: Caller


class Access:
    """The ways in."""

    def __init__(self, engine: Engine) -> None:
        self.accounts = Accounts(engine)
        self.keys = Keys(engine)
        self.audit = Audit(engine)
        self.filling = Filling(engine)
        self.attempts = Attempts(Failures(engine))

    def first_link(self, at: datetime) -> str | None:
        """The token of a one-time link for the first administrator; None where there is one already.

        Links given out before are void.
        """
        if self.accounts.exists(Role.BUREAU):
            return None
        self.accounts.withdraw_invitations(Role.BUREAU)
        token = secrets.new_token()
        self.accounts.invite(
            Invitation(secrets.digest(token), "管理员", Role.BUREAU, "", at, at + _FIRST_LINK)
        )
        return token

    def invite(self, by: Caller, name: str, role: Role, subject: str, at: datetime) -> str:
        """The token of a one-time link for a new account; raises InputError."""
        name, subject = checked_name(name), checked_subject(role, subject)
        if role not in PEOPLE:
            raise InputError(f"“{role}”没有账号，请新建密钥。", code="bad_role")
        token = secrets.new_token()
        self.accounts.invite(Invitation(secrets.digest(token), name, role, subject, at, at + INVITATION))
        self.audit.add(AuditLine(at, by.actor, "发出邀请", f"{role}：{name}"))
        return token

    def invitation(self, token: str, at: datetime) -> Invitation:
        """What a link stands for; raises InputError where it is used, out of date or made up."""
        found = self.accounts.invitation(secrets.digest(token), at)
        if found is None:
            raise InputError("链接无效、已使用或已过期。请向管理员另要一个。", code="invitation_used")
        return found

    def accept(self, token: str, login: str, password: str, at: datetime) -> Opened:
        """Make the account of a link and sign in; raises InputError."""
        invitation = self.invitation(token, at)
        if not _LOGIN.fullmatch(login):
            raise InputError("登录名应为 2 至 60 个字母、数字或 _ . @ - 。", code="bad_login")
        self.accounts.accept(invitation, login, secrets.hash_password(password, login), at)
        account = self.accounts.by_login(login)
        assert account is not None
        self.audit.add(AuditLine(at, f"{account.role}：{account.name}", "启用账号", login))
        return self._open(account, at)

    def sign_in(self, login: str, password: str, at: datetime, address: str = "") -> Opened:
        """A new session; raises NotSignedIn with one sentence whatever was wrong, TooManyAttempts for an address."""
        self.attempts.require(address, at)
        account = self.accounts.by_login(login[:60])
        right = secrets.check_password(password, account.password if account else None)
        if account is None:
            self.attempts.failed(address, at)
            self.audit.add(AuditLine(at, "未知", "登录失败"))
            raise NotSignedIn(_WRONG)
        locked = account.locked_until is not None and account.locked_until > at
        if locked or account.disabled or not right:
            self.attempts.failed(address, at)
            if not locked:
                self.accounts.note_failure(account.id, _ATTEMPTS, at + _LOCKED)
            self.audit.add(AuditLine(at, f"{account.role}：{account.name}", "登录失败", account.login))
            raise NotSignedIn(_WRONG)
        self.accounts.forget_failures(account.id)
        self.audit.add(AuditLine(at, f"{account.role}：{account.name}", "登录", account.login))
        return self._open(account, at)

    def of_session(self, token: str, at: datetime) -> Caller | None:
        """Who is signed in with what a browser holds."""
        session = self.accounts.session(secrets.digest(token), at)
        return None if session is None else _caller(session.account, session.csrf)

    def sign_out(self, token: str, caller: Caller, at: datetime, *, everywhere: bool) -> None:
        """End this session, or all of the account."""
        if everywhere and caller.account_id is not None:
            self.accounts.end_sessions(caller.account_id)
        self.accounts.end_session(secrets.digest(token))
        self.audit.add(AuditLine(at, caller.actor, "全部退出" if everywhere else "退出"))

    def change_password(self, caller: Caller, now: str, new: str, at: datetime) -> Opened:
        """Set a new password and sign in anew; every session of before ends. Raises InputError."""
        account = None if caller.account_id is None else self.accounts.get(caller.account_id)
        if account is None or not secrets.check_password(now, account.password):
            raise InputError("现在的密码不对，没有更改。", code="wrong_password")
        self.accounts.set_password(account.id, secrets.hash_password(new, account.login))
        self.audit.add(AuditLine(at, caller.actor, "更改密码", account.login))
        return self._open(account, at)

    def new_key(self, by: str, wanted: KeyRequest, at: datetime) -> str:
        """Keep a key and answer what the program is to send: shown once, never kept. Raises InputError."""
        secret = secrets.new_token()
        key = wanted.key(secrets.digest(secret), at)
        self.keys.add(key)
        self.audit.add(AuditLine(at, by, "新建密钥", f"{key.id} {key.name}（{key.scopes}）"))
        return f"{key.id}.{secret}"

    def of_key(self, given: str, at: datetime) -> Caller:
        """Whom a key stands for; raises NotSignedIn."""
        id_, _, secret = given.partition(".")
        key = self.keys.get(id_)
        right = secrets.same(secrets.digest(secret), key.secret if key else "")
        if key is None or not right or key.revoked is not None or key.expires <= at:
            raise NotSignedIn("密钥无效、已撤销或已过期。请向管理员另要一个。", code="bad_key")
        return Caller(key.name, Role(key.role), key.subject, frozenset(key.scopes.split()))

    def _open(self, account: Account, at: datetime) -> Opened:
        token, csrf = secrets.new_token(), secrets.new_token()
        self.accounts.start_session(account.id, secrets.digest(token), csrf, (at, at + SESSION))
        return Opened(token, _caller(account, csrf))


def _caller(account: Account, csrf: str) -> Caller:
    return Caller(account.name, Role(account.role), account.subject, account_id=account.id, csrf=csrf)
