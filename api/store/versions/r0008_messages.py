"""消息 to accounts, and the address to which an account wants to be told that there are some."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table of messages and the accounts' column."""
    op.add_column("accounts", sa.Column("email", sa.String, nullable=False, server_default=""))
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("link", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("read", sa.DateTime, nullable=True),
        sa.Column("mailed", sa.DateTime, nullable=True),
    )
    op.create_index("ix_messages_unread", "messages", ["account_id", "read"])
    op.create_index("ux_messages_about", "messages", ["account_id", "about"], unique=True)
