"""Added, changed and withdrawn patents: found at once, under the base's statistics, until a full build is due."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from hashlib import blake2b

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from matcher import increments, usecases
from matcher.domain import Patent
from matcher.errors import IndexDamaged, NotReady
from matcher.settings import Settings
from matcher.store import tables
from matcher.store.engine import reading, writing
from matcher.workspace import Workspace
from tests.servers.disk import no_file_above

AT = datetime(2026, 11, 1, 9, 0)
DAY = date(2026, 11, 1)
WORDS = (
    *("阀门", "轴承", "电池", "叶片", "涂层", "传感器", "催化剂", "污泥", "玉米", "激光"),
    *("焊接", "织物", "钢板", "芯片", "图像", "齿轮", "电机", "水泥", "燃料", "橡胶"),
)


def patent(number, title):
    return Patent(f"p{number:04d}", title, "一种装置。")


@pytest.fixture
def workspace(tmp_path):
    random = np.random.default_rng(0)
    patents = [patent(number, "".join(random.choice(WORDS, 4))) for number in range(0, 200, 2)]
    with Workspace.open(Settings(home=tmp_path / "工作区")) as opened:
        opened.store.merge(patents, DAY)
        assert usecases.build_index(opened, AT)
        yield opened


def versions(workspace):
    folder = workspace.settings.home / "indexes" / "patents"
    return json.loads((folder / "CURRENT").read_text())["version"], folder


def best(workspace, text):
    """The patent of the highest fused value."""
    values = fused(workspace, text)
    return max(values, key=values.__getitem__)


def fused(workspace, text):
    """Every patent's fused value."""
    matching = workspace.matching()
    (asked,) = matching.ask([replace(NEED, title=text)])
    candidates = matching.score_all(asked)
    ids = matching.collection.ids
    return {ids[row]: value for row, value in zip(candidates.rows, candidates.fused, strict=True)}


NEED = usecases.Need(id="n", title="")


def test_what_is_added_is_found_and_what_stood_keeps_its_score(workspace):
    before = fused(workspace, "齿轮电机")
    workspace.store.merge([patent(1, "一种齿轮电机"), patent(301, "稀土永磁")], DAY)
    assert workspace.stale()
    assert usecases.build_index(workspace, AT)
    assert not workspace.stale()
    version, folder = versions(workspace)
    assert (folder / version / "side").is_dir()
    matching = workspace.matching()
    assert len(matching.collection.ids) == 102
    assert list(matching.collection.ids) == sorted(matching.collection.ids)
    after = fused(workspace, "齿轮电机")
    assert {id_: after[id_] for id_ in before} == before
    assert best(workspace, "齿轮电机") == "p0001"


def test_the_same_record_scores_the_same_in_either_part(workspace):
    """A patent with the texts of another one: one in the base, one in the side."""
    stored = workspace.store.patents.get("p0010")
    workspace.store.merge([replace(stored, id="p0999")], DAY)
    usecases.build_index(workspace, AT)
    values = fused(workspace, stored.title)
    assert values["p0999"] == values["p0010"]


def test_a_changed_record_counts_once_with_its_new_text(workspace):
    with writing(workspace.store._engine) as connection:
        connection.execute(
            update(tables.patents)
            .where(tables.patents.c.id == "p0020")
            .values(body='{"title": "石墨烯防污涂层"}', body_digest="0" * 32)
        )
        connection.execute(update(tables.versions).values(total="1" * 32))
    usecases.build_index(workspace, AT)
    matching = workspace.matching()
    assert len(matching.collection.ids) == 100
    assert best(workspace, "石墨烯防污涂层") == "p0020"


def test_a_withdrawn_record_is_gone(workspace):
    with writing(workspace.store._engine) as connection:
        connection.execute(delete(tables.patents).where(tables.patents.c.id == "p0020"))
        connection.execute(update(tables.versions).values(total="2" * 32))
    usecases.build_index(workspace, AT)
    assert "p0020" not in workspace.matching().collection.ids
    assert len(fused(workspace, "齿轮")) == 99


