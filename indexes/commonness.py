"""How many of a collection's documents hold a word, read off the lexical index."""

from __future__ import annotations

import numpy as np

from indexes.lexical import LexicalIndex
from indexes.terms import keys_of
from indexes.tokens import Stream, tokens


def document_share(index: LexicalIndex, word: str) -> float:
    """The share of documents, in [0, 1], that can hold the normalised `word`: that of its rarest token.

    The pseudo-documents of the index's statistics count as documents without it. 1 for a word whose tokens are so
    frequent that they have no postings; 0 for one that no document holds.
    """
    postings = next((each for each in index.streams if each.stream is Stream.BIGRAMS), index.streams[0])
    documents = index.documents + index.settings.prior_documents
    terms = postings.terms.find(keys_of(tokens(word, postings.stream)))
    if not len(terms) or terms.min() < 0:
        return 0.0
    held = postings.starts[terms + 1] - postings.starts[terms]
    return float(np.where(held, held / documents, 1.0).min())
