"""Stores events, the versions of their lists with what they showed, schedules and who comes."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update

from matcher.errors import Conflict, MatcherError
from matcher.events import Entry, Event, ListState, ListVersion, Pair, Participation, Schedule
from matcher.matches import MatchList
from matcher.outcomes import Outcome, Step
from matcher.store import tables
from matcher.store.engine import reading, writing
from matcher.store.outcomes import follow
from matcher.store.records import Mapping, restored

_EVENTS = Mapping(Event, tables.events)
_LISTS = Mapping(ListVersion, tables.match_lists)
_ENTRIES = tables.match_list_entries
_PARTICIPATIONS = Mapping(Participation, tables.participations)
_SCHEDULES = Mapping(Schedule, tables.schedules)


@dataclass(frozen=True, slots=True)
class ListMove:
    """A change of a list's state, on the version that was read."""

    before: ListVersion
    after: ListVersion


class Roadshows:
    """All events of one workspace."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, event: Event, *, once: bool = False) -> Event:
        """Store a new event under the next free id (HD001, HD002 …); returns it with its id.

        With `once`, an event that is the newest one word for word is that one: a form sent twice.
        """
        with writing(self._engine) as connection:
            newest = select(*_EVENTS.columns).order_by(tables.events.c.id.desc()).limit(1)
            row = connection.execute(newest).first() if once else None
            if row is not None and replace(_EVENTS.record(row), id=event.id) == event:
                return _EVENTS.record(row)
            count = connection.execute(select(func.count()).select_from(tables.events)).scalar_one()
            event = replace(event, id=f"HD{count + 1:03d}")
            connection.execute(insert(tables.events), _EVENTS.row(event))
        return event

    def change(self, before: Event, after: Event) -> None:
        """Put `after` in the place of what was read as `before`; raises Conflict where it is not the newest."""
        was, events = _EVENTS.row(before), tables.events
        here = (events.c.id == before.id) & (events.c.name == before.name) & (events.c.body == was["body"])
        with writing(self._engine) as connection:
            if not connection.execute(update(events).where(here).values(_EVENTS.row(after))).rowcount:
                raise Conflict(f"活动 {before.id} 刚被他人修改，请刷新后再改。")

    def all(self) -> list[Event]:
        """Every event, by id."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(*_EVENTS.columns).order_by(tables.events.c.id))
            return [_EVENTS.record(row) for row in rows]

    def find(self, text: str) -> Event | None:
        """The event of an id, or the last one of a name."""
        named = [event for event in self.all() if text in (event.id, event.name)]
        return named[-1] if named else None

    def add_list(self, version: ListVersion, match_list: MatchList, entries: Iterable[Entry]) -> ListVersion:
        """Store a new version under the event's next number, with the checksum of its snapshot.

        A request that wrote one before writes no second: its draft is replaced, what went further stays as it is.
        """
        with writing(self._engine) as connection:
            earlier = _of_request(connection, version)
            if earlier is not None and earlier.state is not ListState.DRAFT:
                return earlier
            if earlier is not None:
                connection.execute(delete(tables.match_lists).where(tables.match_lists.c.id == earlier.id))
                version = replace(version, version=earlier.version + 1)
            number = earlier.number if earlier is not None else _highest(connection, version.event_id) + 1
            list_id = f"{version.event_id}-{number:02d}"
            match_list = replace(match_list, provenance=replace(match_list.provenance, list_id=list_id))
            snapshot = orjson.dumps(match_list)
            version = replace(
                version, id=list_id, number=number, checksum=hashlib.sha256(snapshot).hexdigest()
            )
            row = {**_LISTS.row(version), "snapshot": zlib.compress(snapshot)}
            connection.execute(insert(tables.match_lists), row)
            rows = [_entry_row(list_id, entry) for entry in entries]
            if rows:
                connection.execute(insert(_ENTRIES), rows)
        return version

    def lists(self, event_id: str) -> list[ListVersion]:
        """The versions of an event's list, the oldest first."""
        query = select(*_LISTS.columns).where(tables.match_lists.c.event_id == event_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(tables.match_lists.c.number))
            return [_LISTS.record(row) for row in rows]

    def list_version(self, list_id: str) -> ListVersion | None:
        """The version of that id."""
        with reading(self._engine) as connection:
            query = select(*_LISTS.columns).where(tables.match_lists.c.id == list_id)
            row = connection.execute(query).first()
        return None if row is None else _LISTS.record(row)

    def snapshot(self, version: ListVersion) -> MatchList:
        """The list as it was made. Raises MatcherError where the database no longer holds what was signed off."""
        query = select(tables.match_lists.c.snapshot).where(tables.match_lists.c.id == version.id)
        with reading(self._engine) as connection:
            packed = connection.execute(query).scalar_one()
        try:
            stored = zlib.decompress(packed)
        except zlib.error:
            stored = b""
        if hashlib.sha256(stored).hexdigest() != version.checksum:
            raise MatcherError(
                f"清单 {version.id} 的存档与校验码不符，内容已被改动或损坏。请从备份恢复。",
                code="snapshot_damaged",
            )
        return restored(MatchList, orjson.loads(stored))

    def entries(self, list_id: str) -> list[Entry]:
        """The lines of a version, by need and patent."""
        return self._entries(_ENTRIES.c.list_id == list_id)

    def holds(self, list_id: str, match_id: str) -> bool:
        """Whether a match stands in a version."""
        query = select(_ENTRIES.c.match_id).where(
            _ENTRIES.c.list_id == list_id, _ENTRIES.c.match_id == match_id
        )
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None

    def shown_since(self, day: date, besides: str = "") -> frozenset[Pair]:
        """Every pair of the lists published on or after a day, 同组专利 included, but those of one event.

        Lists that are void by now were shown as well.
        """
        lists = tables.match_lists
        published = select(lists.c.id).where(lists.c.published_on >= day, lists.c.event_id != besides)
        chosen: Any = published
        return frozenset(
            pair for entry in self._entries(_ENTRIES.c.list_id.in_(chosen)) for pair in entry.pairs
        )

    def advance_lists(
        self,
        moves: Sequence[ListMove],
        outcomes: Sequence[Outcome] = (),
        steps: Sequence[Step] = (),
    ) -> None:
        """Write changes of state and begin to follow what is published, all of it or nothing.

        `steps` run parallel to `outcomes`. Raises Conflict where somebody else changed a list first.
        """
        lists = tables.match_lists
        with writing(self._engine) as connection:
            for move in moves:
                here = (lists.c.id == move.before.id) & (lists.c.version == move.before.version)
                if not connection.execute(update(lists).where(here).values(_LISTS.row(move.after))).rowcount:
                    raise Conflict(f"清单 {move.before.id} 的状态刚被他人改动，请重新查看后再操作。")
            follow(connection, outcomes, steps)

    def put_participations(self, participations: Sequence[Participation]) -> int:
        """Store who comes, replacing what the same party said before; how many were new or different."""
        with writing(self._engine) as connection:
            return sum(_put(connection, _PARTICIPATIONS, item) for item in participations)

    def participations(self, event_id: str) -> list[Participation]:
        """Who comes to an event, by kind and name."""
        mine = tables.participations.c.event_id == event_id
        with reading(self._engine) as connection:
            rows = connection.execute(select(*_PARTICIPATIONS.columns).where(mine))
            found = [_PARTICIPATIONS.record(row) for row in rows]
        return sorted(found, key=lambda item: (item.kind, item.party))

    def put_schedule(self, schedule: Schedule) -> None:
        """Store an event's schedule in place of the one before."""
        with writing(self._engine) as connection:
            _put(connection, _SCHEDULES, schedule)

    def schedule(self, event_id: str) -> Schedule | None:
        """The schedule of an event, where one has been made."""
        with reading(self._engine) as connection:
            query = select(*_SCHEDULES.columns).where(tables.schedules.c.id == event_id)
            row = connection.execute(query).first()
        return None if row is None else _SCHEDULES.record(row)

    def _entries(self, condition: ColumnElement[bool]) -> list[Entry]:
        order = (_ENTRIES.c.need_id, _ENTRIES.c.patent_id)
        with reading(self._engine) as connection:
            rows = connection.execute(select(_ENTRIES.c.body).where(condition).order_by(*order))
            return [restored(Entry, orjson.loads(body)) for body in rows.scalars()]


