"""A feed of public needs beside that of patents; what both are about, and what was pulled, is a record of any kind."""

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the second feed with its state and its secret."""
    op.execute("ALTER TABLE feed RENAME COLUMN patent_id TO record_id")
    op.execute("ALTER TABLE pulled_records RENAME COLUMN patent_id TO record_id")
    op.create_table(
        "need_feed",
        sa.Column("record_id", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("offered", sa.Boolean, nullable=False),
        sa.Column("review", sa.Date),
    )
    op.create_index("ix_need_feed_review", "need_feed", ["review"])
    state = op.create_table(
        "need_feed_state",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("seen", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("secret", sa.String, nullable=False),
    )
    first = sa.text("'1985-04-01 00:00:00'")
    op.execute(state.insert().values(id=1, seen="", number=0, at=first, secret=token_hex(32)))
