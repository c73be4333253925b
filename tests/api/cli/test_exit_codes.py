"""What goes wrong ends in one Chinese sentence and the exit code of its kind; records and index stay as they were."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from api.cli import main
from indexes.manifest import Facts, publish
from matcher.settings import Settings
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


@pytest.mark.parametrize("case", CASES)
def test_a_command_that_fails(
    filled: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: str,
) -> None:
    command, variables, trouble, code, sentence = CASES[case]
    pointer = filled.home / "indexes" / "patents" / "CURRENT"
    before = (rows(filled), pointer.read_bytes())
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["matcher", *command, "--home", str(filled.home)])
    with ExitStack() as stack:
        stack.enter_context(trouble(filled))
        with pytest.raises(SystemExit) as caught:
            main()
    told = capsys.readouterr().err
    assert caught.value.code == code
    if sentence:
        assert told.startswith("错误（")
        assert sentence in told
        assert told.count("\n") == 1
    assert "Traceback" not in told
    assert (rows(filled), pointer.read_bytes()) == before
