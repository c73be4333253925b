"""Bands to filter by, the rows that records came from, and corrected columns by source."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_LEVELS = ("RESEARCH", "TRIAL", "PRODUCT")
_LIMITS = ((10, "TO_10"), (50, "TO_50"), (100, "TO_100"))
_AT_ONCE = 5_000


def upgrade() -> None:
    """Add two columns to the patents, filled from what is stored, and two tables."""
    for name in ("maturity_band", "fee_band"):
        op.add_column("patents", sa.Column(name, sa.String, nullable=False, server_default=""))
    _fill(op.get_bind())
    owner = sa.ForeignKey("imports.id", ondelete="CASCADE")
    op.create_table(
        "sightings",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("record_id", sa.String, primary_key=True),
        sa.Column("import_id", sa.Integer, owner, primary_key=True),
        sa.Column("sheet", sa.String, primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("fields", sa.String, nullable=False),
    )
    op.create_table(
        "column_mappings",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )


def _fill(connection: sa.Connection) -> None:
    patents = sa.table("patents", *map(sa.column, ("id", "body", "maturity_band", "fee_band")))
    change = (
        sa.update(patents)
        .where(patents.c.id == sa.bindparam("key"))
        .values(maturity_band=sa.bindparam("maturity"), fee_band=sa.bindparam("fee"))
    )
    after = ""
    query = sa.select(patents.c.id, patents.c.body).order_by(patents.c.id).limit(_AT_ONCE)
    while rows := connection.execute(query.where(patents.c.id > after)).all():
        after = rows[-1].id
        found = [{"key": id_, **_bands(json.loads(body))} for id_, body in rows]
        stated = [row for row in found if row["maturity"] or row["fee"]]
        if stated:
            connection.execute(change, stated)


def _bands(body: dict[str, dict[str, object]]) -> dict[str, str]:
    level = body.get("maturity", {}).get("level")
    return {
        "maturity": _LEVELS[min((int(str(level)) - 1) // 3, 2)] if level else "",
        "fee": _fee(body.get("fee", {})),
    }


def _fee(fee: dict[str, object]) -> str:
    amount = fee.get("amount")
    if not any((fee.get("kind"), amount is not None, fee.get("text"))):
        return ""
    if fee.get("kind") == "免费" or amount == 0:
        return "FREE"
    if amount is None:
        return "AGREED"
    return next((name for limit, name in _LIMITS if float(str(amount)) <= limit), "ABOVE_100")
