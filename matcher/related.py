"""Different words for the same thing: what a likeness of meaning rests on, as words that people can check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexes.contract import Vectors
from indexes.postings import Document, Query
from indexes.tokens import is_han, runs, words

LEAST_COSINE = 0.55
"""Below it the shipped model's neighbours are of the same field, but no longer the same thing."""
_CONSIDERED = 60
"""Words of each text that are compared, the title's first."""
_EDGES = frozenset("的了和与及或在是为对等将其被把从由以中上下内外后前时于一可能并该所各")
"""Characters that a word cut out of a technical text does not begin or end with."""

Encode = Callable[[Sequence[str]], Vectors]
"""Words in, unit vectors of shape (words, dimension) out; zero where the model knows nothing."""
Common = Callable[[str], bool]
"""Whether a word stands everywhere, so that it says nothing."""


@dataclass(frozen=True, slots=True)
class RelatedTerms:
    """A word of the need and the word of the patent that comes nearest to it in meaning."""

    need: str
    patent: str


def related_terms(
    query: Query, document: Document, encode: Encode, common: Common, limit: int = 3
) -> tuple[RelatedTerms, ...]:
    """Words that only one of two normalised texts has, in pairs of like meaning, the nearest first.

    A pair is two words that are each other's nearest with a cosine of at least LEAST_COSINE. Words that stand in
    both texts are shared terms, not related ones.
    """
    sought = _words(query, _joined(document), common)
    offered = _words(document, _joined(query), common)
    if not sought or not offered:
        return ()
    vectors = encode([*sought, *offered])
    cosines = vectors[: len(sought)] @ vectors[len(sought) :].T
    mutual = (cosines == cosines.max(axis=1, keepdims=True)) & (cosines == cosines.max(axis=0))
    places = np.argwhere(mutual & (cosines >= LEAST_COSINE))
    best = sorted(places.tolist(), key=lambda place: (-cosines[place[0], place[1]], place))
    return tuple(RelatedTerms(sought[row], offered[column]) for row, column in best[:limit])


def _words(text: Document, other: str, common: Common) -> list[str]:
    """Whole Han words of two characters or more that `other` does not hold, in order of appearance."""
    found: dict[str, None] = {}
    for run in runs(_joined(text)):
        for word in words(run) if is_han(run) else ():
            if len(word) > 1 and not {word[0], word[-1]} & _EDGES and word not in other and not common(word):
                found.setdefault(word)
    return list(found)[:_CONSIDERED]


def _joined(text: Document) -> str:
    return f"{text.title}\n{text.body}"
