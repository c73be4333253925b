"""What every system has to beat: runs that need no training and no index, over the same texts as the product.

random      a seeded order of all patents for each need
popularity  patents by their number of past deals, the same for every need
ipc         the longest common IPC prefix of need and patent: section 1, class 2, subclass 3, group 4, subgroup 5
bm25-words  plain BM25 (k1 1.2, b 0.75) over jieba's search words (dictionary only)
bm25-chars  plain BM25 over character 1–2-grams
bm25-tuned  the product's lexical channel alone: logarithmic query side, the needs' own idf
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from eval.judgements import Ranking, Run
from indexes.tokens import Stream, tokens
from matcher.corpus import joined, need_text, patent_text
from matcher.domain import Need, Patent


@dataclass(frozen=True, slots=True)
class Task:
    """What a baseline answers: all needs over all patents; `k` None keeps every patent in the ranking.

    `deals` counts each patent's deals before the cut; `patents` are in ascending id order.
    """

    needs: Sequence[Need]
    patents: Sequence[Patent]
    k: int | None = None
    seed: int = 0
    deals: Mapping[str, int] = field(default_factory=dict)
    bought: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By need id: IPC symbols of what its enterprise had bought before; stands in for a need's own IPC."""
    silent: Sequence[Need] = ()
    """Needs that are not answered and lend their words to the statistics of needs only."""


Scores = NDArray[np.float64]
"""One need's scores of all patents, shape (patents,)."""


def random_order(task: Task) -> Run:
    """A seeded order of all patents for each need."""
    generator = np.random.default_rng(task.seed)
    return _run("random", task, lambda _: generator.random(len(task.patents)))


def popularity(task: Task) -> Run:
    """Patents by their number of past deals."""
    counts = np.array([float(task.deals.get(patent.id, 0)) for patent in task.patents])
    return _run("popularity", task, lambda _: counts)


def ipc_overlap(task: Task) -> Run:
    """The longest common IPC prefix; a need without IPC, of an enterprise that bought nothing, has no answer."""
    places: dict[str, list[int]] = {}
    for row, patent in enumerate(task.patents):
        for prefix in {part for symbol in patent.ipc for part in _prefixes(symbol)}:
            places.setdefault(prefix, []).append(row)

    def scores(need: Need) -> Scores | None:
        symbols = need.ipc or task.bought.get(need.id, ())
        if not symbols:
            return None
        found = np.zeros(len(task.patents))
        for symbol in symbols:
            for depth, prefix in enumerate(_prefixes(symbol), 1):
                rows = places.get(prefix, [])
                found[rows] = np.maximum(found[rows], depth)
        return found

    return _run("ipc", task, scores)


def bm25_words(task: Task) -> Run:
    """Plain BM25 over jieba's search words."""
    return _bm25("bm25-words", task, (Stream.WORDS,))


def bm25_characters(task: Task) -> Run:
    """Plain BM25 over character 1–2-grams."""
    return _bm25("bm25-chars", task, (Stream.CHARACTERS, Stream.BIGRAMS))


def bm25_tuned(task: Task) -> Run:
    """The product's lexical channel alone."""
    from indexes.lexical import LexicalIndex

    queries = [need_text(need) for need in task.needs]
    silent = [need_text(need) for need in task.silent]
    index = LexicalIndex.build([patent_text(patent) for patent in task.patents], [*queries, *silent])
    by_need = {need.id: query for need, query in zip(task.needs, queries, strict=True)}
    return _run("bm25-tuned", task, lambda need: index.scores(by_need[need.id]))


BASELINES: Mapping[str, Callable[[Task], Run]] = {
    "bm25-words": bm25_words,
    "random": random_order,
    "popularity": popularity,
    "ipc": ipc_overlap,
    "bm25-chars": bm25_characters,
    "bm25-tuned": bm25_tuned,
}
"""Always in the table; the first, keyword search as one finds it, is what the others are compared with."""


def _run(name: str, task: Task, scores: Callable[[Need], Scores | None]) -> Run:
    ids = [patent.id for patent in task.patents]
    rankings: dict[str, Ranking] = {}
    for need in task.needs:
        values = scores(need)
        if values is not None:
            order = _best(values, task.k)
            rankings[need.id] = Ranking(tuple(ids[row] for row in order), values[order])
    return Run(name, rankings)


def _best(values: Scores, k: int | None) -> NDArray[np.int64]:
    """The rows of the k highest values, equal ones in row order."""
    if k is None or k >= len(values):
        return np.argsort(-values, kind="stable")
    least = np.partition(values, len(values) - k)[len(values) - k]
    rows = np.flatnonzero(values >= least)
    return rows[np.argsort(-values[rows], kind="stable")[:k]]


def _prefixes(symbol: str) -> tuple[str, ...]:
    """G06F 16/68 → G, G06, G06F, G06F16, G06F16/68."""
    bare = "".join(symbol.split()).upper()
    group = bare.partition("/")[0]
    return tuple(dict.fromkeys((bare[:1], bare[:3], bare[:4], group, bare)))


def _bm25(name: str, task: Task, streams: Sequence[Stream], k1: float = 1.2, b: float = 0.75) -> Run:
    """Robertson & Zaragoza (2009), idf = log(1 + (N − df + ½) / (df + ½)), query terms by their count."""
    from scipy import sparse

    vocabulary: dict[str, int] = {}
    rows, columns, counts = array("i"), array("i"), array("i")
    for row, patent in enumerate(task.patents):
        for term, count in _terms(joined(patent_text(patent)), streams).items():
            rows.append(row)
            columns.append(vocabulary.setdefault(term, len(vocabulary)))
            counts.append(count)
    tf, shape = np.array(counts, dtype=np.float64), (len(task.patents), len(vocabulary))
    lengths = np.bincount(rows, weights=tf, minlength=shape[0])
    frequency = np.bincount(columns, minlength=shape[1])
    idf = np.log(1 + (shape[0] - frequency + 0.5) / (frequency + 0.5))
    norm = k1 * (1 - b + b * lengths / lengths.mean())
    impacts = sparse.csr_array(
        (idf[columns] * tf * (k1 + 1) / (tf + norm[rows]), (rows, columns)), shape=shape
    )

    def scores(need: Need) -> Scores:
        query = np.zeros(shape[1])
        for term, count in _terms(joined(need_text(need)), streams).items():
            if term in vocabulary:
                query[vocabulary[term]] = count
        return np.asarray(impacts @ query, dtype=np.float64)

    return _run(name, task, scores)


def _terms(text: str, streams: Sequence[Stream]) -> Counter[str]:
    return Counter(term for stream in streams for term in tokens(text, stream))
