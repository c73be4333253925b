"""Different words for the same thing: what a likeness of meaning rests on, as words that people can check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from indexes.commonness import document_shares
from indexes.contract import Mask
from indexes.evidence import Located
from indexes.lexical import LexicalIndex
from indexes.tokens import is_han
from indexes.words import NOTHING, Meanings, Words
from models.contract import Embedder, Role

LEAST_COSINE = 0.55
"""Below it the shipped model's neighbours are of the same field, but no longer the same thing."""
COMMON = 0.05
"""Share of the patents from which a word counts as standing everywhere (装置, 方法, 提高)."""
_CONSIDERED = 60
"""Words of each text that are compared, the title's first."""
_EDGES = frozenset("的了和与及或在是为对等将其被把从由以中上下内外后前时于一可能并该所各")
"""Characters that a word cut out of a technical text does not begin or end with."""


@dataclass(frozen=True, slots=True)
class RelatedTerms:
    """A word of the need and the word of the patent that comes nearest to it in meaning."""

    need: str
    patent: str


def meanings(index: LexicalIndex, embedder: Embedder) -> Meanings:
    """What is to be known of words to find related ones: nothing where the model only knows whole texts."""
    if embedder.spec.kind != "static":
        return NOTHING

    def telling(found: Sequence[str]) -> Mask:
        return np.array([is_term(word) for word in found], np.bool_) & (
            document_shares(index, found) <= COMMON
        )

    return Meanings(telling, lambda words: embedder.encode(words, Role.QUERY), embedder.spec.dimension)


def related_terms(
    located: Located, need: Words, words: Words, limit: int = 3
) -> list[tuple[RelatedTerms, ...]]:
    """For each document, words that only it or only the need has, in pairs of like meaning, the nearest first.

    `located` says where the documents' words stand in the need's text, `need` is that text alone. A pair is two words
    that are each other's nearest with a cosine of at least LEAST_COSINE. Words that stand in both texts are shared
    terms, not related ones.
    """
    from indexes.comparing import cosines, nearest

    sought = need.only(np.flatnonzero(need.telling))
    usable = words.telling & (located.places < 0)
    alike = np.empty((len(sought.kinds), len(words.kinds)), np.float32)
    cosines((sought.vectors, sought.scales), (words.vectors, words.scales), usable, alike)
    documents = len(words.starts) - 1
    found = np.empty((documents * _CONSIDERED * _CONSIDERED, 3), np.int64)
    rules = (alike, usable, LEAST_COSINE, _CONSIDERED)
    count = nearest((words.starts, words.ids), words.vocabulary, sought.vocabulary, rules, found)
    owners, rows, columns = found[:count].T
    order = np.lexsort((-alike[rows, columns], owners))  # equal ones stay in the order of the texts
    starts = np.searchsorted(owners[order], np.arange(documents + 1)).tolist()
    nearest_first = found[order].tolist()
    return [
        tuple(
            RelatedTerms(sought.word(row), words.word(column))
            for _, row, column in nearest_first[start : min(start + limit, end)]
        )
        for start, end in pairwise(starts)
    ]


def is_term(word: str) -> bool:
    """Whether a word could be a term: of two Han characters or more."""
    return len(word) > 1 and is_han(word) and word[0] not in _EDGES and word[-1] not in _EDGES
