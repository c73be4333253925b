"""How many of a collection's documents hold each of some words, read off the lexical index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexes.lexical import LexicalIndex
from indexes.terms import text_keys
from indexes.tokens import Stream


def document_shares(index: LexicalIndex, words: Sequence[str]) -> NDArray[np.float64]:
    """The share of documents, in [0, 1], that can hold each normalised word: that of its rarest token; shape (words,).

    The pseudo-documents of the index's statistics count as documents without it. 1 for a word whose tokens are so
    frequent that they have no postings; 0 for one that no document holds, or that has no tokens.
    """
    postings = next((each for each in index.streams if each.stream is Stream.BIGRAMS), index.streams[0])
    documents = index.documents + index.settings.prior_documents
    keys, ends = text_keys(words, postings.stream)
    terms = postings.terms.find(keys)
    held = postings.starts[terms + 1] - postings.starts[terms]
    shares = np.where(terms < 0, 0.0, np.where(held, held / documents, 1.0))
    found = np.zeros(len(words))
    begun = np.concatenate([ends[:1] * 0, ends[:-1]])
    some = begun < ends
    if some.any():
        found[some] = np.minimum.reduceat(shares, begun[some])
    return found


def document_share(index: LexicalIndex, word: str) -> float:
    """The same for one word."""
    return float(document_shares(index, [word])[0])
