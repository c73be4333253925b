"""A workspace whose vectors an engine holds: the lists of a local one, and honest when the engine goes away."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli.app import app
from indexes import engines, served
from indexes.backends import engine_at
from indexes.served_words import ServedWords
from matcher import batch, usecases
from matcher.doctor import examine
from matcher.domain import Need, Patent
from matcher.errors import IndexDamaged, NotReady
from matcher.settings import Settings
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace
from tests.servers.milvus import MilvusServer
from tests.servers.postgres import PASSWORD

AT = datetime(2026, 9, 1, 9, 0)
REQUEST = usecases.ListRequest(date(2026, 9, 1), AT, k=20)
TEXT = (
    "阀门 轴承 电池 叶片 涂层 机器人 传感器 催化剂 污泥 玉米 激光 焊接 织物 钢板 药物 芯片 图像 齿轮 电机 水泥 燃料 "
    "橡胶 光伏 导管 疫苗 雷达 油漆 锅炉 冷链 种子"
)
WORDS = TEXT.split()
CITIES = ("云州市", "临川市", "东港市", "北岸市")


def patents(count: int) -> list[Patent]:
    random = np.random.default_rng(0)
    return [
        Patent(f"p{row:04d}", "".join(random.choice(WORDS, 4)), region=CITIES[row % 4])
        for row in range(count)
    ]


NEEDS = [Need(f"n{row}", f"{word}和{WORDS[-row]}的检测方法") for row, word in enumerate(WORDS[:8], start=1)]


@pytest.fixture(params=["milvus", "milvus words", "milvus server", "pgvector"])
def engine(request):
    return request.param


@pytest.fixture
def kind(engine):
    """As an index names it."""
    return engine.split()[0]


@pytest.fixture
def address(engine, request, tmp_path):
    if engine in ("milvus", "milvus words"):
        pytest.importorskip("milvus_lite")
        return f"milvus://{tmp_path / 'engine.db'}{'?words=sparse' if engine == 'milvus words' else ''}"
    if engine == "milvus server":
        return request.getfixturevalue("milvus_server").new_address()
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def pair(tmp_path, address):
    """The same records in a workspace with the engine and in one without."""
    opened = []
    for name, index in (("engine", address), ("local", "")):
        workspace = Workspace.open(Settings(home=tmp_path / name, index=index))
        workspace.store.merge([*patents(400), *NEEDS], date(2026, 1, 1))
        usecases.build_index(workspace, AT)
        opened.append(workspace)
    yield opened
    for workspace in opened:
        workspace.store.close()


@pytest.fixture
def hasty(monkeypatch):
    """Attempts as many as ever, waits a hundred times shorter."""
    monkeypatch.setattr(engines, "FIRST_WAIT", 0.002)
    monkeypatch.setattr(engines, "LONGEST_WAIT", 0.05)


def same_lists(pair, chosen=None):
    lists = [usecases.make_list(workspace, REQUEST, patents=chosen) for workspace in pair]
    assert lists[0].needs == lists[1].needs
    assert sum(len(one.matches) for one in lists[0].needs) > 5
    return lists


def held(workspace):
    """The engine behind a workspace's index."""
    return workspace.matching().collection.vectors.vectors.engine


def test_the_lists_are_those_of_a_local_index(pair, kind):
    engine, local = same_lists(pair)
    assert engine.provenance.index == f"000001（2026-09-01 09:00，{kind}，召回率 1.000）"
    assert local.provenance.index == "000001（2026-09-01 09:00）"
    same_lists(pair, PatentFilter(regions=("云州市",)))
    same_lists(pair, PatentFilter(regions=("云州市", "东港市")))
    plan = usecases.search_plan(pair[0], REQUEST, PatentFilter(regions=("云州市",)))
    assert plan.endswith(
        "共 400 件，符合条件 100 件；由外部引擎逐件计算，再对候选精确计算（精确计算 100 件）。"
    )


def test_what_changes_is_found_at_once_and_a_full_build_loads_only_that(pair, monkeypatch):
    loaded: list[int] = []
    engine = type(held(pair[0]))
    add = engine.add

    def counted(self, keys, *rest):
        if self.holds == "向量":  # an average length that has changed changes all documents' words
            loaded.append(len(keys))
        add(self, keys, *rest)

    monkeypatch.setattr(engine, "add", counted)
    extra = [replace(one, id=f"q{one.id}", title=f"{one.title}的检测方法") for one in patents(6)]
    for workspace in pair:
        workspace.store.merge(extra, date(2026, 1, 2))
        usecases.build_index(workspace, AT)
    same_lists(pair)
    assert loaded == []
    for workspace in pair:
        usecases.build_index(workspace, AT, full=True)
    same_lists(pair)
    assert loaded == [6]
    assert held(pair[0]).count() == 406
    usecases.build_index(pair[0], AT, full=True)
    assert loaded == [6]


