"""Words in an engine: the local channel's lists and values to the last bit, and refusals where they would not be."""

from __future__ import annotations

import numpy as np
import pytest

from indexes.backends import words_engine_at
from indexes.contract import IndexUnusable
from indexes.engines import Near, Sparse
from indexes.lexical import Document, LexicalIndex, Query, best
from indexes.milvus import MilvusEngine
from indexes.segments import Layout, SegmentedLexical
from indexes.served_words import SegmentedWords, ServedWords

FIELDS = (
    "阀门轴承泵体密封转子叶轮",
    "电池电极隔膜电解液正极负极",
    "涂层防腐树脂固化附着颜料",
    "机器人抓手视觉伺服减速关节",
    "污泥脱水絮凝曝气滤料除磷",
)
ROWS, K = 1_200, 50


def text(random, field, length):
    common = "一种高效节能的装置及其制备方法plc"
    return "".join(random.choice(list(FIELDS[field] + common), length))


@pytest.fixture(scope="module")
def fields():
    return np.random.default_rng(0).integers(0, len(FIELDS), ROWS)


@pytest.fixture(scope="module")
def documents(fields):
    """Of five technical fields; some texts twice, some empty."""
    random = np.random.default_rng(1)
    found = [Document(text(random, field, 12), text(random, field, 60)) for field in fields]
    found[-100:] = found[:100]
    found[500:510] = [Document("")] * 10
    return found


@pytest.fixture(scope="module")
def queries():
    """Of one field, of two, of a single word, and of nothing that is known."""
    random = np.random.default_rng(2)
    single = [Query(text(random, field, 8), text(random, field, 40)) for field in range(5)]
    mixed = [Query(text(random, field, 8), text(random, 4 - field, 40)) for field in range(2)]
    return [*single, *mixed, Query("轴承"), Query("plc 阀门"), Query("鹦鹉"), Query("")]


@pytest.fixture(scope="module")
def local(documents, queries):
    return LexicalIndex.build(documents, queries[:5])


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    pytest.importorskip("milvus_lite")
    return words_engine_at(f"milvus://{tmp_path_factory.mktemp('milvus') / 'engine.db'}?words=sparse")


@pytest.fixture(scope="module")
def served(local, engine, fields, queries):
    return ServedWords.of(local, engine, fields.astype(np.int32), queries)


def masks(fields):
    """Of 0.1, 1, 10 and 50 %: random ones, and ones aligned with a field; whole fields; all but a few."""
    random, by_field = np.random.default_rng(3), np.argsort(fields, kind="stable")
    for share in (0.001, 0.01, 0.1, 0.5):
        for rows in (random.choice(ROWS, int(share * ROWS), replace=False), by_field[: int(share * ROWS)]):
            mask = np.zeros(ROWS, dtype=bool)
            mask[rows] = True
            yield mask
    yield np.isin(fields, [1, 3])
    yield ~np.isin(np.arange(ROWS), [5, 8, 700])


def same(one, other):
    assert one.rows.tolist() == other.rows.tolist()
    assert one.scores.tolist() == other.scores.tolist()


@pytest.mark.parametrize(("most", "listable"), [(16_384, 10_000), (16_384, 100), (70, 100)])
def test_lists_are_the_local_ones_under_every_filter(
    served, local, engine, fields, queries, monkeypatch, most, listable
):
    monkeypatch.setattr(engine, "most", most)
    monkeypatch.setattr(engine, "listable", listable)
    for mask in (None, *masks(fields)):
        for query, true in zip(queries, local.search(queries, K, mask), strict=True):
            (found,) = served.search([query], K, mask)
            same(found, true)
            assert len(found.rows) == min(K, ROWS if mask is None else int(mask.sum()))
            sharing = served.found(query, K, mask)
            assert sharing.rows.tolist() == true.rows[true.scores > 0].tolist()


def test_values_and_parts_are_the_local_ones_to_the_last_bit(served, local, queries):
    rows = np.array([3, 1150, 505, 0, 77])
    for query in queries:
        assert served.scores_at(query, rows).tolist() == local.scores(query)[rows].tolist()
        numbers = local.numbers(query)
        assert served.numbers(query) == numbers
        tokens = np.arange(sum(map(len, numbers.values())))
        for some in (tokens, tokens[::3]):
            assert served.parts(query, rows, some).tolist() == local.parts(query, rows, some).tolist()
    assert served.scores(queries[0]).tolist() == local.scores(queries[0]).tolist()


def test_saved_it_holds_no_postings_and_answers_the_same(served, local, engine, queries, tmp_path):
    served.save(tmp_path)
    assert (tmp_path / "bigrams.rows.npy").stat().st_size < 200
    loaded = ServedWords.load(tmp_path, lambda: engine)
    for query in queries:
        same(loaded.found(query, K), served.found(query, K))
    with pytest.raises(
        IndexUnusable,
        match="在 Milvus 中，而设置中没有它的地址。请在 MATCHER_INDEX 的地址后写上 words=sparse",
    ):
        ServedWords.load(tmp_path)
    (tmp_path / "local").mkdir()
    local.save(tmp_path / "local")
    assert type(ServedWords.load(tmp_path / "local")) is LexicalIndex


