"""The queue of background jobs: written before they start, so that a restart loses none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, func, insert, select, update

from api.store import tables
from matcher.store.engine import reading, writing

_TABLE = tables.jobs
_ATTEMPTS = 2
"""Starts after which an interrupted job is given up: it may be what kills the process."""


class JobState(StrEnum):
    """状态, as people see it."""

    WAITING = "等待中"
    RUNNING = "进行中"
    DONE = "已完成"
    FAILED = "失败"
    CANCELLED = "已取消"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work; `task` and `result` are JSON, `progress` in [0, 1], `message` the step or what went wrong."""

    id: str
    kind: str
    title: str
    by: str
    task: str
    created: datetime
    state: JobState = JobState.WAITING
    attempts: int = 0
    progress: float = 0.0
    message: str = ""
    result: str = ""
    finished: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in (JobState.WAITING, JobState.RUNNING)


class Jobs:
    """All jobs of the service."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, job: Job) -> None:
        """Put a job at the end of the queue."""
        values = {name: getattr(job, name) for name in _NAMES}
        with writing(self._engine) as connection:
            connection.execute(insert(_TABLE), values)

    def get(self, id: str) -> Job | None:
        """The job of that id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).first()
        return None if row is None else _job(row._mapping)

    def recent(self, count: int = 20) -> list[Job]:
        """The newest jobs, the newest first."""
        query = select(*_COLUMNS).order_by(_TABLE.c.created.desc(), _TABLE.c.id).limit(count)
        with reading(self._engine) as connection:
            return [_job(row._mapping) for row in connection.execute(query)]

    def count(self, state: JobState) -> int:
        """How many are in a state."""
        query = select(func.count()).select_from(_TABLE).where(_TABLE.c.state == state)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def take(self) -> Job | None:
        """The oldest waiting job, from now on running; None where none waits."""
        waiting = select(_TABLE.c.id).where(_TABLE.c.state == JobState.WAITING)
        with writing(self._engine) as connection:
            id_ = connection.execute(waiting.order_by(_TABLE.c.created, _TABLE.c.id).limit(1)).scalar()
            if id_ is None:
                return None
            values = {"state": JobState.RUNNING, "attempts": _TABLE.c.attempts + 1}
            connection.execute(update(_TABLE).where(_TABLE.c.id == id_).values(values))
        return self.get(id_)

    def step(self, id: str, progress: float, message: str) -> bool:
        """Note how far a running job is; False where it has been cancelled meanwhile."""
        running = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.state == JobState.RUNNING)
        with writing(self._engine) as connection:
            return connection.execute(running.values(progress=progress, message=message)).rowcount == 1

    def finish(self, id: str, state: JobState, message: str, result: str, at: datetime) -> None:
        """Note how a running job ended; one that was cancelled stays so."""
        running = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.state == JobState.RUNNING)
        progress = {"progress": 1.0} if state is JobState.DONE else {}
        with writing(self._engine) as connection:
            connection.execute(
                running.values(state=state, message=message, result=result, finished=at, **progress)
            )

    def cancel(self, id: str, at: datetime) -> bool:
        """Stop a job that waits or runs; whether there was something to stop."""
        open_ = _TABLE.c.state.in_((JobState.WAITING, JobState.RUNNING))
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(_TABLE)
                .where(_TABLE.c.id == id, open_)
                .values(state=JobState.CANCELLED, message="已按要求停止", finished=at)
            )
        return changed.rowcount == 1

    def recover(self, at: datetime) -> None:
        """After a restart: interrupted jobs wait again, those that were interrupted before have failed."""
        running = _TABLE.c.state == JobState.RUNNING
        message = "服务两次在此任务中中断，已停止重试"
        failed = {"state": JobState.FAILED, "message": message, "finished": at}
        with writing(self._engine) as connection:
            connection.execute(update(_TABLE).where(running, _TABLE.c.attempts >= _ATTEMPTS).values(failed))
            connection.execute(update(_TABLE).where(running).values(state=JobState.WAITING))


_NAMES = tuple(Job.__dataclass_fields__)
_COLUMNS = [_TABLE.c[name] for name in _NAMES]


def _job(values: object) -> Job:
    fields = dict(values)  # type: ignore[call-overload]
    return Job(**{**fields, "state": JobState(fields["state"])})