def test_the_engine_keeps_what_the_version_before_needs_and_no_more(pair):
    engine = held(pair[0])
    foreign = np.array([17, 18], np.int64)
    vectors = np.eye(2, pair[0].embedder.spec.dimension, dtype=np.float32)
    engine.add(foreign, np.zeros(2, np.int32), vectors)
    engine.settle()
    same_lists(pair)
    assert engine.count() == 402
    usecases.build_index(pair[0], AT, full=True)
    assert engine.count() == 400
    same_lists(pair)


def test_vectors_that_are_gone_from_the_engine_are_refused_and_come_back(pair, address):
    engine = held(pair[0])
    engine.remove(engine.keys()[:3])
    if "engine.db" not in address:  # the embedded engine's file has one user at a time
        with (
            Workspace.open(pair[0].settings) as again,
            pytest.raises(
                IndexDamaged,
                match=r"只有 397 件专利的向量，本工作区的索引需要 400 件。请运行 matcher index --full",
            ),
        ):
            again.matching()
    usecases.build_index(pair[0], AT, full=True)
    assert engine.count() == 400
    same_lists(pair)


def test_words_in_the_engine_are_no_longer_here(tmp_path):
    pytest.importorskip("milvus_lite")
    address = f"milvus://{tmp_path / 'engine.db'}"
    settings = Settings(home=tmp_path / "engine", index=f"{address}?words=sparse")
    with Workspace.open(settings) as workspace:
        workspace.store.merge([*patents(400), *NEEDS], date(2026, 1, 1))
        usecases.build_index(workspace, AT)
        listed = usecases.make_list(workspace, REQUEST).needs
        words = workspace.matching().collection.words
        assert isinstance(words, ServedWords)
        assert words.kept.engine.count() == 400
        assert [len(postings.impacts) for postings in words.streams] == [0, 0]
    with Workspace.open(settings.model_copy(update={"index": address})) as again:
        with pytest.raises(
            IndexDamaged, match="请在 MATCHER_INDEX 的地址后写上 words=sparse，或运行 matcher index --full"
        ):
            again.matching()
        usecases.build_index(again, AT, full=True)
        assert usecases.make_list(again, REQUEST).needs == listed


def test_without_its_address_an_index_says_what_to_set(pair, kind):
    settings = pair[0].settings.model_copy(update={"index": ""})
    with (
        Workspace.open(settings) as opened,
        pytest.raises(
            IndexDamaged, match=rf"在外部引擎（{kind}）中，而设置中没有它的地址。请设置 MATCHER_INDEX"
        ),
    ):
        opened.matching()


def test_the_command_line_uses_the_engine_that_the_environment_names(pair, address, monkeypatch):
    local = usecases.match_need(pair[1], "n1", REQUEST)
    home = pair[0].settings.home
    if "engine.db" not in address:  # one process may have a file of the embedded engine open: this one
        pair[0].store.close()
    monkeypatch.setenv("MATCHER_INDEX", address)
    printed = CliRunner().invoke(
        app,
        [
            "match",
            "--need",
            "n1",
            "--home",
            str(home),
            "--as-of",
            "2026-09-01",
            "--k",
            "20",
            "--explain",
            "--json",
        ],
    )
    assert printed.exit_code == 0, printed.output
    assert "由外部引擎逐件计算" in printed.stderr
    found = json.loads(printed.stdout)["needs"][0]["matches"]
    assert [one["patent_id"] for one in found] == [one.patent.id for one in local.needs[0].matches]
    assert [one["score"] for one in found] == [one.score for one in local.needs[0].matches]


def test_doctor_names_the_engine_without_secrets(pair, engine):
    shown = [{one.label: one for one in examine(workspace.settings)}["向量引擎"] for workspace in pair]
    assert (shown[1].ok, shown[1].detail) == (True, "本机（没有设置 MATCHER_INDEX）")
    assert shown[0].ok
    names = {
        "milvus": "Milvus milvus_lite-",
        "milvus words": "Milvus milvus_lite-",
        "milvus server": "Milvus v2.",
        "pgvector": "PostgreSQL（pgvector） 18.",
    }
    assert shown[0].detail.startswith(names[engine])
    words = f"；用词在 {pair[0].settings.home.parent}/engine.db，集合 matcher_words，400 件"
    assert shown[0].detail.endswith(f"，400 件向量，逐件计算{words if engine == 'milvus words' else ''}")
    assert PASSWORD not in shown[0].detail


def test_doctor_says_where_no_engine_is(tmp_path, hasty):
    settings = Settings(home=tmp_path, index="postgresql://postgres:geheim@127.0.0.1:1/nothing")
    Workspace.open(settings).store.close()
    shown = {one.label: one for one in examine(settings)}["向量引擎"]
    assert not shown.ok
    assert shown.essential
    assert shown.detail.startswith(
        "外部索引 PostgreSQL（pgvector）（postgresql://127.0.0.1:1/nothing，表 matcher_"
    )
    assert "geheim" not in shown.detail


