"""Compiled loops over stored words: documents moved, and their tokens spelt out of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compiling import compiled
from indexes.words import HAN

Rows = NDArray[np.int64]


def _relay(
    documents: tuple[NDArray[np.int32], Rows, Rows],
    seen: NDArray[np.int32],
    held: NDArray[np.int32],
    out: NDArray[np.int32],
) -> int:
    ids, starts, sizes = documents
    count = place = 0
    for row in range(len(starts)):
        for at in range(starts[row], starts[row] + sizes[row]):
            word = ids[at]
            if word >= 0:
                if seen[word] < 0:
                    seen[word] = count
                    held[count] = word
                    count += 1
                word = seen[word]
            out[place] = word
            place += 1
    return count


def _spell(
    documents: tuple[NDArray[np.int32], Rows, NDArray[np.int32]],
    vocabulary: tuple[Rows, NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint64]],
    pairs: bool,
    found: NDArray[np.uint64],
    ends: Rows,
) -> int:
    ids, starts, titles = documents
    bounds, codes, kinds, keys = vocabulary
    count = 0
    for row in range(len(titles)):
        met = 0 if titles[row] else 1
        before = np.uint64(0)
        ends[2 * row] = count
        for at in range(starts[row], starts[row + 1]):
            word = ids[at]
            if word < 0:  # a run's end
                before = np.uint64(0)
                if met == titles[row]:
                    ends[2 * row] = count
                    met += 1  # never again: the next runs are the body's
            elif kinds[word] != HAN:
                found[count] = keys[word]
                count += 1
                met += met < titles[row]
            else:
                for place in range(bounds[word], bounds[word + 1]):
                    code = np.uint64(codes[place])
                    if not pairs:
                        found[count] = code
                        count += 1
                    elif before:
                        found[count] = before << np.uint64(21) | code
                        count += 1
                    before = code
                    met += met < titles[row]
        ends[2 * row + 1] = count
    return count


relay = compiled(_relay)
"""Copies the ids of documents, each from its start, and numbers words by their first appearance; answers how many there are.

`seen` (words,) begins at −1; `held` gets the old number of each new one."""

spell = compiled(_spell)
"""Writes the keys of a stream's tokens, text by text, and where each title's and body's end; answers how many there are."""
