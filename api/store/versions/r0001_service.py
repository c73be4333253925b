"""The service's first schema: accounts, sessions, invitations, keys, audit, jobs."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WHO = ("name", "role", "subject")
_REFUSED = "the audit log is append-only"
_APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for change in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"'BEGIN RAISE integrity_constraint_violation USING MESSAGE = ''{_REFUSED}''; END'",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ],
}


def upgrade() -> None:
    """Create every table; the audit log refuses changes."""
    _accounts()
    _create("invitations", [_key("token")], _WHO, "created expires")
    _create(
        "api_keys",
        [_key("id")],
        ("secret", *_WHO, "scopes"),
        "created expires",
        sa.Column("revoked", sa.DateTime),
    )
    _create(
        "audit",
        [sa.Column("id", sa.Integer, primary_key=True)],
        ["actor", "action", "object", "request_id"],
        "at",
    )
    _create(
        "jobs",
        [_key("id")],
        ["kind", "title", "by", "state", "message", "task"],
        "created",
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("finished", sa.DateTime),
    )
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def _accounts() -> None:
    _create(
        "accounts",
        [
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("login", sa.String, nullable=False, unique=True),
        ],
        (*_WHO, "password"),
        "created",
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.DateTime),
        sa.Column("disabled", sa.Boolean, nullable=False),
    )
    owner = sa.Column(
        "account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False
    )
    _create("sessions", [_key("token"), owner], ("csrf",), "created expires")
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=True)


def _create(
    name: str, first: Sequence[sa.Column[Any]], texts: Sequence[str], times: str, *more: sa.Column[Any]
) -> None:
    """A table whose texts and times are never null."""
    op.create_table(
        name,
        *first,
        *(sa.Column(column, sa.String, nullable=False) for column in texts),
        *(sa.Column(column, sa.DateTime, nullable=False) for column in times.split()),
        *more,
    )
