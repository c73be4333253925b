"""Which different words of two texts are taken for the same."""

from __future__ import annotations

import numpy as np

from indexes.commonness import document_shares
from indexes.lexical import LexicalIndex
from indexes.postings import Document
from matcher.related import LEAST_COSINE, RelatedTerms, WordMemory, related_terms

DIRECTIONS = {
    "变速箱": (1.0, 0.0, 0.0),
    "齿轮箱": (0.9, np.sqrt(1 - 0.81), 0.0),
    "减速机": (0.7, np.sqrt(1 - 0.49), 0.0),
    "振动": (0.0, 0.0, 1.0),
    "油漆": (0.0, 1.0, 0.0),
}


def encode(words):
    return np.array([DIRECTIONS.get(word, (0.0, 0.0, 0.0)) for word in words], dtype=np.float32)


def never(words):
    return [False] * len(words)


def test_each_word_goes_to_its_nearest_and_only_once():
    found = related_terms(Document("变速箱"), Document("减速机", "一种齿轮箱"), WordMemory(encode, never))
    assert found == (RelatedTerms("变速箱", "齿轮箱"),)


def test_a_word_of_both_texts_is_shared_not_related():
    assert related_terms(Document("变速箱"), Document("变速箱，齿轮箱"), WordMemory(encode, never)) == ()


def test_words_that_stand_everywhere_say_nothing():
    def common(words):
        return [word == "齿轮箱" for word in words]

    assert related_terms(Document("变速箱"), Document("齿轮箱"), WordMemory(encode, common)) == ()


def test_what_is_too_far_or_unknown_is_left_out():
    assert (
        related_terms(Document("变速箱"), Document("振动，油漆，未知词语"), WordMemory(encode, never)) == ()
    )
    assert related_terms(Document(""), Document("齿轮箱"), WordMemory(encode, never)) == ()
    assert 0 < LEAST_COSINE < 0.7


def test_the_nearest_pairs_come_first_up_to_the_limit():
    query, document = Document("振动", "变速箱"), Document("齿轮箱", "振动")
    assert related_terms(query, document, WordMemory(encode, never), limit=1) == (
        RelatedTerms("变速箱", "齿轮箱"),
    )


def test_the_share_of_documents_that_hold_a_word():
    titles = ["齿轮箱", "齿轮", *(f"一种阀门{number}" for number in range(18))]
    index = LexicalIndex.build([Document(title) for title in titles])
    # 20 titles and 20 pseudo-documents
    found = document_shares(index, ["齿轮", "，", "齿轮箱", "一种", "未见过"])
    assert found.tolist() == [2 / 40, 0.0, 1 / 40, 1.0, 0.0]
    assert document_shares(index, []).tolist() == []


def test_each_word_is_worked_out_once():
    asked, judged = [], []

    def counted(words):
        asked.extend(words)
        return encode(words)

    def judge(words):
        judged.extend(words)
        return [word == "振动" for word in words]

    memory = WordMemory(counted, judge)
    query, document = Document("变速箱"), Document("齿轮箱", "振动")
    for _ in range(2):
        found = related_terms(query, document, memory)
        assert found == (RelatedTerms("变速箱", "齿轮箱"),)
    assert sorted(asked) == ["变速箱", "齿轮箱"]
    assert sorted(judged) == ["变速箱", "振动", "齿轮箱"]
    assert memory.encode([]).shape[0] == 0


def test_texts_read_together_give_what_each_gives_alone():
    texts = [Document("变速箱", "振动，油漆"), Document("油漆"), Document("的")]
    together, alone = WordMemory(encode, never), WordMemory(encode, never)
    together.read(texts)
    for text in texts:
        assert together.terms(text).words == alone.terms(text).words
        assert together.terms(text).vectors.tolist() == alone.terms(text).vectors.tolist()
