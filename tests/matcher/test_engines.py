"""A workspace whose vectors an engine holds: the lists of a local one, and honest when the engine goes away."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli.app import app
from indexes import engines, served
from indexes.pgvector import PgvectorEngine
from matcher import batch, usecases
from matcher.doctor import examine
from matcher.domain import Need, Patent
from matcher.errors import IndexDamaged, NotReady
from matcher.settings import Settings
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace
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


@pytest.fixture(params=["milvus", "pgvector"])
def kind(request):
    return request.param


@pytest.fixture
def address(kind, request, tmp_path):
    if kind == "milvus":
        pytest.importorskip("milvus_lite")
        return f"milvus://{tmp_path / 'engine.db'}"
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
    monkeypatch.setattr(
        engine, "add", lambda self, keys, *rest: (loaded.append(len(keys)), add(self, keys, *rest))
    )
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
    if not address.startswith("milvus"):  # one process may have a file of the embedded engine open: this one
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


def test_doctor_names_the_engine_without_secrets(pair, kind):
    shown = [{one.label: one for one in examine(workspace.settings)}["向量引擎"] for workspace in pair]
    assert (shown[1].ok, shown[1].detail) == (True, "本机（没有设置 MATCHER_INDEX）")
    assert shown[0].ok
    name = {"milvus": "Milvus milvus_lite-", "pgvector": "PostgreSQL（pgvector） 18."}[kind]
    assert shown[0].detail.startswith(name)
    assert shown[0].detail.endswith("，400 件向量，逐件计算")
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


def test_a_table_that_was_dropped_is_one_sentence(served_by_postgres, postgres_server):
    usecases.build_index(served_by_postgres, AT)
    served_by_postgres.matching().collection.vectors.vectors._known.clear()
    database = served_by_postgres.settings.index.rsplit("/", 1)[1]
    postgres_server.execute("DROP TABLE matcher_vectors_384", database)
    with pytest.raises(
        IndexDamaged, match=r"拒绝了请求（relation .* does not exist）.*请运行 matcher index --full 重建"
    ):
        usecases.make_list(served_by_postgres, REQUEST)
    usecases.build_index(served_by_postgres, AT, full=True)
    assert usecases.make_list(served_by_postgres, REQUEST).needs


@pytest.fixture
def served_by_postgres(postgres_server, tmp_path, hasty):
    """A workspace over a database whose server the test may stop."""
    address = postgres_server.url(postgres_server.new_database())
    workspace = Workspace.open(Settings(home=tmp_path / "engine", index=address))
    workspace.store.merge([*patents(400), *NEEDS], date(2026, 1, 1))
    yield workspace
    workspace.store.close()


def test_an_engine_that_goes_away_says_so_and_is_found_again(served_by_postgres, postgres_server):
    usecases.build_index(served_by_postgres, AT)
    before = usecases.make_list(served_by_postgres, REQUEST)
    served_by_postgres.matching().collection.vectors.vectors._known.clear()
    postgres_server.stop()
    try:
        with pytest.raises(NotReady) as raised:
            usecases.make_list(served_by_postgres, REQUEST)
    finally:
        postgres_server.start()
    assert raised.value.code == "engine_unavailable"
    assert str(raised.value).startswith("外部索引 PostgreSQL（pgvector）（postgresql://127.0.0.1:")
    assert "请检查引擎是否在运行、地址和网络是否正确；恢复后重新运行同一命令" in str(raised.value)
    assert PASSWORD not in str(raised.value)
    assert usecases.make_list(served_by_postgres, REQUEST) == before


def test_an_interrupted_load_keeps_the_old_index_and_goes_on(
    served_by_postgres, postgres_server, monkeypatch
):
    workspace = served_by_postgres
    usecases.build_index(workspace, AT)
    before = workspace.index_version()
    monkeypatch.setattr(served, "_LOADED", 100)
    workspace.store.merge(
        [replace(one, id=f"q{one.id}", title=f"{one.title}装置") for one in patents(300)], date(2026, 1, 2)
    )
    loaded: list[int] = []
    add = PgvectorEngine.add

    def interrupted(self, keys, *rest):
        if len(loaded) == 2:
            postgres_server.stop("immediate")
        loaded.append(len(keys))
        add(self, keys, *rest)

    monkeypatch.setattr(PgvectorEngine, "add", interrupted)
    try:
        with pytest.raises(NotReady, match=r"^写入 200 / 300 件后中断。外部索引 PostgreSQL"):
            usecases.build_index(workspace, AT)
    finally:
        postgres_server.start()
    with Workspace.open(workspace.settings, serving=True) as reader:
        assert reader.index_version() == before
        assert usecases.make_list(reader, REQUEST).provenance.patents == 400
    usecases.build_index(workspace, AT)
    assert loaded == [100, 100, 100, 100]
    assert held(workspace).count() == 700


def test_a_batch_goes_on_where_its_engine_went_away(served_by_postgres, postgres_server, monkeypatch):
    workspace = served_by_postgres
    usecases.build_index(workspace, AT)
    for name, value in (("BLOCK", 2), ("WORTH", 1)):
        monkeypatch.setattr(batch, name, value)
    expected = usecases.make_list(workspace, REQUEST)
    stopped = []

    def stop(done, total):
        if done and not stopped:
            stopped.append(done)
            postgres_server.stop("immediate")

    workspace.matching().collection.vectors.vectors._known.clear()
    more = [replace(need, id=f"m{number}{need.id}") for number in range(3) for need in NEEDS]
    workspace.store.merge(more, date(2026, 1, 1))
    try:
        with pytest.raises(NotReady, match="恢复后重新运行同一命令，已完成的部分已保存，会从中断处继续"):
            usecases.make_list(workspace, REQUEST, progress=stop)
    finally:
        postgres_server.start()
    seen: list[int] = []
    found = usecases.make_list(workspace, REQUEST, progress=lambda done, total: seen.append(done))
    assert seen[0] >= 2
    assert len(found.needs) == len(NEEDS) * 4
    assert {one.need.id: one.matches for one in expected.needs}.items() <= {
        one.need.id: one.matches for one in found.needs
    }.items()
