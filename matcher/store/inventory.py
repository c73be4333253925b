"""Stores the inventory: the state of every patent in it, its whole history, and what was handed out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

import orjson
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from matcher.errors import Conflict
from matcher.inventory import ASSESSED, Item, Move, Stage, Step, Task
from matcher.store import tables
from matcher.store.engine import reading, writing
from matcher.store.intake import chunks
from matcher.store.records import Mapping, restored

_ITEMS = Mapping(Item, tables.inventory)
_TASKS = Mapping(Task, tables.inventory_tasks)
_STEPS = tables.inventory_steps


class Inventory:
    """All of one workspace's inventory."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> dict[str, Item]:
        """Every item that something has happened to, by patent id."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(*_ITEMS.columns).order_by(tables.inventory.c.id))
            return {item.id: item for item in map(_ITEMS.record, rows)}

    def many(self, ids: Iterable[str]) -> dict[str, Item]:
        """The items of those patents; one that nothing has happened to is 未盘点."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Item] = {}
        with reading(self._engine) as connection:
            for part in chunks(wanted):
                query = select(*_ITEMS.columns).where(tables.inventory.c.id.in_(part))
                found |= {item.id: item for item in map(_ITEMS.record, connection.execute(query))}
        return {id_: found.get(id_) or Item(id_) for id_ in wanted}

    def write(self, moves: Sequence[Move]) -> None:
        """Write all changes with their lines of history, or none; raises Conflict where one is not the newest."""
        with writing(self._engine) as connection:
            for move in moves:
                _write(connection, move)
            if moves:
                connection.execute(insert(_STEPS), [_step_row(move.step) for move in moves])

    def has(self, stage: Stage) -> bool:
        """Whether any patent stands there."""
        query = select(tables.inventory.c.id).where(tables.inventory.c.stage == stage.value).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None

    def history(self, ids: Iterable[str]) -> list[Step]:
        """The steps of patents, by patent and version."""
        found: list[Step] = []
        with reading(self._engine) as connection:
            for part in chunks(list(dict.fromkeys(ids))):
                query = select(_STEPS.c.body).where(_STEPS.c.patent_id.in_(part))
                query = query.order_by(_STEPS.c.patent_id, _STEPS.c.version)
                found += [restored(Step, orjson.loads(body)) for body in connection.execute(query).scalars()]
        return found

    def stages_at(self, day: date) -> dict[str, Stage]:
        """The state of every patent at the end of a day; absent: 未盘点."""
        query = select(_STEPS.c.patent_id, _STEPS.c.stage).order_by(_STEPS.c.patent_id, _STEPS.c.version)
        query = query.where(_STEPS.c.at <= datetime.combine(day, time.max))
        with reading(self._engine) as connection:
            return {id_: Stage(stage) for id_, stage in connection.execute(query)}

    def first_assessed(self) -> dict[str, date]:
        """The day on which each patent was first 已盘点."""
        done = [stage.value for stage in ASSESSED]
        query = select(_STEPS.c.patent_id, func.min(_STEPS.c.at)).where(_STEPS.c.stage.in_(done))
        with reading(self._engine) as connection:
            return {id_: at.date() for id_, at in connection.execute(query.group_by(_STEPS.c.patent_id))}

    def revision(self) -> int:
        """A number that grows with every change."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(_STEPS)).scalar_one())

    def save(self, tasks: Iterable[Task]) -> None:
        """Store tasks, in place of those of the same ids."""
        table = tables.inventory_tasks
        with writing(self._engine) as connection:
            for task in tasks:
                connection.execute(delete(table).where(table.c.id == task.id))
                connection.execute(insert(table), _TASKS.row(task))

    def task(self, id: str) -> Task | None:
        """The task of that id."""
        query = select(*_TASKS.columns).where(tables.inventory_tasks.c.id == id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _TASKS.record(row)

    def tasks(self, batch: str = "", holder: str = "") -> list[Task]:
        """The tasks of a batch (of all) and a holder (of all), by id."""
        table = tables.inventory_tasks
        query = select(*_TASKS.columns).order_by(table.c.id)
        if batch:
            query = query.where(table.c.batch == batch)
        if holder:
            query = query.where(table.c.holder == holder)
        with reading(self._engine) as connection:
            return [_TASKS.record(row) for row in connection.execute(query)]


def _write(connection: Connection, move: Move) -> None:
    table = tables.inventory
    row = _ITEMS.row(move.after)
    if move.before.version == 0:
        known = connection.execute(select(table.c.version).where(table.c.id == move.before.id)).first()
        written = known is None and connection.execute(insert(table), row).rowcount
    else:
        here = (table.c.id == move.before.id) & (table.c.version == move.before.version)
        written = connection.execute(update(table).where(here).values(row)).rowcount
    if not written:
        raise Conflict(f"专利 {move.before.id} 的盘点状态刚被他人改动，请刷新后再改。")


def _step_row(step: Step) -> dict[str, object]:
    return {
        "patent_id": step.patent_id,
        "version": step.version,
        "at": step.at,
        "stage": step.after.value,
        "body": orjson.dumps(step).decode(),
    }
