"""Lands one batch of records in one transaction: finds whom each one is, merges, writes what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Connection, bindparam, delete, insert, select, update

from matcher import errors
from matcher.errors import InputError
from matcher.store import tables
from matcher.store.identity import Keys
from matcher.store.kinds import Kind
from matcher.store.merging import Conflict, merge
from matcher.store.records import R, digest

_MODULUS = 1 << 128
_PARAMETERS = 10_000
T = TypeVar("T")


class Landing(StrEnum):
    """What became of an input record."""

    LANDED = "landed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input record, in input order.

    `id` is the record's id in the store; `changed` and `conflicts` name fields; `linked` are ids of
    stored records that this one proved to be the same and that now go by `id`.
    """

    id: str
    landing: Landing
    changed: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    linked: tuple[str, ...] = ()


class Intake(Generic[R]):
    """The state of one batch: what the database held of it, and what it holds after."""

    def __init__(self, connection: Connection, kind: Kind[R], known: date | None, prefer_new: bool) -> None:
        self._connection = connection
        self._kind = kind
        self._known = known
        self._prefer_new = prefer_new
        self._owners: dict[str, str] = {}
        """Key → id of the record that owns it."""
        self._stored: dict[str, R] = {}
        self._records: dict[str, R] = {}
        self._new_keys: dict[str, str] = {}
        self._moved: dict[str, str] = {}
        """Id that no longer stands → the id it was folded into."""
        self._redated: set[str] = set()

    def land(self, records: Sequence[R]) -> list[Outcome]:
        """Merge the records in order and write the result."""
        self._fetch(records)
        outcomes = [self._place(record) for record in records]
        self._write()
        return outcomes

    def edit(self, before: R, after: R | None) -> None:
        """Put `after` in the place of a stored record, emptier fields included; None takes the record away.

        Raises errors.Conflict where the store holds another record than `before` by now, and InputError where a number
        of `after` is another record's.
        """
        self._fetch([before])
        if self._stored.get(before.id) != before:
            raise errors.Conflict(f"“{before.id}”在您读取之后已被他人修改或撤回。请重新读取，核对后再改。")
        if after is None:
            del self._records[before.id]
        else:
            self._fetch([after])
            keys = self._kind.keys(after).all()
            if others := [key for key in keys if self._owner(key) not in (None, before.id)]:
                raise InputError(f"号码或名称“{others[0]}”已属于另一条记录，没有更改。", code="number_taken")
            self._put(after, before.id)
            self._own(keys, before.id)
            self._redated.add(before.id)
        self._write()

    def _fetch(self, records: Sequence[R]) -> None:
        keys = list(dict.fromkeys(key for record in records for key in self._kind.keys(record).all()))
        aliases = self._kind.aliases
        if aliases is not None:
            for part in chunks(keys):
                rows = self._connection.execute(
                    select(aliases.c.alias, aliases.c.record_id).where(aliases.c.alias.in_(part))
                )
                self._owners.update((alias, owner) for alias, owner in rows)
            keys = list(dict.fromkeys(self._owners.values()))
        for part in chunks(keys):
            mapping = self._kind.mapping
            for row in self._connection.execute(select(*mapping.columns).where(self._id.in_(part))):
                record = mapping.record(row)
                self._stored[record.id] = self._records[record.id] = record
                self._owners[record.id] = record.id

    def _place(self, record: R) -> Outcome:
        keys = self._kind.keys(record)
        owners, conflicts = self._candidates(keys)
        if owners:
            return self._merge(record, owners, conflicts)
        # Its id may be taken where a stranger has claimed the same publication or name before.
        record_id = record.id if record.id not in self._records else keys.strong
        self._put(record, record_id)
        self._own(keys.all(), record_id)
        return Outcome(record_id, Landing.LANDED, conflicts=tuple(conflicts))

    def _candidates(self, keys: Keys) -> tuple[list[str], list[Conflict]]:
        """Records that are this one; a record whose strong number differs is another one, and reported."""
        owners: list[str] = []
        conflicts: list[Conflict] = []
        strong = keys.strong
        for key in keys.all():
            owner = self._owner(key)
            if owner is None or owner in owners:
                continue
            other = self._strong(owner)
            if strong and other and strong != other:
                conflicts.append(Conflict(self._kind.link_field, other, strong))
            else:
                owners.append(owner)
                strong = strong or other
        owners.sort(key=lambda owner: not self._strong(owner))
        return owners, conflicts

    def _merge(self, record: R, owners: list[str], conflicts: list[Conflict]) -> Outcome:
        changed: dict[str, None] = {}
        result = self._records[owners[0]]
        for other in [*(self._records[owner] for owner in owners[1:]), record]:
            merged = merge(result, other, prefer_new=self._prefer_new)
            result = merged.record
            changed.update(dict.fromkeys(merged.changed))
            conflicts.extend(merged.conflicts)
        # A record found by its publication or name takes the id of the number that is unique by law.
        keys = self._kind.keys(record)
        record_id = record.id if keys.strong and not self._strong(owners[0]) else owners[0]
        linked = tuple(owner for owner in owners if owner != record_id)
        for owner in linked:
            del self._records[owner]
            self._moved[owner] = record_id
        self._put(result, record_id)
        self._own(keys.all(), record_id)
        if self._known and self._kind.undated & changed.keys():
            self._redated.add(record_id)
        return Outcome(record_id, Landing.MERGED, tuple(changed), tuple(conflicts), linked)

    def _put(self, record: R, record_id: str) -> None:
        self._records[record_id] = record if record.id == record_id else replace(record, id=record_id)

    def _strong(self, record_id: str) -> str:
        return self._kind.keys(self._records[record_id]).strong

    def _owner(self, key: str) -> str | None:
        owner = self._owners.get(key)
        while owner in self._moved:
            owner = self._moved[owner]
        return owner

    def _own(self, keys: list[str], record_id: str) -> None:
        for key in keys:
            if key not in self._owners:
                self._owners[key] = self._new_keys[key] = record_id

    def _write(self) -> None:
        added = [record for id_, record in self._records.items() if id_ not in self._stored]
        changed = [record for id_, record in self._records.items() if self._stored.get(id_, record) != record]
        gone = [id_ for id_ in self._stored if id_ not in self._records]
        self._execute(insert(self._kind.table), [self._row(record) for record in added])
        self._update([record for record in changed if record.id not in self._redated], renewed=False)
        self._update([record for record in changed if record.id in self._redated], renewed=True)
        self._write_aliases()
        for part in chunks(gone):
            self._connection.execute(delete(self._kind.table).where(self._id.in_(part)))
        if added or changed or gone:
            self._count_versions(added, changed, gone)

    def _row(self, record: R) -> dict[str, object]:
        return {**self._kind.mapping.row(record), **self._kind.derived(record), "known": self._known}

    def _update(self, records: list[R], *, renewed: bool) -> None:
        rows = [self._row(record) for record in records]
        for row in rows:
            row["key"] = row.pop("id")
            if not renewed:
                del row["known"]
        self._execute(update(self._kind.table).where(self._id == bindparam("key")), rows)

    def _write_aliases(self) -> None:
        aliases = self._kind.aliases
        if aliases is None:
            return
        moves = [{"old": old, "record_id": self._owner(old)} for old in self._moved if old in self._stored]
        self._execute(update(aliases).where(aliases.c.record_id == bindparam("old")), moves)
        rows = [{"alias": key, "record_id": self._owner(key)} for key in self._new_keys]
        self._execute(insert(aliases), rows)

    def _count_versions(self, added: list[R], changed: list[R], gone: list[str]) -> None:
        versions = tables.versions
        here = versions.c.kind == self._kind.table.name
        total = self._connection.execute(select(versions.c.total).where(here).with_for_update()).scalar_one()
        new = sum(map(digest, added)) + sum(map(digest, changed))
        old = sum(digest(self._stored[record.id]) for record in changed)
        old += sum(digest(self._stored[id_]) for id_ in gone)
        total = f"{(int(total, 16) + new - old) % _MODULUS:032x}"
        self._connection.execute(update(versions).where(here).values(total=total))

    def _execute(self, statement: Any, rows: Sequence[Mapping[str, object]]) -> None:  # noqa: ANN401 (any DML)
        if rows:
            self._connection.execute(statement, rows)

    @property
    def _id(self) -> Column[Any]:
        return self._kind.table.c.id


def chunks(values: Sequence[T]) -> list[Sequence[T]]:
    """The values in parts that fit the parameters of one statement."""
    return [values[start : start + _PARAMETERS] for start in range(0, len(values), _PARAMETERS)]
