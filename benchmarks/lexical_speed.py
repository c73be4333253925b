"""Building, loading and querying the lexical index beside bm25s and rank-bm25, in one run; ratios are of processor time.

    python -m benchmarks.lexical_speed [DOCUMENTS]

A query of the product is normalised, cut and scored in both streams; the peers get the same characters and pairs, cut
beforehand. rank-bm25 keeps a dictionary for each document, so that it is measured on the first 20,000 alone, beside the
product on the same ones.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import Cost, clocked, heading, report
from benchmarks.synthetic import ABSTRACT, NEED, batches
from indexes.lexical import Document, LexicalIndex
from indexes.tokens import Stream, tokens

_QUERIES, _SLOW = 64, 8
"""Queries, and those that rank-bm25 gets."""
_SMALL = 20_000
"""Documents for rank-bm25."""
_K = 50


def main() -> None:
    """Print both sizes."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    documents, queries = made_up(rows, ABSTRACT, 0), made_up(_QUERIES, NEED, 7)
    LexicalIndex.build(documents[:100], queries).search(queries, _K)  # compiles
    for count in sorted({min(_SMALL, rows), rows}):
        heading(f"{count:,} documents of 238 characters, needs of {NEED}")
        one = product(documents[:count], queries)
        cut, wanted = [[characters(text) for text in part] for part in (documents[:count], queries)]
        with_bm25s(cut, wanted, one)
        if count <= _SMALL:
            with_rank_bm25(cut, wanted[:_SLOW], one)


def product(documents: list[Document], queries: list[Document]) -> Cost:
    """Of one query's best rows."""
    built = clocked(LexicalIndex.build, documents, queries)
    report("build", built)
    index: LexicalIndex = built.answer
    with tempfile.TemporaryDirectory() as folder:
        index.save(Path(folder))
        report("load", clocked(LexicalIndex.load, Path(folder)))
    index.scores(queries[0])
    report("scores of all rows", clocked(lambda: [index.scores(query) for query in queries]).per(_QUERIES))
    one = clocked(lambda: [index.search([query], _K) for query in queries]).per(_QUERIES)
    report(f"top {_K}", one)
    return one


def made_up(count: int, body: int, seed: int) -> list[Document]:
    return [
        Document(title, text)
        for batch in batches(count, body, seed)
        for title, text in zip(batch.titles, batch.bodies, strict=True)
    ]


def characters(text: Document) -> list[str]:
    whole = text.title + text.body
    return [
        sys.intern(token) for stream in (Stream.CHARACTERS, Stream.BIGRAMS) for token in tokens(whole, stream)
    ]


def with_bm25s(documents: list[list[str]], queries: list[list[str]], beside: Cost) -> None:
    import bm25s

    retriever = bm25s.BM25(backend="numba")
    report("bm25s (numba), index", clocked(lambda: retriever.index(documents, show_progress=False)))

    def one(query: list[str]) -> object:
        return retriever.retrieve([query], k=_K, show_progress=False)

    one(queries[0])  # compiles
    cost = clocked(lambda: [one(query) for query in queries]).per(len(queries))
    report(f"bm25s, top {_K}, beside the product's", cost, beside)
    cost = clocked(lambda: retriever.retrieve(queries, k=_K, show_progress=False)).per(len(queries))
    report(f"bm25s, top {_K}, all queries in one call", cost, beside)


def with_rank_bm25(documents: list[list[str]], queries: list[list[str]], beside: Cost) -> None:
    from rank_bm25 import BM25Okapi

    built = clocked(BM25Okapi, documents)
    report("rank-bm25, index", built)
    cost = clocked(lambda: [built.answer.get_scores(query) for query in queries]).per(len(queries))
    report("rank-bm25, scores of all rows, beside the product's", cost, beside)


if __name__ == "__main__":
    main()