def _highest(connection: Connection, event_id: str) -> int:
    lists = tables.match_lists
    query = select(func.max(lists.c.number)).where(lists.c.event_id == event_id)
    return connection.execute(query).scalar() or 0


def _of_request(connection: Connection, version: ListVersion) -> ListVersion | None:
    """What an earlier try of the same request wrote."""
    if not version.request:
        return None
    rows = connection.execute(
        select(*_LISTS.columns).where(tables.match_lists.c.event_id == version.event_id)
    )
    return next((found for row in rows if (found := _LISTS.record(row)).request == version.request), None)


def _entry_row(list_id: str, entry: Entry) -> dict[str, object]:
    return {
        "list_id": list_id,
        "match_id": entry.match_id,
        "need_id": entry.need_id,
        "patent_id": entry.patent_id,
        "body": orjson.dumps(entry).decode(),
    }


def _put(connection: Connection, mapping: Mapping[Any], record: Any) -> bool:  # noqa: ANN401 (any record of the mapping)
    """Insert or replace; whether anything changed."""
    table = mapping.columns[0].table
    row = connection.execute(select(*mapping.columns).where(table.c.id == record.id)).first()
    if row is not None and mapping.record(row) == record:
        return False
    connection.execute(delete(table).where(table.c.id == record.id))
    connection.execute(insert(table), mapping.row(record))
    return True
