"""Which whole words a query and documents share, in pieces that people can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexes.contract import Mask
from indexes.tokens import Stream, inner_words, is_han, runs_at, tokens
from indexes.words import Words, character_codes

_PARTICLES = "的了和与及或在是为对等将其被把从由以中上下内外后前时于一"
"""One-character words that may stand inside a piece but neither begin nor end it."""
_PARTICLE_CODES = character_codes(_PARTICLES)


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """A piece of text that query and document share, and what it adds to the document's standard score."""

    term: str
    weight: float


Numbers = dict[Stream, dict[str, int]]
"""The tokens of a query that an index knows, by stream, numbered across all streams."""
Contributions = NDArray[np.float64]
"""What some tokens add to the standard scores of documents, shape (documents, tokens)."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where the words of some documents stand in a query.

    places: int64 (words,), −1 for nowhere; touching: bool (words,), those of which a part may stand there.
    """

    query: str
    codes: NDArray[np.uint32]
    places: NDArray[np.int64]
    touching: Mask

    @classmethod
    def of(cls, query: str, words: Words) -> Located:
        """`query` is normalised."""
        from indexes.comparing import locate

        codes, lengths = character_codes(query), np.zeros(len(query), np.int64)
        for place, run in runs_at(query):
            if not is_han(run):
                lengths[place] = len(run)
        places, touching = np.empty(len(words.kinds), np.int64), np.zeros(len(words.kinds), np.bool_)
        locate(codes, lengths, words.vocabulary, places, touching)
        return cls(query, codes, places, touching)


def shared_terms(
    located: Located,
    words: Words,
    numbers: Numbers,
    parts: Callable[[NDArray[np.int64]], Contributions],
    limit: int,
) -> list[list[SharedTerm]]:
    """For each document the longest shared pieces of whole words, the weightiest first; each token counts in one only.

    A piece is neighbouring words of a document that stand in the query just so, as many together as possible. Of a
    compound that does not (干红葡萄酒), it is the words in it that do (葡萄酒). Single Han characters and bare numbers
    score, but are not evidence that anybody would accept: they are left out. `parts` is asked for the tokens of all
    pieces, by their numbers, ascending.
    """
    from indexes.comparing import claim

    found = _pieces(located, words)
    spans, which = np.unique(found[:, 1] << 32 | found[:, 2], return_inverse=True)
    texts = [located.query[span >> 32 : (span >> 32) + (span & 0xFFFFFFFF)] for span in spans.tolist()]
    order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), texts[place]))
    texts = [texts[place] for place in order]
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    each = np.unique(found[:, 0] * max(1, len(texts)) + ranks[which])
    pieces = np.stack(np.divmod(each, max(1, len(texts))), axis=1)
    held = [
        [known[one] for stream, known in numbers.items() for one in _distinct(text, stream) if one in known]
        for text in texts
    ]
    begins = np.concatenate([[0], np.cumsum([len(part) for part in held], dtype=np.int64)])
    tokens, places = np.unique(
        np.array([token for part in held for token in part], np.int64), return_inverse=True
    )
    given = np.empty(len(pieces))
    claim(pieces, (begins, places), parts(tokens), given)
    return _best(texts, pieces, given, len(words.starts) - 1, limit)


def _pieces(located: Located, words: Words) -> NDArray[np.int64]:
    """(document, place in the query, length) of every shared piece, shape (pieces, 3)."""
    from indexes.comparing import groups

    inner = np.zeros(len(words.kinds) + 1, np.int64)
    keys: list[int] = []
    for word in np.flatnonzero(located.touching).tolist():
        parts = [part for part in inner_words(words.word(word)) if part in located.query]
        keys += [located.query.index(part) << 32 | len(part) for part in parts]
        inner[word + 1] = len(parts)
    most = len(words.ids) + int(inner[1:][words.ids[words.ids >= 0]].sum())
    inner = np.cumsum(inner)
    short = np.diff(words.bounds) == 1
    particles = np.zeros(len(words.kinds), np.bool_)
    particles[short] = np.isin(words.codes[words.bounds[:-1][short]], _PARTICLE_CODES)
    found = np.empty((most + 1, 3), np.int64)
    marks = (located.places, particles, inner, np.array(keys, np.int64))
    count = groups(located.codes, words.vocabulary, (words.starts, words.ids), marks, found)
    return found[:count]


def _best(
    texts: Sequence[str], pieces: NDArray[np.int64], weights: NDArray[np.float64], documents: int, limit: int
) -> list[list[SharedTerm]]:
    """The `limit` weightiest pieces of each document, equal ones in the order of their text."""
    alphabetical = np.empty(len(texts), np.int64)
    alphabetical[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    some = np.flatnonzero(weights > 0)
    order = some[np.lexsort((alphabetical[pieces[some, 1]], -weights[some], pieces[some, 0]))]
    owners = pieces[order, 0]
    first = np.arange(len(order)) - np.searchsorted(owners, owners) < limit
    found: list[list[SharedTerm]] = [[] for _ in range(documents)]
    for (document, piece), weight in zip(
        pieces[order][first].tolist(), weights[order][first].tolist(), strict=True
    ):
        found[document].append(SharedTerm(texts[piece], weight))
    return found


@lru_cache(maxsize=20_000)  # a need shares the same few pieces with all its patents
def _distinct(piece: str, stream: Stream) -> frozenset[str]:
    return frozenset(tokens(piece, stream))
