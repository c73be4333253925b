"""What came later merged into the last full build: file for file a full build, aside, by one builder, or not at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from matcher import increments, usecases
from matcher.domain import Need, Patent
from matcher.errors import IndexDamaged, MatcherError, NotReady
from matcher.opening import INDEX_BUSY
from matcher.settings import RetrievalSettings, Settings
from matcher.store import tables
from matcher.store.engine import writing
from matcher.workspace import Workspace
from tests.servers.disk import no_file_above

AT = datetime(2026, 11, 1, 9, 0)
DAY = date(2026, 11, 1)
WORDS = (
    *("阀门", "轴承", "电池", "叶片", "涂层", "传感器", "催化剂", "污泥", "玉米", "激光", "PLC", "0.5mm"),
    *("焊接", "织物", "钢板", "芯片", "图像", "齿轮", "电机", "水泥", "燃料", "橡胶", "Q235", "，"),
)
RARE = ("石墨烯", "稀土永磁", "压缩感知", "蜂窝夹层", "磷酸铁锂", "微流控")


def patents(numbers, seed, words=WORDS):
    random = np.random.default_rng(seed)
    return [
        Patent(f"p{number:05d}", "".join(random.choice(words, 4)), "。".join(random.choice(words, 12)))
        for number in numbers
    ]


def need(number):
    return Need(id=f"n{number}", title=f"{WORDS[number]}的研发", description="需要一种装置。")


def opened(home, **retrieval):
    return Workspace.open(Settings(home=home, retrieval=RetrievalSettings(**retrieval)))


@pytest.fixture
def workspace(tmp_path):
    """A base of 100 patents and two that came later."""
    with opened(tmp_path / "工作区") as workspace:
        workspace.store.merge(patents(range(0, 200, 2), 0), DAY)
        usecases.build_index(workspace, AT)
        workspace.store.merge(patents((1, 301), 1, RARE), DAY)
        usecases.build_index(workspace, AT)
        assert in_parts(workspace)
        yield workspace


def current(workspace):
    folder = workspace.settings.home / "indexes" / "patents"
    return folder / json.loads((folder / "CURRENT").read_text())["version"]


def in_parts(workspace):
    return (current(workspace) / "side").is_dir()


def contents(workspace):
    version = current(workspace)
    files = (file for file in version.rglob("*") if file.is_file() and file.name != "manifest.json")
    return {file.relative_to(version).as_posix(): file.read_bytes() for file in files}


def answer(workspace, text="石墨烯涂层的焊接"):
    """Ids and values of everything, in order."""
    matching = workspace.matching()
    (asked,) = matching.ask([Need(id="n", title=text)])
    found = matching.score_all(asked)
    ids = matching.collection.ids
    return [(ids[row], value) for row, value in zip(found.rows.tolist(), found.fused.tolist(), strict=True)]


@pytest.mark.parametrize("kind", ["exact", "fast-scan"])
def test_a_merged_index_is_a_full_build_file_for_file(tmp_path, kind):
    with opened(tmp_path / "工作区", index=kind) as workspace:
        store = workspace.store
        store.merge([*patents(range(0, 2400, 2), 0), need(0)], DAY)
        usecases.build_index(workspace, AT)
        store.merge([*patents(range(1, 60, 3), 1, (*WORDS, *RARE)), need(2), need(3)], DAY)
        with writing(store._engine) as connection:
            gone = select(tables.patents.c.id).where(tables.patents.c.id.like("p0%3_"))
            connection.execute(delete(tables.patents).where(tables.patents.c.id.in_(gone)))
            connection.execute(
                update(tables.patents)
                .where(tables.patents.c.id == "p00000")
                .values(body='{"title": "石墨烯防污涂层PLC"}', body_digest="0" * 32)
            )
            connection.execute(update(tables.versions).values(total="1" * 32))
        store.merge([replace(store.patents.get("p00020"), holders=("河东大学",))], DAY, prefer_new=True)
        workspace.build(AT)
        assert in_parts(workspace)
        assert 0 < workspace.unmerged() < 0.5
        workspace.merge(AT)
        merged, found = contents(workspace), answer(workspace)
        assert workspace.unmerged() == 0
        assert not workspace.stale()
        workspace.build(AT, full=True)
        assert found == answer(workspace)
        built = contents(workspace)
        assert merged.keys() == built.keys()
        assert [name for name in built if merged[name] != built[name]] == []
        assert ("codes.faiss" in built) == (kind == "fast-scan")


def test_no_record_is_read_and_only_new_words_are_embedded(workspace, monkeypatch):
    encode, asked = workspace.embedder.encode, []

    class Counting:
        spec, fingerprint = workspace.embedder.spec, workspace.embedder.fingerprint

        def encode(self, texts, role, progress=None):
            asked.extend(texts)
            return encode(texts, role)

    def unread(*_):
        raise AssertionError("a record was read")

    workspace.__dict__["embedder"] = Counting()
    for name in ("all", "each", "many", "get"):
        monkeypatch.setattr(type(workspace.store.patents), name, unread)
    workspace.merge(AT)
    assert not in_parts(workspace)
    assert {word for word in asked if not any(word in rare for rare in RARE)} == set()


def test_additions_are_merged_from_the_share_that_the_settings_name(tmp_path):
    with opened(tmp_path / "工作区", merge_from=0.02) as workspace:
        workspace.store.merge(patents(range(0, 200, 2), 0), DAY)
        usecases.build_index(workspace, AT)
        for number, parts in ((1, True), (3, True), (5, False), (7, True)):
            workspace.store.merge(patents((number,), number), DAY)
            assert usecases.build_index(workspace, AT)
            assert in_parts(workspace) is parts
            assert not workspace.stale()
        assert len(workspace.matching().collection.ids) == 104
        assert not usecases.build_index(workspace, AT)
        assert usecases.build_index(workspace, AT, merge=True)
        assert not in_parts(workspace)
        assert not usecases.build_index(workspace, AT, merge=True)


def test_what_is_most_of_a_collection_is_built_not_merged(workspace, monkeypatch):
    workspace.store.merge(patents(range(1001, 1060), 3), DAY)
    monkeypatch.setattr(Workspace, "merge", lambda *_: pytest.fail("merged"))
    usecases.build_index(workspace, AT)
    assert not in_parts(workspace)
    assert len(workspace.matching().collection.ids) == 161


def test_a_merge_that_failed_is_made_up_for(workspace, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(increments.Full, "save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        workspace.store.merge(patents(range(401, 411), 3), DAY)
        with pytest.raises(MatcherError, match="已停止建立索引，在用的索引不受影响"):
            usecases.build_index(workspace, AT)
    assert in_parts(workspace)
    assert len(answer(workspace)) == 112  # searched already
    assert usecases.build_index(workspace, AT)
    assert not in_parts(workspace)


def test_what_lands_while_an_index_is_merged_is_added_next(workspace, monkeypatch):
    digests = workspace.store.patents.digests

    def landing():
        found = list(digests())
        monkeypatch.undo()
        workspace.store.merge(
            [replace(workspace.store.patents.get("p00002"), title="微流控")], DAY, prefer_new=True
        )
        return found

    monkeypatch.setattr(workspace.store.patents, "digests", landing)
    with pytest.raises(NotReady, match="索引建立后数据有变化"):
        workspace.merge(AT)
    assert in_parts(workspace)
    assert usecases.build_index(workspace, AT, merge=True)
    assert not in_parts(workspace)
    assert answer(workspace, "微流控")[0][0] == "p00002"


def test_an_index_from_before_is_built_anew_when_it_is_due(workspace):
    """One without what joining needs, as an engine's is, too."""
    workspace.build(AT, full=True)
    version = current(workspace)
    stated = json.loads((version / "manifest.json").read_text())
    del stated["files"]["lengths.npy"]
    (version / "lengths.npy").unlink()
    (version / "manifest.json").write_text(json.dumps(stated))
    from indexes.manifest import _checksum, _point, _Pointer

    _point(version.parent, _Pointer(version.name, _checksum(version / "manifest.json")))
    workspace.store.merge(patents((401,), 3), DAY)
    usecases.build_index(workspace, AT)
    assert in_parts(workspace)
    assert workspace.unmerged() == 0
    assert not usecases.build_index(workspace, AT, merge=True)
    workspace.store.merge(patents(range(403, 409), 3), DAY)
    usecases.build_index(workspace, AT)
    assert not in_parts(workspace)
    assert len(workspace.matching().collection.ids) == 109