def test_a_table_that_was_dropped_is_one_sentence(postgres_server, postgres_url, tmp_path):
    with Workspace.open(Settings(home=tmp_path, index=postgres_url)) as workspace:
        workspace.store.merge([*patents(400), *NEEDS], date(2026, 1, 1))
        usecases.build_index(workspace, AT)
        workspace.matching().collection.vectors.vectors._known.clear()
        postgres_server.execute("DROP TABLE matcher_vectors_384", postgres_url.rsplit("/", 1)[1])
        with pytest.raises(
            IndexDamaged, match=r"拒绝了请求（relation .* does not exist）.*请运行 matcher index --full 重建"
        ):
            usecases.make_list(workspace, REQUEST)
        usecases.build_index(workspace, AT, full=True)
        assert usecases.make_list(workspace, REQUEST).needs


@pytest.fixture(params=["milvus server", "pgvector"])
def engine_server(request):
    """A server that the test may stop and start again."""
    return request.getfixturevalue("milvus_server" if request.param == "milvus server" else "postgres_server")


@pytest.fixture
def served_workspace(engine_server, tmp_path, hasty):
    """A workspace over such a server."""
    own = isinstance(engine_server, MilvusServer)
    address = engine_server.new_address() if own else engine_server.url(engine_server.new_database())
    workspace = Workspace.open(Settings(home=tmp_path / "engine", index=address))
    workspace.store.merge([*patents(400), *NEEDS], date(2026, 1, 1))
    yield workspace
    workspace.store.close()


def test_an_engine_that_goes_away_says_so_and_is_found_again(served_workspace, engine_server):
    usecases.build_index(served_workspace, AT)
    before = usecases.make_list(served_workspace, REQUEST)
    served_workspace.matching().collection.vectors.vectors._known.clear()
    engine_server.stop()
    try:
        with pytest.raises(NotReady) as raised:
            usecases.make_list(served_workspace, REQUEST)
    finally:
        engine_server.start()
    assert raised.value.code == "engine_unavailable"
    assert re.match(
        r"外部索引 (PostgreSQL（pgvector）（postgresql|Milvus（http)://127\.0\.0\.1:\d+", str(raised.value)
    )
    assert "请检查引擎是否在运行、地址和网络是否正确；恢复后重新运行同一命令" in str(raised.value)
    assert PASSWORD not in str(raised.value)
    assert usecases.make_list(served_workspace, REQUEST) == before


def test_an_interrupted_load_keeps_the_old_index_and_goes_on(served_workspace, engine_server, monkeypatch):
    workspace = served_workspace
    usecases.build_index(workspace, AT)
    before = workspace.index_version()
    monkeypatch.setattr(served, "_LOADED", 100)
    workspace.store.merge(
        [replace(one, id=f"q{one.id}", title=f"{one.title}装置") for one in patents(300)], date(2026, 1, 2)
    )
    loaded: list[int] = []
    engine = type(engine_at(workspace.settings.index, 1))
    add = engine.add

    def interrupted(self, keys, *rest):
        if len(loaded) == 2:
            engine_server.stop("immediate")
        loaded.append(len(keys))
        add(self, keys, *rest)

    monkeypatch.setattr(engine, "add", interrupted)
    try:
        with pytest.raises(NotReady, match=r"^写入 200 / 300 件后中断。外部索引 (PostgreSQL|Milvus)"):
            usecases.build_index(workspace, AT)
    finally:
        engine_server.start()
    with Workspace.open(workspace.settings, serving=True) as reader:
        assert reader.index_version() == before
        assert usecases.make_list(reader, REQUEST).provenance.patents == 400
    usecases.build_index(workspace, AT)
    assert loaded == [100, 100, 100, 100]
    assert held(workspace).count() == 700


def test_a_batch_goes_on_where_its_engine_went_away(served_workspace, engine_server, monkeypatch):
    workspace = served_workspace
    usecases.build_index(workspace, AT)
    for name, value in (("BLOCK", 2), ("WORTH", 1)):
        monkeypatch.setattr(batch, name, value)
    expected = usecases.make_list(workspace, REQUEST)
    stopped = []

    def stop(done, total):
        if done and not stopped:
            stopped.append(done)
            engine_server.stop("immediate")

    workspace.matching().collection.vectors.vectors._known.clear()
    more = [replace(need, id=f"m{number}{need.id}") for number in range(3) for need in NEEDS]
    workspace.store.merge(more, date(2026, 1, 1))
    try:
        with pytest.raises(NotReady, match="恢复后重新运行同一命令，已完成的部分已保存，会从中断处继续"):
            usecases.make_list(workspace, REQUEST, progress=stop)
    finally:
        engine_server.start()
    seen: list[int] = []
    found = usecases.make_list(workspace, REQUEST, progress=lambda done, total: seen.append(done))
    assert seen[0] >= 2
    assert len(found.needs) == len(NEEDS) * 4
    assert {one.need.id: one.matches for one in expected.needs}.items() <= {
        one.need.id: one.matches for one in found.needs
    }.items()
