"""Two parts of a collection as one, told from what they have stored: no text is read, cut or embedded again.

The words of a document hold its runs character for character, so that whatever a build counts in a text can be counted in
its words; what punctuation it had is known by its lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexes.counting import BLOCK, Block
from indexes.lexical import LexicalIndex, LexicalSettings
from indexes.postings import Document, Query
from indexes.terms import Terms, text_keys
from indexes.tokens import Stream
from indexes.words import Words

Lengths = NDArray[np.int32]
"""Shape (documents, 3): characters of the title and of the body, punctuation included, and tokens of the title."""
Rows = NDArray[np.int64]


def lengths_of(documents: Sequence[Document]) -> Lengths:
    """Of normalised documents."""
    ends = text_keys([one.title for one in documents], Stream.CHARACTERS)[1]
    titles, bodies = [len(one.title) for one in documents], [len(one.body) for one in documents]
    found: Lengths = np.array([titles, bodies, np.diff(ends, prepend=0)], np.int32).T.copy()
    return found


def joined_words(base: Words, side: Words, places: Rows) -> Words:
    """The words of both, numbered as a build would number them; `side` must be findable, too.

    places: int64 (documents,), a row of the base, or −1 − a row of the side. Meanings are those stored.
    """
    from indexes.spelling import relay

    known = Terms(base.keys, base.numbers).find(side.keys)
    numbers = np.empty(len(side.kinds), np.int32)
    numbers[side.numbers] = known
    new = np.flatnonzero(numbers < 0)
    numbers[new] = len(base.kinds) + np.arange(len(new))
    pool = base.only(np.arange(len(base.kinds))).followed_by(side.only(new))
    ids = np.concatenate([base.ids, np.where(side.ids < 0, -1, numbers[side.ids])], dtype=np.int32)
    starts = np.concatenate([base.starts[:-1], len(base.ids) + side.starts[:-1]])
    sizes = np.concatenate([np.diff(base.starts), np.diff(side.starts)])
    rows = np.where(places >= 0, places, len(base.starts) - 2 - places)
    ends = np.concatenate([[0], np.cumsum(sizes[rows])]).astype(np.int64)
    out, held = np.empty(ends[-1], np.int32), np.empty(len(pool.kinds), np.int32)
    count = relay((ids, starts[rows], sizes[rows]), np.full(len(held), -1, np.int32), held, out)
    return replace(pool.only(held[:count]), starts=ends, ids=out)


def recounted(
    words: Words, lengths: Lengths, queries: Sequence[Query], settings: LexicalSettings | None = None
) -> LexicalIndex:
    """The lexical index that a build from the texts would give; of streams of characters and pairs. `words` are findable."""
    return LexicalIndex.counted(
        lambda stream: _blocks(words, lengths, stream), lengths[:, :2], queries, settings
    )


def _blocks(words: Words, lengths: Lengths, stream: Stream) -> Iterator[Block]:
    from indexes.spelling import spell

    if stream is Stream.WORDS:
        raise ValueError("jieba's search mode cannot be told from words")
    keys = np.empty(len(words.kinds), np.uint64)
    keys[words.numbers] = words.keys
    for first in range(0, len(lengths), BLOCK):
        part = lengths[first : first + BLOCK]
        found = np.empty(int(part[:, :2].sum()), np.uint64)
        ends = np.empty(2 * len(part), np.int64)
        documents = (words.ids, words.starts[first : first + len(part) + 1], part[:, 2])
        vocabulary = (words.bounds, words.codes, words.kinds, keys)
        count = spell(documents, vocabulary, stream is Stream.BIGRAMS, found, ends)
        yield found[:count], ends
