import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import Unigram

from models.catalogue import DEFAULT, SHIPPED
from models.segmenting import Segmenter
from models.static import StaticEmbedder
from models.training.vocabulary import _unigram

SHIPPED_TOKENIZER = StaticEmbedder.load(SHIPPED / DEFAULT).tokenizer
FREQUENCIES = {"电": 4, "池": 4, "电池": 8, "池组": 8, "组": 4, "plc": 3, "x光": 9, "光": 2}
SMALL = _unigram(FREQUENCIES, list(FREQUENCIES), 40)
"""电池|组 and 电|池组 are equally likely; no token says x."""
ODD = "电池组光x1plc氢\u0301\u1100\u1161\u3099か\u00c5Ａ①㎏ﬁ龎〇々　\0\n.，\U00020000\U0003f000😀ͅΣςİ"


@pytest.fixture(scope="module", params=["shipped", "small"])
def segmenter(request: pytest.FixtureRequest) -> Segmenter:
    found = Segmenter.of(SHIPPED_TOKENIZER if request.param == "shipped" else SMALL)
    assert found is not None
    return found


def same(segmenter: Segmenter, texts: list[str]) -> None:
    expected = [one.ids for one in segmenter.tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    found = segmenter.cut(texts)
    assert [part.tolist() for part in np.split(found.ids, found.bounds[1:-1])] == expected


@settings(max_examples=300, deadline=None)
@given(texts=st.lists(st.text(st.one_of(st.sampled_from(ODD), st.characters(codec="utf-8"))), min_size=1))
def test_tokens_are_those_of_the_library(segmenter: Segmenter, texts: list[str]) -> None:
    same(segmenter, texts)


def test_every_character_is_cut_as_the_library_cuts_it(segmenter: Segmenter) -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for start in range(0, len(characters), 0x8000):
        same(segmenter, ["".join(characters[start : start + 0x8000])])
    same(segmenter, ["电" + character + "池" for character in characters[:0x3100]])


def test_equally_likely_tokens_and_unknown_characters() -> None:
    segmenter = Segmenter.of(SMALL)
    assert segmenter is not None
    words = SMALL.get_vocab()
    found = segmenter.cut(["电池组", "x光", "PLC氢氢电", "", "，"])
    unknown = words["[UNK]"]
    expected = [
        [words["电"], words["池组"]],
        [unknown, words["光"]],
        [words["plc"], unknown, words["电"]],
        [],
        [],
    ]
    assert [part.tolist() for part in np.split(found.ids, found.bounds[1:-1])] == expected


def test_only_marks_and_korean_letters_join_what_stands_before_them() -> None:
    pairs = (unicodedata.decomposition(chr(code)).split() for code in range(0x110000))
    second = {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and not pair[0].startswith("<")}
    assert all(unicodedata.category(character)[0] == "M" for character in second)


def test_another_tokenizer_is_left_to_its_library() -> None:
    words = Tokenizer(Unigram([("[UNK]", 0.0), ("电", -3.0)], unk_id=0))
    assert Segmenter.of(words) is None
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    assert Segmenter.of(words) is None


def test_a_lone_surrogate_is_refused_as_the_library_refuses_it(segmenter: Segmenter) -> None:
    with pytest.raises(TypeError):
        segmenter.cut(["电\ud800"])
