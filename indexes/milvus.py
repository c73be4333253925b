"""Vectors in Milvus: a server at an address, or the same engine embedded in a file (Milvus Lite).

Beside a server the embedded engine has its collection loaded after every opening; one process may have the file open (a
batch then runs in one); counts are right only after a flush; a filter has no templates and no chained comparison.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from indexes.contract import IndexUnusable
from indexes.engines import Engine, Keys, Near, Parts, Sparse, Wanted, blocks, patiently
from indexes.milvus_address import AUTO, EXACT, PARAMETERS, TOKEN, Address

T = TypeVar("T")

_MOST = 16_384
"""Rows that one answer may hold, in either of them."""
_LISTABLE = 10_000
_LAST_KEY = 2**63 - 1
_SPARSE = (2, 4)
_BOUND = 60.0
"""Seconds after which every node surely serves what was written, whatever staleness a server allows (5 s unless set)."""
_LEAST_EF, _PROBES = 1_024, 64


class MilvusEngine:
    """One collection; vectors of a region stand in partitions of their own (`part` is the partition key)."""

    name = "Milvus"
    holds = "向量"
    most = _MOST
    listable = _LISTABLE

    def __init__(self, address: Address, dimension: int) -> None:
        self._address, self._dimension = address, dimension
        self._collection = f"{address.name}_vectors_{dimension}_{address.index.lower()}"
        self.place = f"{address.uri}，集合 {self._collection}"
        self.exact = address.index == EXACT
        self._open: Any = None
        self._written = time.monotonic()

    def create(self) -> None:
        """Make the collection with its index where it lacks."""
        self._patiently(self._create)

    def keys(self) -> Keys:
        """All keys that are held; none where there is no collection yet.

        Asked for in ranges, halved where one is full: keys are hashes, so that ranges of one size hold about as many. The
        client's own iterator gave a server of 2.3 a row or a few at a time.
        """
        pieces = 2 * self.count() // _MOST + 1
        ends = [_LAST_KEY * piece // pieces for piece in range(pieces + 1)]
        ranges, found = list(pairwise(ends)), [np.empty(0, np.int64)]
        while ranges:
            low, high = ranges.pop()
            part = self._patiently(partial(self._between, low, high))
            if len(part) == _MOST:
                middle = (low + high) // 2
                ranges += [(low, middle), (middle, high)]
            else:
                found.append(part)
        return np.concatenate(found)

    def count(self) -> int:
        """How many vectors are held."""

        def work(client: Any) -> int:  # noqa: ANN401
            if not client.has_collection(self._collection):
                return 0
            counted = client.query(self._collection, output_fields=["count(*)"], consistency_level="Strong")
            return int(counted[0]["count(*)"])

        return self._patiently(work)

    def version(self) -> str:
        """Of the server, such as 2.6.4; of the embedded engine its package's."""
        return str(self._patiently(lambda client: client.get_server_version()))

    def add(self, keys: Keys, parts: Parts, vectors: Any) -> None:  # noqa: ANN401
        """Hold one vector a key; those that are held already stay one.

        Deleted and inserted, because a server of 2.3 puts what is upserted into partitions where a filter by part does
        not look for it.
        """
        rows = [
            {"key": key, "part": part, "vector": self._sent(vector)}
            for key, part, vector in zip(keys.tolist(), parts.tolist(), vectors, strict=True)
        ]

        def work(client: Any) -> None:  # noqa: ANN401
            self._delete(keys.tolist(), client)
            client.insert(self._collection, rows)

        self._patiently(work)

    def settle(self) -> None:
        """Seal what was added and have it in the nodes' memory."""

        def work(client: Any) -> None:  # noqa: ANN401
            client.flush(self._collection)
            client.load_collection(self._collection)

        self._patiently(work)
        self._written = time.monotonic()

    def remove(self, keys: Keys) -> None:
        """Hold them no longer."""
        for part in blocks(keys, _LISTABLE):
            self._patiently(partial(self._delete, part.tolist()))

    def fetch(self, keys: Keys) -> dict[int, Any]:
        """The vectors of those keys that are held, bit for bit.

        What a key stands for never changes, so that any answer will do; only what is lacking waits for the latest state,
        a fifth of a second on a server.
        """
        found: dict[int, Any] = {}
        for level in ("Eventually", "Strong"):
            for part in blocks(np.setdiff1d(keys, np.array(list(found), np.int64)), _LISTABLE):
                found |= self._patiently(partial(self._read, part.tolist(), level))
        return found

    def nearest(self, queries: Any, limit: int, wanted: Wanted) -> list[Near]:  # noqa: ANN401
        """The `limit` best of the wanted vectors for each query, by inner product."""
        conditions = [] if wanted.parts is None else [f"part in {list(wanted.parts)}"]
        if wanted.only or len(wanted.keys):
            conditions.append(f"key {'in' if wanted.only else 'not in'} {wanted.keys.tolist()}")
        answers = self._patiently(
            lambda client: client.search(
                self._collection,
                [self._sent(query) for query in queries],
                anns_field="vector",
                limit=limit,
                filter=" and ".join(conditions),
                output_fields=["key"],
                search_params={"metric_type": "IP", "params": self._effort(limit)},
                consistency_level=self._consistency(),
            )
        )
        return [
            Near(
                np.array([hit["key"] for hit in hits], np.int64),
                np.array([hit["distance"] for hit in hits], np.float64),
            )
            for hits in answers
        ]

    def _consistency(self) -> str:
        """The latest state while what an index needs may be younger than the staleness of Bounded; then Bounded is the same,
        and a server need not wait a fifth of a second for its next tick."""
        if self._address.consistency != AUTO:
            return self._address.consistency
        return "Strong" if time.monotonic() - self._written < _BOUND else "Bounded"

    def _effort(self, limit: int) -> dict[str, int]:
        """How widely an approximate index looks; a graph's beam may not be narrower than the list."""
        index = self._address.index
        return {} if self.exact else {"ef": max(_LEAST_EF, limit)} if index == "HNSW" else {"nprobe": _PROBES}

    def _between(self, low: int, high: int, client: Any) -> Keys:  # noqa: ANN401
        """Keys above `low`, up to `high`; as many as one answer holds."""
        if not client.has_collection(self._collection):
            return np.empty(0, np.int64)
        rows = client.query(
            self._collection,
            filter=f"key > {low} and key <= {high}",
            limit=_MOST,
            output_fields=["key"],
            consistency_level="Strong",
        )
        return np.array([row["key"] for row in rows], dtype=np.int64)

    def _delete(self, keys: list[int], client: Any) -> None:  # noqa: ANN401
        client.delete(self._collection, ids=keys)

    def _read(self, keys: list[int], level: str, client: Any) -> dict[int, Any]:  # noqa: ANN401
        rows = client.query(
            self._collection,
            filter=f"key in {keys}",
            output_fields=["key", "vector"],
            consistency_level=level,
        )
        return {row["key"]: self._received(row["vector"]) for row in rows}

    def _sent(self, vector: Any) -> Any:  # noqa: ANN401
        return vector

    def _received(self, vector: Any) -> Any:  # noqa: ANN401
        return np.array(vector, dtype=np.float32)

    def _field(self, schema: Any, indexes: Any) -> None:  # noqa: ANN401
        """What a vector is, and how it is searched."""
        from pymilvus import DataType

        index = self._address.index
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimension)
        indexes.add_index("vector", index_type=index, metric_type="IP", params=PARAMETERS.get(index, {}))

    def _create(self, client: Any) -> None:  # noqa: ANN401
        from pymilvus import DataType

        if client.has_collection(self._collection):
            return
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.INT64, is_primary=True)
        schema.add_field("part", DataType.INT64, is_partition_key=True)
        indexes = client.prepare_index_params()
        self._field(schema, indexes)
        client.create_collection(
            self._collection, schema=schema, index_params=indexes, consistency_level="Strong"
        )
        client.load_collection(self._collection)

    def _client(self) -> Any:  # noqa: ANN401
        """The connection, made on first use and after a break; the embedded engine has its collection loaded."""
        client = self._open
        if client is None:
            from pymilvus import MilvusClient

            logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it logs, we raise
            client = MilvusClient(self._address.uri, token=os.environ.get(TOKEN, ""), timeout=30)
            if client.has_collection(self._collection):
                client.load_collection(self._collection)
            self._open = client
        return client

    def _close(self) -> None:
        self._open = None

    def _patiently(self, work: Callable[[Any], T]) -> T:
        from pymilvus.exceptions import MilvusException

        return patiently(lambda: work(self._client()), (MilvusException,), self, self._close)


