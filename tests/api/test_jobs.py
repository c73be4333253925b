"""The queue and its worker: order, reports, failures, cancelling, restarts."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

import pytest

from api.feeds.needs import Needs
from api.feeds.offers import Offers
from api.feeds.patents import Patents
from api.jobs import Upload, Worker
from api.jobs.work import SENT
from api.store import tables
from api.store.database import open_service
from api.store.feed import Feed
from api.store.jobs import Job, Jobs, JobState
from indexes.manifest import sole_builder
from matcher import usecases
from matcher.errors import InputError, NotReady
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import MEMBRANE
from tests.servers.databases import on_both

pytestmark = on_both
NOW = datetime(2026, 6, 30, 9, 0)
LEASE = timedelta(seconds=30)
CSV = "专利名称,申请号,摘要,专利权人\n一种反渗透膜,CN202310123456.6,海水淡化用反渗透膜,河东大学\n坏行,2.01E+12,摘要,河东大学\n"


@pytest.fixture
def worker(settings: Settings) -> Iterator[Worker]:
    with Workspace.open(settings, serving=True) as workspace:
        made = Worker(workspace, open_service(settings), lambda: NOW)
        yield made
        if made.running:
            made.close()


def keeping(content: str) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content.encode()) and None


def done(worker: Worker, job: Job) -> Job:
    for _ in range(600):
        found = worker.jobs.get(job.id)
        assert found is not None
        if not found.open:
            return found
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def said(worker: Worker, job: Job, message: str) -> None:
    """Wait until a running job says so."""
    for _ in range(600):
        found = worker.jobs.get(job.id)
        assert found is not None
        assert found.open, found.message
        if found.message == message:
            return
        time.sleep(0.05)
    raise AssertionError(f"the job never said {message}")


def test_an_import_lands_reports_and_brings_the_index_up_to_date(worker: Worker, settings: Settings) -> None:
    worker.start()
    job = worker.import_file(Upload("清单.csv", "patents"), "局", keeping(CSV))
    assert (job.title, job.by, job.state) == ("导入 清单.csv", "局", JobState.WAITING)
    ended = done(worker, job)
    assert (ended.state, ended.message, ended.progress, ended.finished) == (JobState.DONE, "", 1.0, NOW)
    result = json.loads(ended.result)
    counts = [result[name] for name in ("rows_read", "landed", "merged", "refused", "problem_count")]
    assert counts == [2, 1, 0, 1, len(result["problems"])]
    report = worker.report(ended)
    assert report is not None
    assert report.read_bytes()[:2] == b"PK"
    # The file itself is not kept.
    assert sorted(file.name for file in report.parent.iterdir()) == ["导入报告.xlsx", "待修改的行.xlsx"]
    assert not Workspace.open(settings).stale()


def test_an_import_brings_those_feeds_up_to_date_that_somebody_reads(settings: Settings) -> None:
    with Workspace.open(settings, serving=True) as workspace:
        engine, store = open_service(settings), workspace.store
        needs = Feed(engine, tables.need_feed, tables.need_feed_state)
        read = Offers(Patents(store), Feed(engine), Lock())
        unread = Offers(Needs(store, needs.secret()), needs, Lock())
        read.refresh(NOW)
        worker = Worker(workspace, engine, lambda: NOW, feeds=(read, unread))
        worker.start()
        done(worker, worker.import_file(Upload("清单.csv", "patents"), "局", keeping(CSV)))
        worker.close()  # waits for what follows a job
        assert list(read.feed.held()) == ["CN202310123456"]
        assert read.feed.state().seen == f"{read.goods.version()} {NOW.date()}"
        assert unread.feed.state().seen == ""


def test_an_index_job_waits_while_the_command_line_builds(worker: Worker, settings: Settings) -> None:
    with sole_builder(settings.home / "indexes"):
        with Workspace.open(settings) as other:
            other.store.merge([MEMBRANE], NOW.date())
            with pytest.raises(NotReady, match=r"另一个程序正在建立索引.*请等它结束") as refused:
                usecases.build_index(other, NOW)
            assert (refused.value.code, other.stale()) == ("index_busy", True)
        worker.start()
        stopped, job = worker.build_index("局"), worker.build_index("局", full=True)
        said(worker, stopped, "另一个程序正在建立索引，等它结束后继续")
        assert worker.jobs.cancel(stopped.id, NOW)
        said(worker, job, "另一个程序正在建立索引，等它结束后继续")
    ended = done(worker, job)
    assert (ended.state, ended.result) == (JobState.DONE, '{"built": true}')


def test_jobs_run_in_the_order_in_which_they_came(worker: Worker) -> None:
    first = worker.import_file(Upload("甲.csv", "patents"), "局", keeping(CSV))
    second = worker.build_index("局")
    begun = {"state": JobState.RUNNING, "attempts": 1, "worker": "w1", "beat": NOW}
    taken = worker.jobs.take("w1", NOW, LEASE)
    assert taken == replace(first, **begun)
    # One at a time, whoever asks.
    assert worker.jobs.take("w1", NOW, LEASE) is None
    assert worker.jobs.take("w2", NOW, LEASE) is None
    worker.jobs.finish(taken, JobState.DONE, "", "{}", NOW)
    assert worker.jobs.take("w1", NOW, LEASE) == replace(second, **begun)


def test_an_index_build_that_waits_already_is_not_queued_twice(worker: Worker) -> None:
    assert worker.build_index("局") == worker.build_index("别人")
    assert worker.build_index("局", full=True).id != worker.build_index("局").id
    assert len(worker.jobs.recent()) == 2


@pytest.mark.parametrize(
    ("upload", "content", "message"),
    [
        (Upload("空.csv", "patents"), "", "空.csv"),
        (Upload("假.xlsx", "patents"), "这不是表格", "假.xlsx"),
        (Upload("列.csv", "patents"), "甲,乙\n1,2\n", "列.csv"),
    ],
)
def test_a_file_that_cannot_be_read_fails_with_its_sentence(
    worker: Worker, upload: Upload, content: str, message: str
) -> None:
    worker.start()
    ended = done(worker, worker.import_file(upload, "局", keeping(content)))
    assert ended.state is JobState.FAILED
    assert message in ended.message
    assert worker.report(ended) is None


def test_an_index_without_patents_fails_with_what_to_do(worker: Worker) -> None:
    worker.start()
    ended = done(worker, worker.build_index("局"))
    assert (ended.state, ended.message) == (
        JobState.FAILED,
        "工作区中还没有专利。请先运行 matcher import patents 专利清单.xlsx。",
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\用户\\清单.xlsx", "清单.xlsx"),
        ("清单\r\nSet-Cookie: x.csv", "清单Set-Cookie: x.csv"),
        ("长" * 300 + ".xlsx", "长" * 50 + ".xlsx"),
    ],
)
def test_names_of_files_lose_folders_and_control_characters(worker: Worker, name: str, kept: str) -> None:
    job = worker.import_file(Upload(name, "patents"), "局", keeping(CSV))
    assert job.title == f"导入 {kept}"
    assert (worker._folder / job.id / SENT / kept).is_file()


def test_what_is_refused_leaves_nothing_behind(worker: Worker) -> None:
    def broken(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(InputError, match="不认识的数据种类“发票”"):
        worker.import_file(Upload("清单.csv", "发票"), "局", keeping(CSV))
    with pytest.raises(InputError, match="请选择要导入的文件"):
        worker.import_file(Upload("", "patents"), "局", keeping(CSV))
    with pytest.raises(OSError, match="disk full"):
        worker.import_file(Upload("清单.csv", "patents"), "局", broken)
    assert worker.jobs.recent() == []
    assert not worker._folder.exists() or list(worker._folder.iterdir()) == []


def test_a_waiting_job_can_be_stopped_once(worker: Worker) -> None:
    job = worker.build_index("局")
    assert worker.jobs.cancel(job.id, NOW)
    assert not worker.jobs.cancel(job.id, NOW)
    assert worker.jobs.take("w", NOW, LEASE) is None
    stopped = worker.jobs.get(job.id)
    assert stopped is not None
    assert (stopped.state, stopped.message) == (JobState.CANCELLED, "已按要求停止")


def test_a_running_job_hears_at_its_next_step_that_it_is_stopped(worker: Worker) -> None:
    job = worker.build_index("局")
    taken = worker.jobs.take("w", NOW, LEASE)
    assert taken is not None
    assert worker.jobs.step(job.id, "w", 0.5, "更新索引：1")
    assert worker.jobs.cancel(job.id, NOW)
    assert not worker.jobs.step(job.id, "w", 0.6, "更新索引：2")
    worker.jobs.finish(taken, JobState.DONE, "", "{}", NOW)
    stopped = worker.jobs.get(job.id)
    assert stopped is not None
    assert (stopped.state, stopped.progress, stopped.message) == (JobState.CANCELLED, 0.5, "已按要求停止")


def test_what_failed_or_was_stopped_can_begin_anew_and_what_is_done_cannot(worker: Worker) -> None:
    job = worker.import_file(Upload("清单.csv", "patents"), "局", keeping("甲,乙\n1,2\n"))
    assert not worker.retry(job)
    worker.start()
    failed = done(worker, job)
    assert failed.state is JobState.FAILED
    (worker._folder / job.id / SENT / "清单.csv").write_text(CSV, encoding="utf-8")
    assert worker.retry(failed)
    ended = done(worker, job)
    assert (ended.state, ended.message, ended.attempts) == (JobState.DONE, "", 1)
    assert not worker.retry(ended)


def test_a_worker_that_fell_silent_loses_its_job_and_may_no_longer_end_it(worker: Worker) -> None:
    job = worker.import_file(Upload("清单.csv", "patents"), "局", keeping(CSV))
    dead = worker.jobs.take("dead", NOW - LEASE, LEASE)
    assert dead is not None
    # It may still live: nobody takes the job before the lease is over, and a beat renews it.
    assert worker.jobs.take("other", NOW, LEASE) is None
    worker.jobs.beat(job.id, "dead", NOW)
    assert worker.jobs.take("other", NOW + LEASE, LEASE) is None
    taken = worker.jobs.take("other", NOW + LEASE + timedelta(seconds=1), LEASE)
    assert taken is not None
    assert (taken.id, taken.worker, taken.attempts) == (job.id, "other", 2)
    assert not worker.jobs.step(job.id, "dead", 0.9, "导入：9")
    worker.jobs.finish(dead, JobState.FAILED, "迟到", "", NOW)
    found = worker.jobs.get(job.id)
    assert found is not None
    assert (found.state, found.message) == (JobState.RUNNING, "")


def test_a_killed_process_leaves_no_job_stuck(settings: Settings, tmp_path: Path) -> None:
    """A real process is killed in the middle of a job; a worker of this process ends it."""
    program = f"""
