"""Experts, service institutions, and the patents that were given to them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables, and begin the versions of the two kinds of records."""
    _records("experts", "name", "unit")
    op.create_index("ix_experts_unit", "experts", ["unit"])
    _records("services", "name", "kind", "region")
    op.create_table(
        "commissions",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("party_id", sa.String, nullable=False),
        sa.Column("patent_id", sa.String, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("known", sa.Date),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_commissions_party_id", "commissions", ["party_id"])
    op.create_index("ix_commissions_patent_id", "commissions", ["patent_id"])
    versions = sa.table("versions", sa.column("kind"), sa.column("total"))
    op.bulk_insert(versions, [{"kind": kind, "total": "0" * 32} for kind in ("experts", "services")])


def _records(name: str, *texts: str) -> None:
    columns = [sa.Column(text, sa.String, nullable=False) for text in texts]
    own = (sa.Column("known", sa.Date), sa.Column("body", sa.Text, nullable=False))
    op.create_table(name, sa.Column("id", sa.String, primary_key=True), *columns, *own)
