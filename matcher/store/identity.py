"""By what numbers and names a record is met again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from matcher.domain import Enterprise, Patent
from matcher.store.records import Record

_PUBLICATION = re.compile(r"(?P<country>[A-Z]{2})?(?P<digits>\d{6,})(?P<kind>[A-Z]\d?)?")
_APPLICATION = re.compile(r"(?:CN|ZL)*(?P<digits>\d{12}|\d{8})(?:\.?X|\.\d)?")
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
    return Keys(enterprise.credit_code.upper(), (name_key(enterprise.name), enterprise.id))


def record_keys(record: Record) -> Keys:
    """The id alone: for records that have no number known to others."""
    return Keys("", (record.id,))


@lru_cache(_CACHED)
def application_key(number: str) -> str:
    """CN201610123456.7, ZL201610123456.7 and CN201610123456 → CN201610123456; others as they stand."""
    number = _squeezed(number)
    match = _APPLICATION.fullmatch(number)
    return "CN" + match["digits"] if match else number


@lru_cache(_CACHED)
def publication_key(number: str) -> str:
    """CN105123456A and CN105123456B → PNCN105123456; others as they stand, with PN before."""
    number = _squeezed(number)
    match = _PUBLICATION.fullmatch(number)
    return f"PN{match['country'] or 'CN'}{match['digits']}" if match else number and f"PN{number}"


def publication_stage(number: str) -> int | None:
    """0 for a published application (A), 1 for a granted publication, None where the kind is not stated."""
    match = _PUBLICATION.fullmatch(_squeezed(number))
    if match is None or match["kind"] is None:
        return None
    return 0 if match["kind"].startswith("A") else 1


def name_key(name: str) -> str:
    """An enterprise's name without regard to widths, blanks and capitals."""
    name = _squeezed(name).casefold()
    return name and f"name:{name}"


def patent_candidates(number: str) -> list[str]:
    """The keys that `number`, in any form people type, may stand for; likelier first."""
    squeezed = _squeezed(number)
    digits = re.sub(r"^(?:CN|ZL)+", "", squeezed)
    found = [number, squeezed, application_key(squeezed)]
    if re.fullmatch(r"\d{13}|\d{9}|\d{12}X|\d{8}X", digits):
        found.append("CN" + digits[:-1])  # the check digit without its dot
    found.append(publication_key(squeezed))
    return list(dict.fromkeys(filter(None, found)))


def enterprise_candidates(text: str) -> list[str]:
    """The keys that a name or credit code may stand for."""
    return list(dict.fromkeys(filter(None, [text, _squeezed(text), name_key(text)])))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
