"""One line per kind of record: its type, table, keys and facets."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic

from sqlalchemy import Table

from matcher.bands import fee_band, maturity_band
from matcher.domain import (
    Assessment,
    Enterprise,
    Expert,
    Holder,
    Need,
    Patent,
    ServiceInstitution,
    Transaction,
)
from matcher.store import tables
from matcher.store.identity import Keys, enterprise_keys, patent_keys, record_keys
from matcher.store.records import Mapping, R

SEPARATOR = "|"


@dataclass(frozen=True)
class Kind(Generic[R]):
    """How one type of record is stored and met again."""

    type: type[R]
    table: Table
    keys: Callable[[R], Keys] = record_keys
    aliases: Table | None = None
    link_field: str = "id"
    """The field that links records beside the strong number, named where it links wrongly."""
    derived: Callable[[R], dict[str, str]] = lambda _: {}
    """Columns computed from the record, to filter by."""
    undated: frozenset[str] = frozenset()
    """Fields that say nothing of when they were true: a change of one renews the row's `known`."""
    mapping: Mapping[R] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mapping", Mapping(self.type, self.table))


def facets(values: Iterable[str]) -> str:
    """|one|two|, without regard to widths and blanks; empty where there is no value."""
    joined = SEPARATOR.join(map(facet, values))
    return joined and f"{SEPARATOR}{joined}{SEPARATOR}"


def facet(value: str) -> str:
    """A value as facets hold it."""
    return "".join(unicodedata.normalize("NFKC", value).replace(SEPARATOR, " ").split())


def _patent_facets(patent: Patent) -> dict[str, str]:
    maturity, fee = maturity_band(patent.maturity), fee_band(patent.fee)
    return {
        "maturity_band": maturity.name if maturity else "",
        "fee_band": fee.name if fee else "",
        "holder_facets": facets(patent.holders),
        "ipc_facets": facets(patent.ipc),
        "mode_facets": facets(mode.value for mode in patent.modes),
    }


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
EXPERTS = Kind(Expert, tables.experts)
SERVICES = Kind(ServiceInstitution, tables.services)

KINDS: tuple[Kind[Any], ...] = (
    PATENTS,
    HOLDERS,
    ENTERPRISES,
    NEEDS,
    ASSESSMENTS,
    TRANSACTIONS,
    EXPERTS,
    SERVICES,
)
_BY_TYPE = {kind.type: kind for kind in KINDS}


def kind_of(record: R) -> Kind[R]:
    """The kind of a record."""
    return _BY_TYPE[type(record)]
