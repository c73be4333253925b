"""A process is killed in the middle of each kind of job: what was there stays as it was, the next process does the job."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from api.jobs import Upload, Worker, evaluations
from api.store.database import open_service
from api.store.jobs import Job, JobState
from matcher import usecases
from matcher.domain import Patent
from matcher.events import Event, ListState
from matcher.matchlists.pools import kept
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import DEALS, NOW
from tests.servers.databases import on_both

pytestmark = on_both
LEASE = timedelta(seconds=2)
EVENT = Event("HD001", "秋季路演", date(2026, 9, 1))
CSV = "专利名称,申请号,摘要,专利权人\n" + "".join(
    f"一种反渗透膜{n},CN20231{n:07d},海水淡化用反渗透膜,河东大学\n" for n in range(50)
)
PROGRAM = """
import importlib, sys, time
from datetime import datetime
from pathlib import Path
from api.jobs import Worker
from api.store.database import open_service
from matcher.settings import load_settings
from matcher.workspace import Workspace

home, url, module, owner, name, when = sys.argv[1:]
place = importlib.import_module(module)
place = getattr(place, owner) if owner else place
act = getattr(place, name)

def hang(*arguments, **options):
    if when == "after":
        act(*arguments, **options)
    print("there", flush=True)
    time.sleep(600)

setattr(place, name, hang)
settings = load_settings(home=Path(home), database_url=url or None)
Worker(Workspace.open(settings, serving=True), open_service(settings), datetime.now).start()
time.sleep(600)
"""


@dataclass(frozen=True)
class Place:
    """Where the process is killed: before or after a function did what it does."""

    module: str
    owner: str
    name: str
    when: str


PLACES = {
    "import": Place("matcher.usecases", "", "build_index", "before"),  # the records have landed
    "index": Place("matcher.increments", "Full", "save", "after"),
    "list": Place("matcher.roadshows", "", "keep", "before"),  # the version is stored, its candidates are not
    "list, done": Place("api.store.jobs", "Jobs", "finish", "before"),  # all but the word that it is done
    "export": Place("api.jobs.submissions", "", "write", "after"),
    "evaluation": Place("eval.html", "", "as_html", "before"),  # one of two reports is written
}


@dataclass(frozen=True)
class State:
    """What readers see."""

    list: object
    index: str
    needs: int


def seen(workspace: Workspace) -> State:
    made = usecases.make_list(workspace, usecases.ListRequest(NOW.date(), NOW, k=5))
    found = [[(match.patent.id, match.score) for match in need.matches] for need in made.needs]
    return State(found, workspace.index_version(), workspace.store.needs.count())


def queued(kind: str, worker: Worker, workspace: Workspace) -> Job:
    if kind == "import":
        return worker.import_file(
            Upload("清单.csv", "patents"), "局", lambda file: file.write_text(CSV) and None
        )
    if kind == "index":
        return worker.build_index("局", full=True)
    if kind == "list":
        workspace.store.roadshows.add(EVENT)
        return worker.build_list(EVENT, "局", "局")
    if kind == "evaluation":
        task = evaluations.task_of(evaluations.Asked(since="2026-03-31", months=1), workspace.settings)
        return worker.add("evaluation", "评估", "局", task)
    task = {"format": "盘点", "since": "", "holders": [], "partial": True}
    return worker.add("export", "上报 盘点", "局", task)


def done(worker: Worker, job: Job) -> Job:
    """The job as it ended."""
    until = time.monotonic() + 60
    while (found := worker.jobs.get(job.id)) and found.open and time.monotonic() < until:
        time.sleep(0.05)
    assert found is not None
    return found


def kill_at(place: Place, settings: Settings) -> None:
    """Let a process of its own do what waits, and kill it there."""
    arguments = [str(settings.home), settings.database_url or ""]
    arguments += [place.module, place.owner, place.name, place.when]
    command = [sys.executable, "-c", PROGRAM, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        process.kill()


@pytest.mark.parametrize("name", PLACES)
def test_the_next_process_does_the_job(filled: Settings, name: str) -> None:
    kind = name.partition(",")[0]
    with Workspace.open(filled, serving=True) as workspace:
        workspace.store.merge(DEALS, NOW.date())
        usecases.build_index(workspace, NOW)
        before = seen(workspace)
        worker = Worker(workspace, open_service(filled), datetime.now, LEASE)
        job = queued(kind, worker, workspace)
        kill_at(PLACES[name], filled)
        found = worker.jobs.get(job.id)
        assert found is not None
        assert (found.state, found.attempts) == (JobState.RUNNING, 1)
        # Whoever asks meanwhile is answered as before.
        assert seen(workspace) == before
        worker.start()
        found = done(worker, job)
        assert (found.state, found.attempts, found.message) == (JobState.DONE, 2, "")
        _check(kind, worker, found, workspace, before)
        worker.close()


def test_the_next_process_merges_what_was_added(filled: Settings) -> None:
    """What the job had added before it was killed in the merge is found meanwhile."""
    with Workspace.open(filled, serving=True) as workspace:
        usecases.build_index(workspace, NOW)
        worker = Worker(workspace, open_service(filled), datetime.now, LEASE)
        workspace.store.merge([Patent("后来的专利", "反渗透膜组件")], NOW.date())
        job = worker.build_index("局")
        kill_at(PLACES["index"], filled)
        before = seen(workspace)
        assert "后来的专利" in workspace.matching().collection.ids
        assert workspace.unmerged() > 0
        worker.start()
        found = done(worker, job)
        assert (found.state, found.attempts, found.message) == (JobState.DONE, 2, "")
        assert workspace.unmerged() == 0
        assert "后来的专利" in workspace.matching().collection.ids
        assert (seen(workspace).index != before.index, seen(workspace).needs) == (True, before.needs)
        worker.close()


def _check(kind: str, worker: Worker, job: Job, workspace: Workspace, before: State) -> None:
    after = seen(workspace)
    if kind == "import":
        assert workspace.store.patents.count() == 53
        assert after.index != before.index
    elif kind == "index":
        assert (after.list, after.index != before.index) == (before.list, True)
        folder = Path(workspace.settings.home / "indexes" / "patents")
        assert not (folder / "building").exists()
    elif kind == "list":
        assert after == before
        # The draft that was stored when the process died is replaced: one version, whoever read the first one is told.
        [version] = workspace.store.roadshows.lists(EVENT.id)
        assert (version.id, version.state, version.version) == ("HD001-01", ListState.DRAFT, 2)
        listed = workspace.store.roadshows.snapshot(version)
        entries = workspace.store.roadshows.entries(version.id)
        pairs = {(match.need.id, match.patent.id) for need in listed.needs for match in need.matches}
        assert {(entry.need_id, entry.patent_id) for entry in entries} == pairs != set()
        assert len(entries) == json.loads(job.result)["pairs"]
        assert kept(workspace.settings.home, version.id) is not None
    elif kind == "evaluation":
        assert after == before
        again = done(worker, queued(kind, worker, workspace))
        first, second = ({f.name: f.read_bytes() for f in _files(worker, one)} for one in (job, again))
        assert sorted(first) == ["一页纸.html", "评估.html", "评估.json"]
        assert first == second
        assert job.result == again.result
    else:
        assert after == before
        file = worker.file(job, "上报.xlsx")
        assert file is not None
        assert file.read_bytes()[:2] == b"PK"


def _files(worker: Worker, job: Job) -> list[Path]:
    return list((worker._folder / job.id).iterdir())
