"""An index of the days that say when a patent came to be known: whom a day leaves out is found without the records."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the index; it holds all that is asked for."""
    op.create_index("ix_patents_days", "patents", ["published", "granted", "filed", "id"])
