"""The queue and its worker: order, reports, failures, cancelling, restarts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from api.jobs import Upload, Worker
from api.store.database import open_service
from api.store.jobs import Job, Jobs, JobState
from matcher.errors import InputError
from matcher.settings import Settings
from matcher.workspace import Workspace

NOW = datetime(2026, 6, 30, 9, 0)
CSV = "专利名称,申请号,摘要,专利权人\n一种反渗透膜,CN202310123456.6,海水淡化用反渗透膜,河东大学\n坏行,2.01E+12,摘要,河东大学\n"


@pytest.fixture
def worker(settings: Settings) -> Iterator[Worker]:
    with Workspace.open(settings, serving=True) as workspace:
        made = Worker(workspace, open_service(settings), lambda: NOW)
        yield made
        if made._thread.is_alive():
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
    assert [file.name for file in report.parent.iterdir()] == ["导入报告.xlsx"]
    assert not Workspace.open(settings).stale()


def test_jobs_run_in_the_order_in_which_they_came(worker: Worker) -> None:
    first = worker.import_file(Upload("甲.csv", "patents"), "局", keeping(CSV))
    second = worker.build_index("局")
    assert worker.jobs.take() == replace(first, state=JobState.RUNNING, attempts=1)
    assert worker.jobs.take() == replace(second, state=JobState.RUNNING, attempts=1)
    assert worker.jobs.take() is None


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
    assert (worker._folder / job.id / kept).is_file()


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
    assert worker.jobs.take() is None
    stopped = worker.jobs.get(job.id)
    assert stopped is not None
    assert (stopped.state, stopped.message) == (JobState.CANCELLED, "已按要求停止")


def test_a_running_job_hears_at_its_next_step_that_it_is_stopped(worker: Worker) -> None:
    job = worker.build_index("局")
    worker.jobs.take()
    assert worker.jobs.step(job.id, 0.5, "更新索引：1")
    assert worker.jobs.cancel(job.id, NOW)
    assert not worker.jobs.step(job.id, 0.6, "更新索引：2")
    worker.jobs.finish(job.id, JobState.DONE, "", "{}", NOW)
    stopped = worker.jobs.get(job.id)
    assert stopped is not None
    assert (stopped.state, stopped.progress, stopped.message) == (JobState.CANCELLED, 0.5, "已按要求停止")


def test_what_a_killed_process_was_doing_is_done_by_the_next(worker: Worker) -> None:
    job = worker.import_file(Upload("清单.csv", "patents"), "局", keeping(CSV))
    assert worker.jobs.take() is not None  # and the process is killed
    worker.start()
    ended = done(worker, job)
    assert (ended.state, ended.attempts) == (JobState.DONE, 2)


def test_a_job_that_kills_the_process_twice_is_given_up(settings: Settings) -> None:
    with Workspace.open(settings):
        jobs = Jobs(open_service(settings))
    jobs.add(Job("1" * 32, "index", "重建索引", "局", "{}", NOW))
    for _ in range(2):
        jobs.take()
        jobs.recover(NOW)
    found = jobs.get("1" * 32)
    assert found is not None
    assert (found.state, found.message) == (JobState.FAILED, "服务两次在此任务中中断，已停止重试")
    assert jobs.take() is None