class MilvusWords(MilvusEngine):
    """The same of documents as sparse vectors, searched through inverted lists; servers have them from 2.4 on."""

    holds = "用词"

    def __init__(self, address: Address) -> None:
        super().__init__(replace(address, index=EXACT), 0)
        self._collection = f"{address.name}_words"
        self.place = f"{address.uri}，集合 {self._collection}"

    def create(self) -> None:
        """Make the collection where it lacks; raises IndexUnusable where the server is too old."""
        numbered = re.match(r"v?(\d+)\.(\d+)", version := self.version())
        if numbered and tuple(map(int, numbered.groups())) < _SPARSE:
            raise IndexUnusable(
                f"Milvus {version}（{self._address.uri}）没有稀疏向量（2.4 起才有）。请升级，或去掉 MATCHER_INDEX 中的 "
                "words=sparse（用词留在本机），再运行 matcher index --full。"
            )
        super().create()

    def _sent(self, vector: Sparse) -> dict[int, float]:
        return dict(zip(vector.dimensions.tolist(), vector.values.tolist(), strict=True))

    def _received(self, vector: dict[int, float]) -> Sparse:
        dimensions = np.fromiter(vector.keys(), np.uint32, len(vector))
        order = np.argsort(dimensions)
        return Sparse(dimensions[order], np.fromiter(vector.values(), np.float32, len(vector))[order])

    def _field(self, schema: Any, indexes: Any) -> None:  # noqa: ANN401
        from pymilvus import DataType

        schema.add_field("vector", DataType.SPARSE_FLOAT_VECTOR)
        indexes.add_index("vector", index_type="SPARSE_INVERTED_INDEX", metric_type="IP", params={})


def connect(address: str) -> Callable[[int], Engine]:
    """The engine at an address, by dimension; raises IndexUnusable for an address that is none."""
    read = Address.read(address)
    _installed()
    return lambda dimension: MilvusEngine(read, dimension)


def words(address: str) -> Engine | None:
    """What holds the words at an address; None where it says that they stay here. Raises as `connect`."""
    read = Address.read(address)
    if not read.words:
        return None
    _installed()
    return MilvusWords(read)


def _installed() -> None:
    try:
        import pymilvus
    except ImportError as error:
        raise IndexUnusable(
            '使用 Milvus 索引需要另装程序库：pip install -c constraints.txt -e ".[milvus]"。'
        ) from error
    assert pymilvus
