"""A base and what came later joined into one index: what a full build from the records would give, file for file.

Vectors are copied, words laid one after the other, tokens counted from the words; statistics, codes and recall are
fitted again. No record is read, and only what came later is cut, once; of words only those are embedded that are new or
have become rare enough to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.backends import Choice
from indexes.coded import CodedIndex
from indexes.contract import Vectors
from indexes.exact import ExactIndex
from indexes.joining import joined_words, lengths_of, recounted
from indexes.lexical import LexicalIndex, normalised
from indexes.postings import Query
from indexes.segments import Layout
from indexes.words import Meanings, Words
from matcher.increments import Extended, Full, Held, text_digests
from matcher.retrieval import Collection

LARGEST = 0.5
"""Changes, in parts of the base, up to which they are added and merged; beyond, its statistics say too little of them."""


def merged(
    index: Extended,
    held: Held,
    queries: Sequence[Query],
    choice: Choice,
    meanings: Callable[[LexicalIndex], Meanings],
) -> Full:
    """Both parts as one; `queries` are the stored ones that the second idf is fitted on.

    Raises ValueError where the parts have nothing to be joined by, IndexUnusable where a kind asked for by name has too low a recall.
    """
    base, side, old = index.base, index.side, index.base.collection
    if old.cut is None or base.lengths is None or side.documents is None:
        raise ValueError("the index holds no words to be joined")
    normal = [normalised(text) for text in side.documents]
    new = Words.build(normal, meanings(old.words), old.cut).findable()
    layout = Layout.of(old.ids, side.gone, side.ids)
    places = layout.local(np.arange(layout.rows))
    words = joined_words(old.cut, new, places).findable()
    lengths = _gathered(places, base.lengths, lengths_of(normal))
    lexical = recounted(words, lengths, queries)
    vectors = _gathered(places, _vectors(old), side.vectors.vectors)
    ids = layout.ids(old.ids, side.ids)
    collection = replace(Collection.over(ids, vectors, lexical, choice), cut=words.under(meanings(lexical)))
    texts = _gathered(places, base.texts, text_digests(side.documents))
    return Full(collection, held.of_ids(ids), texts, lengths)


def _vectors(collection: Collection) -> Vectors:
    index = collection.vectors
    exact = index.exact if isinstance(index, CodedIndex) else index
    if not isinstance(exact, ExactIndex):
        raise ValueError("the vectors are not on this machine")
    return exact.vectors


def _gathered(places: NDArray[np.int64], base: NDArray[Any], side: NDArray[Any]) -> NDArray[Any]:
    """The rows of both parts in order: see `Layout.local`."""
    found, old = np.empty((len(places), *base.shape[1:]), base.dtype), places >= 0
    found[old], found[~old] = base[places[old]], side[-1 - places[~old]]
    return found
