"""Compiled loops over the words of documents beside those of a query; importing this module costs numba's start.

Words of a vocabulary are given as (bounds, codes, kinds), documents as (starts, ids): see `indexes.words`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compiling import compiled
from indexes.words import Vocabulary

Texts = tuple[NDArray[np.int64], NDArray[np.int32]]


Chains = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Where characters stand in a text: the first place of each of 1,024 classes, and the next one after every place; −1: none."""
_CLASSES = 1_024


def _chain(text: NDArray[np.uint32], size: int, chains: Chains) -> None:
    firsts, nexts = chains
    firsts[:] = -1
    for place in range(size - 1, -1, -1):
        kind = text[place] % np.uint32(_CLASSES)
        nexts[place] = firsts[kind]
        firsts[kind] = place


chain = compiled(_chain)
"""Fills the chains of `text[:size]`."""


def _same(text: NDArray[np.uint32], place: int, codes: NDArray[np.uint32], first: int, length: int) -> bool:
    step = 0
    while step < length and text[place + step] == codes[first + step]:
        step += 1
    return step == length


same = compiled(_same)
"""Whether `codes[first : first + length]` stand at a place of `text`, which has as many from there on."""


def _index(
    text: NDArray[np.uint32], size: int, chains: Chains, codes: NDArray[np.uint32], first: int, length: int
) -> int:
    firsts, nexts = chains
    place: int = firsts[codes[first] % np.uint32(_CLASSES)]
    while place >= 0 and place + length <= size:
        if same(text, place, codes, first, length):
            return place
        place = nexts[place]
    return -1


index = compiled(_index)
"""The first place in `text[:size]`, chained, of `codes[first : first + length]`; −1 where it is not there."""


def _locate(
    query: NDArray[np.uint32],
    runs: NDArray[np.int64],
    vocabulary: Vocabulary,
    places: NDArray[np.int64],
    touching: NDArray[np.bool_],
) -> None:
    bounds, codes, kinds = vocabulary
    chains = np.empty(_CLASSES, np.int32), np.empty(len(query), np.int32)
    chain(query, len(query), chains)
    for word in range(len(kinds)):
        first, length = bounds[word], bounds[word + 1] - bounds[word]
        if kinds[word] != 0:
            places[word] = -1
            for place in range(len(query)):
                if runs[place] == length and same(query, place, codes, first, length):
                    places[word] = place
                    break
            continue
        places[word] = index(query, len(query), chains, codes, first, length)
        if places[word] < 0 and length > 2:
            for part in range(length - 1):
                if index(query, len(query), chains, codes, first + part, 2) >= 0:
                    touching[word] = True
                    break


locate = compiled(_locate)
"""Writes where each word first stands in a query into `places`, −1 for nowhere: Han words anywhere, other runs as a whole.

`runs` (characters of the query,) has the length of the run of letters and digits that begins at each place, else 0.
`touching` marks Han words of three characters or more that do not stand there, but a pair of their characters does."""


def _groups(
    query: NDArray[np.uint32],
    vocabulary: Vocabulary,
    texts: Texts,
    words: tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]],
    found: NDArray[np.int64],
) -> int:
    bounds, codes, kinds = vocabulary
    starts, ids = texts
    places, particles, inner, keys = words
    longest = len(query) + 1
    group = np.empty(longest, np.uint32)
    chains = np.empty(_CLASSES, np.int32), np.empty(len(query), np.int32)
    chain(query, len(query), chains)
    count = 0
    for document in range(len(starts) - 1):
        begun, size = -1, 0
        for at in range(starts[document], starts[document + 1] + 1):
            word = ids[at] if at < starts[document + 1] else np.int32(-1)
            alone = word >= 0 and kinds[word] == 0 and places[word] >= 0
            if alone and begun >= 0:
                length = bounds[word + 1] - bounds[word]
                if size + length < longest:
                    group[size : size + length] = codes[bounds[word] : bounds[word + 1]]
                    if index(query, len(query), chains, group, 0, size + length) >= 0:
                        size += length
                        continue
            if begun >= 0:
                first, last, skipped = begun, at - 1, 0
                while first <= last and particles[ids[first]]:
                    first += 1
                    skipped += 1
                kept = size - skipped
                while first <= last and particles[ids[last]]:
                    last -= 1
                    kept -= 1
                if kept > 1:
                    place = index(query, len(query), chains, group, skipped, kept)
                    found[count, 0], found[count, 1], found[count, 2] = document, place, kept
                    count += 1
                begun = -1
            if alone:
                size = bounds[word + 1] - bounds[word]
                group[:size] = codes[bounds[word] : bounds[word + 1]]
                begun = at
            elif word >= 0:
                if kinds[word] == 1 and places[word] >= 0:
                    found[count, 0], found[count, 1] = document, places[word]
                    found[count, 2] = bounds[word + 1] - bounds[word]
                    count += 1
                for part in range(inner[word], inner[word + 1]):
                    found[count, 0], found[count, 1], found[count, 2] = (
                        document,
                        keys[part] >> 32,
                        keys[part] & 0xFFFFFFFF,
                    )
                    count += 1
    return count


