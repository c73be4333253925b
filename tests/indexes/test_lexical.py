import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.contract import IndexUnusable
from indexes.lexical import Document, LexicalIndex, LexicalSettings, Query, SharedTerm, Stream, best
from indexes.tokens import normalise, tokens

DOCUMENTS = [
    Document("水泵", "一种离心水泵的叶轮"),
    Document("锂电池", "锂电池正极材料及制备方法"),
    Document("水泵电机", "驱动水泵的永磁电机"),
    Document("锂电池", "锂电池正极材料及制备方法"),
    Document("PLC控制器", "基于PLC的5G控制器"),
]
QUERIES = [Query("水泵研发", "研发节能水泵"), Query("电池研发", "研发锂电池"), Query("控制研发", "")]
ALL_STREAMS = LexicalSettings(streams={Stream.CHARACTERS: 1.0, Stream.BIGRAMS: 0.5, Stream.WORDS: 0.5})


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (Stream.CHARACTERS, ["q235", "钢", "的", "plc", "控", "制", "pm2.5", "98.8"]),
        (Stream.BIGRAMS, ["q235", "钢的", "plc", "控制", "pm2.5", "98.8"]),
        (Stream.WORDS, ["q235", "钢", "的", "plc", "控制", "pm2.5", "98.8"]),
    ],
)
def test_runs_of_letters_and_digits_stay_whole(stream, expected):
    assert tokens(normalise("Ｑ235钢的，ＰＬＣ控制;PM2.5（≥98.8%）\u0000"), stream) == expected


@pytest.mark.parametrize("stream", list(Stream))
def test_what_is_no_han_character_is_cut_like_letters_or_separates(stream):
    assert tokens(normalise("轴承한국 ラジオ"), stream)[-2:] == ["한국", "ラジオ"]
    # Half of a surrogate pair, which jieba cannot read, and a character of somebody's own.
    assert tokens("水泵\ud800轴承\ue000电机", stream) == tokens("水泵 轴承 电机", stream)


def test_the_value_is_the_formula():
    settings = LexicalSettings(streams={Stream.CHARACTERS: 1.0})
    index = LexicalIndex.build(
        [Document("甲乙"), Document("甲丙", "丙丙戊"), Document("丁")], [Query("甲")], settings
    )
    tf_query = math.log(1 + settings.query_title + 1)

    def impact(df: int, df_query: int, tf: float, length: float) -> float:
        idf = (
            math.log(1 + (23 - df + 0.5) / (df + 0.5))
            * math.log(12 / (df_query + 1)) ** settings.query_idf_power
        )
        norm = settings.k1 * (1 - settings.b + settings.b * length / 2)
        return idf * tf * (settings.k1 + 1) / (tf + norm)

    first = np.array([impact(2, 1, 1, 2), impact(2, 1, 1, 3), 0.0])
    third = np.array([0.0, impact(1, 0, 5 / 3, 3), 0.0])
    raw = tf_query * first + math.log(2) * third
    mean = raw.sum() / 23
    variances = [(part**2).sum() / 23 - (part.sum() / 23) ** 2 for part in (first, third)]
    parts = np.array([tf_query**2 * variances[0], math.log(2) ** 2 * variances[1]])
    effective = parts.sum() ** 2 / (parts**2).sum()
    spread = math.sqrt(parts.sum() * (1 + settings.prior_terms / effective))
    units = [((r - mean) / spread - settings.centre) / settings.width for r in raw]
    values = [0.5 + 0.5 * u / math.hypot(1, u) for u in units]

    assert index.scores(Query("甲", "丙甲")) == pytest.approx([values[0], values[1], 0.0], abs=1e-6)


@pytest.mark.parametrize("settings", [LexicalSettings(), ALL_STREAMS])
def test_search_ranks_what_shares_the_rare_words_and_breaks_ties_by_row(settings):
    index = LexicalIndex.build(DOCUMENTS, QUERIES, settings)
    water, battery = index.search([Query("水泵叶轮"), Query("锂电池正极")], 3)
    assert water.rows.tolist()[:2] == [0, 2]
    assert battery.rows.tolist()[:2] == [1, 3]
    assert battery.scores[0] == battery.scores[1] > battery.scores[2]


@pytest.mark.parametrize("levels", [2, 40, 10**9])
@pytest.mark.parametrize("share", [None, 1.0, 0.5, 0.002])
def test_the_best_are_the_head_of_the_stable_order(levels, share):
    random = np.random.default_rng(3)
    scores = (random.integers(0, levels, 20_000) / levels).astype(np.float32)
    allowed = None if share is None else random.random(len(scores)) < share
    rows = np.arange(len(scores)) if allowed is None else np.flatnonzero(allowed)
    expected = rows[np.argsort(-scores[rows], kind="stable")]
    for k in (1, 50, 3_000):
        hits = best(scores, k, allowed)
        assert hits.rows.tolist() == expected[:k].tolist()
        assert hits.scores.tolist() == scores[expected[:k]].tolist()


