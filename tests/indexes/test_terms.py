"""Keys stand for tokens one to one, and counting by keys gives what counting by hand does."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.counting import Numbering, counted, frequencies, inverted, text_blocks
from indexes.postings import Document
from indexes.terms import Terms, keys_of, text_keys
from indexes.tokens import Stream, tokens

TEXTS = st.lists(st.text(alphabet="水轴承㐀𠀀𪛟ab12.٣_ -，\ud800", max_size=12), max_size=6)
CUT = (Stream.CHARACTERS, Stream.BIGRAMS)


@given(texts=TEXTS, stream=st.sampled_from(CUT))
def test_a_batch_of_texts_has_the_keys_of_their_tokens_in_order(texts, stream):
    keys, ends = text_keys(texts, stream)
    each = [tokens(text, stream) for text in texts]
    assert keys.tolist() == keys_of(token for cut in each for token in cut).tolist()
    assert ends.tolist() == np.cumsum([len(cut) for cut in each]).tolist()


def test_the_third_stream_has_keys_of_whole_words():
    keys, ends = text_keys(["深沟球轴承", "", "q235b钢"], Stream.WORDS)
    each = [tokens(text, Stream.WORDS) for text in ("深沟球轴承", "", "q235b钢")]
    assert keys.tolist() == keys_of([*each[0], *each[2]]).tolist()
    assert ends.tolist() == [len(each[0]), len(each[0]), len(each[0]) + len(each[2])]


def test_short_tokens_are_their_own_keys_and_long_ones_are_marked():
    assert keys_of(["水", "轴承"]).tolist() == [ord("水"), ord("轴") << 21 | ord("承")]
    short, long = keys_of(["plc", "q235b"]).tolist()
    assert short < 1 << 63 <= long
    assert len(set(keys_of(["ab", "ba", "a", "b", "abc", "abcd", "abcde"]).tolist())) == 7


def test_terms_are_numbered_by_their_first_appearance_however_many_there_are():
    keys = np.random.default_rng(0).permutation(np.arange(1, 200_001, dtype=np.uint64) * np.uint64(7_919))
    numbering = Numbering()
    assert numbering.number(keys[:50_000]).tolist() == list(range(50_000))
    assert numbering.number(keys).tolist() == list(range(200_000))
    terms = numbering.terms()
    assert terms.find(keys).tolist() == list(range(200_000))
    assert terms.find(np.array([5, 7_919 * 200_001], dtype=np.uint64)).tolist() == [-1, -1]
    nothing = Terms(np.zeros(0, np.uint64), np.zeros(0, np.int32))
    assert nothing.find(keys[:2]).tolist() == [-1, -1]


@pytest.mark.parametrize("stream", CUT)
def test_lists_hold_what_a_count_by_hand_holds(stream):
    bodies = ["轴承的润滑轴承", "", "水，q235 水水", "一种水泵"] * 1_500  # more than are cut at once
    documents = [Document(f"轴承{number % 7}水", body) for number, body in enumerate(bodies)]
    numbering = Numbering()
    found = counted(text_blocks(documents, stream), numbering.number, 0.25)
    terms = numbering.terms()
    held = frequencies(found, len(terms))
    lists = inverted(found, np.where(np.arange(len(terms)) % 2, held, 0), 0.25)
    hands = []
    for document in documents:
        hand: Counter[str] = Counter()
        for text, weight in ((document.title, 1.0), (document.body, 0.25)):
            for token in tokens(text, stream):
                hand[token] += weight
        hands.append(hand)
    assert found.lengths.tolist() == [sum(hand.values()) for hand in hands]
    for token in {token for hand in hands for token in hand}:
        (term,) = terms.find(keys_of([token])).tolist()
        rows = [(row, hand[token]) for row, hand in enumerate(hands) if token in hand]
        assert held[term] == len(rows)
        here = slice(lists.starts[term], lists.starts[term + 1])
        listed = list(zip(lists.rows[here].tolist(), lists.weights[here].tolist(), strict=True))
        assert listed == (rows if term % 2 else [])
