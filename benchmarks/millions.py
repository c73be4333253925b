"""Millions of vectors in the partitioned index: memory, recall and time, beside the exact pass over the same mapped file.

    python -m benchmarks.millions [--patents 5000000]

Clustered unit vectors of 256 dimensions, written once to a file below `--home` (1 GiB a million) and mapped. Recall@50
is measured on queries like the rows and on mixtures of three. What a process holds is split into memory of its own
and pages of mapped files, which the system takes back when others need them; beside both, the size of the same vectors
in 16 bits. The queries run in a fresh process on the saved index. The last line fits how a query grows from a fifth of
the vectors to all of them, as `benchmarks.growth` does.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.growth import line, times
from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.sizes import sizes
from benchmarks.synthetic import units
from indexes.coded import PartitionedIndex

_K, _ASKED, _DIMENSION = 50, 200, 256
_AT_ONCE = 250_000
_PARTS, _ROUNDS = (0.2, 0.4, 1.0), 5
_MIB = 1 << 20

Vectors = NDArray[np.float32]


def main() -> None:
    """Print memory, recall and times; the files are removed afterwards."""
    asked = sizes(__doc__)
    folder = asked.home / "millions"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    raw = asked.patents * _DIMENSION * 2
    try:
        heading(f"{asked.patents:,} vectors of {_DIMENSION} dimensions, {raw / _MIB:,.0f} MiB in 16 bits")
        report("writing the vectors", measure(written, folder, asked.patents))
        report("build and save", measure(built, folder, asked.patents))
        exact = measure(exactly, folder)
        report("exact pass over the mapped file, one query of a block", exact)
        found = measure(searched, folder, asked.patents, exact.answer)
        lines, own, mapped = found.answer
        for name, cost, recall in lines:
            report(f"{name}, p95, recall@{_K} {recall:.4f}", cost, exact)
        print(
            f"resident after {2 * _ASKED} queries: {own:,.0f} MiB of its own ({own * _MIB / raw:.2f} × the 16 bits)"
            f" and {mapped:,.0f} MiB of mapped files",
            flush=True,
        )
        grown(folder, [int(part * asked.patents) for part in _PARTS])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def written(folder: Path, count: int) -> None:
    """The vectors, a part at a time."""
    shape = (count, _DIMENSION)
    file = np.lib.format.open_memmap(folder / "raw.npy", mode="w+", dtype=np.float32, shape=shape)
    for start in range(0, count, _AT_ONCE):
        file[start : start + _AT_ONCE] = units(min(_AT_ONCE, count - start), _DIMENSION, seed=100 + start)
    file.flush()


def grown(folder: Path, counts: list[int]) -> None:
    """Print the exponent of a query over the first so many vectors; the last index is there already."""
    for count in counts[:-1]:
        report(f"build and save of the first {count:,}", measure(built, folder, count))
    print("one query, " + ", ".join(f"{count:,}" for count in counts) + " vectors; exponent; 95 %")
    print(line("", counts, [measure(paced, folder, count).answer for count in counts]), flush=True)


def paced(folder: Path, count: int) -> list[float]:
    """Seconds of the processor of one query like the rows, round by round, once their pages are in memory."""
    index = PartitionedIndex.load(place(folder, count))
    asked = units(_ASKED, _DIMENSION, seed=6)

    def work() -> None:
        for query in asked:
            index.search(query[None], _K)

    work()
    return times(work, _ROUNDS, _ASKED)


def built(folder: Path, count: int) -> None:
    """The index over the first so many mapped vectors; its own copy of them is what searches map."""
    place(folder, count).mkdir()
    PartitionedIndex.build(mapped_vectors(folder)[:count]).save(place(folder, count))


def place(folder: Path, count: int) -> Path:
    return folder / f"index-{count}"


def mapped_vectors(folder: Path) -> Vectors:
    return np.asarray(np.load(folder / "raw.npy", mmap_mode="r"))


def queries(vectors: Vectors) -> dict[str, Vectors]:
    random = np.random.default_rng(9)
    mixed = vectors[random.integers(0, len(vectors), (_ASKED, 3))].sum(axis=1)
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    return {"queries like the rows": units(_ASKED, _DIMENSION, seed=6), "mixtures of three": mixed}


def exactly(folder: Path) -> Cost:
    """The true neighbours of all queries, in blocks of rows; the time of one query."""
    vectors = mapped_vectors(folder)
    asked = queries(vectors)
    together = np.concatenate(list(asked.values()))

    def work() -> NDArray[np.int64]:
        scores = np.full((len(together), _K), -2.0, np.float32)
        rows = np.zeros((len(together), _K), np.int64)
        for start in range(0, len(vectors), _AT_ONCE):
            block = together @ vectors[start : start + _AT_ONCE].T
            best = np.argpartition(block, -_K, axis=1)[:, -_K:]
            scores = np.concatenate([scores, np.take_along_axis(block, best, axis=1)], axis=1)
            rows = np.concatenate([rows, best + start], axis=1)
            kept = np.argpartition(scores, -_K, axis=1)[:, -_K:]
            scores, rows = (np.take_along_axis(each, kept, axis=1) for each in (scores, rows))
        return rows

    cost = clocked(work)
    return Cost(
        cost.seconds / len(together),
        cost.processor / len(together),
        answer=dict(zip(asked, np.split(cost.answer, len(asked)), strict=True)),
    )


def searched(
    folder: Path, count: int, truth: dict[str, NDArray[np.int64]]
) -> tuple[list[tuple[str, Cost, float]], float, float]:
    """The slowest twentieth and the recall of each sort of query; MiB of own and of mapped memory afterwards."""
    index = PartitionedIndex.load(place(folder, count))
    asked = queries(mapped_vectors(folder))
    index.search(units(1, _DIMENSION, seed=7), _K)
    lines = []
    for name, group in asked.items():
        costs, found = [], 0
        for query, true in zip(group, truth[name], strict=True):
            cost = clocked(index.search, query[None], _K)
            costs.append((cost.seconds, cost.processor))
            found += len(np.intersect1d(cost.answer[0].rows, true))
        late = Cost(*np.percentile(costs, 95, axis=0).tolist())
        lines.append((name, late, found / (len(group) * _K)))
    return lines, resident("RssAnon"), resident("RssFile")


def resident(name: str) -> float:
    """MiB of one kind that this process holds (Linux)."""
    status = Path(f"/proc/{os.getpid()}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in status if line.startswith(name)).split()[1]) / 1024


if __name__ == "__main__":
    main()
