"""消息: what each account is told, once, until it has read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.store import tables
from matcher.store.engine import reading, writing

_TABLE, _ACCOUNTS = tables.messages, tables.accounts


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `about` names what happened, so that nobody is told of it twice, `link` the page that shows it."""

    id: int
    account_id: int
    about: str
    text: str
    link: str
    at: datetime
    read: datetime | None = None
    mailed: datetime | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What is told, to whomever."""

    about: str
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Due:
    """An account that waits for an e-mail: how many unread messages it has not been mailed of, up to `newest`."""

    account_id: int
    email: str
    count: int
    newest: int


class Messages:
    """All messages of the service."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, account_ids: Sequence[int], news: News, at: datetime) -> list[int]:
        """Tell these accounts; those that have been told of it before are passed over. The ids of those told."""
        told = select(_TABLE.c.account_id).where(_TABLE.c.about == news.about)
        try:
            with writing(self._engine) as connection:
                known = set(connection.execute(told).scalars())
                fresh = [id_ for id_ in dict.fromkeys(account_ids) if id_ not in known]
                if fresh:
                    row = {"about": news.about, "text": news.text, "link": news.link, "at": at}
                    connection.execute(insert(_TABLE), [{"account_id": id_, **row} for id_ in fresh])
        except IntegrityError:  # another process has told them meanwhile
            return []
        return fresh

    def of(self, account_id: int, limit: int) -> list[Message]:
        """An account's newest messages."""
        query = select(_TABLE).where(_TABLE.c.account_id == account_id).order_by(_TABLE.c.id.desc())
        with reading(self._engine) as connection:
            return [Message(**row._mapping) for row in connection.execute(query.limit(limit))]

    def unread(self, account_id: int) -> int:
        """How many an account has not read."""
        query = select(func.count()).where(_TABLE.c.account_id == account_id, _TABLE.c.read.is_(None))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def mark_read(self, account_id: int, first: int, last: int, at: datetime) -> int:
        """Mark an account's own messages from one id to another as read; how many were not."""
        own = _TABLE.c.account_id == account_id, _TABLE.c.id.between(first, last), _TABLE.c.read.is_(None)
        with writing(self._engine) as connection:
            return connection.execute(update(_TABLE).where(*own).values(read=at)).rowcount

    def due(self) -> list[Due]:
        """The accounts with an address and unread messages of which they were sent no e-mail, by id."""
        query = (
            select(_ACCOUNTS.c.id, _ACCOUNTS.c.email, func.count(), func.max(_TABLE.c.id))
            .join(_TABLE, _TABLE.c.account_id == _ACCOUNTS.c.id)
            .where(_ACCOUNTS.c.email != "", ~_ACCOUNTS.c.disabled)
            .where(_TABLE.c.read.is_(None), _TABLE.c.mailed.is_(None))
            .group_by(_ACCOUNTS.c.id, _ACCOUNTS.c.email)
            .order_by(_ACCOUNTS.c.id)
        )
        with reading(self._engine) as connection:
            return [Due(*row) for row in connection.execute(query)]

    def mark_mailed(self, due: Due, at: datetime) -> None:
        """Note that an account was sent an e-mail of all up to its newest."""
        here = _TABLE.c.account_id == due.account_id, _TABLE.c.id <= due.newest, _TABLE.c.mailed.is_(None)
        with writing(self._engine) as connection:
            connection.execute(update(_TABLE).where(*here).values(mailed=at))

    def forget_before(self, at: datetime) -> None:
        """Forget what was read before a moment."""
        with writing(self._engine) as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.read < at))
