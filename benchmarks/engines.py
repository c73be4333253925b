"""Vectors in the engines that others run, beside the local kinds; and the machines for millions that follow from it.

    python -m benchmarks.engines [--patents 200000] [--needs 1000]

Clustered unit vectors of 384 dimensions, as the shipped model makes; the words of made-up abstracts. PostgreSQL is the
tests' own server, Milvus its embedded form: a cluster's own rates have to be measured on it, with MATCHER_INDEX set.
Beside each engine: the exact local index. Every figure is for one core.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.sizes import sizes
from benchmarks.synthetic import needs, patents, units
from indexes import pgvector
from indexes.backends import BACKENDS, backend_of, words_engine_at
from indexes.contract import Mask, Vectors, VectorSearch
from indexes.exact import ExactIndex
from indexes.lexical import LexicalIndex, best
from indexes.served import ServedKind
from indexes.served_words import ServedWords
from matcher.corpus import need_text, patent_text
from tests.servers import milvus
from tests.servers import postgres as servers

_K, _DIMENSION, _ASKED = 200, 384, 40
_SERVED = 20_000
"""Vectors in an engine here: enough for a rate, few enough for two minutes."""
_TEXTS = 3_000
_WORDED = 50_000
"""Texts that the lexical channel is measured on."""
_SIZES = (5_000_000, 40_000_000)
_RATE = 1_000
"""Queries a second."""
_MEMORY, _CORES = 128 << 30, 32
"""Of one node."""
_FULL, _BUSY = 0.7, 0.6
"""Of a node's memory and cores, what is planned with."""
_CODED = 8
"""Times as many vectors where codes are scanned: among few, what grows with them is lost in what does not."""
_PROBED = 128 / 4_096
"""The share of the codes that the partitioned kind looks at."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one kind costs: bytes in memory for a vector (or a text), core-seconds of a query, and those for each row."""

    name: str
    memory: float
    fixed: float
    seconds: float

    @classmethod
    def between(cls, name: str, memory: float, few: Point, many: Point) -> Rate:
        """The line through two measured sizes; through nothing at no rows, where that line would begin below."""
        slope = (many.seconds - few.seconds) / (many.rows - few.rows)
        fixed = few.seconds - slope * few.rows
        if slope <= 0 or fixed < 0:
            fixed, slope = 0.0, many.seconds / many.rows
        return cls(name, memory, fixed, slope)

    def query(self, rows: int) -> float:
        """Core-seconds of one query among so many."""
        return self.fixed + self.seconds * rows


@dataclass(frozen=True, slots=True)
class Point:
    """Core-seconds of a query among so many rows."""

    rows: int
    seconds: float


def main() -> None:
    """Print the engines' rates, filters under pgvector's HNSW, and the table of machines."""
    asked = sizes(__doc__)
    served = min(asked.patents, _SERVED)
    heading(f"{_K} nearest of one query among {served:,} vectors of {_DIMENSION} dimensions")
    beside = measure(local, "exact", served)
    report("exact, on this machine", beside)
    for kind, address in addresses():
        with address() as where:
            report_engine(kind, where, served, beside)
    with postgres() as where:
        if where:
            print_graph(measure(graph, where, served))
    if find_spec("milvus_lite"):
        print_words(measure(words_here, _TEXTS), measure(words_there, _TEXTS))
        print(f"\nOf the 50 best of {_TEXTS:,} abstracts by our words, in Milvus's BM25:")
        for k, share in measure(overlap, _TEXTS).answer:
            print(f"{f'among its best {k}':64s}{share:12.3f}")
    print_machines(rates(asked.patents))


def rates(count: int) -> list[Rate]:
    """What the local kinds and the words cost, from sizes up to `count`."""
    found: list[Rate] = [
        measure(scanned, kind, times * count).answer for kind, times in (("exact", 1), ("fast-scan", _CODED))
    ]
    found.append(replace(found[-1], name="partitioned (computed)", seconds=found[-1].seconds * _PROBED))
    return [*found, measure(words, min(count, _WORDED)).answer]


