"""Digests of the patents' bodies, so that what has changed since an index was built is found without reading them."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_AT_ONCE = 5_000


def upgrade() -> None:
    """Add the column, filled from what is stored, and the index that holds it."""
    op.add_column("patents", sa.Column("body_digest", sa.String, nullable=False, server_default=""))
    _fill(op.get_bind())
    op.create_index("ix_patents_body_digest", "patents", ["id", "body_digest"])


def _fill(connection: sa.Connection) -> None:
    patents = sa.table("patents", *map(sa.column, ("id", "body", "body_digest")))
    change = (
        sa.update(patents)
        .where(patents.c.id == sa.bindparam("key"))
        .values(body_digest=sa.bindparam("digest"))
    )
    after = ""
    query = sa.select(patents.c.id, patents.c.body).order_by(patents.c.id).limit(_AT_ONCE)
    while rows := connection.execute(query.where(patents.c.id > after)).all():
        after = rows[-1].id
        digests = [hashlib.blake2b(body.encode(), digest_size=16).hexdigest() for _, body in rows]
        found = [{"key": id_, "digest": digest} for (id_, _), digest in zip(rows, digests, strict=True)]
        connection.execute(change, found)
