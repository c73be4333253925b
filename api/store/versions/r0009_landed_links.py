"""A fill-in link is used up for good once what was handed in under it has landed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the moment; links that were used have landed."""
    op.add_column("fill_in_links", sa.Column("landed", sa.DateTime, nullable=True))
    op.execute("UPDATE fill_in_links SET landed = used")
