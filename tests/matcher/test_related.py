"""Which different words of two texts are taken for the same."""

from __future__ import annotations

import numpy as np

from indexes.commonness import document_shares
from indexes.evidence import Located
from indexes.lexical import LexicalIndex
from indexes.postings import Document
from indexes.words import Meanings, Words
from matcher.related import LEAST_COSINE, RelatedTerms, meanings, related_terms
from models.contract import ModelSpec

DIRECTIONS = {
    "变速箱": (1.0, 0.0, 0.0),
    "齿轮箱": (0.9, np.sqrt(1 - 0.81), 0.0),
    "减速机": (0.7, np.sqrt(1 - 0.49), 0.0),
    "振动": (0.0, 0.0, 1.0),
    "油漆": (0.0, 1.0, 0.0),
}


def encode(words):
    found = [DIRECTIONS.get(word, (0.0, 0.0, 0.0)) for word in words]
    return np.array(found, dtype=np.float32).reshape(-1, 3)


def all_but(*common):
    return Meanings(
        lambda words: np.array([len(word) > 1 and word not in common for word in words]), encode, 3
    )


def related(query, *documents, known=None, limit=3):
    known = known or all_but()
    words = Words.build(documents, known)
    found = related_terms(Located.of(query.whole, words), Words.build([query], known), words, limit)
    return found[0] if len(documents) == 1 else found


def test_each_word_goes_to_its_nearest_and_only_once():
    found = related(Document("变速箱"), Document("减速机", "一种齿轮箱"))
    assert found == (RelatedTerms("变速箱", "齿轮箱"),)


def test_a_word_of_both_texts_is_shared_not_related():
    assert related(Document("变速箱"), Document("变速箱，齿轮箱")) == ()


def test_words_that_stand_everywhere_say_nothing():
    assert related(Document("变速箱"), Document("齿轮箱"), known=all_but("齿轮箱")) == ()
    assert related(Document("变速箱"), Document("齿轮箱"), known=all_but("变速箱")) == ()


def test_what_is_too_far_or_unknown_is_left_out():
    assert related(Document("变速箱"), Document("振动，油漆，未知词语")) == ()
    assert related(Document(""), Document("齿轮箱")) == ()
    assert related(Document("变速箱"), Document("")) == ()
    assert 0 < LEAST_COSINE < 0.7


def test_the_nearest_pairs_come_first_up_to_the_limit():
    query, document = Document("振动", "变速箱"), Document("齿轮箱", "振动")
    assert related(query, document, limit=1) == (RelatedTerms("变速箱", "齿轮箱"),)


def test_documents_compared_together_have_what_each_has_alone():
    query = Document("变速箱的振动", "油漆")
    documents = [Document("减速机", "一种齿轮箱"), Document("油漆"), Document(""), Document("减速机")]
    together = related(query, *documents)
    assert together == [related(query, one) for one in documents]
    assert together[3] == (RelatedTerms("油漆", "减速机"),)
    assert related(query, documents[2], documents[0]) == [together[2], together[0]]


def test_only_the_first_sixty_words_are_compared():
    filler = "，".join(f"{chr(0x4E00 + 16 * number)}{chr(0x5E00 + 16 * number)}" for number in range(80))
    known = Meanings(lambda words: np.ones(len(words), np.bool_), encode, 3)
    assert related(Document("变速箱"), Document("齿轮箱", filler), known=known)
    assert not related(Document("变速箱"), Document(filler, "齿轮箱"), known=known)


def test_what_could_be_a_term_tells_something():
    class Static:
        spec = ModelSpec("", "", "static", dimension=3)

        def encode(self, words, role, progress=None):
            return encode(words)

    class Other(Static):
        spec = ModelSpec("", "", "transformer", dimension=3)

    titles = ["齿轮箱", *("一种阀门" for _ in range(30))]
    index = LexicalIndex.build([Document(title) for title in titles])
    known = meanings(index, Static())
    assert known.telling(["齿轮箱", "阀门", "的齿轮", "齿轮可", "齿", "plc"]).tolist() == [
        True,
        *5 * [False],
    ]
    assert known.encode(["振动"]).tolist() == [[0.0, 0.0, 1.0]]
    nothing = meanings(index, Other())
    assert nothing.telling(["齿轮箱"]).tolist() == [False]
    assert nothing.encode(["齿轮箱"]).shape == (1, 0)


def test_the_share_of_documents_that_hold_a_word():
    titles = ["齿轮箱", "齿轮", *(f"一种阀门{number}" for number in range(18))]
    index = LexicalIndex.build([Document(title) for title in titles])
    # 20 titles and 20 pseudo-documents
    found = document_shares(index, ["齿轮", "，", "齿轮箱", "一种", "未见过"])
    assert found.tolist() == [2 / 40, 0.0, 1 / 40, 1.0, 0.0]
    assert document_shares(index, []).tolist() == []
