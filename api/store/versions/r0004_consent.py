"""Links for filling in, interests with their answers, confirmations of 匿名 needs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "fill_in_links",
        sa.Column("token", sa.String, primary_key=True),
        *_texts("task_id", "holder", "unit", "made_by"),
        *_times("created", "expires"),
        sa.Column("used", sa.DateTime),
    )
    op.create_table(
        "interests",
        sa.Column("id", sa.String, primary_key=True),
        *_texts("enterprise_id", "patent_id", "need_id", "by"),
        *_times("created"),
        sa.Column("due", sa.Date, nullable=False),
    )
    for column in ("enterprise_id", "patent_id"):
        op.create_index(f"ix_interests_{column}", "interests", [column])
    op.create_table(
        "interest_answers",
        sa.Column("interest_id", sa.String, sa.ForeignKey("interests.id"), primary_key=True),
        sa.Column("holder", sa.String, primary_key=True),
        *_texts("reply", "reason", "by"),
        *_times("at"),
    )
    op.create_table(
        "need_confirmations",
        sa.Column("need_id", sa.String, primary_key=True),
        *_texts("shown", "by"),
        *_times("asked"),
        sa.Column("confirmed", sa.DateTime),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def _times(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime, nullable=False) for name in names]
