"""Events, the versions of their lists, outcomes, duties, participations and schedules."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables of events."""
    _create("events", "name")
    _create(
        "match_lists",
        "event_id state checksum",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("published_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("snapshot", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "match_list_entries",
        sa.Column(
            "list_id", sa.String, sa.ForeignKey("match_lists.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("match_id", sa.String, primary_key=True),
        sa.Column("need_id", sa.String, nullable=False),
        sa.Column("patent_id", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    _create("outcomes", "event_id need_id patent_id state", sa.Column("version", sa.Integer, nullable=False))
    op.create_table(
        "outcome_steps",
        sa.Column("match_id", sa.String, sa.ForeignKey("outcomes.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    _create("duties", "match_id", sa.Column("due", sa.Date, nullable=False), sa.Column("done", sa.Date))
    _create("participations", "event_id")
    _create("schedules", "")
    indexed = {
        "events": "name",
        "match_lists": "event_id",
        "match_list_entries": "need_id",
        "outcomes": "event_id",
        "duties": "match_id",
        "participations": "event_id",
    }
    for table, column in indexed.items():
        op.create_index(f"ix_{table}_{column}", table, [column])


def _create(name: str, texts: str, *columns: sa.Column[Any]) -> None:
    """A table of records, as in the first schema."""
    op.create_table(
        name,
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(column, sa.String, nullable=False) for column in texts.split()),
        *columns,
        sa.Column("known", sa.Date),
        sa.Column("body", sa.Text, nullable=False),
    )
