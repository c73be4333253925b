"""One line per kind of record: its type, table, keys and facets."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic

from sqlalchemy import Table

from matcher.domain import Assessment, Enterprise, Holder, Need, Patent, Transaction
from matcher.store import tables
from matcher.store.identity import Keys, enterprise_keys, patent_keys, record_keys
from matcher.store.records import Mapping, R


@dataclass(frozen=True, slots=True, order=True)
class Facet:
    """One of several values that a record is filtered by."""

    name: str
    value: str


@dataclass(frozen=True)
class Kind(Generic[R]):
    """How one type of record is stored and met again."""

    type: type[R]
    table: Table
    keys: Callable[[R], Keys] = record_keys
    aliases: Table | None = None
    link_field: str = "id"
    """The field that links records beside the strong number, named where it links wrongly."""
    facets: Callable[[R], set[Facet]] | None = None
    undated: frozenset[str] = frozenset()
    """Fields that say nothing of when they were true: a change of one renews the row's `known`."""
    mapping: Mapping[R] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mapping", Mapping(self.type, self.table))


def facet_value(text: str) -> str:
    """A value as facets hold it: without regard to widths and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _patent_facets(patent: Patent) -> set[Facet]:
    return set(_stated_facets(patent))


def _stated_facets(patent: Patent) -> Iterator[Facet]:
    for name, values in (("holder", patent.holders), ("ipc", patent.ipc), ("mode", patent.modes)):
        yield from (Facet(name, facet_value(value)) for value in values)


DECLARATIONS = frozenset(
    {"modes", "fee", "maturity", "evaluation_report", "implementation", "scenario", "prospect", "contact"}
)
"""What holders say of a patent, which no source dates."""

PATENTS = Kind(
    Patent,
    tables.patents,
    patent_keys,
    tables.patent_aliases,
    "publication_number",
    _patent_facets,
    DECLARATIONS | {"status", "encumbrances"},
)
HOLDERS = Kind(Holder, tables.holders)
ENTERPRISES = Kind(Enterprise, tables.enterprises, enterprise_keys, tables.enterprise_aliases, "name")
NEEDS = Kind(Need, tables.needs)
ASSESSMENTS = Kind(Assessment, tables.assessments)
TRANSACTIONS = Kind(Transaction, tables.transactions)

KINDS: tuple[Kind[Any], ...] = (PATENTS, HOLDERS, ENTERPRISES, NEEDS, ASSESSMENTS, TRANSACTIONS)
_BY_TYPE = {kind.type: kind for kind in KINDS}


def kind_of(record: R) -> Kind[R]:
    """The kind of a record."""
    return _BY_TYPE[type(record)]
