"""Every file of an index that is really there, damaged: refused by its name before it is read, whoever has it open goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from api.cli import main
from indexes import coded
from matcher import usecases
from matcher.domain import Need, Patent
from matcher.errors import IndexDamaged, MatcherError
from matcher.settings import RetrievalSettings, Settings
from matcher.workspace import Workspace

AT = datetime(2026, 11, 1, 9, 0)
DAY = date(2026, 11, 1)
WORDS = ("阀门", "轴承", "电池", "叶片", "涂层", "传感器", "催化剂", "污泥", "玉米", "激光", "焊接", "织物")
NEED = Need(id="n", title="轴承涂层", description="需要耐磨的涂层。", enterprise="某厂")


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "flipped": _flip,
    "cut": lambda data: data[:-1],
    "empty": lambda _: b"",
    "longer": lambda data: data + b"\0",
}


@pytest.fixture(params=["exact", "fast-scan", "partitioned"])
def built(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """A base and a side segment, needs, and vectors in each of the kinds, with codes where a kind has any."""
    monkeypatch.setattr(coded, "_LEAST", 100)
    monkeypatch.setattr(coded.PartitionedIndex, "shape", coded.Shape(cells=4, probed=2))
    random = np.random.default_rng(0)
    titles = ["".join(random.choice(WORDS, 4)) for _ in range(400)]
    patents = [Patent(f"p{number:04d}", title, "一种装置。") for number, title in enumerate(titles)]
    settings = Settings(home=tmp_path / "工作区", retrieval=RetrievalSettings(index=request.param))
    with Workspace.open(settings) as workspace:
        workspace.store.merge([*patents, NEED], DAY)
        usecases.build_index(workspace, AT)
        workspace.store.merge([Patent("p9999", "轴承涂层", "一种涂层。")], DAY)
        usecases.build_index(workspace, AT)
        yield workspace


def found(workspace: Workspace) -> list[str]:
    request = usecases.ListRequest(DAY, AT, k=5)
    [entry] = usecases.make_list(workspace, request).needs
    return [match.patent.id for match in entry.matches]


def files(workspace: Workspace) -> list[Path]:
    """All files of the versions in use and the pointers to them."""
    folders = [workspace.settings.home / "indexes" / kind for kind in ("patents", "demand")]
    inside = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    current = {workspace._open(folder.name).published.path for folder in folders}
    return sorted(
        file for file in inside if file.name == "CURRENT" or any(one in file.parents for one in current)
    )


def test_every_file_is_checked_before_it_is_read(built: Workspace) -> None:
    before, every = found(built), files(built)
    assert ("codes.faiss" in {file.name for file in every}) == (built.settings.retrieval.index != "exact")
    assert {"CURRENT", "manifest.json"} < {file.name for file in every}
    assert len(every) > 12
    version, slips = built.store.data_version(), []
    with Workspace.open(built.settings, serving=True) as reader, Workspace.open(built.settings) as opening:
        found(reader)
        for file in every:
            whole = file.read_bytes()
            for name, damage in DAMAGES.items():
                file.unlink()  # versions share files by links: what a reader has mapped stays
                file.write_bytes(damage(whole))
                slips += [f"{file}, {name}: {told}" for told in [_told(opening, file)] if told]
            if file.name not in ("CURRENT", "manifest.json"):
                assert found(reader) == before
            file.write_bytes(whole)
        assert slips == []
        assert (found(opening), opening.store.data_version()) == (before, version)


def _told(opening: Workspace, file: Path) -> str:
    """What is wrong with what is said of the damage to whoever opens the index; empty where it is as it should be."""
    opening._opened.clear()
    try:
        for kind in ("patents", "demand"):
            opening._open(kind)
    except IndexDamaged as error:
        named = file.name in str(error) or file.name in ("CURRENT", "manifest.json")
        return "" if named and "请运行 matcher index" in str(error) else str(error)
    except MatcherError as error:
        return f"{type(error).__name__}: {error}"
    return "nothing was noticed"


@pytest.mark.parametrize("built", ["exact"], indirect=True)
def test_the_command_line_says_what_to_run_and_that_mends_it(
    built: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = found(built)
    file = next(file for file in files(built) if file.suffix == ".npy" and "base" in file.parts)
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(_flip(whole))

    def run(*command: str) -> int:
        monkeypatch.setattr("sys.argv", ["matcher", *command, "--home", str(built.settings.home)])
        with pytest.raises(SystemExit) as caught:
            main()
        return int(caught.value.code or 0)

    parts = built.settings.home.parent / "分片"
    assert run("list", "--as-of", "2026-11-01", "--shard", "1/2", "--out", str(parts)) == 5
    told = capsys.readouterr()
    assert (told.out, told.err.startswith("错误（index_damaged）：")) == ("", True)
    assert f"{file.name} 不完整或已损坏" in told.err
    assert "请运行 matcher index" in told.err
    assert not parts.exists() or list(parts.iterdir()) == []
    assert run("index") == 0
    with Workspace.open(built.settings) as mended:
        assert found(mended) == before
