"""What becomes of a stored record when another source speaks of it: pure functions, field by field.

An emptier field never erases. Chinese replaces Latin text and is no conflict with it. Facts that move on with
time (legal status, what a grant changed) follow the newer source. Any other difference is a conflict: the
stored value stays and both are reported.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum, StrEnum
from typing import Any, Generic

from matcher.domain import (
    Encumbrance,
    Enterprise,
    Expert,
    FeeTerms,
    Holder,
    LegalStatus,
    Maturity,
    MaturitySource,
    Need,
    Patent,
    ServiceInstitution,
)
from matcher.identifiers import PublicationStage
from matcher.store.identity import application_key, publication_key, publication_stage
from matcher.store.records import R


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field on which two sources disagree, as text; the stored value stayed."""

    field: str
    stored: str
    new: str


@dataclass(frozen=True, slots=True)
class Merged(Generic[R]):
    """The record after merging, the names of the fields that changed, and the conflicts, in field order."""

    record: R
    changed: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


class Rule(StrEnum):
    """How a field is merged once both sources state it and they differ."""

    KEEP = "keep"
    """A conflict."""
    FIRST = "first"
    """Provenance: the first stays, silently."""
    TEXT = "text"
    """Chinese over Latin; a text that continues the other wins."""
    NAME = "name"
    """Chinese over Latin."""
    PLACE = "place"
    """Chinese over Latin; a place that names the other inside it wins: 云南省昆明市 over 昆明市."""
    LIST = "list"
    """Chinese over Latin; a list that contains the other wins."""
    UNION = "union"
    """Both together."""


_RULES: dict[type, dict[str, Rule]] = {
    Patent: {
        "title": Rule.NAME,
        "abstract": Rule.TEXT,
        "first_claim": Rule.TEXT,
        "scenario": Rule.TEXT,
        "region": Rule.PLACE,
        "holders": Rule.LIST,
        "inventors": Rule.LIST,
        "ipc": Rule.LIST,
        "keywords": Rule.UNION,
    },
    Enterprise: {
        "name": Rule.NAME,
        "region": Rule.PLACE,
        "kinds": Rule.UNION,
        "focus_areas": Rule.UNION,
    },
    Need: {
        "title": Rule.NAME,
        "description": Rule.TEXT,
        "enterprise": Rule.NAME,
        "region": Rule.PLACE,
        "ipc": Rule.LIST,
    },
    Holder: {"name": Rule.NAME, "region": Rule.PLACE},
    Expert: {"focus": Rule.UNION, "avoids": Rule.UNION},
    ServiceInstitution: {"region": Rule.PLACE, "industries": Rule.UNION, "products": Rule.UNION},
}
_PROVENANCE = {"id": Rule.FIRST, "source": Rule.FIRST, "own_id": Rule.FIRST}
_BIBLIOGRAPHY = frozenset({"title", "abstract", "first_claim", "holders", "inventors", "ipc"})
"""What the publication of the grant may change against that of the application."""
_NUMBERS = frozenset({"application_number", "publication_number", "published"})
_STATUS = frozenset({"status", "status_date", "encumbrances"})
_MATURITY_STRENGTH = {source: -rank for rank, source in enumerate(MaturitySource)}
_HAN = re.compile(r"[㐀-鿿]")
_LATIN = re.compile(r"[A-Za-z]")


class _Choice(StrEnum):
    STORED = "stored"
    NEW = "new"
    CONFLICT = "conflict"


def merge(stored: R, new: R, *, prefer_new: bool = False) -> Merged[R]:
    """`stored` after hearing `new`, a record of the same type and identity.

    With `prefer_new` the new value stands where they conflict (an officer's correction); it is reported all
    the same. Merging a record again that has been merged before changes nothing.
    """
    if stored == new:
        return Merged(stored, (), ())
    values: dict[str, Any] = {}
    conflicts = []
    for name in (field.name for field in fields(stored)):
        old, fresh = getattr(stored, name), getattr(new, name)
        if old == fresh or fresh in (None, "", ()):
            continue
        value = _field(stored, new, name)
        if value is _Choice.CONFLICT:
            conflicts.append(Conflict(name, shown(old), shown(fresh)))
            value = fresh if prefer_new else old
        if value != old:
            values[name] = value
    if not values:
        return Merged(stored, (), tuple(conflicts))
    return Merged(replace(stored, **values), tuple(values), tuple(conflicts))


