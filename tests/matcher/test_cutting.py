"""A full build whose words are cut by processes beside it: the same files, and the old index where one is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date, datetime
from multiprocessing import active_children
from pathlib import Path

import pytest

from matcher import cutting, usecases, workspace
from matcher.domain import Patent
from matcher.errors import MatcherError
from matcher.settings import Settings
from matcher.workspace import Workspace

AT = datetime(2026, 11, 1, 9, 0)
TITLES = ("一种齿轮电机", "PLC控制的焊接机器人", "轴承的涂层", "燃料电池叶片", "激光焊接装置", "齿轮涂层")


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """With an index that was built in one process; the next full build is by two."""
    with Workspace.open(Settings(home=tmp_path / "工作区")) as opened:
        patents = [Patent(f"p{number}", title, "其壳体散热。") for number, title in enumerate(TITLES)]
        opened.store.merge(patents, date(2026, 11, 1))
        opened.build(AT)
        monkeypatch.setattr(cutting, "WORTH", 1)
        monkeypatch.setattr(cutting, "_BLOCK", 2)
        monkeypatch.setattr(os, "cpu_count", lambda: 2)
        yield opened


def files(opened: Workspace) -> dict[str, bytes]:
    folder = max((opened.settings.home / "indexes" / "patents").glob("0*"))
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "manifest.json"}


def test_the_files_are_those_of_one_process(filled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before, seen = files(filled), []
    vectors = workspace.text_vectors

    def watched(*arguments: object) -> object:
        seen.extend(active_children())
        return vectors(*arguments)

    monkeypatch.setattr(workspace, "text_vectors", watched)
    filled.build(AT, full=True)
    assert files(filled) == before
    assert len(seen) == 1
    assert not active_children()


def test_a_killed_process_leaves_the_old_index(filled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(filled)

    def killing(*_: object) -> None:
        (child,) = active_children()
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()

    monkeypatch.setattr(workspace, "text_vectors", killing)
    monkeypatch.setattr(workspace.Collection, "build", lambda *_: filled.matching().collection)
    with pytest.raises(MatcherError) as refused:
        filled.build(AT, full=True)
    assert refused.value.code == "interrupted"
    assert str(refused.value) == (
        "建立索引时，切词的一个子进程意外终止（可能是内存不足），原有的索引不变。请重新运行 matcher index，"
        "已计算的文本向量不会重算。"
    )
    assert files(filled) == before


def test_an_interrupted_build_ends_its_processes(filled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(filled)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(workspace, "text_vectors", interrupted)
    with pytest.raises(MatcherError) as refused:
        usecases.build_index(filled, AT, full=True)
    assert str(refused.value) == (
        "已停止建立索引，在用的索引不受影响，已计算的文本向量不会重算。需要时请重新运行 matcher index。"
    )
    assert files(filled) == before
    assert not active_children()