groups = compiled(_groups)
"""Writes (document, place in the query, length) of every shared piece into `found`, and answers how many there are.

`words` are, for each: where it stands in the query, whether it is a particle, and the pieces inside it that stand there
(inner[word] : inner[word + 1] of keys, place · 2³² + length)."""


def _claim(
    pieces: NDArray[np.int64],
    tokens: tuple[NDArray[np.int64], NDArray[np.int64]],
    parts: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> None:
    begins, held = tokens
    values = np.empty(held.size + 1)
    for at in range(len(pieces)):
        document, piece = pieces[at, 0], pieces[at, 1]
        count = 0
        for token in held[begins[piece] : begins[piece + 1]]:
            part = parts[document, token]
            if part > 0:
                parts[document, token] = 0.0
                place = count
                while place > 0 and values[place - 1] > part:
                    values[place] = values[place - 1]
                    place -= 1
                values[place] = part
                count += 1
        weight = 0.0
        for place in range(count):
            weight += values[place]
        weights[at] = weight


claim = compiled(_claim)
"""Gives each piece of `pieces` (document, piece), in this order, the parts of its tokens that no other has yet.

`parts` (documents, tokens) is used up; `tokens` are begins (pieces + 1,) and the token numbers of each."""


def _nearest(
    texts: Texts,
    vocabulary: Vocabulary,
    need: Vocabulary,
    alike: tuple[NDArray[np.float32], NDArray[np.bool_], float, int],
    found: NDArray[np.int64],
) -> int:
    (starts, ids), (bounds, codes, kinds) = texts, vocabulary
    cosines, usable, least, considered = alike
    text, firsts, nexts = np.empty(1, np.uint32), np.empty(_CLASSES, np.int32), np.empty(1, np.int32)
    seen = np.full(len(kinds), -1, np.int64)
    rows, columns = np.empty(considered, np.int64), np.empty(considered, np.int64)
    count = 0
    for document in range(len(starts) - 1):
        size, wide = 0, 0
        for at in range(starts[document], starts[document + 1]):
            size += 1 if ids[at] < 0 else bounds[ids[at] + 1] - bounds[ids[at]]
        if size > len(text):
            text, nexts = np.empty(2 * size, np.uint32), np.empty(2 * size, np.int32)
        size = 0
        for at in range(starts[document], starts[document + 1]):
            word = ids[at]
            if word < 0:
                text[size] = 0
                size += 1
                continue
            for place in range(bounds[word], bounds[word + 1]):
                text[size] = codes[place]
                size += 1
            if usable[word] and seen[word] != document and wide < considered:
                seen[word] = document
                columns[wide] = word
                wide += 1
        chains = firsts, nexts
        chain(text, size, chains)
        high = 0
        for word in range(len(need[2])):
            first, length = need[0][word], need[0][word + 1] - need[0][word]
            if high < considered and index(text, size, chains, need[1], first, length) < 0:
                rows[high] = word
                high += 1
        for row in rows[:high]:
            best = np.float32(least)
            for column in columns[:wide]:
                best = max(best, cosines[row, column])
            for column in columns[:wide]:
                if cosines[row, column] == best:
                    first_of_all = True
                    for other in rows[:high]:
                        if cosines[other, column] > best:
                            first_of_all = False
                            break
                    if first_of_all:
                        found[count, 0], found[count, 1], found[count, 2] = document, row, column
                        count += 1
    return count


nearest = compiled(_nearest)
"""Writes (document, word of the need, word of the document) of every pair that is each other's nearest.

`alike` are the cosines (words of the need, vocabulary), which words of documents may be paired, the least cosine, and
how many words of each text are considered: of a document its first usable ones, of the need those that it lacks."""


def _cosines(
    one: tuple[NDArray[np.int8], NDArray[np.float32]],
    other: tuple[NDArray[np.int8], NDArray[np.float32]],
    usable: NDArray[np.bool_],
    found: NDArray[np.float32],
) -> None:
    vectors, scales = one
    others, other_scales = other
    for column in range(len(others)):
        if not usable[column]:
            continue
        for row in range(len(vectors)):
            total = np.int32(0)
            for place in range(vectors.shape[1]):
                product = np.int32(vectors[row, place]) * np.int32(others[column, place])
                total = np.int32(
                    total + product
                )  # said again, or it would be added in 64 bits, twice as slowly
            found[row, column] = np.float64(total) * scales[row] * other_scales[column]


cosines = compiled(_cosines)
"""Cosines of words, vectors of 8 bits with their scales, in the usable columns: exact sums, whatever else is asked."""
