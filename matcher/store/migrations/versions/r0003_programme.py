"""The inventory: each patent's state with its history, and what was handed out to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables of the inventory."""
    op.create_table(
        "inventory",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("known", sa.Date),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_inventory_stage", "inventory", ["stage"])
    op.create_table(
        "inventory_steps",
        sa.Column("patent_id", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "inventory_tasks",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("batch", sa.String, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("made_on", sa.Date),
        sa.Column("returned_on", sa.Date),
        sa.Column("known", sa.Date),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_inventory_tasks_batch", "inventory_tasks", ["batch"])
