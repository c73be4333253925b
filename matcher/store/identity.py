"""By what numbers and names a record is met again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from matcher.domain import Enterprise, Patent
from matcher.errors import InputError
from matcher.identifiers import PublicationStage, enterprise_id, parse_publication, patent_id, squeezed
from matcher.store.records import Record

_CACHED = 10_000
"""Numbers kept parsed: a batch asks for each several times."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What identifies a record: `strong` is unique by law, `others` link unless the strong ones differ."""

    strong: str
    others: tuple[str, ...]

    def all(self) -> list[str]:
        """Every key once, the strong one first."""
        return list(dict.fromkeys(key for key in (self.strong, *self.others) if key))


def patent_keys(patent: Patent) -> Keys:
    """Application number (base digits), publication number (no kind code), and the record's own id."""
    publication = publication_key(patent.publication_number)
    return Keys(application_key(patent.application_number), (publication, patent.id))


def enterprise_keys(enterprise: Enterprise) -> Keys:
    """Credit code, name, and the record's own id."""
    return Keys(enterprise.credit_code, (enterprise_id("", enterprise.name), enterprise.id))


def record_keys(record: Record) -> Keys:
    """The id alone: for records that have no number known to others."""
    return Keys("", (record.id,))


@lru_cache(_CACHED)
def application_key(number: str) -> str:
    """CN201610123456.7 → CN201610123456, the id of its patent."""
    return patent_id(number, "", "", "")


@lru_cache(_CACHED)
def publication_key(number: str) -> str:
    """CN105123456A and CN105123456B → PNCN105123456, the id of a patent whose application is not known."""
    return patent_id("", number, "", "")


@lru_cache(_CACHED)
def publication_stage(number: str) -> PublicationStage | None:
    """Application or grant; None where the number does not say."""
    try:
        return parse_publication(number).stage
    except InputError:
        return None


def patent_candidates(number: str) -> list[str]:
    """The keys that `number`, in any form people type, may stand for; likelier first."""
    found = (number, application_key(number), publication_key(number))
    return list(dict.fromkeys(filter(None, found)))


def enterprise_candidates(text: str) -> list[str]:
    """The keys that an id, name or credit code may stand for."""
    return list(dict.fromkeys(filter(None, (text, squeezed(text), enterprise_id("", text)))))
