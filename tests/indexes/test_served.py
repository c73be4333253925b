"""Engines at their limits: the same lists whatever one search may return or name, and addresses that are none."""

from __future__ import annotations

import numpy as np
import pytest

from indexes.backends import Choice, backend_of, build_index, engine_at, engine_kind, one_process
from indexes.contract import IndexUnusable
from indexes.engines import Near, Wanted
from indexes.exact import ExactIndex
from indexes.keyed import merged_near
from indexes.milvus_address import Address
from indexes.served import ServedIndex, vector_keys

ROWS, DIMENSION, FIELDS, K = 4_000, 16, 20, 50


def units(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def fields():
    return np.random.default_rng(0).integers(0, FIELDS, ROWS)


@pytest.fixture(scope="module")
def vectors(fields):
    """Technical fields as clusters; some rows twice, some without a vector."""
    random = np.random.default_rng(1)
    rows = units(
        random.standard_normal((FIELDS, DIMENSION))[fields] + random.standard_normal((ROWS, DIMENSION))
    )
    rows[-300:] = rows[:300]
    rows[1000:1020] = 0
    return rows


@pytest.fixture(scope="module")
def queries(vectors):
    """In distribution, and needs that want three things of different fields."""
    random = np.random.default_rng(2)
    near = vectors[:5] + 0.1 * random.standard_normal((5, DIMENSION))
    return units(np.concatenate([near, vectors[random.integers(0, 1000, (5, 3))].sum(axis=1)]))


@pytest.fixture(scope="module", params=["milvus", "milvus server", "pgvector"])
def index(request, vectors, fields, tmp_path_factory):
    if request.param == "milvus":
        pytest.importorskip("milvus_lite")
        address = f"milvus://{tmp_path_factory.mktemp('milvus') / 'engine.db'}"
    elif request.param == "milvus server":
        address = request.getfixturevalue("milvus_server").new_address()
    else:
        server = request.getfixturevalue("postgres_server")
        address = server.url(server.new_database())
    built = build_index(vectors, Choice(address=address, parts=fields.astype(np.int32)))
    assert (built.kind, built.recall) == (request.param.split()[0], 1.0)
    return built.index


def masks(fields):
    """Random ones, ones aligned with a field, and whole fields, which an engine is asked for by name."""
    random = np.random.default_rng(3)
    by_field = np.argsort(fields, kind="stable")
    for share in (0.001, 0.01, 0.1, 0.5):
        count = int(share * ROWS)
        scattered, aligned = np.zeros(ROWS, dtype=bool), np.zeros(ROWS, dtype=bool)
        scattered[random.choice(ROWS, count, replace=False)] = True
        aligned[by_field[:count]] = True
        yield scattered
        yield aligned
    yield np.isin(fields, [3, 4])
    yield np.isin(fields, [3, 4]) & (np.arange(ROWS) != by_field[0])
    yield ~np.isin(np.arange(ROWS), random.choice(ROWS, 40, replace=False))


@pytest.mark.parametrize(("most", "listable"), [(16_384, 10_000), (16_384, 300), (70, 300)])
def test_lists_are_the_exact_ones_under_every_filter(
    index, vectors, fields, queries, monkeypatch, most, listable
):
    monkeypatch.setattr(index.engine, "most", most)
    monkeypatch.setattr(index.engine, "listable", listable)
    truth = ExactIndex.build(vectors)
    for mask in (None, *masks(fields)):
        eligible = ROWS if mask is None else int(mask.sum())
        pairs = zip(index.search(queries, K, mask), truth.search(queries, K, mask), strict=True)
        for found, true in pairs:
            assert found.rows.tolist() == true.rows.tolist()
            assert found.scores.tolist() == true.scores.tolist()
            assert len(found.rows) == min(K, eligible)


def test_vectors_of_others_are_left_out_and_the_list_is_not_shorter(index, vectors, queries):
    """Those of an older version stay in the engine for its readers."""
    ours = ServedIndex(index.engine, index.keys[::8].copy(), index.parts[::8].copy(), DIMENSION)
    truth = ExactIndex.build(np.ascontiguousarray(vectors[::8]))
    for k in (1, 30, 600):
        for found, true in zip(ours.search(queries[:3], k), truth.search(queries[:3], k), strict=True):
            assert found.rows.tolist() == true.rows.tolist()


def test_an_approximate_engine_can_be_asked_exactly(index, vectors, queries, monkeypatch):
    monkeypatch.setattr(index.engine, "exact", False)
    assert index.plan(K).explain().startswith("共 4000 件，符合条件 4000 件；由外部引擎近似检索")
    monkeypatch.setattr(index.engine, "nearest", None)
    thorough = index.exactly()
    assert thorough.plan(K).exact
    for found, true in zip(
        thorough.search(queries[:2], K), ExactIndex(vectors).search(queries[:2], K), strict=True
    ):
        assert found.rows.tolist() == true.rows.tolist()


def test_an_approximate_answer_that_is_short_is_made_up_for(index, vectors, queries, monkeypatch):
    """A graph whose filter leads nowhere returns too little."""
    nearest = index.engine.nearest

    def lame(asked, limit, wanted):
        return [Near(one.keys[:7], one.scores[:7]) for one in nearest(asked, limit, wanted)]

    monkeypatch.setattr(index.engine, "exact", False)
    monkeypatch.setattr(index.engine, "nearest", lame)
    for found, true in zip(
        index.search(queries[:2], K), ExactIndex(vectors).search(queries[:2], K), strict=True
    ):
        assert found.rows.tolist() == true.rows.tolist()


def test_what_an_engine_is_asked_for_is_as_short_as_it_can_be(index, fields, queries, monkeypatch):
    asked: list[Wanted] = []
    nearest = index.engine.nearest
    monkeypatch.setattr(index.engine, "nearest", lambda *rest: (asked.append(rest[2]), nearest(*rest))[1])
    there = index.keys != 0
    whole = np.isin(fields, [3, 4])
    but_two = whole & ~np.isin(np.arange(ROWS), np.flatnonzero(whole & there)[:2])
    few = np.zeros(ROWS, dtype=bool)
    few[:9] = True
    for mask in (None, whole, but_two, few):
        index.search(queries[:1], 5, mask)
    shapes = [(one.parts, len(one.keys), one.only) for one in asked]
    assert shapes[:3] == [(None, 0, False), ((3, 4), 0, False), ((3, 4), 2, False)]
    assert (shapes[3][1], shapes[3][2]) == (9, True)


@pytest.fixture(params=["milvus", "milvus server", "pgvector"])
def graph_address(request, tmp_path):
    """An engine that is asked for its graph index."""
    if request.param == "milvus server":
        return f"{request.getfixturevalue('milvus_server').new_address()}?index=HNSW"
    if request.param == "milvus":
        pytest.importorskip("milvus_lite")
        return f"milvus://{tmp_path / 'engine.db'}?index=HNSW"
    return f"{request.getfixturevalue('postgres_url')}?index=hnsw"


def test_a_graph_is_measured_under_filters_and_never_short(graph_address, vectors, fields, queries):
    built = build_index(vectors, Choice(address=graph_address, parts=fields.astype(np.int32)))
    assert 0.98 <= built.recall <= 1.0
    assert not built.index.plan(K).exact
    truth = ExactIndex.build(vectors)
    for mask in masks(fields):
        found, true = built.index.search(queries, K, mask), truth.search(queries, K, mask)
        shares = [np.isin(one.rows, other.rows).mean() for one, other in zip(found, true, strict=True)]
        assert np.mean(shares) >= 0.98
        assert {len(one.rows) for one in found} == {min(K, int(mask.sum()))}


def test_a_graph_that_finds_too_little_is_refused(graph_address, vectors, fields, monkeypatch):
    nearest = ServedIndex.nearest

    def blind(index, asked, limit, wanted):
        """It sees the worse half of what is near."""
        found = nearest(index, asked, 2 * limit, wanted)
        return [Near(one.keys[limit:], one.scores[limit:]) for one in found]

    monkeypatch.setattr(ServedIndex, "nearest", blind)
    with pytest.raises(
        IndexUnusable,
        match=r"召回率 0\.\d+，低于下限 0.98，未启用，原索引不变。请去掉 MATCHER_INDEX 中的 index=",
    ):
        build_index(vectors, Choice(address=graph_address, parts=fields.astype(np.int32)))


def test_keys_follow_content_and_tell_equal_rows_apart():
    vectors = units(np.array([[1, 0], [0, 1], [1, 0], [3, 4]]))
    parts = np.array([1, 1, 1, 1], np.int32)
    keys = vector_keys(vectors, parts)
    assert len(set(keys.tolist())) == 4
    assert (keys > 0).all()
    assert set(vector_keys(vectors[::-1].copy(), parts).tolist()) == set(keys.tolist())
    assert vector_keys(vectors[:1], np.array([2], np.int32))[0] not in keys
    assert vector_keys(np.zeros((1, 2), np.float32), parts[:1]).tolist() == [0]


def test_ten_thousand_equal_rows_have_keys_of_their_own():
    vectors = np.tile(units(np.array([[3, 4]])), (10_000, 1))
    assert len(set(vector_keys(vectors, np.zeros(10_000, np.int32)).tolist())) == 10_000


def test_the_best_of_disjoint_lists():
    one = Near(np.array([5, 2]), np.array([0.9, 0.4]))
    other = Near(np.array([7, 1, 9]), np.array([0.9, 0.8, 0.1]))
    merged = merged_near([one, other], 4)
    assert merged.keys.tolist() == [5, 7, 1, 2]
    assert merged.scores.tolist() == [0.9, 0.9, 0.8, 0.4]


def test_the_latest_state_is_asked_for_until_any_state_will_do(monkeypatch):
    pytest.importorskip("pymilvus")
    now = [1000.0]
    monkeypatch.setattr("indexes.milvus.time.monotonic", lambda: now[0])
    engines = [engine_at(f"milvus://h:1/a{option}", 8) for option in ("", "?consistency=Strong")]
    assert [engine._consistency() for engine in engines] == ["Strong", "Strong"]
    now[0] += 61
    assert [engine._consistency() for engine in engines] == ["Bounded", "Strong"]


def test_an_address_of_a_cluster_and_one_of_a_file():
    assert Address.read("milvus://10.0.0.5:19530/hedong?index=HNSW&consistency=Bounded&tls=true") == Address(
        "https://10.0.0.5:19530", "hedong", "HNSW", "Bounded"
    )
    assert Address.read("milvus:///data/a.db") == Address("/data/a.db", "matcher", "FLAT", "auto")
    assert (one_process("milvus:///data/a.db"), one_process("milvus://h:1/n"), one_process("")) == (
        True,
        False,
        False,
    )
    assert [engine_kind(one) for one in ("milvus://h", "postgresql://h/d")] == ["milvus", "pgvector"]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("milvus://root:geheim@h:19530/a", "不要写用户名和密码。.*放在环境变量 MILVUS_TOKEN 中"),
        ("milvus://h:19530/a-b", "无法识别。请写 milvus://主机:19530/名称"),
        ("milvus:///data/a.txt", "无法识别。请写 milvus://主机:19530/名称"),
        ("milvus://h/a?index=DISKANN2", "index=DISKANN2 无法识别。可选：FLAT、HNSW"),
        ("milvus://h/a?consistency=Maybe", "consistency=Maybe 无法识别。可选：auto（默认）、Strong、Bounded"),
        ("redis://h:geheim@1/a", "以“redis”开头，无法识别。请写 milvus://"),
        ("postgresql://h/d?name=a;b", "只能由字母、数字和下划线组成"),
        ("postgresql://h/d?index=tree", "index=tree 无法识别。可选：exact、hnsw"),
    ],
)
def test_an_address_that_is_none_is_one_sentence_without_secrets(address, sentence):
    with pytest.raises(IndexUnusable, match=sentence) as raised:
        backend_of("", address).connect(4)
    assert "geheim" not in str(raised.value)
