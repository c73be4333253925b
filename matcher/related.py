"""Different words for the same thing: what a likeness of meaning rests on, as words that people can check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

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

_REMEMBERED = 20_000
"""Words whose vectors are kept: 30 MB at 384 dimensions."""


@dataclass(slots=True)
class WordMemory:
    """What is known of single words, each worked out once; threads may share it."""

    encoder: Encode
    judge: Common
    _vectors: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    _common: dict[str, bool] = field(default_factory=dict)

    def encode(self, words: Sequence[str]) -> Vectors:
        """Unit vectors of shape (words, dimension); zero where the model knows nothing."""
        known = {word: self._vectors.get(word) for word in words}
        missing = [word for word, vector in known.items() if vector is None]
        if missing:
            if len(self._vectors) > _REMEMBERED:
                self._vectors.clear()
            fresh = dict(zip(missing, self.encoder(missing), strict=True))
            self._vectors.update(fresh)
            known.update(fresh)
        return np.array([known[word] for word in words], dtype=np.float32)

    def common(self, word: str) -> bool:
        """Whether a word stands everywhere."""
        found = self._common.get(word)
        if found is None:
            if len(self._common) > _REMEMBERED:
                self._common.clear()
            found = self._common[word] = self.judge(word)
        return found


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
    # Not by BLAS, whose threads would wait for each other longer than they work.
    cosines = np.einsum("id,jd->ij", vectors[: len(sought)], vectors[len(sought) :])
    mutual = (cosines == cosines.max(axis=1, keepdims=True)) & (cosines == cosines.max(axis=0))
    places = np.argwhere(mutual & (cosines >= LEAST_COSINE))
    best = sorted(places.tolist(), key=lambda place: (-cosines[place[0], place[1]], place))
    return tuple(RelatedTerms(sought[row], offered[column]) for row, column in best[:limit])


def _words(text: Document, other: str, common: Common) -> list[str]:
    """Whole Han words of two characters or more that `other` does not hold, in order of appearance."""
    return [word for word in _cut(text) if word not in other and not common(word)][:_CONSIDERED]


@lru_cache(maxsize=64)
def _cut(text: Document) -> tuple[str, ...]:
    """The distinct words of a text that could be terms: a need is asked about with every one of its patents."""
    found = (word for run in runs(_joined(text)) if is_han(run) for word in words(run))
    return tuple(dict.fromkeys(word for word in found if len(word) > 1 and not {word[0], word[-1]} & _EDGES))


def _joined(text: Document) -> str:
    return f"{text.title}\n{text.body}"
