"""What a workspace reports on an authority's template, one function per verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from matcher.errors import InputError
from matcher.inventory import Item
from matcher.programme.submission_fields import Entry, Kind
from matcher.programme.submissions import (
    Filled,
    Template,
    deals_between,
    fill,
    read_template,
    write_submission,
)
from matcher.programme.transfer_list import DEALS
from matcher.store.database import Store
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Scope:
    """What is reported: of which holders (none: all), deals of which period."""

    since: date
    until: date
    holders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """The template and what it is filled with; nothing is written yet."""

    template: Template
    filled: Filled


def kind_named(name: str) -> Kind:
    """The kind of that name; raises InputError naming those there are."""
    try:
        return Kind(name)
    except ValueError as error:
        raise InputError(
            f"--format 应为 {'、'.join(Kind)}，收到的是“{name}”。", code="unknown_format"
        ) from error


def prepare(workspace: Workspace, kind: Kind, template: Path, scope: Scope) -> Submission:
    """Read the template and fill it in memory; raises InputError where the template cannot be used."""
    read = read_template(template, kind, workspace.settings.limits)
    entries = _ENTRIES[kind](workspace.store, scope)
    return Submission(read, fill(read, kind, entries, workspace.settings.home))


def submit(made: Submission, path: Path, *, partial: bool) -> int:
    """Write what is complete; raises InputError where rows lack something and `partial` does not allow leaving them out."""
    if made.filled.omitted and not partial:
        raise InputError(
            f"{made.filled.omitted} 行缺少模板要求的内容，未写出。请补齐，或加 --partial 只写完整的行。",
            code="rows_lacking",
        )
    write_submission(made.template, made.filled, path)
    return len(made.filled.rows)


def _inventory(store: Store, scope: Scope) -> list[Entry]:
    """Everything that its holder has assessed."""
    items = store.inventory.all()
    patents = store.patents.all(PatentFilter(holders=scope.holders))
    return [
        Entry(patent, item)
        for patent in patents
        if (item := items.get(patent.id) or Item(patent.id)).assessed
    ]


def _assessments(store: Store, scope: Scope) -> list[Entry]:
    patents = {patent.id: patent for patent in store.patents.all(PatentFilter(holders=scope.holders))}
    by_patent = store.assessments.by_patent(patents, scope.until)
    return [Entry(patents[id_], assessment=one) for id_ in sorted(by_patent) for one in by_patent[id_]]


def _deals(store: Store, scope: Scope) -> list[Entry]:
    found = [deal for deal in store.transactions.all(scope.until) if deal.kind in DEALS]
    deals = deals_between(found, scope.since, scope.until)
    patents = store.patents.many(deal.patent_id for deal in deals)
    return [
        Entry(patents[deal.patent_id], deal=deal)
        for deal in deals
        if _of(patents, deal.patent_id, scope.holders, deal.seller)
    ]


def _of(patents: Mapping[str, object], patent_id: str, holders: Sequence[str], seller: str) -> bool:
    return patent_id in patents and (not holders or seller in holders)


_ENTRIES = {Kind.INVENTORY: _inventory, Kind.ASSESSMENTS: _assessments, Kind.DEALS: _deals}
