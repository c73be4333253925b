"""The table of vector indexes: a new kind is one file and one line here; which one is chosen is a table, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np

from indexes.coded import FastScanIndex, PartitionedIndex
from indexes.contract import Backend, Hits, IndexUnusable, Mask, VectorIndex, Vectors
from indexes.engines import Engine, Parts
from indexes.exact import ExactIndex
from indexes.served import ServedIndex, ServedKind

BACKENDS: Mapping[str, Backend] = {
    "exact": ExactIndex,
    "fast-scan": FastScanIndex,
    "partitioned": PartitionedIndex,
}


def _milvus(address: str) -> Callable[[int], Engine]:
    from indexes import milvus

    return milvus.connect(address)


def _pgvector(address: str) -> Callable[[int], Engine]:
    from indexes import pgvector

    return pgvector.connect(address)


ENGINES: Mapping[str, Callable[[str], Callable[[int], Engine]]] = {"milvus": _milvus, "pgvector": _pgvector}
"""Kinds that others run, each reached by an address; their libraries are imported when one is."""
_SCHEMES = {
    "milvus": "milvus",
    "postgresql": "pgvector",
    "postgresql+psycopg": "pgvector",
    "postgres": "pgvector",
}

AUTOMATIC: Mapping[str, int] = {"exact": 0, "fast-scan": 100_000, "partitioned": 1_000_000}
"""Rows from which a kind is chosen, in ascending order. One query over 256 dimensions on one core: exact 7 ms at
200,000 rows, fast-scan 0.8 ms; from a million a whole scan takes as long as the lexical channel's share allows."""
RECALL_FLOOR = 0.98
"""Recall@50 below which a build is refused."""
_K = 50
_SAMPLE = 100
"""Queries of each sort that recall is measured with."""
_SAMPLE_EXACT = 20
"""The same where an engine looks at every vector: enough to see that it does."""
_MIXED = 3
"""Rows that are added up to a query unlike any row: an enterprise that wants several things."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which index is wanted: an engine at an address, or the local kind of that name; empty: by the number of rows.

    parts: int32 (rows,), what an engine may keep together and filters often name, such as regions.
    """

    kind: str = ""
    address: str = ""
    parts: Parts | None = None

    @property
    def name(self) -> str:
        """The kind that an index of this choice must have; empty: any local one. Raises IndexUnusable for an address
        that is none."""
        return engine_kind(self.address) if self.address else self.kind


BY_SIZE = Choice()


@dataclass(frozen=True, slots=True)
class Built:
    """An index, the name of its kind, and its recall@50 against the exact answer; 1.0 where it is exact."""

    index: VectorIndex
    kind: str
    recall: float


def engine_kind(address: str) -> str:
    """The kind of engine behind an address; raises IndexUnusable for another scheme, without showing what follows it."""
    scheme = urlsplit(address).scheme
    if scheme not in _SCHEMES:
        raise IndexUnusable(
            f"MATCHER_INDEX 以“{scheme}”开头，无法识别。请写 milvus://主机:19530/名称 或 postgresql://用户@主机/数据库；"
            "不设则使用本机索引。"
        )
    return _SCHEMES[scheme]


def backend_of(kind: str, address: str) -> Backend:
    """The engine at an address, or the local kind of that name; raises IndexUnusable where either is not to be had."""
    if address:
        return _engine(address)
    if kind in ENGINES:
        raise IndexUnusable(
            f"当前索引的向量在外部引擎（{kind}）中，而设置中没有它的地址。请设置 MATCHER_INDEX，"
            "或运行 matcher index --full 改用本机索引。"
        )
    return BACKENDS[kind]


def one_process(address: str) -> bool:
    """Whether only one process may use the index at an address: an embedded engine locks its file."""
    parts = urlsplit(address)
    return _SCHEMES.get(parts.scheme) == "milvus" and not parts.hostname


def engine_at(address: str, dimension: int) -> Engine:
    """The engine at an address, for vectors of a dimension; raises IndexUnusable where there can be none."""
    return ENGINES[engine_kind(address)](address)(dimension)


def words_engine_at(address: str) -> Engine | None:
    """The engine that holds the words at an address; None where they stay here."""
    if not address or engine_kind(address) != "milvus":
        return None
    from indexes import milvus

    return milvus.words(address)


