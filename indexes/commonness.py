"""How many of a collection's documents hold a word, read off the lexical index."""

from __future__ import annotations

from indexes.lexical import LexicalIndex
from indexes.tokens import Stream, tokens


def document_share(index: LexicalIndex, word: str) -> float:
    """The share of documents, in [0, 1], that can hold the normalised `word`: that of its rarest token.

    The pseudo-documents of the index's statistics count as documents without it. 1 for a word whose tokens are so
    frequent that they have no postings; 0 for one that no document holds.
    """
    postings = next((each for each in index.streams if each.stream is Stream.BIGRAMS), index.streams[0])
    documents = index.documents + index.settings.prior_documents
    shares = []
    for token in tokens(word, postings.stream):
        term = postings.vocabulary.get(token)
        if term is None:
            return 0.0
        held = int(postings.starts[term + 1] - postings.starts[term])
        shares.append(held / documents if held else 1.0)
    return min(shares, default=0.0)
