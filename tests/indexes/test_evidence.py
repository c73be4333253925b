"""Shared pieces by compiled loops are those of the definition, written out plainly here."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest

from indexes.evidence import Located, SharedTerm, shared_terms
from indexes.lexical import LexicalIndex
from indexes.postings import Document, Query
from indexes.tokens import inner_words, is_han, run_words, tokens
from indexes.words import Words

PARTICLES = frozenset("的了和与及或在是为对等将其被把从由以中上下内外后前时于一")
PARTS = (
    *(
        "永磁",
        "电机",
        "转子",
        "的",
        "散热",
        "结构",
        "葡萄酒",
        "干红葡萄酒",
        "酿制",
        "一种",
        "方法",
        "及其",
        "与",
    ),
    *("，", "。", " ", "plc", "q235", "60", "0.5", "a", "水泵", "叶轮", "中", "正极材料", "锂电池", "𠀀"),
)


def word_groups(words, query):
    """Neighbouring words that stand in the query just so, as many together as possible, without particles at the ends."""
    group = []
    for word in [*words, ""]:
        alone = bool(word) and word in query
        if alone and (not group or "".join(group) + word in query):
            group.append(word)
            continue
        while group and group[0] in PARTICLES:
            group = group[1:]
        while group and group[-1] in PARTICLES:
            group = group[:-1]
        if group:
            yield "".join(group)
        group = [word] if alone else []


def pieces(query, document):
    alnum = {run[0] for run in run_words(query) if not is_han(run[0])}
    for run in run_words(document):
        if not is_han(run[0]):
            if run[0] in alnum and not re.fullmatch(r"\d+(?:\.\d+)?", run[0]):
                yield run[0]
            continue
        yield from (piece for piece in word_groups(run, query) if len(piece) > 1)
        for word in run:
            if len(word) > 2 and word not in query:
                yield from (part for part in inner_words(word) if part in query)


def plainly(query, document, numbers, parts, limit):
    """The longest pieces first, each with the tokens that no other has; equal ones in the order of their text."""
    left = {
        (stream, token): float(parts[number])
        for stream, known in numbers.items()
        for token, number in known.items()
        if parts[number] > 0
    }
    found = []
    for piece in sorted(set(pieces(query, document)), key=lambda text: (-len(text), text)):
        held = {(stream, token) for stream in numbers for token in tokens(piece, stream)} & left.keys()
        weight = 0.0
        for part in sorted(left.pop(one) for one in held):
            weight += part
        if weight > 0:
            found.append(SharedTerm(piece, weight))
    return sorted(found, key=lambda term: (-term.weight, term.term))[:limit]


@pytest.mark.parametrize("seed", range(4))
def test_pieces_and_weights_are_those_of_the_definition(seed):
    random = np.random.default_rng(seed)

    def text(length):
        return "".join(random.choice(PARTS, length))

    documents = [Document(text(5), text(30)) for _ in range(60)]
    others = [Document("阀门密封")] * 600  # so that the words of these do not stand everywhere
    index = LexicalIndex.build([*documents, *others])
    words = Words.build(documents)
    found = 0
    for _ in range(20):
        query = Query(text(4), text(int(random.integers(0, 30))))
        numbers, rows = index.numbers(query), np.arange(60)
        located = Located.of(query.whole, words)
        parts = index.parts(query, rows, np.arange(sum(map(len, numbers.values()))))
        mine = shared_terms(located, words, numbers, partial(index.parts, query, rows), 5)
        assert mine == [
            plainly(query.whole, one.whole, numbers, part, 5)
            for one, part in zip(documents, parts, strict=True)
        ]
        assert mine[7] == index.shared_terms(query, 7, documents[7])
        found += sum(map(len, mine))
    assert found > 2_000


def test_nothing_is_shared_with_nothing():
    documents = [Document("水泵"), Document("")]
    index, words = LexicalIndex.build(documents), Words.build(documents)
    for query in (Query(""), Query("电池")):
        parts = partial(index.parts, query, np.arange(2))
        assert shared_terms(Located.of(query.whole, words), words, index.numbers(query), parts, 5) == [
            [],
            [],
        ]
    none = words.take(np.zeros(0, np.int64))
    query = Query("水泵")
    parts = partial(index.parts, query, np.zeros(0, np.int64))
    assert shared_terms(Located.of(query.whole, none), none, index.numbers(query), parts, 5) == []