KILLED = """
import sys, time
from datetime import datetime
from pathlib import Path
from matcher import increments, usecases
from matcher.settings import Settings
from matcher.workspace import Workspace

save = increments.Full.save

def slow(self, folder):
    save(self, folder)
    print("written", flush=True)
    time.sleep(60)

increments.Full.save = slow
usecases.build_index(Workspace.open(Settings(home=Path(sys.argv[1]))), datetime(2026, 11, 1), merge=True)
"""


def test_a_killed_merge_leaves_both_parts_in_use_and_a_second_builder_is_refused(workspace):
    before, version = answer(workspace), current(workspace)
    command = [sys.executable, "-c", KILLED, str(workspace.settings.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "written\n"
        assert answer(workspace) == before  # a reader is not disturbed
        for options in ({"merge": True}, {"full": True}):
            with pytest.raises(NotReady) as caught:
                usecases.build_index(workspace, AT, **options)
            assert caught.value.code == INDEX_BUSY
            assert str(caught.value) == (
                f"另一个程序正在建立索引（{workspace.settings.home / 'indexes'}）。请等它结束后再运行 matcher index。"
            )
        child.send_signal(signal.SIGKILL)
    assert current(workspace) == version
    with Workspace.open(workspace.settings) as reopened:
        assert answer(reopened) == before
        assert usecases.build_index(reopened, AT, merge=True)
        assert len(answer(reopened)) == 102
        assert not in_parts(reopened)
    assert not (version.parent / "building").exists()


def test_a_disk_that_takes_no_merged_index_leaves_both_parts_in_use(workspace):
    before, version = answer(workspace), current(workspace)
    with no_file_above(50_000), pytest.raises(NotReady) as caught:
        usecases.build_index(workspace, AT, merge=True)
    assert str(caught.value).startswith(f"新索引未能写入 {version.parent}（")
    assert str(caught.value).endswith(
        "），原有的索引不变。请腾出磁盘空间并检查权限，然后重新运行 matcher index。"
    )
    assert current(workspace) == version
    assert sorted(entry.name for entry in version.parent.iterdir() if entry.is_dir())[-1] == version.name
    assert answer(workspace) == before


@pytest.mark.parametrize(
    "name", ["side/vectors.npy", "side/documents.json", "side/bigrams.rows.npy", "base/words.codes.npy"]
)
@pytest.mark.parametrize("spoil", ["flipped", "truncated"])
def test_a_damaged_part_is_refused_by_name(workspace, name, spoil):
    version = current(workspace)
    file = version / name
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.unlink()  # the base is linked to the version before
    file.write_bytes(data if spoil == "flipped" else data[:-5])
    with Workspace.open(workspace.settings) as reopened:
        for work in (lambda: reopened.merge(AT), reopened.matching):
            with pytest.raises(IndexDamaged) as caught:
                work()
            assert str(caught.value) == f"索引文件 {file} 不完整或已损坏。请运行 matcher index 重建索引。"
        assert current(reopened) == version
        assert usecases.build_index(reopened, AT)  # what the sentence says to run
        assert len(answer(reopened)) == 102
