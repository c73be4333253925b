"""An index is published whole or not at all, and only a whole, fitting one is opened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from indexes.contract import IndexUnusable
from indexes.manifest import (
    Facts,
    IndexBusy,
    IndexMissing,
    IndexStale,
    Published,
    _digest,
    check_ahead,
    open_verified,
    publish,
)

FACTS = Facts("patents", "v1", "s1", "static", "ab" * 32, 256, "inner product", 3)
AT = datetime(2024, 5, 1, 9, 30)


def writes(text: str) -> Callable[[Path], None]:
    def build(folder: Path) -> None:
        (folder / "dense").mkdir()
        (folder / "dense" / "vectors.bin").write_text(text * 1000)
        (folder / "terms.json").write_text(text)

    return build


def content(published: Published) -> str:
    return (published.path / "terms.json").read_text()


def test_published_it_opens_with_its_facts(tmp_path: Path) -> None:
    made = publish(tmp_path / "patents", writes("one"), FACTS, AT)
    opened = open_verified(tmp_path / "patents", FACTS)
    assert opened == made == Published(tmp_path / "patents" / "000001", FACTS, AT)
    assert content(opened) == "one"
    manifest = json.loads((opened.path / "manifest.json").read_text())
    assert manifest["format"] == 6
    assert manifest["created_at"] == "2024-05-01T09:30:00"
    assert manifest["files"]["terms.json"] == {
        "bytes": 3,
        "sha256": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
    }
    assert set(manifest["files"]) == {"dense/vectors.bin", "terms.json"}


def test_the_same_content_gives_the_same_manifest(tmp_path: Path) -> None:
    one = publish(tmp_path / "a", writes("one"), FACTS, AT).path / "manifest.json"
    two = publish(tmp_path / "b", writes("one"), FACTS, AT).path / "manifest.json"
    assert one.read_bytes() == two.read_bytes()


def test_the_version_before_stays_for_its_readers_and_older_ones_go(tmp_path: Path) -> None:
    versions = [publish(tmp_path, writes(text), FACTS, AT) for text in ("one", "two", "three")]
    assert [version.path.exists() for version in versions] == [False, True, True]
    assert content(open_verified(tmp_path, FACTS)) == "three"
    assert content(versions[1]) == "two"


def test_an_open_file_of_a_removed_version_can_still_be_read(tmp_path: Path) -> None:
    with (publish(tmp_path, writes("one"), FACTS, AT).path / "terms.json").open() as reader:
        publish(tmp_path, writes("two"), FACTS, AT)
        publish(tmp_path, writes("three"), FACTS, AT)
        assert reader.read() == "one"


@pytest.mark.parametrize(
    ("expected", "error", "words"),
    [
        (replace(FACTS, data_version="v2"), IndexStale, "数据有变化"),
        (replace(FACTS, count=4), IndexStale, "数据有变化"),
        (replace(FACTS, settings="s2"), IndexStale, "设置有变化"),
        (replace(FACTS, model="bge"), IndexStale, "由模型 static 建立，与现用模型 bge 不符"),
        (replace(FACTS, weights="cd" * 32), IndexStale, "模型"),
        (replace(FACTS, dimension=512), IndexStale, "模型"),
        (replace(FACTS, kind="demand"), IndexUnusable, "索引是 patents（inner product），不是所需的 demand"),
        (replace(FACTS, metric="l2"), IndexUnusable, "不是所需的 patents（l2）"),
    ],
)
def test_an_index_that_does_not_fit_is_refused(
    tmp_path: Path, expected: Facts, error: type[Exception], words: str
) -> None:
    publish(tmp_path, writes("one"), FACTS, AT)
    with pytest.raises(error, match=words) as caught:
        open_verified(tmp_path, expected)
    assert "请运行 matcher index" in str(caught.value)


def test_what_is_not_expected_is_not_compared(tmp_path: Path) -> None:
    publish(tmp_path, writes("one"), FACTS, AT)
    assert open_verified(tmp_path, Facts("patents")).facts == FACTS


def test_a_missing_index_says_so(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=r"还没有建立索引.*请运行 matcher index"):
        open_verified(tmp_path / "nothing", FACTS)


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("name", ["dense/vectors.bin", "terms.json", "manifest.json", "../CURRENT"])
@pytest.mark.parametrize(
    "damage",
    [
        _flip,
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"{}"),
    ],
    ids=["flipped bit", "truncated", "emptied", "foreign"],
)
def test_any_damage_is_refused(tmp_path: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(publish(tmp_path, writes("one"), FACTS, AT).path / name)
    with pytest.raises(IndexUnusable, match="请运行 matcher index"):
        open_verified(tmp_path, FACTS)
    publish(tmp_path, writes("two"), FACTS, AT)
    assert content(open_verified(tmp_path, FACTS)) == "two"


def test_what_a_process_has_read_is_not_read_again_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = publish(tmp_path, writes("one"), FACTS, AT).path
    for file in path.rglob("*.*"):
        os.utime(file, (1_700_000_000, 1_700_000_000))
    open_verified(tmp_path, FACTS)
    with monkeypatch.context() as patched:
        patched.setattr("hashlib.sha256", None)
        open_verified(tmp_path, FACTS)
    _flip(path / "terms.json")
    with pytest.raises(IndexUnusable, match=r"terms\.json 不完整或已损坏"):
        open_verified(tmp_path, FACTS)


def test_what_was_begun_ahead_is_awaited_compared_and_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = publish(tmp_path / "patents", writes("one"), FACTS, AT).path
    _flip(path / "dense" / "vectors.bin")
    for file in path.rglob("*.*"):
        os.utime(file, (1_700_000_000, 1_700_000_000))
    read: list[int] = []
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slowly(stream: BinaryIO, size: int) -> str:
        read.append(size)
        begun.release()
        assert go_on.wait(10)
        return _digest(stream, size)

    monkeypatch.setattr("indexes.manifest._digest", slowly)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    check_ahead(tmp_path / "patents", tmp_path / "not there")
    for _ in range(3):
        assert begun.acquire(timeout=10)
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(open_verified, tmp_path / "patents", FACTS)
        with pytest.raises(TimeoutError):
            opening.result(0.1)
        go_on.set()
        with pytest.raises(IndexUnusable, match=r"vectors\.bin 不完整或已损坏"):
            opening.result(10)
    assert sorted(read) == sorted(file.stat().st_size for file in path.rglob("*.*"))


def test_facts_are_compared_before_a_file_is_read(tmp_path: Path) -> None:
    _flip(publish(tmp_path, writes("one"), FACTS, AT).path / "terms.json")
    with pytest.raises(IndexStale, match="数据有变化"):
        open_verified(tmp_path, replace(FACTS, data_version="v2"))


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    (publish(tmp_path, writes("one"), FACTS, AT).path / "terms.json").unlink()
    with pytest.raises(IndexUnusable, match=r"terms\.json 缺失.*请运行 matcher index"):
        open_verified(tmp_path, FACTS)


def test_an_index_of_another_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexes.manifest.FORMAT", 0)
    publish(tmp_path, writes("one"), FACTS, AT)
    monkeypatch.undo()
    with pytest.raises(IndexUnusable, match="另一版本"):
        open_verified(tmp_path, FACTS)


def test_a_builder_that_fails_leaves_the_old_index(tmp_path: Path) -> None:
    publish(tmp_path, writes("one"), FACTS, AT)

    def build(folder: Path) -> None:
        (folder / "half").write_text("x")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        publish(tmp_path, build, FACTS, AT)
    assert content(open_verified(tmp_path, FACTS)) == "one"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["000001", "CURRENT", "LOCK"]


def test_two_builders_at_once_and_the_second_is_told(tmp_path: Path) -> None:
    inside, leave = threading.Event(), threading.Event()

    def build(folder: Path) -> None:
        writes("slow")(folder)
        inside.set()
        assert leave.wait(10)

    first = threading.Thread(target=publish, args=(tmp_path, build, FACTS, AT))
    first.start()
    try:
        assert inside.wait(10)
        with pytest.raises(IndexBusy, match=r"另一个程序正在建立索引.*请等它结束"):
            publish(tmp_path, writes("second"), FACTS, AT)
    finally:
        leave.set()
        first.join()
    assert content(open_verified(tmp_path, FACTS)) == "slow"


KILLED = """
import sys, time
from datetime import datetime
from pathlib import Path
from indexes.manifest import Facts, publish

