"""The tables: columns for what is filtered or joined on, a JSON body for the rest.

History lives in `migrations`; a test compares the two.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()


def _record_table(name: str, *columns: Column[Any]) -> Table:
    """Columns every record has: its id, when its undated facts became known, and the rest as JSON."""
    own = (Column("known", Date), Column("body", Text, nullable=False))
    return Table(name, metadata, Column("id", String, primary_key=True), *columns, *own)


def _alias_table(name: str, records: Table) -> Table:
    """Every number and name by which a record can be met again → its id."""
    owner = ForeignKey(records.c.id, ondelete="CASCADE")
    return Table(
        name,
        metadata,
        Column("alias", String, primary_key=True),
        Column("record_id", String, owner, nullable=False, index=True),
    )


def _text(name: str, *, index: bool = False) -> Column[str]:
    return Column(name, String, nullable=False, default="", index=index)


patents = _record_table(
    "patents",
    _text("application_number"),
    _text("publication_number"),
    Column("type", String),
    Column("status", String),
    Column("status_date", Date),
    Column("filed", Date),
    Column("published", Date),
    Column("granted", Date),
    _text("region"),
    _text("holder_facets"),
    _text("ipc_facets"),
    _text("mode_facets"),
    _text("maturity_band"),
    _text("fee_band"),
    _text("body_digest"),
)
"""Facets hold what a patent has several of and is filtered by, as |one|two|: scanned in 0.1 s per 200 k. Bands hold the
names of `matcher.bands`, empty where nothing is stated."""
Index("ix_patents_body_digest", patents.c.id, patents.c.body_digest)
Index("ix_patents_days", patents.c.published, patents.c.granted, patents.c.filed, patents.c.id)
patent_aliases = _alias_table("patent_aliases", patents)
holders = _record_table("holders", _text("name", index=True), _text("kind"), _text("region"))
enterprises = _record_table("enterprises", _text("name"), _text("credit_code"), _text("region"))
enterprise_aliases = _alias_table("enterprise_aliases", enterprises)
needs = _record_table(
    "needs",
    _text("enterprise_id", index=True),
    _text("enterprise"),
    _text("region"),
    Column("received", Date),
    Column("valid_until", Date),
)
# Assessments and transactions may name patents and enterprises that are imported later, or never:
# ids are resolved through the aliases when read, so the order of imports does not matter.
assessments = _record_table(
    "assessments", _text("patent_id", index=True), _text("enterprise_id", index=True), Column("on", Date)
)
transactions = _record_table(
    "transactions",
    _text("patent_id", index=True),
    Column("kind", String),
    Column("on", Date),
    _text("buyer_id"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("kind", String, nullable=False),
    Column("file", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("landed", Integer, nullable=False),
    Column("merged", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
)

sightings = Table(
    "sightings",
    metadata,
    Column("kind", String, primary_key=True),
    Column("record_id", String, primary_key=True),
    Column("import_id", Integer, ForeignKey(imports.c.id, ondelete="CASCADE"), primary_key=True),
    Column("sheet", String, primary_key=True),
    Column("row", Integer, primary_key=True),
    _text("fields"),
)
"""`fields` are separated by blanks: those that the row changed, none where it brought the record."""
column_mappings = Table(
    "column_mappings",
    metadata,
    Column("kind", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("body", Text, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("kind", String, primary_key=True),
    Column("total", String, nullable=False),
)
"""Per kind, the sum modulo 2^128 of the digests of its records (hex): independent of order and batches."""

events = _record_table("events", _text("name", index=True))
match_lists = _record_table(
    "match_lists",
    _text("event_id", index=True),
    Column("number", Integer, nullable=False),
    _text("state"),
    _text("checksum"),
    Column("published_on", Date),
    Column("version", Integer, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
)
"""`snapshot` is the list itself, compressed: what was handed out, explained a year later."""
match_list_entries = Table(
    "match_list_entries",
    metadata,
    Column("list_id", String, ForeignKey(match_lists.c.id, ondelete="CASCADE"), primary_key=True),
    Column("match_id", String, primary_key=True),
    _text("need_id", index=True),
    _text("patent_id"),
    Column("body", Text, nullable=False),
)
outcomes = _record_table(
    "outcomes",
    _text("event_id", index=True),
    _text("need_id"),
    _text("patent_id"),
    _text("state"),
    Column("version", Integer, nullable=False),
)
outcome_steps = Table(
    "outcome_steps",
    metadata,
    Column("match_id", String, ForeignKey(outcomes.c.id, ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("body", Text, nullable=False),
)
duties = _record_table(
    "duties", _text("match_id", index=True), Column("due", Date, nullable=False), Column("done", Date)
)
participations = _record_table("participations", _text("event_id", index=True))
schedules = _record_table("schedules")

# An item of the inventory may outlive a patent's merging into another: its id is resolved when read.
inventory = _record_table("inventory", _text("stage", index=True), Column("version", Integer, nullable=False))
inventory_steps = Table(
    "inventory_steps",
    metadata,
    Column("patent_id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    _text("stage"),
    Column("body", Text, nullable=False),
)
"""`stage` is the state after the step: what an earlier day looked like is read without the bodies."""
inventory_tasks = _record_table(
    "inventory_tasks",
    _text("batch", index=True),
    _text("holder"),
    _text("unit"),
    Column("made_on", Date),
    Column("returned_on", Date),
)
responses = _record_table(
    "responses", _text("subject"), _text("state"), Column("version", Integer, nullable=False)
)
response_states = Table(
    "response_states",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

experts = _record_table("experts", _text("name"), _text("unit", index=True))
services = _record_table("services", _text("name"), _text("kind"), _text("region"))
commissions = _record_table(
    "commissions",
    _text("kind"),
    _text("party_id", index=True),
    _text("patent_id", index=True),
    Column("on", Date, nullable=False),
)
"""Patents given to experts and to service institutions; their ids are resolved when read, as those of assessments."""