def shown(value: object) -> str:
    """A field's value as an officer reads it in a report."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "；".join(map(shown, value))
    if is_dataclass(value):
        return " ".join(filter(None, (shown(getattr(value, field.name)) for field in fields(value))))
    return str(value)


def _field(stored: object, new: object, name: str) -> Any:  # noqa: ANN401 (any field's value, or CONFLICT)
    """The merged value of a field on which the new record says something else."""
    old, fresh = getattr(stored, name), getattr(new, name)
    if isinstance(stored, Patent) and isinstance(new, Patent) and name in _STATUS:
        return _status_field(stored, new, name)
    if old in (None, "", ()):
        return fresh
    if isinstance(stored, Patent) and isinstance(new, Patent) and name in _NUMBERS:
        choice = _number(stored, new, name)
    elif isinstance(old, Maturity) and isinstance(fresh, Maturity):
        choice = _by_age(_MATURITY_STRENGTH[fresh.source] - _MATURITY_STRENGTH[old.source])
    else:
        rule = _PROVENANCE.get(name) or _RULES.get(type(stored), {}).get(name, Rule.KEEP)
        if rule is Rule.UNION:
            known = set(map(_plain, old))
            return old + tuple(item for item in fresh if _plain(item) not in known)
        choice = _by_rule(rule, old, fresh, _stage_order(stored, new) if name in _BIBLIOGRAPHY else 0)
    return {_Choice.STORED: old, _Choice.NEW: fresh, _Choice.CONFLICT: choice}[choice]


def _by_rule(rule: Rule, old: Any, fresh: Any, age: int) -> _Choice:  # noqa: ANN401 (values of any field)
    if rule is Rule.FIRST or _same(old, fresh):
        return _Choice.STORED
    if rule in (Rule.TEXT, Rule.PLACE, Rule.NAME, Rule.LIST) and (language := _language(old, fresh)):
        return _by_age(language)
    if age:
        return _by_age(age)
    if rule is Rule.LIST:
        return _by_age(_containment(set(map(_plain, old)), set(map(_plain, fresh))))
    if rule is Rule.PLACE:
        return _by_age((_plain(old) in _plain(fresh)) - (_plain(fresh) in _plain(old)))
    if rule is Rule.TEXT:
        return _by_age(_continuation(_plain(old).rstrip(".…"), _plain(fresh).rstrip(".…")))
    return _Choice.CONFLICT


def _number(stored: Patent, new: Patent, name: str) -> _Choice:
    """Numbers and first publication across the two publications of one patent."""
    age = _stage_order(stored, new)
    if name == "published":
        # A grant is published a second time: only the first day counts.
        return _by_age(1 if new.published < stored.published else -1)  # type: ignore[operator]  # both are stated
    if name == "application_number":
        if application_key(stored.application_number) != application_key(new.application_number):
            return _Choice.CONFLICT
        return _by_age(len(new.application_number) - len(stored.application_number) or -1)
    if age:
        return _by_age(age)
    if publication_key(stored.publication_number) != publication_key(new.publication_number):
        return _Choice.CONFLICT
    return _by_age(1 if publication_stage(stored.publication_number) is None else -1)


def _status_field(stored: Patent, new: Patent, name: str) -> Any:  # noqa: ANN401
    """Status, its date and the encumbrances move together, with the later date."""
    if name == "encumbrances":
        return _encumbrances(stored, new)
    age = _status_order(stored, new)
    if new.status is not None and (stored.status is None or age > 0):
        return getattr(new, name)
    undated = stored.status_date and not new.status_date and new.status is not LegalStatus.PENDING
    if name == "status" and stored.status != new.status and (age == 0 or undated):
        return _Choice.CONFLICT
    return getattr(stored, name)


def _status_order(stored: Patent, new: Patent) -> int:
    """1 where the new record's status is the newer, -1 where it is the older, 0 where nothing tells."""
    if stored.status is None or new.status is None:
        return 0
    if stored.status_date or new.status_date:
        return _status_day_order(stored, new)
    if stored.status == new.status:
        return 0
    # Every life begins as an application: a source that still says so, or speaks of that publication, is older.
    pending = (stored.status is LegalStatus.PENDING) - (new.status is LegalStatus.PENDING)
    return pending or _stage_order(stored, new)


def _stage_order(stored: object, new: object) -> int:
    """1 where the new record is the publication of the grant and the stored one that of the application."""
    if not isinstance(stored, Patent) or not isinstance(new, Patent):
        return 0
    old, fresh = publication_stage(stored.publication_number), publication_stage(new.publication_number)
    if old is None or fresh is None or old is fresh:
        return 0
    return 1 if fresh is PublicationStage.GRANT else -1


def _status_day_order(stored: Patent, new: Patent) -> int:
    """As _status_order by the days alone: a dated statement outweighs an undated one."""
    fresh, old = ((patent.status and patent.status_date) or date.min for patent in (new, stored))
    return (fresh > old) - (fresh < old)


def _encumbrances(stored: Patent, new: Patent) -> tuple[Encumbrance, ...]:
    """Those of the later status; of one day, both together, and an end that only one knows is kept."""
    age = _status_day_order(stored, new)
    if age and stored.encumbrances:
        return new.encumbrances if age > 0 else stored.encumbrances
    merged = {(item.kind, item.party, item.since): item for item in stored.encumbrances}
    for item in new.encumbrances:
        known = merged.setdefault((item.kind, item.party, item.since), item)
        if known.until is None and item.until is not None:
            merged[item.kind, item.party, item.since] = item
    return tuple(merged.values())


def _by_age(age: int) -> _Choice:
    return _Choice.CONFLICT if age == 0 else _Choice.NEW if age > 0 else _Choice.STORED


def _containment(old: set[str], fresh: set[str]) -> int:
    return 1 if old < fresh else -1 if fresh <= old else 0


def _continuation(old: str, fresh: str) -> int:
    return 1 if fresh.startswith(old) and fresh != old else -1 if old.startswith(fresh) else 0


def _language(old: object, fresh: object) -> int:
    """1 where only the new text is Chinese and the stored one Latin, -1 the other way round, else 0."""
    if _HAN.search(shown(fresh)):
        return int(_latin_only(shown(old)))
    return -int(bool(_HAN.search(shown(old))) and _latin_only(shown(fresh)))


def _latin_only(text: str) -> bool:
    return bool(_LATIN.search(text)) and not _HAN.search(text)


def _same(old: object, fresh: object) -> bool:
    if isinstance(old, tuple) and isinstance(fresh, tuple):
        return set(map(_plain, old)) == set(map(_plain, fresh))
    if isinstance(old, FeeTerms) and isinstance(fresh, FeeTerms):
        return (old.kind, old.amount) == (fresh.kind, fresh.amount)
    return isinstance(old, str) and _plain(old) == _plain(fresh)


def _plain(value: object) -> str:
    """A value without regard to widths, blanks and capitals: differences of form are no conflict."""
    return "".join(unicodedata.normalize("NFKC", shown(value)).split()).casefold()