def test_additions_add_up_until_a_full_build_is_due(workspace):
    for number in range(1, 10, 2):
        workspace.store.merge([patent(number, f"水泥{WORDS[number]}")], DAY)
        usecases.build_index(workspace, AT)
        version, folder = versions(workspace)
        assert (folder / version / "side").is_dir()
        assert len(workspace.matching().collection.ids) == 100 + (number + 1) // 2
    workspace.store.merge([patent(11, "焊接机器人")], DAY)
    usecases.build_index(workspace, AT)
    version, folder = versions(workspace)
    assert not (folder / version / "side").exists()
    assert len(workspace.matching().collection.ids) == 106


def test_only_the_new_texts_are_embedded(workspace, monkeypatch):
    asked = []
    encode = workspace.embedder.encode

    class Counting:
        spec, fingerprint = workspace.embedder.spec, workspace.embedder.fingerprint

        def encode(self, texts, role, progress=None):
            asked.extend(texts)
            return encode(texts, role)

    workspace.__dict__["embedder"] = Counting()
    workspace.store.merge([patent(1, "一种齿轮电机")], DAY)
    workspace.build(AT)
    assert asked == ["一种齿轮电机"]


def test_other_kinds_of_data_leave_the_patents_index_as_it_is(workspace):
    before, _ = versions(workspace)
    workspace.store.merge([replace(NEED, id="新需求", title="齿轮")], DAY)
    assert usecases.build_index(workspace, AT)
    assert versions(workspace)[0] == before
    assert workspace.demand_collection().ids == ("新需求",)


def test_a_killed_addition_leaves_the_old_index(workspace, monkeypatch):
    before = fused(workspace, "齿轮电机")

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(increments, "_link", killed)
    workspace.store.merge([patent(1, "一种齿轮电机")], DAY)
    with pytest.raises(KeyboardInterrupt):
        workspace.build(AT)
    with Workspace.open(workspace.settings, serving=True) as serving:
        assert fused(serving, "齿轮电机") == before


def test_a_disk_that_takes_no_index_leaves_the_old_one(workspace):
    before, (version, folder) = fused(workspace, "齿轮电机"), versions(workspace)
    with no_file_above(50_000), pytest.raises(NotReady) as caught:  # all vectors are 100 kB
        workspace.build(AT, full=True)
    assert str(caught.value).startswith(f"新索引未能写入 {folder}（")
    assert str(caught.value).endswith(
        "），原有的索引不变。请腾出磁盘空间并检查权限，然后重新运行 matcher index。"
    )
    assert versions(workspace) == (version, folder)
    assert sorted(entry.name for entry in folder.iterdir()) == [version, "CURRENT", "LOCK"]
    assert fused(workspace, "齿轮电机") == before
    workspace.build(AT, full=True)
    assert versions(workspace)[0] != version


def test_a_disk_that_takes_no_vectors_says_so_and_nothing_is_embedded_twice(workspace):
    before = fused(workspace, "齿轮电机")
    blocks = sorted((workspace.settings.home / "vectors").rglob("*"))
    workspace.store.merge([patent(1, "一种齿轮电机")], DAY)
    with no_file_above(500), pytest.raises(NotReady, match=r"文本向量未能写入 .*会从中断处继续"):
        workspace.build(AT)
    assert sorted((workspace.settings.home / "vectors").rglob("*")) == blocks
    with Workspace.open(workspace.settings, serving=True) as serving:
        assert fused(serving, "齿轮电机") == before
    assert usecases.build_index(workspace, AT)
    assert len(workspace.matching().collection.ids) == 101


KILLED = """
import sys, time
from datetime import datetime
from pathlib import Path
from matcher import increments
from matcher.settings import Settings
from matcher.workspace import Workspace

written = getattr(increments, sys.argv[2])
save = written.save

def slow(self, folder):
    save(self, folder)
    print("written", flush=True)
    time.sleep(60)

written.save = slow
Workspace.open(Settings(home=Path(sys.argv[1]))).build(datetime(2026, 11, 1), full=sys.argv[2] == "Full")
"""


