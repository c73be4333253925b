"""Compiled loops over postings; importing this module costs numba's start (0.2 s) and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray


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


def _find(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    rows: NDArray[np.int32],
    row: int,
    positions: NDArray[np.int64],
) -> None:
    for term in range(len(starts)):
        low, high = starts[term], ends[term]
        while low < high:
            middle = (low + high) // 2
            if rows[middle] < row:
                low = middle + 1
            else:
                high = middle
        positions[term] = low if low < ends[term] and rows[low] == row else -1


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no writable place for the cache: half a second of compiling in every process
        return numba.njit(nogil=True)(function)


accumulate = _compiled(_accumulate)
"""Adds weight × impact to `scores` (documents,) over the postings[start:end] of each term, in term order.

Sequential in float32, so that a query's scores do not depend on what else is scored; releases the GIL.
"""


find = _compiled(_find)
"""Writes where `row` stands among the ascending rows[start:end] of each term into `positions`; −1 where it does not."""