def report_engine(kind: str, where: str, served: int, beside: Cost) -> None:
    """Loading, one query without and with a filter; or that the engine is not there."""
    if not where:
        print(f"{kind}: left out, not installed")
        return
    loaded = measure(load, where, served)
    disk = "" if math.isnan(loaded.answer) else f", {loaded.answer:,.0f} bytes each on disk"
    report(f"{kind}: load, {served / loaded.seconds:,.0f} a second{disk}", loaded)
    for share in (1.0, 0.1, 0.01):
        cost = measure(queried, where, served, share)
        report(f"{kind}: one query{'' if share == 1 else f', filter of {share:.0%}'}", cost, beside)
    if where.startswith("milvus://127"):
        bounded = measure(queried, f"{where}?consistency=Bounded", served, 1.0)
        report(f"{kind}: one query, consistency=Bounded", bounded, beside)


def addresses() -> Iterator[tuple[str, Callable[[], object]]]:
    """The engines: that of MATCHER_INDEX where it is set, else those that can be started here."""
    if named := os.environ.get("MATCHER_INDEX"):
        yield named.split(":")[0], partial(_constant, named)
        return
    yield "pgvector", postgres
    yield "milvus (embedded)", embedded
    yield f"milvus (server, {milvus.PACKAGE})", server


@contextmanager
def _constant(address: str) -> Iterator[str]:
    yield address


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database; empty where no server is installed."""
    if servers.unavailable():
        yield ""
        return
    with servers.running() as started:
        yield started.url(started.new_database())


@contextmanager
def server() -> Iterator[str]:
    """The address of a name in a real Milvus server; empty where none is installed."""
    if milvus.unavailable():
        yield ""
        return
    with milvus.running() as started:
        yield started.new_address()


@contextmanager
def embedded() -> Iterator[str]:
    """The address of a new file of Milvus Lite."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"milvus://{folder}/engine.db"


def load(where: str, count: int) -> Cost:
    """Into the engine; `answer` is the bytes on disk of one vector, where they can be told."""
    cost = clocked(backend_of("", where).build, units(count, _DIMENSION))
    return Cost(cost.seconds, cost.processor, answer=_on_disk(where) / count)


def _on_disk(where: str) -> float:
    if where.startswith("milvus:///"):
        file = Path(where.removeprefix("milvus://"))
        files = [file] if file.is_file() else [one for one in file.rglob("*") if one.is_file()]
        return float(sum(one.stat().st_size for one in files))
    if where.startswith("postgresql"):
        import psycopg

        with psycopg.connect(where) as connection:
            found = connection.execute(
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname LIKE 'matcher_vectors%' AND relkind = 'r'"
            ).fetchone()
            return float(found[0]) if found and found[0] else math.nan
    return math.nan


def queried(where: str, count: int, share: float) -> Cost:
    """One query at a time."""
    index = backend_of("", where).build(units(count, _DIMENSION))
    return _asked(index, count, share)


def local(kind: str, count: int) -> Cost:
    """The same in a local index."""
    return _asked(BACKENDS[kind].build(units(count, _DIMENSION)), count, 1.0)


def _asked(index: VectorSearch, count: int, share: float) -> Cost:
    queries = units(_ASKED, _DIMENSION, seed=5)
    mask = None if share == 1 else np.random.default_rng(4).random(count) < share
    index.search(queries[:1], _K, mask)
    return clocked(lambda: [index.search(query[None], _K, mask) for query in queries]).per(_ASKED)


def graph(where: str, count: int) -> list[tuple[str, float, float]]:
    """Recall@50 of pgvector's HNSW under filters of 1 and 10 %, random and aligned with a direction: with its search as
    it is, and with one that goes on until the list is full."""
    import psycopg

    vectors, queries = units(count, _DIMENSION), units(20, _DIMENSION, seed=5)
    masks = dict(_masks(vectors))
    parts = sum(mask.astype(np.int32) << bit for bit, mask in enumerate(masks.values()))
    index = ServedKind(pgvector.connect(where)).build(vectors, np.asarray(parts, np.int32))
    truth, found, table = ExactIndex(vectors), [], f"matcher_vectors_{_DIMENSION}"
    with psycopg.connect(where, autocommit=True) as connection:
        for setting in ("maintenance_work_mem = '256MB'", "hnsw.ef_search = 400", "enable_seqscan = off"):
            connection.execute(f"SET {setting}")
        connection.execute(
            f"CREATE INDEX ON {table} USING hnsw (vector vector_ip_ops) WITH (m = 16, ef_construction = 100)"
        )
        for bit, (name, mask) in enumerate(masks.items()):
            true = truth.search(queries, 50, mask)
            shares = []
            for mode in ("off", "strict_order"):
                connection.execute(f"SET hnsw.iterative_scan = {mode}")
                rows = [_near(connection, f"{table} WHERE part >> {bit} & 1 = 1", query) for query in queries]
                shares.append(
                    np.mean(
                        [
                            np.isin(index.keys[one.rows], keys).mean()
                            for one, keys in zip(true, rows, strict=True)
                        ]
                    )
                )
            found.append((name, *map(float, shares)))
    return found


