"""Background work: imports, index builds and lists of events, one at a time, in the order in which they were asked for."""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Engine

from api.store.jobs import Job, Jobs, JobState
from matcher import roadshows, usecases
from matcher.errors import InputError, MatcherError
from matcher.events import Event
from matcher.landing import Manner, record_kind
from matcher.matching import Progress
from matcher.workspace import Workspace

REPORT = "导入报告.xlsx"
_IMPORT, _INDEX, _LIST = "import", "index", "list"
_SHOWN = 200
"""Problems kept for the page; all of them are in the report file."""
_LONGEST_NAME = 50
"""Characters; file systems allow 255 bytes, and a character takes up to four."""
_log = logging.getLogger(__name__)


class _Cancelled(Exception):
    """Somebody stopped the job."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to import: `name` as the sender's machine has it, `kind` of records, `source` of their own ids."""

    name: str
    kind: str
    source: str = ""
    prefer_new: bool = False


class Worker:
    """One thread that does what the queue holds; what a restart interrupts, the next worker takes up again."""

    def __init__(self, workspace: Workspace, engine: Engine, now: Callable[[], datetime]) -> None:
        self.jobs = Jobs(engine)
        self._workspace = workspace
        self._now = now
        self._folder = workspace.settings.home / "jobs"
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Take up what was interrupted, then whatever comes."""
        self.jobs.recover(self._now())
        self._thread.start()

    def close(self) -> None:
        """Let the job in hand reach its next step, and stop; the next worker takes it up again."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout=30)

    def import_file(self, upload: Upload, by: str, keep: Callable[[Path], None]) -> Job:
        """Queue an import; `keep` writes the file's bytes to the path it is given. Raises InputError."""
        record_kind(upload.kind)
        name = _plain_name(upload.name)
        id_ = _new_id()
        folder = self._folder / id_
        folder.mkdir(parents=True)
        try:
            keep(folder / name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        task = json.dumps({**asdict(upload), "name": name}, ensure_ascii=False)
        return self._add(Job(id_, _IMPORT, f"导入 {name}", by, task, self._now()))

    def build_index(self, by: str) -> Job:
        """Queue a build of the index."""
        return self._add(Job(_new_id(), _INDEX, "重建索引", by, "{}", self._now()))

    def build_list(self, event: Event, by: str, author: str) -> Job:
        """Queue a new version of an event's list, drawn up by `author`."""
        task = json.dumps({"event": event.id, "author": author}, ensure_ascii=False)
        return self._add(Job(_new_id(), _LIST, f"编制清单 {event.name}", by, task, self._now()))

    def report(self, job: Job) -> Path | None:
        """The workbook with the rows that did not land, where there is one."""
        file = self._folder / job.id / REPORT
        return file if file.is_file() else None

    def _add(self, job: Job) -> Job:
        self.jobs.add(job)
        self._wake.set()
        return job

    def _run(self) -> None:
        while not self._closing:
            self._wake.clear()
            try:
                job = self.jobs.take()
            except MatcherError as error:
                _log.error("jobs: %s", error)
                self._wake.wait(timeout=5)
                continue
            if job is None:
                self._wake.wait(timeout=60)
            else:
                self._do(job)

    def _do(self, job: Job) -> None:
        state, message, result = JobState.DONE, "", ""
        try:
            result = {_IMPORT: self._import, _INDEX: self._index, _LIST: self._list}[job.kind](job)
        except _Cancelled:
            if self._closing:
                return
            state = JobState.CANCELLED
        except MatcherError as error:
            state, message = JobState.FAILED, str(error)
        except Exception:
            _log.exception("job %s failed", job.id)
            state, message = JobState.FAILED, f"程序出错。请把任务编号 {job.id} 和服务日志交给维护人员。"
        self.jobs.finish(job.id, state, message, result, self._now())

    def _import(self, job: Job) -> str:
        """Land the file, write its report, bring the index up to date; the file itself is not kept."""
        upload = Upload(**json.loads(job.task))
        file = self._folder / job.id / upload.name
        if not file.is_file():
            raise InputError(f"文件“{upload.name}”已不在服务器上，请重新上传。")
        manner = Manner({}, upload.source, prefer_new=upload.prefer_new)
        at = self._now()
        report = usecases.import_file(
            self._workspace, upload.kind, file, manner, at=at, progress=self._step(job, "导入", 0.0)
        ).report
        if report.problems:
            report.write_xlsx(file.parent / REPORT, made_at=at)
        file.unlink()
        if self._workspace.store.patents.count():
            usecases.build_index(self._workspace, at, self._step(job, "更新索引", 0.5))
        shown = {**report.to_json(), "problems": [asdict(each) for each in report.problems[:_SHOWN]]}
        return json.dumps({**shown, "problem_count": len(report.problems)}, ensure_ascii=False)

    def _index(self, job: Job) -> str:
        built = usecases.build_index(self._workspace, self._now(), self._step(job, "更新索引", 0.0))
        return json.dumps({"built": built})

    def _list(self, job: Job) -> str:
        task = json.loads(job.task)
        at = self._now()
        event = roadshows.event_named(self._workspace, task["event"])
        usecases.build_index(self._workspace, at, self._step(job, "更新索引", 0.0))
        day = roadshows.Day(at.date(), at)
        progress = self._step(job, "编制", 0.0)
        version, built = roadshows.build_list(self._workspace, event, day, task["author"], progress)
        counts = {"pairs": len(built.entries), "needs": built.needs, "patents": built.patents}
        return json.dumps({"list": version.id, "event": event.id, **counts}, ensure_ascii=False)

    def _step(self, job: Job, what: str, start: float) -> Progress:
        """A progress function that also hears that the job is to stop; from `start` on, to the end or half-way."""

        def step(done: int, total: int) -> None:
            share = done / total if total else 0.0
            progress = start + share / 2 if job.kind == _IMPORT else share
            if self._closing or not self.jobs.step(job.id, min(progress, 1.0), f"{what}：{done}"):
                raise _Cancelled

        return step


def _new_id() -> str:
    """32 hexadecimal digits that sort by the time at which they were made, so that no two jobs of a second change places."""
    return f"{time.time_ns():016x}{token_hex(8)}"


def _plain_name(name: str) -> str:
    """A file name without folders and control characters; raises InputError where nothing is left."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(character for character in last if character.isprintable()).strip(" .")
    if not plain:
        raise InputError("请选择要导入的文件。", code="no_file")
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[-_LONGEST_NAME:]}{dot}{suffix[:10]}"
