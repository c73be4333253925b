"""Different words for the same thing: what a likeness of meaning rests on, as words that people can check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexes.contract import Vectors
from indexes.postings import Document, Query
from indexes.tokens import cut_runs

LEAST_COSINE = 0.55
"""Below it the shipped model's neighbours are of the same field, but no longer the same thing."""
_CONSIDERED = 60
"""Words of each text that are compared, the title's first."""
_EDGES = frozenset("的了和与及或在是为对等将其被把从由以中上下内外后前时于一可能并该所各")
"""Characters that a word cut out of a technical text does not begin or end with."""

Encode = Callable[[Sequence[str]], Vectors]
"""Words in, unit vectors of shape (words, dimension) out; zero where the model knows nothing."""
Common = Callable[[Sequence[str]], Sequence[bool]]
"""Whether each word stands everywhere, so that it says nothing."""

_REMEMBERED = 20_000
"""Words whose vectors are kept: 30 MB at 384 dimensions."""
_TEXTS = 256
"""Texts whose words are kept with their vectors: about as much again."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The distinct words of a text that say something, in order of appearance, with vectors of shape (words, dimension)."""

    words: tuple[str, ...]
    vectors: Vectors


@dataclass(slots=True)
class WordMemory:
    """What is known of single words and of the last texts, each worked out once; threads may share it."""

    encoder: Encode
    judge: Common
    _vectors: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    _common: dict[str, bool] = field(default_factory=dict)
    _texts: dict[Document, Terms] = field(default_factory=dict)

    def terms(self, text: Document) -> Terms:
        """The words of a normalised text that do not stand everywhere."""
        found = self._texts.get(text)
        return self.read([text])[text] if found is None else found

    def read(self, texts: Sequence[Document]) -> dict[Document, Terms]:
        """The words of those normalised texts that are new, all looked up together."""
        cut = {text: _cut(text) for text in texts if text not in self._texts}
        words = list(dict.fromkeys(word for found in cut.values() for word in found))
        telling = [word for word, common in zip(words, self.common(words), strict=True) if not common]
        places, vectors = {word: place for place, word in enumerate(telling)}, self.encode(telling)
        fresh: dict[Document, Terms] = {}
        for text, found in cut.items():
            here = tuple(word for word in found if word in places)
            fresh[text] = Terms(here, vectors[[places[word] for word in here]])
        if len(self._texts) + len(fresh) > _TEXTS:
            self._texts.clear()
        self._texts.update(fresh)
        return fresh

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

    def common(self, words: Sequence[str]) -> list[bool]:
        """Whether each word stands everywhere."""
        known = {word: self._common.get(word) for word in words}
        missing = [word for word, found in known.items() if found is None]
        if missing:
            if len(self._common) > _REMEMBERED:
                self._common.clear()
            fresh = dict(zip(missing, self.judge(missing), strict=True))
            self._common.update(fresh)
            known.update(fresh)
        return [bool(known[word]) for word in words]


@dataclass(frozen=True, slots=True)
class RelatedTerms:
    """A word of the need and the word of the patent that comes nearest to it in meaning."""

    need: str
    patent: str


def related_terms(
    query: Query, document: Document, memory: WordMemory, limit: int = 3
) -> tuple[RelatedTerms, ...]:
    """Words that only one of two normalised texts has, in pairs of like meaning, the nearest first.

    A pair is two words that are each other's nearest with a cosine of at least LEAST_COSINE. Words that stand in
    both texts are shared terms, not related ones.
    """
    sought = _only_here(memory.terms(query), _joined(document))
    offered = _only_here(memory.terms(document), _joined(query))
    if not sought.words or not offered.words:
        return ()
    # Not by BLAS, whose threads would wait for each other longer than they work.
    cosines = np.einsum("id,jd->ij", sought.vectors, offered.vectors)
    mutual = (cosines == cosines.max(axis=1, keepdims=True)) & (cosines == cosines.max(axis=0))
    places = np.argwhere(mutual & (cosines >= LEAST_COSINE))
    best = sorted(places.tolist(), key=lambda place: (-cosines[place[0], place[1]], place))
    return tuple(RelatedTerms(sought.words[row], offered.words[column]) for row, column in best[:limit])


def _only_here(terms: Terms, other: str) -> Terms:
    """Those that the text `other` does not hold, as many as are compared."""
    rows = [row for row, word in enumerate(terms.words) if word not in other][:_CONSIDERED]
    return Terms(tuple(terms.words[row] for row in rows), terms.vectors[rows])


def _cut(text: Document) -> list[str]:
    """The distinct whole Han words of two characters or more that could be terms, in order of appearance."""
    found = dict.fromkeys(word for _, cut in cut_runs(_joined(text)) for word in cut)
    return [word for word in found if len(word) > 1 and word[0] not in _EDGES and word[-1] not in _EDGES]


def _joined(text: Document) -> str:
    return f"{text.title}\n{text.body}"
