"""A job knows its worker and when that last showed itself; one job runs at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add worker, beat and the index that allows one running job; what ran before waits again."""
    op.execute("UPDATE jobs SET state = '等待中' WHERE state = '进行中'")
    op.add_column("jobs", sa.Column("worker", sa.String, nullable=False, server_default=""))
    op.add_column("jobs", sa.Column("beat", sa.DateTime))
    running = sa.text("state = '进行中'")
    op.create_index(
        "jobs_one_running",
        "jobs",
        ["state"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