def test_a_filter_applies_before_the_search():
    index = LexicalIndex.build(DOCUMENTS, QUERIES)
    allowed = np.array([False, False, True, True, True])
    (hits,) = index.search([Query("水泵叶轮")], 2, allowed)
    assert hits.rows[0] == 2
    assert len(hits.rows) == 2
    (all_hits,) = index.search([Query("水泵叶轮")], 9, allowed)
    assert sorted(all_hits.rows) == [2, 3, 4]
    (none,) = index.search([Query("水泵叶轮")], 9, np.zeros(5, dtype=bool))
    assert len(none.rows) == 0


@given(st.lists(st.text(alphabet="水泵锂电池正极PLC5研发 ", max_size=12), min_size=1, max_size=4))
def test_single_batch_and_given_rows_agree_bit_for_bit(texts):
    index = LexicalIndex.build(DOCUMENTS, QUERIES, ALL_STREAMS)
    queries = [Query(text, text[::-1]) for text in texts]
    for query, hits in zip(queries, index.search(queries, 5), strict=True):
        scores = index.scores(query)
        assert hits.scores.tolist() == scores[hits.rows].tolist()
        assert index.scores_at(query, hits.rows).tolist() == hits.scores.tolist()
        assert hits.scores.tolist() == sorted(scores, reverse=True)
        assert ((scores >= 0) & (scores < 1)).all()


@pytest.mark.parametrize("text", ["", "！", "🙂\u0000\ud800", "ＡＢＣ", "龘𠮷" * 1000, "a" * 1_000_000])
def test_queries_that_share_nothing_score_zero(text):
    index = LexicalIndex.build(DOCUMENTS, QUERIES)
    assert index.scores(Query(text, text)).tolist() == [0.0] * 5


@pytest.mark.parametrize("documents", [[], [Document("")], [Document("水泵")]])
def test_tiny_collections_give_finite_values(documents):
    index = LexicalIndex.build(documents)
    scores = index.scores(Query("水泵"))
    assert scores.shape == (len(documents),)
    assert np.isfinite(scores).all()
    assert len(index.search([Query("水泵")], 3)[0].rows) == len(documents)


def test_what_every_stored_query_has_counts_less():
    with_needs = LexicalIndex.build(DOCUMENTS, [Query("电机研发"), Query("电机"), Query("节能电机")])
    without = LexicalIndex.build(DOCUMENTS)
    query = Query("水泵电机")
    assert with_needs.scores(query)[0] > without.scores(query)[0]


def test_saved_and_loaded_scores_are_the_same(tmp_path):
    index = LexicalIndex.build(DOCUMENTS, QUERIES, ALL_STREAMS)
    index.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path)
    query = Query("PLC控制的水泵", "锂电池")
    assert loaded.settings == ALL_STREAMS
    assert loaded.scores(query).tolist() == index.scores(query).tolist()
    assert not list(tmp_path.glob("*.pkl"))


def test_a_damaged_index_is_refused(tmp_path):
    LexicalIndex.build(DOCUMENTS, QUERIES).save(tmp_path)
    rows = tmp_path / "characters.rows.npy"
    whole = rows.read_bytes()
    rows.write_bytes(whole[:-8])
    with pytest.raises(IndexUnusable, match="重新建立索引"):
        LexicalIndex.load(tmp_path)
    rows.write_bytes(whole)
    np.save(tmp_path / "characters.keys.npy", np.array([ord("水")], dtype=np.uint64))
    with pytest.raises(IndexUnusable, match="各部分不一致"):
        LexicalIndex.load(tmp_path)
    (tmp_path / "lexical.json").write_text(json.dumps({"format": 99}), encoding="utf-8")
    with pytest.raises(IndexUnusable, match="格式版本不符"):
        LexicalIndex.load(tmp_path)
    with pytest.raises(IndexUnusable, match="无法读取"):
        LexicalIndex.load(tmp_path / "nowhere")


def test_the_evidence_is_whole_words_with_their_shares():
    index = LexicalIndex.build(DOCUMENTS, QUERIES)
    query = Query("锂电池的正极材料研发")
    evidence = index.shared_terms(query, 1, DOCUMENTS[1])
    assert [term.term for term in evidence][:2] == ["锂电池", "正极材料"]
    tokens = np.arange(sum(map(len, index.numbers(query).values())))
    total = float(index.parts(query, np.array([1]), tokens).sum())
    assert 0.9 * total < sum(term.weight for term in evidence) <= total + 1e-9
    assert index.shared_terms(query, 4, DOCUMENTS[4]) == []
    total = index.parts(Query("plc"), np.array([4]), np.arange(2)).sum()
    assert index.shared_terms(Query("plc"), 4, DOCUMENTS[4]) == [SharedTerm("plc", pytest.approx(total))]


def test_a_compound_lends_the_words_in_it():
    documents = [Document("干红葡萄酒的酿制"), Document("染料")]
    index = LexicalIndex.build(documents, [Query("轴承")])
    query = Query("野生山葡萄酒衍生品")
    assert [term.term for term in index.shared_terms(query, 0, documents[0])] == ["葡萄酒"]


def test_a_bare_number_scores_but_is_no_evidence():
    documents = [Document("轴承钢板", "厚度 60 毫米"), Document("染料", "无")]
    index = LexicalIndex.build(documents, [Query("轴承")])
    terms = [term.term for term in index.shared_terms(Query("60 毫米轴承 q235"), 0, documents[0])]
    assert sorted(terms) == ["毫米", "轴承"]
    assert index.scores(Query("60"))[0] > 0
