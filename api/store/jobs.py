"""The queue of background jobs: written before they start, so that a restart loses none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

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
    worker: str = ""
    """Who does it; only that worker may say how it ends."""
    beat: datetime | None = None
    """When the worker last showed that it lives."""

    @property
    def open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in (JobState.WAITING, JobState.RUNNING)


class Jobs:
    """All jobs of the service; one of them runs at a time, whatever the number of processes."""

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

    def waiting(self, kind: str) -> Job | None:
        """The first of a kind that has not begun."""
        query = select(*_COLUMNS).where(_TABLE.c.kind == kind, _TABLE.c.state == JobState.WAITING)
        with reading(self._engine) as connection:
            row = connection.execute(query.order_by(_TABLE.c.id).limit(1)).first()
        return None if row is None else _job(row._mapping)

    def recent(self, count: int = 20) -> list[Job]:
        """The newest jobs, the newest first."""
        query = select(*_COLUMNS).order_by(_TABLE.c.created.desc(), _TABLE.c.id).limit(count)
        with reading(self._engine) as connection:
            return [_job(row._mapping) for row in connection.execute(query)]

    def page(self, kinds: list[str], before: str, limit: int, by: str = "") -> list[Job]:
        """Jobs of these kinds, the newest first, older than the job `before` (empty: from the newest); `by` one actor."""
        query = select(*_COLUMNS).where(_TABLE.c.kind.in_(kinds))
        if before:
            query = query.where(_TABLE.c.id < before)
        if by:
            query = query.where(_TABLE.c.by == by)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_TABLE.c.id.desc()).limit(limit))
            return [_job(row._mapping) for row in rows]

    def count(self, state: JobState) -> int:
        """How many are in a state."""
        query = select(func.count()).select_from(_TABLE).where(_TABLE.c.state == state)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def take(self, worker: str, at: datetime, lease: timedelta) -> Job | None:
        """The oldest waiting job, from now on running; None where none waits, or another runs.

        A running job whose worker has not shown itself for `lease` waits again; one that was interrupted before fails.
        """
        waiting = select(_TABLE.c.id).where(_TABLE.c.state == JobState.WAITING)
        try:
            with writing(self._engine) as connection:
                self._abandon(connection, at, lease)
                id_ = connection.execute(waiting.order_by(_TABLE.c.created, _TABLE.c.id).limit(1)).scalar()
                if id_ is None:
                    return None
                here = (_TABLE.c.id == id_) & (_TABLE.c.state == JobState.WAITING)
                begun = {"state": JobState.RUNNING, "attempts": _TABLE.c.attempts + 1, "progress": 0.0}
                values = begun | {"worker": worker, "beat": at, "message": "", "finished": None}
                if not connection.execute(update(_TABLE).where(here).values(values)).rowcount:
                    return None
        except IntegrityError:  # the index over running jobs: another one runs
            return None
        return self.get(id_)

    def beat(self, id: str, worker: str, at: datetime) -> None:
        """Show that the worker of a job lives."""
        with writing(self._engine) as connection:
            connection.execute(update(_TABLE).where(_running(id, worker)).values(beat=at))

    def step(self, id: str, worker: str, progress: float, message: str) -> bool:
        """Note how far a running job is; False where it has been cancelled, or given to another worker, meanwhile."""
        running = update(_TABLE).where(_running(id, worker))
        with writing(self._engine) as connection:
            return connection.execute(running.values(progress=progress, message=message)).rowcount == 1

    def finish(self, job: Job, state: JobState, message: str, result: str, at: datetime) -> None:
        """Note how a running job ended; one that was cancelled, or is another worker's by now, stays as it is."""
        progress = {"progress": 1.0} if state is JobState.DONE else {}
        ended = {"state": state, "message": message, "result": result, "finished": at, **progress}
        with writing(self._engine) as connection:
            connection.execute(update(_TABLE).where(_running(job.id, job.worker)).values(ended))

    def release(self, job: Job) -> None:
        """Give a running job back: its worker stops, and this was no fault of the job."""
        given = {"state": JobState.WAITING, "attempts": _TABLE.c.attempts - 1, "worker": "", "beat": None}
        with writing(self._engine) as connection:
            connection.execute(update(_TABLE).where(_running(job.id, job.worker)).values(given))

    def cancel(self, id: str, at: datetime) -> bool:
        """Stop a job that waits or runs; whether there was something to stop."""
        open_ = _TABLE.c.state.in_((JobState.WAITING, JobState.RUNNING))
        stopped = {"state": JobState.CANCELLED, "message": "已按要求停止", "finished": at}
        with writing(self._engine) as connection:
            changed = connection.execute(update(_TABLE).where(_TABLE.c.id == id, open_).values(stopped))
        return changed.rowcount == 1

    def retry(self, id: str) -> bool:
        """Let a job that failed or was stopped wait again, from its beginning; whether there was one."""
        ended = _TABLE.c.state.in_((JobState.FAILED, JobState.CANCELLED))
        anew = {"state": JobState.WAITING, "attempts": 0, "progress": 0.0, "message": "", "finished": None}
        with writing(self._engine) as connection:
            changed = connection.execute(update(_TABLE).where(_TABLE.c.id == id, ended).values(anew))
        return changed.rowcount == 1

    def finished_before(self, day: datetime) -> list[str]:
        """The ids of jobs that ended before a moment."""
        with reading(self._engine) as connection:
            return list(connection.execute(select(_TABLE.c.id).where(_TABLE.c.finished < day)).scalars())

    def _abandon(self, connection: Connection, at: datetime, lease: timedelta) -> None:
        silent = or_(_TABLE.c.beat.is_(None), _TABLE.c.beat < at - lease)
        running = (_TABLE.c.state == JobState.RUNNING) & silent
        message = "服务两次在此任务中中断，已停止重试"
        failed = {"state": JobState.FAILED, "message": message, "finished": at}
        connection.execute(update(_TABLE).where(running, _TABLE.c.attempts >= _ATTEMPTS).values(failed))
        connection.execute(update(_TABLE).where(running).values(state=JobState.WAITING))


_NAMES = tuple(Job.__dataclass_fields__)
_COLUMNS = [_TABLE.c[name] for name in _NAMES]


def _running(id: str, worker: str) -> ColumnElement[bool]:
    return (_TABLE.c.id == id) & (_TABLE.c.state == JobState.RUNNING) & (_TABLE.c.worker == worker)


def _job(values: object) -> Job:
    fields = dict(values)  # type: ignore[call-overload]
    return Job(**{**fields, "state": JobState(fields["state"])})