def _engine(address: str) -> ServedKind:
    return ServedKind(ENGINES[engine_kind(address)](address))


def _built(vectors: Vectors, kind: str, choice: Choice) -> VectorIndex:
    if choice.address:
        return _engine(choice.address).build(vectors, choice.parts)
    return BACKENDS[kind].build(vectors)


def automatic(rows: int) -> str:
    """The kind for a number of rows."""
    return [kind for kind, least in AUTOMATIC.items() if rows >= least][-1]


def build_index(vectors: Vectors, choice: Choice = BY_SIZE) -> Built:
    """Index vectors of shape (rows, dimension).

    Raises IndexUnusable where a kind that was asked for by name has too low a recall (the table's choice gives way to
    the exact index), ValueError for vectors that are no numbers.
    """
    chosen = choice.name or automatic(len(vectors))
    index = _built(vectors, chosen, choice)
    recall = measured_recall(index, vectors)
    if recall == 1.0 or (recall >= RECALL_FLOOR and not index.plan(_K).exact):
        return Built(index, chosen, recall)
    if index.plan(_K).exact:
        raise IndexUnusable(
            f"外部引擎的检索结果与逐件计算不符（召回率 {recall:.3f}），索引未启用，原索引不变。请运行 matcher doctor 查看引擎版本，"
            "升级引擎后运行 matcher index --full。"
        )
    if not choice.name:
        return Built(ExactIndex(vectors), "exact", 1.0)
    raise IndexUnusable(
        f"新建的向量索引（{chosen}）召回率 {recall:.3f}，低于下限 {RECALL_FLOOR}，未启用，原索引不变。"
        + (
            "请去掉 MATCHER_INDEX 中的 index=…（逐件计算），再运行 matcher index。"
            if choice.address
            else '请在 matcher.toml 的 [retrieval] 中去掉 index 一项（由程序选择）或设为 "exact"，再运行 matcher index。'
        )
    )


def measured_recall(index: VectorIndex, vectors: Vectors) -> float:
    """The lower of two shares of the true 50 nearest that are found: of queries like the rows, and of mixtures.

    Of an engine, which applies filters in its own way, the lowest also under filters: random, aligned with content, and
    by part. One that looks at every vector must not be believed either: Milvus 2.3 can lose rows by part.
    """
    served, exact = isinstance(index, ServedIndex), index.plan(_K).exact
    if (exact and not served) or not len(vectors):
        return 1.0
    random = np.random.default_rng(0)
    drawn = random.integers(0, len(vectors), (_SAMPLE_EXACT if exact else _SAMPLE, _MIXED))
    truth, shares = ExactIndex(vectors), []
    for mask in (None, *(_filters(vectors, index.parts) if isinstance(index, ServedIndex) else ())):
        for queries in (vectors[drawn[:, 0]], vectors[drawn].sum(axis=1)):
            lengths = np.linalg.norm(queries, axis=1, keepdims=True)
            units = np.divide(queries, lengths, out=np.zeros_like(queries), where=lengths > 0)
            pairs = zip(index.search(units, _K, mask), truth.search(units, _K, mask), strict=True)
            shares.append(np.mean([_share(found, true) for found, true in pairs]))
    return float(min(shares))


def _filters(vectors: Vectors, parts: Parts) -> Iterator[Mask]:
    """Every second part; of a hundredth and a tenth of the rows: drawn at random, and those nearest to one of them."""
    yield np.isin(parts, np.unique(parts)[::2])
    random = np.random.default_rng(1)
    by_nearness = np.argsort(-(vectors @ vectors[random.integers(len(vectors))]), kind="stable")
    for share in (0.01, 0.1):
        count = max(1, int(share * len(vectors)))
        for rows in (random.choice(len(vectors), count, replace=False), by_nearness[:count]):
            mask = np.zeros(len(vectors), dtype=bool)
            mask[rows] = True
            yield mask


def _share(found: Hits, true: Hits) -> float:
    """Of the true neighbours' number, those found that are as near: rows that are equal stand for each other."""
    if not len(true.rows):
        return 1.0
    return float(np.count_nonzero(found.scores >= true.scores[-1] - 1e-12) / len(true.rows))
