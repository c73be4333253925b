"""Vectors in Milvus: a cluster at an address, or the same engine embedded in a file (Milvus Lite).

Where the two differ is said at `_EMBEDDED`. Filters are expressions that both read: the embedded engine has no templates.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from indexes.contract import IndexUnusable, Vectors
from indexes.engines import Engine, Keys, Near, Parts, Wanted, blocks, patiently

T = TypeVar("T")

TOKEN = "MILVUS_TOKEN"
"""The environment variable with user:password or a key; no other place is read for it."""
_EMBEDDED = ".db"
"""How a file of the embedded engine ends. Beside a cluster: a collection has to be loaded after every opening; one
process may have the file open (a batch then runs in one); counts are right only after a flush; a filter has no templates."""
_MOST = 16_384
"""Rows that one answer may hold, in either of them."""
_LISTABLE = 10_000
_EXACT = "FLAT"
_PARAMETERS = {
    "HNSW": {"M": 32, "efConstruction": 200},
    "IVF_FLAT": {"nlist": 1_024},
    "IVF_SQ8": {"nlist": 1_024},
}
_LEAST_EF, _PROBES = 1_024, 64


@dataclass(frozen=True, slots=True)
class Address:
    """Out of milvus://HOST:PORT/NAME?index=HNSW&consistency=Bounded&tls=true, or milvus:///PATH.db?name=NAME."""

    uri: str
    name: str
    index: str
    consistency: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises IndexUnusable with what is wrong; a password in the address is refused, unread."""
        parts = urlsplit(text)
        options = dict(parse_qsl(parts.query))
        if parts.password or parts.username:
            raise IndexUnusable(
                f"MATCHER_INDEX 中不要写用户名和密码。请写 milvus://主机:19530/名称，密码放在环境变量 {TOKEN} 中。"
            )
        if parts.hostname:
            scheme = "https" if options.get("tls") == "true" else "http"
            uri, name = f"{scheme}://{parts.netloc}", parts.path.strip("/")
        else:
            uri, name = parts.path, options.get("name", "")
        name, index = name or "matcher", options.get("index", _EXACT)
        consistency = options.get("consistency", "Strong")
        if not (parts.hostname or uri.endswith(_EMBEDDED)) or not name.isidentifier():
            raise IndexUnusable(
                f"MATCHER_INDEX 的值 {text} 无法识别。请写 milvus://主机:19530/名称（字母、数字、下划线），"
                "或 milvus:///文件夹/文件.db（本机内嵌，只供试用）。"
            )
        if index not in (_EXACT, *_PARAMETERS):
            raise IndexUnusable(
                f"MATCHER_INDEX 的 index={index} 无法识别。可选：{_EXACT}、{'、'.join(_PARAMETERS)}。"
            )
        if consistency not in ("Strong", "Bounded"):
            raise IndexUnusable(
                f"MATCHER_INDEX 的 consistency={consistency} 无法识别。可选：Strong、Bounded。"
            )
        return cls(uri, name, index, consistency)


class MilvusEngine:
    """One collection; vectors of a region stand in partitions of their own (`part` is the partition key)."""

    name = "Milvus"
    most = _MOST
    listable = _LISTABLE

    def __init__(self, address: Address, dimension: int) -> None:
        self._address, self._dimension = address, dimension
        self._collection = f"{address.name}_vectors_{dimension}_{address.index.lower()}"
        self.place = f"{address.uri}，集合 {self._collection}"
        self.exact = address.index == _EXACT
        self._open: Any = None

    def create(self) -> None:
        """Make the collection with its index where it lacks."""
        self._patiently(self._create)

    def keys(self) -> Keys:
        """All keys that are held; none where there is no collection yet."""

        def work(client: Any) -> Keys:  # noqa: ANN401
            if not client.has_collection(self._collection):
                return np.empty(0, np.int64)
            pages = client.query_iterator(
                self._collection, batch_size=_MOST, output_fields=["key"], consistency_level="Strong"
            )
            found: list[int] = []
            while page := pages.next():
                found += [row["key"] for row in page]
            pages.close()
            return np.array(found, dtype=np.int64)

        return self._patiently(work)

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

    def add(self, keys: Keys, parts: Parts, vectors: Vectors) -> None:
        """Hold vectors of shape (keys, dimension); those that are held already stay one (upsert)."""
        rows = [
            {"key": key, "part": part, "vector": vector}
            for key, part, vector in zip(keys.tolist(), parts.tolist(), vectors, strict=True)
        ]
        self._patiently(lambda client: client.upsert(self._collection, rows))

    def settle(self) -> None:
        """Seal what was added and have it in the nodes' memory."""

        def work(client: Any) -> None:  # noqa: ANN401
            client.flush(self._collection)
            client.load_collection(self._collection)

        self._patiently(work)

    def remove(self, keys: Keys) -> None:
        """Hold them no longer."""
        for part in blocks(keys, _LISTABLE):
            self._patiently(partial(self._delete, part.tolist()))

    def fetch(self, keys: Keys) -> dict[int, Vectors]:
        """The vectors of those keys that are held, bit for bit."""
        found: dict[int, Vectors] = {}
        for part in blocks(keys, _LISTABLE):
            found |= self._patiently(partial(self._read, part.tolist()))
        return found

    def nearest(self, queries: Vectors, limit: int, wanted: Wanted) -> list[Near]:
        """The `limit` best of the wanted vectors for each query, by inner product."""
        conditions = [] if wanted.parts is None else [f"part in {list(wanted.parts)}"]
        if wanted.only or len(wanted.keys):
            conditions.append(f"key {'in' if wanted.only else 'not in'} {wanted.keys.tolist()}")
        answers = self._patiently(
            lambda client: client.search(
                self._collection,
                list(queries),
                limit=limit,
                filter=" and ".join(conditions),
                search_params={"metric_type": "IP", "params": self._effort(limit)},
                consistency_level=self._address.consistency,
            )
        )
        return [
            Near(
                np.array([hit["key"] for hit in hits], np.int64),
                np.array([hit["distance"] for hit in hits], np.float64),
            )
            for hits in answers
        ]

    def _effort(self, limit: int) -> dict[str, int]:
        """How widely an approximate index looks; a graph's beam may not be narrower than the list."""
        index = self._address.index
        return {} if self.exact else {"ef": max(_LEAST_EF, limit)} if index == "HNSW" else {"nprobe": _PROBES}

    def _delete(self, keys: list[int], client: Any) -> None:  # noqa: ANN401
        client.delete(self._collection, ids=keys)

    def _read(self, keys: list[int], client: Any) -> dict[int, Vectors]:  # noqa: ANN401
        rows = client.query(
            self._collection,
            filter=f"key in {keys}",
            output_fields=["key", "vector"],
            consistency_level=self._address.consistency,
        )
        return {row["key"]: np.array(row["vector"], dtype=np.float32) for row in rows}

    def _create(self, client: Any) -> None:  # noqa: ANN401
        from pymilvus import DataType

        if client.has_collection(self._collection):
            return
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.INT64, is_primary=True)
        schema.add_field("part", DataType.INT64, is_partition_key=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimension)
        indexes = client.prepare_index_params()
        index = self._address.index
        indexes.add_index("vector", index_type=index, metric_type="IP", params=_PARAMETERS.get(index, {}))
        client.create_collection(
            self._collection, schema=schema, index_params=indexes, consistency_level=self._address.consistency
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


def connect(address: str) -> Callable[[int], Engine]:
    """The engine at an address, by dimension; raises IndexUnusable for an address that is none."""
    read = Address.read(address)
    try:
        import pymilvus
    except ImportError as error:
        raise IndexUnusable(
            '使用 Milvus 索引需要另装程序库：pip install -c constraints.txt -e ".[milvus]"。'
        ) from error
    assert pymilvus
    return lambda dimension: MilvusEngine(read, dimension)
