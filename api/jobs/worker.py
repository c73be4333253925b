"""Does what the queue holds: one thread for the work, one that shows that it lives."""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Engine

from api.feeds.offers import Offers
from api.jobs.kinds import KINDS
from api.jobs.work import REPORT, SENT, Result, Stopped, Upload, Work, plain_name
from api.store.jobs import Job, Jobs, JobState
from matcher.errors import MatcherError
from matcher.events import Event
from matcher.landing import record_kind
from matcher.replacing import is_full
from matcher.store.trouble import GONE
from matcher.workspace import Workspace

LEASE = timedelta(seconds=30)
"""Silence after which a worker is taken for dead and its job is taken up by another."""
_PAUSE_SECONDS = 5
"""Before a database that is away is asked again."""
_KEPT = timedelta(days=30)
"""How long the files of a job stay after its end."""
_DISK_FULL = "服务器的磁盘已满，没有做完。请管理员腾出空间，然后在任务页上重做。"
_log = logging.getLogger(__name__)


class Worker:
    """One process's part in the queue; what a killed one was doing is taken up again, by whoever sees it."""

    def __init__(
        self,
        workspace: Workspace,
        engine: Engine,
        now: Callable[[], datetime],
        lease: timedelta = LEASE,
        feeds: Sequence[Offers[Any]] = (),
        ended: Callable[[Job, str, datetime], None] = lambda job, state, at: None,
    ) -> None:
        """`feeds` are brought up to date after what changes records, so that no reader waits for it; `ended` hears of
        every job that is over."""
        self.jobs = Jobs(engine)
        self._workspace = workspace
        self._now = now
        self._lease = lease
        self._feeds = feeds
        self._ended = ended
        self._name = token_hex(8)
        self._folder = workspace.settings.home / "jobs"
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._doing = ""
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (("jobs", self._run), ("jobs-beat", self._beat))
        ]

    def start(self) -> None:
        """Take up whatever waits, and whatever comes."""
        for id_ in self.jobs.finished_before(self._now() - _KEPT):
            shutil.rmtree(self._folder / id_, ignore_errors=True)
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> bool:
        """Whether its threads work."""
        return any(thread.is_alive() for thread in self._threads)

    def close(self) -> None:
        """Let the job in hand reach its next step, and give it back."""
        self._closing.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def import_file(self, upload: Upload, by: str, keep: Callable[[Path], None]) -> Job:
        """Queue an import; `keep` writes the file's bytes to the path it is given. Raises InputError."""
        record_kind(upload.kind)
        name = plain_name(upload.name)
        task = {**asdict(upload), "name": name}

        def keep_apart(folder: Path) -> None:
            (folder / SENT).mkdir()
            keep(folder / SENT / name)

        return self.add("import", f"导入 {name}", by, task, keep_apart)

    def build_index(self, by: str, *, full: bool = False) -> Job:
        """Queue a build of the index; one that waits already will see the newest data, and is answered instead."""
        waiting = None if full else self.jobs.waiting("index")
        return waiting or self.add("index", "重建索引", by, {"full": full})

    def send_mails(self) -> None:
        """Queue the e-mails that wait, where the settings name a mail server; one that waits already sends them all."""
        if self._workspace.settings.mail.host and self.jobs.waiting("mail") is None:
            self.add("mail", "发送消息提醒", "系统", {})

    def build_list(self, event: Event, by: str, author: str) -> Job:
        """Queue a new version of an event's list, drawn up by `author`."""
        return self.add("list", f"编制清单 {event.name}", by, {"event": event.id, "author": author})

    def add(
        self,
        kind: str,
        title: str,
        by: str,
        task: dict[str, Any],
        keep: Callable[[Path], None] | None = None,
    ) -> Job:
        """Queue a job of a kind; `keep` writes what comes with it into the folder that it is given."""
        id_ = _new_id()
        if keep is not None:
            self._fill(self._folder / id_, keep)
        job = Job(id_, kind, title, by, json.dumps(task, ensure_ascii=False), self._now())
        try:
            self.jobs.add(job)
        except BaseException:
            shutil.rmtree(self._folder / id_, ignore_errors=True)
            raise
        self._wake.set()
        return job

    def retry(self, job: Job) -> bool:
        """Let a job that failed or was stopped begin anew; whether it could."""
        again = self.jobs.retry(job.id)
        self._wake.set()
        return again

    def file(self, job: Job, name: str) -> Path | None:
        """A file that a job wrote, where there is one of that name."""
        files = (self._folder / job.id).glob("*")
        return next((file for file in files if file.name == name and file.is_file()), None)

    def report(self, job: Job) -> Path | None:
        """The workbook with the rows that did not land, where there is one."""
        return self.file(job, REPORT)

    def _fill(self, folder: Path, keep: Callable[[Path], None]) -> None:
        folder.mkdir(parents=True)
        try:
            keep(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.clear()
            try:
                job = self.jobs.take(self._name, self._now(), self._lease)
                if job is None:
                    self._wake.wait(timeout=self._lease.total_seconds() / 3)
                else:
                    self._do(job)
            except MatcherError as error:
                # The database is away: the job in hand shows no more life, and waits again once its lease is over.
                _log.error("jobs: %s", error)
                self._wake.wait(timeout=_PAUSE_SECONDS)

    def _beat(self) -> None:
        """Show every quarter of the lease that this worker lives; a long step must not look like death."""
        while not self._closing.wait(self._lease.total_seconds() / 4):
            doing = self._doing
            if doing:
                try:
                    self.jobs.beat(doing, self._name, self._now())
                except MatcherError as error:
                    _log.error("jobs: %s", error)

    def _do(self, job: Job) -> None:
        state, message, result = JobState.DONE, "", ""
        self._doing = job.id
        try:
            result = json.dumps(self._result(job), ensure_ascii=False)
        except Stopped:
            if self._closing.is_set():
                self.jobs.release(job)
                return
            state = JobState.CANCELLED
        except MatcherError as error:
            if error.code == GONE:
                raise
            state, message = JobState.FAILED, str(error)
        except Exception as error:
            _log.exception("job %s failed", job.id)
            message = f"程序出错。请把任务编号 {job.id} 和服务日志交给维护人员。"
            state, message = JobState.FAILED, _DISK_FULL if is_full(error) else message
        finally:
            self._doing = ""
        self.jobs.finish(job, state, message, result, self._now())
        self._ended(job, state, self._now())
        if KINDS[job.kind].lands:
            for feed in self._feeds:
                feed.keep_up(self._now())

    def _result(self, job: Job) -> Result:
        def say(share: float, step: str) -> None:
            if self._closing.is_set() or not self.jobs.step(job.id, self._name, share, step):
                raise Stopped

        folder = self._folder / job.id
        folder.mkdir(parents=True, exist_ok=True)
        work = Work(self._workspace, json.loads(job.task), folder, self._now(), job.by, say)
        return KINDS[job.kind].run(work)


def _new_id() -> str:
    """32 hexadecimal digits that sort by the time at which they were made, so that no two jobs of a second change places."""
    return f"{time.time_ns():016x}{token_hex(8)}"
