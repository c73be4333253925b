"""The first schema: records, their aliases and facets, imports, versions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KINDS = ("patents", "holders", "enterprises", "needs", "assessments", "transactions")


def upgrade() -> None:
    """Create every table."""
    _create(
        "patents",
        "application_number publication_number region holder_facets ipc_facets mode_facets",
        "type status",
        "status_date filed published granted",
    )
    _create("holders", "name kind region", "", "")
    _create("enterprises", "name credit_code region", "", "")
    _create("needs", "enterprise_id enterprise region", "", "received valid_until")
    _create("assessments", "patent_id enterprise_id", "", "on")
    _create("transactions", "patent_id buyer_id", "kind", "on")
    indexed = {"holders": "name", "needs": "enterprise_id", "transactions": "patent_id"}
    for table, column in [*indexed.items(), ("assessments", "patent_id"), ("assessments", "enterprise_id")]:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for kind in ("patent", "enterprise"):
        _create_aliases(f"{kind}_aliases", f"{kind}s")
    _create_bookkeeping()


def _create(name: str, texts: str, terms: str, dates: str) -> None:
    """A record table: texts are never null, coded terms and dates may be."""
    op.create_table(
        name,
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(column, sa.String, nullable=False) for column in texts.split()),
        *(sa.Column(column, sa.String) for column in terms.split()),
        *(sa.Column(column, sa.Date) for column in dates.split()),
        sa.Column("known", sa.Date),
        sa.Column("body", sa.Text, nullable=False),
    )


def _create_aliases(name: str, records: str) -> None:
    owner = sa.ForeignKey(f"{records}.id", ondelete="CASCADE")
    op.create_table(
        name,
        sa.Column("alias", sa.String, primary_key=True),
        sa.Column("record_id", sa.String, owner, nullable=False),
    )
    op.create_index(f"ix_{name}_record_id", name, ["record_id"])


def _create_bookkeeping() -> None:
    counts = ("rows_read", "landed", "merged", "refused")
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        *(sa.Column(column, sa.String, nullable=False) for column in ("kind", "file", "sha256")),
        *(sa.Column(column, sa.Integer, nullable=False) for column in counts),
    )
    versions = op.create_table(
        "versions",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("total", sa.String, nullable=False),
    )
    op.bulk_insert(versions, [{"kind": kind, "total": "0" * 32} for kind in KINDS])