def test_the_same_again_loads_nothing_and_versions_stand_beside_each_other(
    served, local, engine, documents, fields, queries, monkeypatch
):
    loaded = []
    add = MilvusEngine.add
    monkeypatch.setattr(
        MilvusEngine, "add", lambda self, keys, *rest: (loaded.append(len(keys)), add(self, keys, *rest))
    )
    ServedWords.of(local, engine, fields.astype(np.int32), queries)
    assert loaded == []
    fewer = LexicalIndex.build(documents[::3], queries[:5])
    other = ServedWords.of(fewer, engine, None, queries)
    assert sum(loaded) == np.count_nonzero(other.kept.keys)
    for query in queries:
        same(other.found(query, K), best(values := fewer.scores(query), K, values > 0))
        same(served.found(query, K), best(values := local.scores(query), K, values > 0))
    assert served.kept.retire([]) == sum(loaded)


def test_what_came_later_and_what_is_gone(served, local, documents, queries, fields):
    gone = np.zeros(ROWS, dtype=bool)
    gone[[2, 30, 31, 400]] = True
    ids = [f"{row:05d}" for row in range(ROWS)]
    layout = Layout.of(ids, gone, ["00002a", "00700a", "99999"])
    later = [documents[3], Document("鹦鹉轴承"), documents[900]]
    whole = SegmentedLexical(local, local.segment(later), layout)
    apart = SegmentedWords(served, served.segment(later), layout)
    rows = np.array([0, 2, 3, 600, layout.rows - 1])
    for query in queries:
        values = whole.scores(query)
        for mask in (None, np.random.default_rng(4).random(layout.rows) < 0.3):
            allowed = values > 0 if mask is None else (values > 0) & mask
            same(apart.found(query, K, mask), best(values, K, allowed))
        assert apart.scores_at(query, rows).tolist() == values[rows].tolist()
        tokens = np.arange(sum(map(len, whole.numbers(query).values())))
        assert apart.parts(query, rows, tokens).tolist() == whole.parts(query, rows, tokens).tolist()


def test_an_engine_that_lists_others_is_refused(local, engine, fields, queries, monkeypatch):
    nearest = MilvusEngine.nearest

    def pruned(self, asked, limit, wanted):
        """An index that drops the weightiest of what it finds."""
        found = nearest(self, asked, limit + 3, wanted)
        return [Near(one.keys[3:], one.scores[3:]) for one in found]

    monkeypatch.setattr(MilvusEngine, "nearest", pruned)
    with pytest.raises(IndexUnusable, match="按用词检索的结果与本机计算的不符，索引未启用，原索引不变"):
        ServedWords.of(local, engine, fields.astype(np.int32), queries)


def test_a_server_without_sparse_vectors_says_which_it_is(local, milvus_server, queries):
    engine = words_engine_at(f"{milvus_server.new_address()}?words=sparse")
    with pytest.raises(IndexUnusable, match=r"Milvus v2\.3\.5.*没有稀疏向量（2\.4 起才有）。请升级，或去掉"):
        ServedWords.of(local, engine, None, queries)


def test_a_sparse_vector_comes_back_as_it_was_sent(engine):
    engine.create()
    sent = Sparse(np.array([0, 7, 2_000_000_000], np.uint32), np.array([0.1, 1e-7, 3.3], np.float32))
    engine.add(np.array([5]), np.array([1], np.int32), [sent])
    (back,) = engine.fetch(np.array([5])).values()
    assert (back.dimensions.tolist(), back.values.tolist()) == (
        sent.dimensions.tolist(),
        sent.values.tolist(),
    )
    engine.remove(np.array([5]))


@pytest.mark.parametrize("documents", [[], [Document("")], [Document("水泵")]], ids=["none", "empty", "one"])
def test_hardly_any_document(documents, tmp_path):
    pytest.importorskip("milvus_lite")
    local = LexicalIndex.build(documents)
    engine = words_engine_at(f"milvus://{tmp_path / 'engine.db'}?words=sparse")
    ServedWords.of(local, engine, None, documents).save(tmp_path)
    loaded = ServedWords.load(tmp_path, lambda: engine)
    for query in (Query("水泵"), Query("")):
        same(loaded.search([query], 5)[0], local.search([query], 5)[0])


def test_words_stay_here_unless_the_address_says_otherwise():
    assert words_engine_at("") is None
    assert words_engine_at("postgresql://h/d") is None
    assert words_engine_at("milvus://h:1/a?words=local") is None
    with pytest.raises(IndexUnusable, match=r"words=dense 无法识别。可选：local（默认）、sparse"):
        words_engine_at("milvus://h:1/a?words=dense")