import sys, time
from datetime import datetime
from pathlib import Path
from api.jobs import Upload, Worker, kinds
from api.store.database import open_service
from matcher.settings import load_settings
from matcher.workspace import Workspace
settings = load_settings(home=Path({str(settings.home)!r}), database_url={settings.database_url!r})
workspace = Workspace.open(settings, serving=True)
worker = Worker(workspace, open_service(settings), datetime.now)
def hang(*_, **__):
    print("running", flush=True)
    time.sleep(600)
kinds.usecases.import_file = hang
worker.import_file(Upload("清单.csv", "patents"), "局", lambda path: path.write_bytes({CSV.encode()!r}))
worker.start()
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.kill()
    lease = timedelta(seconds=2)
    with Workspace.open(settings, serving=True) as workspace:
        worker = Worker(workspace, open_service(settings), datetime.now, lease)
        [job] = worker.jobs.recent()
        assert job.state is JobState.RUNNING
        worker.start()
        ended = done(worker, job)
        worker.close()
        assert (ended.state, ended.attempts, ended.message) == (JobState.DONE, 2, "")
        assert workspace.store.patents.count() == 1


def test_closing_gives_the_job_in_hand_back_at_once(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = threading.Event()

    def slow(*_: object, progress: Callable[[int, int], None], **__: object) -> None:
        while True:
            progress(1, 2)
            reached.set()
            time.sleep(0.01)

    monkeypatch.setattr("matcher.usecases.import_file", slow)
    job = worker.import_file(Upload("清单.csv", "patents"), "局", keeping(CSV))
    worker.start()
    assert reached.wait(20)
    worker.close()
    found = worker.jobs.get(job.id)
    assert found is not None
    assert (found.state, found.attempts, found.worker) == (JobState.WAITING, 0, "")


def test_a_job_that_kills_the_process_twice_is_given_up(settings: Settings) -> None:
    with Workspace.open(settings):
        jobs = Jobs(open_service(settings))
    jobs.add(Job("1" * 32, "index", "重建索引", "局", "{}", NOW))
    later = NOW
    for _ in range(2):
        assert jobs.take("w", later, LEASE) is not None
        later += 2 * LEASE
    assert jobs.take("w", later, LEASE) is None
    found = jobs.get("1" * 32)
    assert found is not None
    assert (found.state, found.message) == (JobState.FAILED, "服务两次在此任务中中断，已停止重试")


def test_files_of_jobs_that_ended_long_ago_are_gone(worker: Worker) -> None:
    job = worker.import_file(Upload("清单.csv", "patents"), "局", keeping(CSV))
    worker.jobs.cancel(job.id, NOW - timedelta(days=31))
    worker.start()
    assert not (worker._folder / job.id).exists()
    assert worker.jobs.get(job.id) is not None
