"""A full disk: what was asked for is refused with a sentence, and what was there is there as it was."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.app import app as cli
from api.jobs import Upload, Worker
from api.store.database import open_service
from api.store.jobs import JobState
from matcher.errors import InputError, NotReady
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.test_at_once import signed_in
from tests.servers.disk import no_file_above

SENTENCE = "服务器的磁盘已满，未作任何更改。请管理员腾出空间（matcher doctor 会检查），然后重试。"
CSV = "专利名称,申请号,摘要,专利权人\n一种反渗透膜,CN202310123456.6,海水淡化用反渗透膜,河东大学\n"


def full(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_an_upload_is_not_kept_by_halves(client: TestClient) -> None:
    worker = client.app.state.services.worker
    asked = {"kind": "patents", "name": "大.csv"}
    with no_file_above(100_000):
        refused = client.post("/api/v1/imports", params=asked, content=b"x" * 1_000_000)
    assert (refused.status_code, refused.json()["code"]) == (507, "disk_full")
    assert refused.json()["detail"] == SENTENCE
    assert worker.jobs.recent() == []
    assert not worker._folder.exists() or list(worker._folder.iterdir()) == []
    assert client.post("/api/v1/imports", params=asked, content=CSV.encode()).status_code == 202


def test_a_file_of_a_list_is_not_sent_by_halves(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, csrf = signed_in(client.app, client.app)
    with monkeypatch.context() as patched:
        patched.setattr("xlsxwriter.workbook.ZipFile", full)
        refused = browser.post("/lists", data={"csrf": csrf, "event": "秋季"})
    assert (refused.status_code, SENTENCE in refused.text) == (507, True)
    assert browser.post("/lists", data={"csrf": csrf, "event": "秋季"}).content[:2] == b"PK"


def test_a_need_that_the_database_cannot_take_stays_as_it_was(client: TestClient) -> None:
    before = client.get("/api/v1/needs/N001")
    tag = {"If-Match": before.headers["etag"]}
    with no_file_above(1_500):  # less than a page of the database
        refused = client.patch("/api/v1/needs/N001", json={"title": "改过的"}, headers=tag)
    assert (refused.status_code, refused.json()["code"]) == (503, "not_ready")
    assert refused.json()["detail"].startswith("数据库无法使用（")
    assert refused.json()["detail"].endswith("请检查路径、权限和磁盘空间。")
    after = client.get("/api/v1/needs/N001")
    assert (after.json(), after.headers["etag"]) == (before.json(), before.headers["etag"])


def test_a_job_says_so_and_can_begin_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.open(settings, serving=True) as workspace:
        worker = Worker(workspace, open_service(settings), datetime.now)
        job = worker.import_file(Upload("清单.csv", "patents"), "局", _keeping(CSV))
        with monkeypatch.context() as patched:
            patched.setattr("api.jobs.kinds.write_returned", full)
            failed = _run(worker)
        assert (failed.state, failed.message) == (
            JobState.FAILED,
            "服务器的磁盘已满，没有做完。请管理员腾出空间，然后在任务页上重做。",
        )
        assert worker.retry(failed)
        assert (_run(worker).state, workspace.store.patents.count()) == (JobState.DONE, 1)
        assert [one.id for one in worker.jobs.recent()] == [job.id]


def _keeping(content: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(content, encoding="utf-8") and None


def _run(worker: Worker):
    """Do the one job here, without the worker's thread."""
    job = worker.jobs.take(worker._name, worker._now(), worker._lease)
    assert job is not None
    worker._do(job)
    return worker.jobs.get(job.id)


@pytest.mark.parametrize("name", ["清单.xlsx", "清单.json"])
def test_a_list_that_was_there_stays(
    filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    out = tmp_path / name
    command = ["list", "--home", str(filled.home), "--as-of", "2026-06-30", "--out", str(out)]
    assert CliRunner().invoke(cli, command).exit_code == 0
    before = out.read_bytes()
    monkeypatch.setattr("matcher.replacing.os.fsync", full)
    refused = CliRunner().invoke(cli, command)
    assert isinstance(refused.exception, InputError)
    assert str(refused.exception).startswith(f"无法写入文件 {out}（")
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]


def test_an_import_lands_nothing_by_halves(filled: Settings, tmp_path: Path) -> None:
    lines = [f"一种反渗透膜{n},CN20231{n:07d},{'海水淡化用反渗透膜' * 200},河东大学\n" for n in range(300)]
    file = tmp_path / "清单.csv"
    file.write_text("专利名称,申请号,摘要,专利权人\n" + "".join(lines), encoding="utf-8")
    with Workspace.open(filled) as workspace:
        before = workspace.store.data_version()
    with no_file_above((filled.home / "matcher.db").stat().st_size):
        refused = CliRunner().invoke(cli, ["import", "patents", str(file), "--home", str(filled.home)])
    assert isinstance(refused.exception, NotReady)
    assert "请检查路径、权限和磁盘空间" in str(refused.exception)
    with Workspace.open(filled) as workspace:
        assert (workspace.store.patents.count(), workspace.store.data_version()) == (3, before)
    done = CliRunner().invoke(cli, ["import", "patents", str(file), "--home", str(filled.home)])
    assert "新增 300" in done.output