def build(folder):
    (folder / "terms.json").write_text("half")
    print("building", flush=True)
    time.sleep(60)

publish(Path(sys.argv[1]), build, Facts("patents"), datetime(2024, 5, 1))
"""


def test_a_killed_builder_leaves_the_old_index_and_no_lock(tmp_path: Path) -> None:
    publish(tmp_path, writes("one"), FACTS, AT)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "building\n"
        with pytest.raises(IndexBusy):
            publish(tmp_path, writes("two"), FACTS, AT)
        child.send_signal(signal.SIGKILL)
    assert (tmp_path / "building" / "terms.json").read_text() == "half"
    assert content(open_verified(tmp_path, FACTS)) == "one"
    publish(tmp_path, writes("two"), FACTS, AT)
    assert content(open_verified(tmp_path, FACTS)) == "two"
    assert not (tmp_path / "building").exists()


def test_a_builder_killed_before_the_switch_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, writes("one"), FACTS, AT)
    monkeypatch.setattr("indexes.manifest._point", lambda *_: None)
    publish(tmp_path, writes("two"), FACTS, AT)
    monkeypatch.undo()
    assert content(open_verified(tmp_path, FACTS)) == "one"
    publish(tmp_path, writes("three"), FACTS, AT)
    assert content(open_verified(tmp_path, FACTS)) == "three"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["000001", "000003", "CURRENT", "LOCK"]


def test_readers_opening_while_versions_come_and_go(tmp_path: Path) -> None:
    publish(tmp_path, writes("0"), FACTS, AT)
    stop = threading.Event()
    failures: list[Exception] = []

    def read() -> None:
        while not stop.is_set():
            try:
                open_verified(tmp_path, FACTS)
            except Exception as error:
                failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        publish(tmp_path, writes(str(number)), FACTS, AT)
    stop.set()
    reader.join()
    assert failures == []
