"""Two parts of a collection as one: every array of a build from all texts, without a text."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from indexes.joining import joined_words, lengths_of, recounted
from indexes.lexical import LexicalIndex, normalised
from indexes.postings import Document
from indexes.segments import Layout
from indexes.tokens import Stream
from indexes.words import Words

PIECES = (
    *(
        "锂离子电池",
        "散热",
        "装置",
        "的",
        "PLC",
        "0.5mm",
        "Q235.7",
        "一种",
        "研发",
        "，",
        "。",
        " ",
        "\n",
        "-",
        "ⅷ",
        "㎜",
    ),
    *("㐂字", "\U00020000\U00020001", "豈", "é", "α", "9" * 60, "焊接机器人", "３．５", "カ", "(1)"),
)
QUERIES = [Document("电池散热", "需要研发一种 PLC 装置"), Document("", "焊接")]


def texts(count, seed):
    random = np.random.default_rng(seed)

    def text(longest):
        return "".join(random.choice(PIECES, random.integers(longest)))

    return [Document(text(4), text(30)) for _ in range(count)]


def parts(seed):
    """A base, a side, and where their rows go: some of the base are gone."""
    random = np.random.default_rng(seed)
    base, side = texts(60, seed), texts(9, seed + 100)
    gone = random.random(60) < 0.1
    ids = [f"p{number:03d}" for number in sorted(random.choice(1000, 69, replace=False))]
    of_side = np.sort(random.choice(69, 9, replace=False))
    base_ids = [id_ for row, id_ in enumerate(ids) if row not in set(of_side.tolist())]
    layout = Layout.of(base_ids, gone, [ids[row] for row in of_side])
    return base, side, layout.local(np.arange(layout.rows))


def cut(documents):
    return Words.build([normalised(text) for text in documents]).findable()


@pytest.mark.parametrize("seed", range(5))
def test_words_and_counts_are_those_of_a_build(seed):
    base, side, places = parts(seed)
    whole = [base[place] if place >= 0 else side[-1 - place] for place in places.tolist()]
    lengths = [lengths_of([normalised(text) for text in part]) for part in (base, side)]
    words = joined_words(cut(base), cut(side), places).findable()
    expected = cut(whole)
    for entry in fields(Words):
        np.testing.assert_array_equal(
            getattr(words, entry.name), getattr(expected, entry.name), err_msg=entry.name
        )
    own = np.where((places >= 0)[:, None], lengths[0][places.clip(0)], lengths[1][(-1 - places).clip(0)])
    found, built = recounted(words, own, QUERIES), LexicalIndex.build(whole, QUERIES)
    assert (found.weights, found.documents) == (built.weights, built.documents)
    for one, other in zip(found.streams, built.streams, strict=True):
        for name in ("starts", "rows", "impacts"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
        for name in ("keys", "numbers"):
            np.testing.assert_array_equal(getattr(one.terms, name), getattr(other.terms, name), err_msg=name)
        for name in ("mean", "variance", "idf"):
            np.testing.assert_array_equal(getattr(one.statistics, name), getattr(other.statistics, name))
        assert one.statistics.average == other.statistics.average
    for query in QUERIES:
        np.testing.assert_array_equal(found.scores(query), built.scores(query))


def test_jiebas_search_mode_cannot_be_told_from_words():
    from indexes.lexical import LexicalSettings

    words = cut(texts(3, 0))
    with pytest.raises(ValueError, match="search mode"):
        recounted(words, lengths_of(texts(3, 0)), [], LexicalSettings(streams={Stream.WORDS: 1.0}))
