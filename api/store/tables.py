"""The service's tables. History lives in `versions`; a test compares the two."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()


def _day(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime, nullable=nullable)


def _text(name: str) -> Column[str]:
    return Column(name, String, nullable=False)


accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String, nullable=False, unique=True),
    _text("name"),
    _text("role"),
    _text("subject"),
    _text("password"),
    Column("failures", Integer, nullable=False),
    _day("locked_until", nullable=True),
    _day("created"),
    Column("disabled", Boolean, nullable=False),
    Column("email", String, nullable=False, server_default=""),
)
"""`subject`: the holder's name or the enterprise's id that the account speaks for; `password`: an argon2id hash;
`email`: where to tell that there are messages, empty for nowhere."""

sessions = Table(
    "sessions",
    metadata,
    Column("token", String, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    _text("csrf"),
    _day("created"),
    _day("expires"),
)
"""`token`: SHA-256 of what the browser holds."""

failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", String, nullable=False, index=True),
    _day("at"),
)
"""Wrong passwords by the address that they came from, for a quarter of an hour."""

invitations = Table(
    "invitations",
    metadata,
    Column("token", String, primary_key=True),
    _text("name"),
    _text("role"),
    _text("subject"),
    _day("created"),
    _day("expires"),
)
"""One-time links; a used one is gone."""

keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    _text("secret"),
    _text("name"),
    _text("role"),
    _text("subject"),
    _text("scopes"),
    _day("created"),
    _day("expires"),
    _day("revoked", nullable=True),
)
"""`secret`: SHA-256 of the key's secret half; `scopes`: operations, separated by spaces."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    _day("at"),
    _text("actor"),
    _text("action"),
    _text("object"),
    _text("request_id"),
)
"""Append-only: triggers refuse changes and deletions."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    _text("kind"),
    _text("title"),
    _text("by"),
    _text("state"),
    Column("attempts", Integer, nullable=False),
    Column("progress", Float, nullable=False),
    _text("message"),
    _text("task"),
    Column("result", Text, nullable=False),
    _day("created"),
    _day("finished", nullable=True),
    Column("worker", String, nullable=False, server_default=""),
    _day("beat", nullable=True),
    # One job at a time, whatever the number of processes: the database refuses a second.
    Index(
        "jobs_one_running",
        "state",
        unique=True,
        sqlite_where=text("state = '进行中'"),
        postgresql_where=text("state = '进行中'"),
    ),
)
"""`task`: what to do, as JSON, so that a restarted process can go on; `result`: what came of it, as JSON."""

repeats = Table(
    "repeats",
    metadata,
    Column("program", String, primary_key=True),
    Column("key", String, primary_key=True),
    _text("digest"),
    _day("created"),
    Column("status", Integer),
    Column("body", LargeBinary),
    Column("headers", Text),
    Column("media_type", String),
)
"""Answers by Idempotency-Key; `digest`: SHA-256 of method, address and body; without a status the first is at work."""


def _feed(name: str) -> Table:
    """Every record's newest change: `number` counts them, `digest` of what it was, `review` when time may change it."""
    return Table(
        name,
        metadata,
        Column("record_id", String, primary_key=True),
        Column("number", Integer, nullable=False, unique=True),
        _day("at"),
        _text("digest"),
        Column("offered", Boolean, nullable=False),
        Column("review", Date, index=True),
    )


def _feed_state(name: str, *more: Column[Any]) -> Table:
    """One row: the data and day that a feed stands for, and the newest number and moment given out."""
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        _text("seen"),
        Column("number", Integer, nullable=False),
        _day("at"),
        *more,
    )


feed, feed_state = _feed("feed"), _feed_state("feed_state")
need_feed, need_feed_state = _feed("need_feed"), _feed_state("need_feed_state", _text("secret"))
"""`secret`: what 匿名 needs are numbered by."""

sources = Table(
    "feed_sources",
    metadata,
    Column("name", String, primary_key=True),
    _text("cursor"),
    _day("pulled"),
)
"""How far each source has been pulled."""

pulled = Table(
    "pulled_records",
    metadata,
    Column("source", String, primary_key=True),
    Column("remote_id", String, primary_key=True),
    _text("record_id"),
    _day("changed"),
    _day("pulled"),
    Column("gone", Boolean, nullable=False),
    _text("reason"),
)
"""What came from where: `changed` as the source says, `gone` where it offers the patent no more, and why."""

links = Table(
    "fill_in_links",
    metadata,
    Column("token", String, primary_key=True),
    _text("task_id"),
    _text("holder"),
    _text("unit"),
    _text("made_by"),
    _day("created"),
    _day("expires"),
    _day("used", nullable=True),
    _day("landed", nullable=True),
)
"""One-time links to the self-assessments of one 盘点任务, by the hash of their tokens; `used` when a hand-in began,
`landed` when it was stored."""

interests = Table(
    "interests",
    metadata,
    Column("id", String, primary_key=True),
    Column("enterprise_id", String, nullable=False, index=True),
    Column("patent_id", String, nullable=False, index=True),
    _text("need_id"),
    _text("by"),
    _day("created"),
    Column("due", Date, nullable=False),
    Index("ux_interests_pair", "enterprise_id", "patent_id", unique=True),
)
"""我想了解: one of each enterprise and patent."""

answers = Table(
    "interest_answers",
    metadata,
    Column("interest_id", String, ForeignKey("interests.id"), primary_key=True),
    Column("holder", String, primary_key=True),
    _text("reply"),
    _text("reason"),
    _text("by"),
    _day("at"),
)
"""One answer of each holder: the first stands."""

confirmations = Table(
    "need_confirmations",
    metadata,
    Column("need_id", String, primary_key=True),
    _day("asked"),
    _text("shown"),
    _text("by"),
    _day("confirmed", nullable=True),
)
"""Needs that are to be 匿名: until `confirmed` they are stored as 仅主管部门; `shown`: what was agreed to."""

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    _text("about"),
    _text("text"),
    _text("link"),
    _day("at"),
    _day("read", nullable=True),
    _day("mailed", nullable=True),
    Index("ix_messages_unread", "account_id", "read"),
    Index("ux_messages_about", "account_id", "about", unique=True),
)
"""What accounts are told: one of each `about`."""
