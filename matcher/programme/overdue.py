"""催办清单: which units owe which part of a batch, from what was handed out and what has been answered since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matcher.inventory import Item, Stage, Task

_OPEN = frozenset({Stage.NOT_STARTED, Stage.AWAITING})


class Return(StrEnum):
    """How far a unit has come."""

    NOTHING = "未交回"
    PARTLY = "部分填写"
    COMPLETE = "已完成"


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task's state on a day; `overdue` counts the days since the due day, None where it is not over."""

    task: str
    holder: str
    unit: str
    file: str
    total: int
    answered: int
    state: Return
    due: date | None
    overdue: int | None
    returned_on: date | None

    @property
    def open(self) -> int:
        """Patents that are still to be filled in."""
        return self.total - self.answered


def task_lines(tasks: Sequence[Task], items: Mapping[str, Item], as_of: date) -> list[TaskLine]:
    """Every task, those that owe most first; patents that have lapsed or gone meanwhile owe nothing."""
    found = [_line(task, items, as_of) for task in tasks]
    order = {state: place for place, state in enumerate(Return)}
    return sorted(found, key=lambda line: (order[line.state], -line.open, line.task))


def _line(task: Task, items: Mapping[str, Item], as_of: date) -> TaskLine:
    open_rows = sum((items.get(row.patent_id) or Item(row.patent_id)).stage in _OPEN for row in task.rows)
    answered = len(task.rows) - open_rows
    state = Return.COMPLETE if not open_rows else Return.PARTLY if answered else Return.NOTHING
    late = (as_of - task.due).days if task.due and open_rows and as_of > task.due else None
    return TaskLine(
        task.id,
        task.holder,
        task.unit,
        task.file,
        len(task.rows),
        answered,
        state,
        task.due,
        late,
        task.returned_on,
    )
