"""What goes wrong ends in one Chinese sentence and the exit code of its kind; records and index stay as they were."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from api.cli import main
from indexes.manifest import Facts, publish
from matcher import followups, roadshows, usecases
from matcher.domain import Patent
from matcher.events import Event, ListState
from matcher.matchlists.lifecycle import Move
from matcher.outcomes import Change, State
from matcher.settings import RetrievalSettings, Settings
from matcher.workspace import Workspace
from tests.api.conftest import BEARING, NOW
from tests.api.http.test_bad_bodies import rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AWAY = "127.0.0.1:9"
"""Nothing listens there."""


@contextmanager
def another_builds(settings: Settings) -> Iterator[None]:
    """A builder that has begun and is not done."""
    begun, leave = threading.Event(), threading.Event()

    def build(_: Path) -> None:
        begun.set()
        assert leave.wait(60)
        raise RuntimeError("given up")

    def publishing() -> None:
        with pytest.raises(RuntimeError, match="given up"):
            publish(settings.home / "indexes" / "patents", build, Facts("patents"), datetime(2026, 1, 1))

    builder = threading.Thread(target=publishing)
    builder.start()
    assert begun.wait(20)
    yield
    leave.set()
    builder.join()


@contextmanager
def full_disk(_: Settings) -> Iterator[None]:
    with patch("os.fsync", side_effect=OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))):
        yield


def nothing(_: Settings) -> AbstractContextManager[None]:
    return nullcontext()


Trouble = Callable[[Settings], AbstractContextManager[None]]
CASES: dict[str, tuple[list[str], dict[str, str], Trouble, int, str]] = {
    "no file": (["import", "patents", "没有.xlsx"], {}, nothing, 3, "file_missing）：找不到文件“没有.xlsx”"),
    "no need": (["match", "--need", "N404"], {}, nothing, 4, "not_found）：没有编号为“N404”的需求"),
    "no event": (["event", "build", "HD404"], {}, nothing, 4, "not_found）："),
    "two builders": (["index", "--full"], {}, another_builds, 5, "index_busy）：另一个程序正在建立索引"),
    "full disk": (["index", "--full"], {}, full_disk, 5, "）：新索引未能写入"),
    "no engine": (
        ["index", "--full"],
        {"MATCHER_INDEX": f"postgresql://{AWAY}/d"},
        nothing,
        5,
        "engine_unavailable）：外部索引",
    ),
    "no database": (["doctor"], {"MATCHER_DATABASE_URL": f"postgresql://{AWAY}/d"}, nothing, 1, ""),
    "no server": (
        ["import", "patents", __file__],
        {"MATCHER_DATABASE_URL": f"postgresql://{AWAY}/d"},
        nothing,
        5,
        "database_gone）：数据库服务器暂时无法连接，这次操作没有写入。",
    ),
    "no model": (
        ["index", "--model", "没有的模型"],
        {},
        nothing,
        6,
        "model_unusable）：未知的模型“没有的模型”",
    ),
    "no setting": (["index"], {"MATCHER_ORGANIZER": "x"}, nothing, 7, "）：未知的设置项 organizer"),
    "no option": (["index", "--fast"], {}, nothing, 2, ""),
}


Fails = Callable[[list[str]], tuple[object, str]]
"""Runs a command that is to fail; its exit code and what it says."""


@pytest.fixture
def fails(filled: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fails:
    def run(command: list[str]) -> tuple[object, str]:
        monkeypatch.setattr("sys.argv", ["matcher", *command, "--home", str(filled.home)])
        pointer = filled.home / "indexes" / "patents" / "CURRENT"
        before = (rows(filled), pointer.read_bytes())
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        told = capsys.readouterr().err
        assert "Traceback" not in told
        assert (rows(filled), pointer.read_bytes()) == before
        return caught.value.code, told

    return run


def one_sentence(told: str, sentence: str) -> bool:
    return told.startswith("错误（") and sentence in told and told.count("\n") == 1


@pytest.mark.parametrize("case", CASES)
def test_a_command_that_fails(
    filled: Settings, monkeypatch: pytest.MonkeyPatch, fails: Fails, case: str
) -> None:
    command, variables, trouble, code, sentence = CASES[case]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with trouble(filled):
        found, told = fails(command)
    assert found == code
    assert not sentence or one_sentence(told, sentence), told


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (another_builds, "index_busy）：另一个程序正在建立索引"),
        (full_disk, "）：新索引未能写入"),
    ],
    ids=["two builders", "full disk"],
)
def test_a_merge_that_fails(
    filled: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fails: Fails,
    trouble: Trouble,
    sentence: str,
) -> None:
    """Both parts of the index serve on, and the same command mends it."""
    settings = filled.model_copy(update={"retrieval": RetrievalSettings(merge_from=0.5)})
    with Workspace.open(settings) as workspace:
        workspace.store.merge([Patent("后来的专利", "陶瓷轴承")], NOW.date())
        usecases.build_index(workspace, NOW)
        assert workspace.unmerged() > 0
    with trouble(filled):
        code, told = fails(["index", "--merge"])
    assert code == 5
    assert one_sentence(told, sentence), told
    monkeypatch.setattr("sys.argv", ["matcher", "index", "--merge", "--home", str(filled.home)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code in (0, None)
    assert capsys.readouterr().out.startswith("已建立索引 ")
    with Workspace.open(filled) as workspace:
        assert workspace.unmerged() == 0
        assert "后来的专利" in workspace.matching().collection.ids


def test_a_need_that_only_the_authority_may_read_is_in_no_sheet_for_experts(
    filled: Settings, fails: Fails, tmp_path: Path
) -> None:
    run, sheet = tmp_path / "甲.trec", tmp_path / "评审.xlsx"
    run.write_text(f"N002 Q0 {BEARING.id} 1 1.0 甲\n", "utf-8")
    code, told = fails(["eval", "pool", str(sheet), "--run", str(run)])
    assert code == 8
    assert one_sentence(told, "permission_denied）：有 1 条需求仅主管部门可见（例如 N002）")
    assert not sheet.exists()


def test_who_saw_an_earlier_state_of_a_match_changes_nothing(filled: Settings, fails: Fails) -> None:
    with Workspace.open(filled) as workspace:
        event = workspace.store.roadshows.add(Event("", "秋季路演", date(2026, 9, 1)))
        version, _ = roadshows.build_list(workspace, event, roadshows.Day(NOW.date(), NOW), "王芳")
        for state, by in ((ListState.REVIEW, "王芳"), (ListState.PUBLISHED, "李强")):
            version = roadshows.move_list(workspace, version, Move(state, by, NOW.date()), NOW)
        match = workspace.store.roadshows.entries(version.id)[0].match_id
        change = Change(state=State.INTERESTED, by="李强", at=NOW)
        followups.change_outcome(workspace, match, change)
    told_before = ["event", "outcome", match, "洽谈中", "--by", "王芳", "--version", "1"]
    code, told = fails(told_before)
    assert code == 9
    assert one_sentence(
        told, f"conflict）：对接 {match} 已由李强改为“有意向”（第 2 次），您看到的是第 1 次的状态"
    )
