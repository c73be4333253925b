"""Compiled loops over batches of texts; importing this module costs numba's start."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compiling import compiled

Trie = tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]
"""keys, nodes, tokens, scores: see `models.segmenting.Segmenter`."""


@compiled
def place_of(keys: NDArray[np.uint64], key: np.uint64) -> np.uint64:
    """Where a key stands in a hash table of a power of two places, or the free place, 0, for it."""
    last = np.uint64(len(keys) - 1)
    # Fibonacci hashing (Knuth, TAOCP 3, 6.4): the high bits of the product are the well-mixed ones.
    place = ((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & last
    while keys[place] != key and keys[place] != 0:
        place = (place + np.uint64(1)) & last
    return place


@compiled
def plant(
    codes: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    keys: NDArray[np.uint64],
    nodes: NDArray[np.int32],
    tokens: NDArray[np.int32],
) -> None:
    """Numbers every beginning of every word into an empty table, and says which of them are tokens; 0 is the empty one."""
    count = 0
    for word in range(len(bounds) - 1):
        node = 0
        for position in range(bounds[word], bounds[word + 1]):
            key = (np.uint64(node) << np.uint64(21)) | np.uint64(codes[position])
            place = place_of(keys, key)
            if keys[place] == 0:
                count += 1
                keys[place] = key
                nodes[place] = count
            node = nodes[place]
        tokens[node] = word


@compiled
def best_path(
    codes: NDArray[np.uint32],
    run: tuple[int, int],
    trie: Trie,
    unknown: int,
    path: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int32]],
) -> None:
    """The likeliest tokens of one run: for each place, the best score up to it, where its last token begins, and which."""
    keys, nodes, tokens, scores = trie
    start, end = run
    best, begins, last = path
    best[start] = 0.0
    begins[start + 1 : end + 1] = -1
    for position in range(start, end):
        node, single = 0, False
        for place in range(position, end):
            key = (np.uint64(node) << np.uint64(21)) | np.uint64(codes[place])
            found = place_of(keys, key)
            if keys[found] == 0:
                break
            node = nodes[found]
            token = tokens[node]
            if token < 0:
                continue
            single = single or place == position
            score = scores[token] + best[position]
            if begins[place + 1] < 0 or score > best[place + 1]:
                best[place + 1], begins[place + 1], last[place + 1] = score, position, token
        if not single:
            score = scores[-1] + best[position]
            if begins[position + 1] < 0 or score > best[position + 1]:
                best[position + 1], begins[position + 1], last[position + 1] = score, position, unknown


@compiled
def segment(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint8],
    trie: Trie,
    unknown: int,
    out: tuple[NDArray[np.int32], NDArray[np.int64]],
) -> int:
    """Writes the tokens of texts, parted by a code of 0, and where each text's end; answers how many there are.

    Neighbouring unknown characters are one token.
    """
    ids, bounds = out
    size = len(codes)
    path = np.empty(size + 1), np.empty(size + 1, np.int64), np.empty(size + 1, np.int32)
    _, begins, last = path
    count = text = position = 0
    while position < size:
        kind = classes[codes[position]]
        if kind == 0:
            if codes[position] == 0:
                text += 1
                bounds[text] = count
            position += 1
            continue
        end = position + 1
        while end < size and classes[codes[end]] == kind:
            end += 1
        best_path(codes, (position, end), trie, unknown, path)
        first, place = count, end
        while place > position:
            if not (last[place] == unknown and count > first and ids[count - 1] == unknown):
                ids[count] = last[place]
                count += 1
            place = begins[place]
        ids[first:count] = ids[first:count][::-1].copy()
        position = end
    bounds[-1] = count
    return count


@compiled
def add_rows(
    rows: NDArray[Any],
    scales: NDArray[np.float32],
    ids: NDArray[np.int32],
    bounds: NDArray[np.int64],
    sums: NDArray[np.float32],
) -> None:
    """Adds the scaled rows of each text's tokens to its row of `sums`, one after the other, in float32."""
    for text in range(len(bounds) - 1):
        for position in range(bounds[text], bounds[text + 1]):
            token = ids[position]
            scale = scales[token]
            for column in range(rows.shape[1]):
                sums[text, column] += np.float32(rows[token, column]) * scale