def test_a_killed_full_build_leaves_base_and_side_in_use(workspace):
    workspace.store.merge([patent(1, "一种齿轮电机")], DAY)
    usecases.build_index(workspace, AT)
    before, version = fused(workspace, "齿轮电机"), versions(workspace)
    home = str(workspace.settings.home)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, home, "Full"], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "written\n"
        assert fused(workspace, "齿轮电机") == before  # a reader is not disturbed
        with pytest.raises(NotReady, match="另一个程序正在建立索引"):
            workspace.build(AT, full=True)
        child.send_signal(signal.SIGKILL)
    assert versions(workspace) == version
    with Workspace.open(workspace.settings) as reopened:
        assert fused(reopened, "齿轮电机") == before
        reopened.build(AT, full=True)
        assert len(reopened.matching().collection.ids) == 101
    version, folder = versions(workspace)
    assert not (folder / version / "side").exists()
    assert not (folder / "building").exists()


def test_a_process_killed_in_an_addition_leaves_the_base_in_use(workspace):
    before, version = fused(workspace, "齿轮电机"), versions(workspace)
    workspace.store.merge([patent(1, "一种齿轮电机")], DAY)
    command = [sys.executable, "-c", KILLED, str(workspace.settings.home), "Extended"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "written\n"
        child.send_signal(signal.SIGKILL)
    assert versions(workspace) == version
    with Workspace.open(workspace.settings, serving=True) as serving:
        assert fused(serving, "齿轮电机") == before
    assert usecases.build_index(workspace, AT)
    version, folder = versions(workspace)
    assert (folder / version / "side").is_dir()
    assert not (folder / "building").exists()
    assert len(workspace.matching().collection.ids) == 101


def test_a_damaged_side_is_refused_and_built_again(workspace):
    workspace.store.merge([patent(1, "一种齿轮电机")], DAY)
    usecases.build_index(workspace, AT)
    version, folder = versions(workspace)
    file = folder / version / "side" / "vectors.npy"
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    with Workspace.open(workspace.settings) as reopened:
        with pytest.raises(IndexDamaged, match="不完整或已损坏"):
            reopened.matching()
        assert usecases.build_index(reopened, AT)
        assert len(reopened.matching().collection.ids) == 101


def test_other_facts_of_a_record_change_nothing_in_the_index(workspace):
    stated = replace(workspace.store.patents.get("p0020"), holders=("河东大学",))
    workspace.store.merge([stated, patent(1, "一种齿轮电机")], DAY, prefer_new=True)
    assert workspace.store.patents.get("p0020").holders == ("河东大学",)
    usecases.build_index(workspace, AT)
    version, folder = versions(workspace)
    assert json.loads((folder / version / "side" / "ids.json").read_text()) == ["p0001"]
    assert len(workspace.matching().collection.ids) == 101


def test_a_digest_follows_the_texts(workspace):
    plain = Patent(
        "q0", "阀门", "一种阀门。", "一种阀门，其特征在于耐磨。", scenario="化工", keywords=("密封",)
    )
    others = (
        replace(plain, id="q1", title="球阀"),
        replace(plain, id="q2", abstract="一种球阀。"),
        replace(plain, id="q3", first_claim="一种球阀，其特征在于耐磨。"),
        replace(plain, id="q4", scenario="矿山"),
        replace(plain, id="q5", keywords=("耐磨",)),
    )
    same = replace(plain, id="q6", region="河东省")
    workspace.store.merge([plain, *others, same], DAY)
    digests = dict(workspace.store.patents.digests())
    assert len({digests[f"q{number}"] for number in range(6)}) == 6
    assert digests["q6"] == digests["q0"]
    workspace.store.merge([replace(plain, keywords=("耐磨",))], DAY)
    later = dict(workspace.store.patents.digests())
    assert {id_ for id_ in later if later[id_] != digests[id_]} == {"q0"}
    with reading(workspace.store._engine) as connection:
        stored = connection.execute(select(tables.patents.c.id, tables.patents.c.body)).all()
    assert later == {id_: blake2b(body.encode(), digest_size=16).digest() for id_, body in stored}


def test_a_full_build_on_demand_joins_the_side_to_the_base(workspace):
    workspace.store.merge([patent(1, "一种齿轮电机")], DAY)
    usecases.build_index(workspace, AT)
    assert not usecases.build_index(workspace, AT)
    assert usecases.build_index(workspace, AT, full=True)
    version, folder = versions(workspace)
    assert not (folder / version / "side").exists()
    assert len(workspace.matching().collection.ids) == 101
