"""Compiled loops over postings; importing this module costs numba's start (0.2 s) and nothing else."""

from __future__ import annotations

import sys
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from compiling import compiled

_BLAS = "scipy.linalg.cython_blas"


def _accumulate(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    weights: NDArray[np.float32],
    postings: tuple[NDArray[np.int32], NDArray[np.float32]],
    scores: NDArray[np.float32],
) -> None:
    rows, impacts = postings
    for term in range(len(starts)):
        weight = weights[term]
        for position in range(starts[term], ends[term]):
            scores[rows[position]] += weight * impacts[position]


def _contribute(
    bounds: tuple[NDArray[np.int64], NDArray[np.int64]],
    weights: NDArray[np.float32],
    postings: tuple[NDArray[np.int32], NDArray[np.float32]],
    wanted: tuple[NDArray[np.int64], NDArray[np.int64]],
    parts: NDArray[np.float32],
) -> None:
    starts, ends = bounds
    rows, impacts = postings
    sought, places = wanted
    for term in range(len(starts)):
        low, end = starts[term], ends[term]
        for at in range(len(sought)):
            # The rows ascend: from the last one on in growing steps, the first as wide as the next row should be away,
            # then by halves within the last step.
            step = (end - low) // (len(sought) - at) + 1
            high = low + step // 2
            while high < end and rows[high] < sought[at]:
                low = high + 1
                high += step
                step *= 2
            high = min(high, end)
            while low < high:
                middle = (low + high) // 2
                if rows[middle] < sought[at]:
                    low = middle + 1
                else:
                    high = middle
            if low < end and rows[low] == sought[at]:
                parts[places[at], term] = weights[term] * impacts[low]


def _intern(
    keys: NDArray[np.uint64],
    found: NDArray[np.int32],
    start: int,
    table: tuple[NDArray[np.uint64], NDArray[np.int32]],
    counts: tuple[int, int],
) -> tuple[int, int]:
    places, numbers = table
    count, most = counts
    last = np.uint64(len(places) - 1)
    for position in range(start, len(keys)):
        key = keys[position]
        # Fibonacci hashing (Knuth, TAOCP 3, 6.4): the high bits of the product are the well-mixed ones.
        place = ((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & last
        while places[place] != key:
            if places[place] == 0:
                if count == most:
                    return position, count
                places[place] = key
                numbers[place] = count
                count += 1
                break
            place = (place + np.uint64(1)) & last
        found[position] = numbers[place]
    return len(keys), count


def _tally(
    terms: NDArray[np.int32], starts: NDArray[np.int64], last: NDArray[np.int32], found: NDArray[np.int64]
) -> None:
    for row in range(len(starts) - 1):
        for position in range(starts[row], starts[row + 1]):
            term = terms[position]
            if term >= 0 and last[term] != row:
                last[term] = row
                found[term] += 1


def _invert(
    terms: NDArray[np.int32],
    bounds: tuple[NDArray[np.int64], NDArray[np.int64]],
    state: tuple[NDArray[np.int64], NDArray[np.int32]],
    lists: tuple[NDArray[np.int32], NDArray[np.float32]],
    body: np.float32,
) -> None:
    starts, bodies = bounds
    places, last = state
    rows, weights = lists
    for row in range(len(bodies)):
        for position in range(starts[row], starts[row + 1]):
            term = terms[position]
            if term < 0 or places[term] < 0:
                continue
            weight = np.float32(1.0) if position < bodies[row] else body
            if last[term] == row:
                weights[places[term] - 1] += weight
            else:
                last[term] = row
                rows[places[term]] = row
                weights[places[term]] = weight
                places[term] += 1


def _weigh(
    lists: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]],
    norms: NDArray[np.float64],
    idf: NDArray[np.float64],
    k1: float,
    sums: NDArray[np.float64],
) -> None:
    starts, rows, weights = lists
    total = squares = 0.0
    for term in range(len(idf)):
        total_before, squares_before = total, squares
        for position in range(starts[term], starts[term + 1]):
            weight = np.float64(weights[position])
            impact = weight * (k1 + 1) / (weight + norms[rows[position]]) * idf[term]
            weights[position] = impact
            total += impact
            squares += impact * impact
        sums[0, term] = total - total_before
        sums[1, term] = squares - squares_before


accumulate = compiled(_accumulate)
"""Adds weight × impact to `scores` (documents,) over the postings[start:end] of each term, in term order.

Sequential in float32, so that a query's scores do not depend on what else is scored; releases the GIL.
"""


contribute = compiled(_contribute)
"""Writes weight × impact of each term in each row sought, which ascend, into `parts` (rows, terms) at the row's place."""

intern = compiled(_intern)
"""Numbers `keys` from `start` on into `found` by a hash table of a power of two places; 0 marks a free one.

Answers how far it came and how many are numbered: it stops where the table holds `most` and another is new."""

tally = compiled(_tally)
"""Adds to `found` (terms,) in how many documents each term stands; `last` (terms,) begins at −1."""

invert = compiled(_invert)
"""Writes the lists of the terms whose place is not −1, documents ascending, each token adding its weight in text order.

`places` (terms,) says where each list begins, and moves; `last` (terms,) begins at −1."""

weigh = compiled(_weigh)
"""Turns weights into impacts in place and writes each term's sum of impacts and of their squares into `sums` (2, terms).

Both are differences of running totals, in float64."""


def load_loops() -> None:
    """Have numba ready: the first loop that a process asks for brings some 0.2 s of numba's own imports with it.

    As long again goes into scipy.linalg, which numba only looks for, and only np.cov would miss: it looks in vain. For
    a process whose other threads import nothing yet.
    """
    if _BLAS not in sys.modules:
        sys.modules[_BLAS] = None  # type: ignore[assignment]  # as the import system marks what is not there
        try:
            import_module("numba.np.arraymath")
        finally:
            del sys.modules[_BLAS]
    none, numbers = np.zeros(0, np.int64), np.zeros(0, np.float32)
    postings = np.zeros(0, np.int32), np.zeros(0, np.float32)
    for part in postings:
        part.flags.writeable = False  # as mapped files are, or another loop would be compiled
    accumulate(none, none, numbers, postings, numbers)
