"""Run by Alembic: applies the migrations on the connection that `migrate` hands over."""

from alembic import context

attributes = context.config.attributes
context.configure(connection=attributes["connection"], version_table=attributes["table"])
context.run_migrations()
