"""Prints the processor time of building, loading and querying the lexical index beside bm25s and rank-bm25, in one run.

python -m benchmarks.lexical_speed [DOCUMENTS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks.synthetic import ABSTRACT, NEED, batches
from indexes.lexical import Document, LexicalIndex
from indexes.tokens import Stream, tokens

Result = TypeVar("Result")

QUERIES = 64
SMALL = 20_000
"""Documents for rank-bm25, which keeps a dictionary for each; its times grow in proportion."""


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    documents, queries = made_up(rows, ABSTRACT, 0), made_up(QUERIES, NEED, 7)
    index = timed(
        f"build, {rows:,} documents of 238 characters", lambda: LexicalIndex.build(documents, queries)
    )
    index.scores(queries[0])
    with tempfile.TemporaryDirectory() as folder:
        index.save(Path(folder))
        timed("load", lambda: LexicalIndex.load(Path(folder)))
    timed("scores of all rows, each query alone", lambda: [index.scores(query) for query in queries], QUERIES)
    timed("search, top 50, in a batch", lambda: index.search(queries, 50), QUERIES)

    cut = [characters(document) for document in documents]
    wanted = [characters(query) for query in queries]
    with_bm25s(cut, wanted)
    with_rank_bm25(cut[:SMALL], wanted[:4])


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


def with_bm25s(documents: list[list[str]], queries: list[list[str]]) -> None:
    import bm25s

    retriever = bm25s.BM25(backend="numba")
    timed("bm25s (numba), index of tokens", lambda: retriever.index(documents, show_progress=False))
    retriever.retrieve(queries[:1], k=50, show_progress=False)
    timed("bm25s, top 50", lambda: retriever.retrieve(queries, k=50, show_progress=False), len(queries))


def with_rank_bm25(documents: list[list[str]], queries: list[list[str]]) -> None:
    from rank_bm25 import BM25Okapi

    okapi = timed(f"rank-bm25, index of the first {len(documents):,} alone", lambda: BM25Okapi(documents))
    timed("rank-bm25, scores", lambda: [okapi.get_scores(query) for query in queries], len(queries))


def timed(name: str, work: Callable[[], Result], parts: int = 1) -> Result:
    start = time.process_time()
    result = work()
    spent = (time.process_time() - start) / parts
    print(f"{name:55s} {spent * 1000:12,.1f} ms", flush=True)
    return result


if __name__ == "__main__":
    main()