def _near(connection: Any, wanted: str, query: Vectors) -> list[int]:  # noqa: ANN401
    text = f"[{','.join(map(str, query.tolist()))}]"
    rows = connection.execute(f"SELECT key FROM {wanted} ORDER BY vector <#> %s::vector LIMIT 50", (text,))
    return [key for (key,) in rows]


def _masks(vectors: Vectors) -> Iterator[tuple[str, Mask]]:
    random, count = np.random.default_rng(3), len(vectors)
    by_direction = np.argsort(-(vectors @ units(1, _DIMENSION, seed=9)[0]), kind="stable")
    for share in (0.01, 0.1):
        kept = int(share * count)
        for name, rows in (
            ("random", random.choice(count, kept, replace=False)),
            ("aligned", by_direction[:kept]),
        ):
            mask = np.zeros(count, dtype=bool)
            mask[rows] = True
            yield f"{share:.0%} {name}", mask


@dataclass(frozen=True, slots=True)
class Loaded:
    """Words that were loaded into an engine: seconds, bytes on disk of a document, and needs with the local list."""

    seconds: float
    bytes: float
    identical: int


def words_here(count: int) -> Cost:
    """The `_K` best by words of one need, on this machine."""
    queries, index = [need_text(one) for one in needs(_ASKED)], _worded(count)
    best(index.scores(queries[0]), _K)
    return clocked(lambda: [best(index.scores(query), _K) for query in queries]).per(_ASKED)


def words_there(count: int) -> Cost:
    """The same with the postings in Milvus's embedded form, documents fetched as they are needed."""
    queries, local = [need_text(one) for one in needs(_ASKED)], _worded(count)
    with embedded() as where:
        engine = words_engine_at(f"{where}?words=sparse")
        assert engine is not None
        loading = clocked(ServedWords.of, local, engine, None, ())
        served: ServedWords = loading.answer
        served.found(queries[0], _K)
        cost = clocked(lambda: [served.found(query, _K) for query in queries]).per(_ASKED)
        disk = _on_disk(where)
    same = sum(
        hits.rows.tolist() == best(values := local.scores(query), _K, values > 0).rows.tolist()
        for query, hits in zip(queries, cost.answer, strict=True)
    )
    return replace(cost, answer=Loaded(loading.seconds, disk / count, same))


def _worded(count: int) -> LexicalIndex:
    return LexicalIndex.build(
        [patent_text(one) for one in patents(count)], [need_text(one) for one in needs(_ASKED)]
    )


def print_words(here: Cost, there: Cost) -> None:
    """Our words in Milvus beside those on this machine."""
    heading(f"{_K} best of one need by words among {_TEXTS:,} abstracts")
    report("on this machine", here)
    report("milvus (embedded), words=sparse", there, here)
    loaded: Loaded = there.answer
    print(
        f"  loaded {_TEXTS / loaded.seconds:,.0f} a second, {loaded.bytes:,.0f} bytes each on disk; "
        f"{loaded.identical} of {_ASKED} lists identical"
    )


