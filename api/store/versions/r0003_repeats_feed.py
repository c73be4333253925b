"""Answers kept for repeated requests; the feed of transferable patents, and what was pulled from others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    _repeats()
    _feed()
    _sources()


def _repeats() -> None:
    op.create_table(
        "repeats",
        sa.Column("program", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.LargeBinary),
        sa.Column("headers", sa.Text),
        sa.Column("media_type", sa.String),
    )


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("patent_id", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("offered", sa.Boolean, nullable=False),
        sa.Column("review", sa.Date),
    )
    op.create_index("ix_feed_review", "feed", ["review"])
    state = op.create_table(
        "feed_state",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("seen", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.execute(state.insert().values(id=1, seen="", number=0, at=sa.text("'1985-04-01 00:00:00'")))


def _sources() -> None:
    op.create_table(
        "feed_sources",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("cursor", sa.String, nullable=False),
        sa.Column("pulled", sa.DateTime, nullable=False),
    )
    op.create_table(
        "pulled_records",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("remote_id", sa.String, primary_key=True),
        sa.Column("patent_id", sa.String, nullable=False),
        sa.Column("changed", sa.DateTime, nullable=False),
        sa.Column("pulled", sa.DateTime, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )
