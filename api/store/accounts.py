"""Accounts of people, their sessions and the one-time links that make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.store import tables
from matcher.errors import InputError
from matcher.store.engine import reading, writing

_ACCOUNTS, _SESSIONS, _INVITATIONS = tables.accounts, tables.sessions, tables.invitations


@dataclass(frozen=True, slots=True)
class Grant:
    """What an invitation, account or key stands for: `subject` is a holder's name or an enterprise's id."""

    name: str
    role: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """One person's way in; `locked_until` after too many wrong passwords."""

    id: int
    login: str
    name: str
    role: str
    subject: str
    password: str
    failures: int
    locked_until: datetime | None
    created: datetime
    disabled: bool
    email: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser and the account that it acts for."""

    csrf: str
    expires: datetime
    account: Account


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link, by the hash of its token."""

    token: str
    name: str
    role: str
    subject: str
    created: datetime
    expires: datetime


class Accounts:
    """Accounts, sessions and invitations of the service; every token here is a hash."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Account]:
        """Every account, in the order in which they were made."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(_ACCOUNTS).order_by(_ACCOUNTS.c.id))
            return [Account(**row._mapping) for row in rows]

    def of(self, role: str, subject: str) -> list[Account]:
        """The accounts that speak for one party."""
        return [one for one in self.all() if (one.role, one.subject) == (role, subject)]

    def get(self, account_id: int) -> Account | None:
        """The account of that id."""
        return self._one(_ACCOUNTS.c.id == account_id)

    def by_login(self, login: str) -> Account | None:
        """The account of that login name."""
        return self._one(_ACCOUNTS.c.login == login)

    def exists(self, role: str) -> bool:
        """Whether an account of that role can sign in."""
        usable = _ACCOUNTS.c.role == role, ~_ACCOUNTS.c.disabled
        with reading(self._engine) as connection:
            return bool(
                connection.execute(select(func.count()).select_from(_ACCOUNTS).where(*usable)).scalar_one()
            )

    def invite(self, invitation: Invitation) -> None:
        """Keep a one-time link."""
        with writing(self._engine) as connection:
            connection.execute(insert(_INVITATIONS), asdict(invitation))

    def withdraw_invitations(self, role: str, subject: str = "") -> None:
        """Forget the unused links of a role."""
        unused = delete(_INVITATIONS).where(_INVITATIONS.c.role == role, _INVITATIONS.c.subject == subject)
        with writing(self._engine) as connection:
            connection.execute(unused)

    def invitation(self, token: str, at: datetime) -> Invitation | None:
        """The unused link of that hash, unless its time is over."""
        query = select(_INVITATIONS).where(_INVITATIONS.c.token == token, _INVITATIONS.c.expires > at)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else Invitation(**row._mapping)

    def accept(self, invitation: Invitation, login: str, password: str, at: datetime) -> None:
        """Turn a link into an account, once; raises InputError where the link was used or the name is taken."""
        values = {
            "login": login,
            "name": invitation.name,
            "role": invitation.role,
            "subject": invitation.subject,
            "password": password,
            "failures": 0,
            "created": at,
            "disabled": False,
        }
        try:
            with writing(self._engine) as connection:
                used = connection.execute(
                    delete(_INVITATIONS).where(_INVITATIONS.c.token == invitation.token)
                )
                if used.rowcount != 1:
                    raise InputError("这个链接已经用过。请向管理员另要一个。", code="invitation_used")
                connection.execute(insert(_ACCOUNTS), values)
        except IntegrityError as error:
            raise InputError(f"登录名“{login}”已有人使用，请换一个。", code="login_taken") from error

    def note_failure(self, account_id: int, most: int, until: datetime) -> None:
        """Count a wrong password; at the last of so many the account is locked. No two that come at once count as one."""
        here = update(_ACCOUNTS).where(_ACCOUNTS.c.id == account_id)
        with writing(self._engine) as connection:
            connection.execute(here.values(failures=_ACCOUNTS.c.failures + 1))
            full = here.where(_ACCOUNTS.c.failures >= most)
            connection.execute(full.values(failures=0, locked_until=until))

    def forget_failures(self, account_id: int) -> None:
        """Begin to count anew: the password was right."""
        self._set(account_id, {"failures": 0, "locked_until": None})

    def set_password(self, account_id: int, password: str) -> None:
        """Change a password; every session of the account ends."""
        self._set(account_id, {"password": password})
        self.end_sessions(account_id)

    def set_email(self, account_id: int, email: str) -> None:
        """Where an account is told that there are messages; empty: nowhere."""
        self._set(account_id, {"email": email})

    def disable(self, account_id: int, *, disabled: bool) -> None:
        """Shut an account out, or let it in again; its sessions end."""
        self._set(account_id, {"disabled": disabled})
        self.end_sessions(account_id)

    def start_session(self, account_id: int, token: str, csrf: str, span: tuple[datetime, datetime]) -> None:
        """Keep a session from its first to its last moment; sessions whose time is over are forgotten."""
        created, expires = span
        values = {
            "token": token,
            "account_id": account_id,
            "csrf": csrf,
            "created": created,
            "expires": expires,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(_SESSIONS).where(_SESSIONS.c.expires <= created))
            connection.execute(insert(_SESSIONS), values)

    def session(self, token: str, at: datetime) -> Session | None:
        """The session of that hash, where its time is not over and its account may sign in."""
        query = (
            select(_SESSIONS.c.csrf, _SESSIONS.c.expires, *_ACCOUNTS.c)
            .join_from(_SESSIONS, _ACCOUNTS)
            .where(_SESSIONS.c.token == token, _SESSIONS.c.expires > at, ~_ACCOUNTS.c.disabled)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else Session(row.csrf, row.expires, _account(row._mapping))

    def end_session(self, token: str) -> None:
        """Sign one browser out."""
        with writing(self._engine) as connection:
            connection.execute(delete(_SESSIONS).where(_SESSIONS.c.token == token))

    def end_sessions(self, account_id: int) -> None:
        """Sign an account out everywhere."""
        with writing(self._engine) as connection:
            connection.execute(delete(_SESSIONS).where(_SESSIONS.c.account_id == account_id))

    def _one(self, which: ColumnElement[bool]) -> Account | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(_ACCOUNTS).where(which)).first()
        return None if row is None else Account(**row._mapping)

    def _set(self, account_id: int, values: Mapping[str, object]) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(_ACCOUNTS).where(_ACCOUNTS.c.id == account_id).values(**values))


def _account(values: Mapping[Any, Any]) -> Account:
    return Account(**{field.name: values[field.name] for field in fields(Account)})