def overlap(count: int) -> list[tuple[int, float]]:
    """Of the 50 patents that are best by our words, the share that Milvus's BM25 (jieba) has among its best 50, 200, 500."""
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    documents, queries = (
        [patent_text(one) for one in patents(count)],
        [need_text(one) for one in needs(_ASKED)],
    )
    ours = [hits.rows for hits in LexicalIndex.build(documents, queries).search(queries, 50)]
    with tempfile.TemporaryDirectory() as folder:
        client = MilvusClient(f"{folder}/words.db")
        schema = client.create_schema(auto_id=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field(
            "text",
            DataType.VARCHAR,
            max_length=8_000,
            enable_analyzer=True,
            analyzer_params={"tokenizer": "jieba"},
        )
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25", FunctionType.BM25, ["text"], ["words"]))
        index = client.prepare_index_params()
        index.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        client.create_collection("texts", schema=schema, index_params=index)
        rows = [{"row": row, "text": f"{one.title}。{one.body}"} for row, one in enumerate(documents)]
        for start in range(0, count, 500):
            client.insert("texts", rows[start : start + 500])
        client.flush("texts")
        client.load_collection("texts")
        asked = [f"{one.title}。{one.body}" for one in queries]
        theirs = [
            [hit["row"] for hit in hits]
            for hits in client.search("texts", asked, anns_field="words", limit=500)
        ]
        client.close()
    return [
        (k, float(np.mean([np.isin(own, other[:k]).mean() for own, other in zip(ours, theirs, strict=True)])))
        for k in (50, 200, 500)
    ]


def print_graph(cost: Cost) -> None:
    """The recalls of HNSW under filters."""
    print("\npgvector's HNSW (m 16, ef_search 400) under a filter: recall@50 as it is / iterated")
    for name, plain, iterated in cost.answer:
        print(f"{name:64s}{plain:12.3f}{iterated:12.3f}")


def scanned(kind: str, count: int) -> Rate:
    """A local kind on one core, by the number of vectors."""
    vectors = units(count, _DIMENSION)
    index = BACKENDS[kind].build(vectors)
    with tempfile.TemporaryDirectory() as folder:
        index.save(Path(folder))
        files = {file.name: file.stat().st_size for file in Path(folder).iterdir()}
    # The vectors are mapped from the disk where codes are scanned: what must stay in memory are the codes.
    resident = files.get("codes.faiss", files["vectors.npy"])
    queries, points = units(_ASKED, _DIMENSION, seed=5), []
    for rows, one in ((count // 4, BACKENDS[kind].build(vectors[: count // 4])), (count, index)):
        one.search(queries[:1], _K)
        points.append(
            Point(rows, _cheapest(lambda one=one: [one.search(query[None], _K) for query in queries]))
        )
    return Rate.between(kind, resident / count, *points)


def words(count: int) -> Rate:
    """The lexical channel, by the number of patents: postings are mapped, but read by nearly every query."""
    documents = [patent_text(one) for one in patents(count)]
    queries = [need_text(one) for one in needs(_ASKED)]
    points = []
    for rows in (count // 4, count):
        index = LexicalIndex.build(documents[:rows], queries)
        index.search(queries[:1], _K)
        points.append(
            Point(rows, _cheapest(lambda index=index: [index.search([one], _K) for one in queries]))
        )
    with tempfile.TemporaryDirectory() as folder:
        index.save(Path(folder))
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    return Rate.between("words", size / count, *points)


def _cheapest(work: Callable[[], object]) -> float:
    """Processor seconds of one of _ASKED queries, the best of three runs: other work on the machine only adds."""
    return min(clocked(work).processor for _ in range(3)) / _ASKED


def print_machines(rates: list[Rate]) -> None:
    """memory = rows · bytes; cores = rate · core-seconds; nodes: the larger need of the two, each with room; machines:
    everything at least twice, and one to spare."""
    print(
        f"\nMachines of {_CORES} cores and {_MEMORY >> 30} GiB for {_RATE:,} queries a second, each channel by itself"
    )
    print(
        f"{'':28s}{'rows':>12s}{'bytes each':>12s}{'memory':>12s}{'a query':>12s}{'cores':>10s}{'nodes':>8s}{'machines':>10s}"
    )
    for rate in rates:
        for rows in _SIZES:
            memory, query = rows * rate.memory, rate.query(rows)
            cores = _RATE * query / _BUSY
            holding = math.ceil(memory / (_FULL * _MEMORY))
            nodes = max(holding, math.ceil(cores / _CORES))
            machines = max(nodes, 2 * holding) + 1
            print(
                f"{rate.name:28s}{rows:>12,}{rate.memory:>12,.0f}{memory / (1 << 30):>8,.0f} GiB"
                f"{query * 1000:>9,.1f} ms{cores:>10,.0f}{nodes:>8,}{machines:>10,}"
            )


if __name__ == "__main__":
    main()
