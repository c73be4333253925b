"""One interest of an enterprise in a patent, kept so by the database: ids no longer say whose it is."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the unique index."""
    op.create_index("ux_interests_pair", "interests", ["enterprise_id", "patent_id"], unique=True)
