"""Documents counted into inverted lists: one block of texts at a time becomes numbers, the loops over numbers are compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexes.terms import Ids, Keys, Terms, text_keys
from indexes.tokens import Stream

if TYPE_CHECKING:
    from indexes.postings import Document

Floats = NDArray[np.float64]
Block = tuple[Keys, Ids]
"""The keys of some documents' tokens in order, and where the tokens of each title and of each body end, (2 · documents,)."""
BLOCK = 4_096
"""Documents whose texts are cut at once: a million characters of real abstracts."""
_ROOM = 0.6
"""Share of the places of a hash table that may be taken."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The tokens of documents in order.

    terms: int32 (tokens,), the number of each, −1 where it is none; starts: int64 (documents + 1,); bodies: int64
    (documents,), where each body begins; lengths: (documents,), weighted tokens of each.
    """

    terms: NDArray[np.int32]
    starts: Ids
    bodies: Ids
    lengths: Floats


@dataclass(frozen=True, slots=True)
class Lists:
    """Inverted lists: starts, int64 (terms + 1,); rows, int32, and weights, float32, both (postings,)."""

    starts: Ids
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]


class Numbering:
    """Terms numbered by their first appearance."""

    def __init__(self) -> None:
        self._keys = np.zeros(1 << 16, np.uint64)  # 0 is no token's key
        self._numbers = np.zeros(1 << 16, np.int32)
        self._count = 0

    def number(self, keys: Keys) -> NDArray[np.int32]:
        """The number of each key's term; new ones get the next."""
        from indexes.kernels import intern

        found, done = np.empty(len(keys), np.int32), 0
        while True:
            most = int(_ROOM * len(self._keys))
            done, self._count = intern(keys, found, done, (self._keys, self._numbers), (self._count, most))
            if done == len(keys):
                return found
            self._grow()

    def terms(self) -> Terms:
        """All of them."""
        taken = np.flatnonzero(self._keys)
        order = taken[np.argsort(self._keys[taken])]
        return Terms(self._keys[order], self._numbers[order])

    def _grow(self) -> None:
        from indexes.kernels import intern

        taken = np.flatnonzero(self._keys)
        # In the order of their numbers, so that they get the same ones again.
        old = self._keys[taken[np.argsort(self._numbers[taken])]]
        self._keys, self._numbers = (
            np.zeros(4 * len(self._keys), np.uint64),
            np.zeros(4 * len(self._keys), np.int32),
        )
        intern(old, np.empty(len(old), np.int32), 0, (self._keys, self._numbers), (0, len(old)))


def text_blocks(documents: Sequence[Document], stream: Stream) -> Iterator[Block]:
    """Normalised documents, cut."""
    for start in range(0, len(documents), BLOCK):
        part = documents[start : start + BLOCK]
        yield text_keys([text for one in part for text in (one.title, one.body)], stream)


def counted(
    blocks: Iterable[Block], number: Callable[[Keys], Ids | NDArray[np.int32]], body: float
) -> Counted:
    """Number the tokens of all documents; a body's token weighs `body`, a title's 1."""
    terms, ends, lengths, total = [np.zeros(0, np.int32)], [np.zeros(1, np.int64)], [], np.zeros(1)
    weight = np.array([1.0, body], dtype=np.float32)
    for keys, end in blocks:
        terms.append(number(keys).astype(np.int32, copy=False))
        ends.append(end + ends[-1][-1])
        weights = np.repeat(np.tile(weight, len(end) // 2), np.diff(end, prepend=0))
        sums = np.cumsum(np.concatenate([total[-1:], weights]), dtype=np.float64)
        lengths.append(np.diff(sums[np.concatenate([[0], end[1::2]])]))
        total = sums
    bounds = np.concatenate(ends)
    return Counted(np.concatenate(terms), bounds[::2], bounds[1::2], np.concatenate([np.zeros(0), *lengths]))


def frequencies(tokens: Counted, terms: int) -> Ids:
    """In how many documents each term stands, shape (terms,)."""
    from indexes.kernels import tally

    found = np.zeros(terms, np.int64)
    tally(tokens.terms, tokens.starts, np.full(terms, -1, np.int32), found)
    return found


def inverted(tokens: Counted, sizes: Ids, body: float) -> Lists:
    """The lists of the terms that have a size, the frequency; 0 for those that get none."""
    from indexes.kernels import invert

    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    rows, weights = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    places = np.where(sizes > 0, starts[:-1], -1)
    last = np.full(len(sizes), -1, np.int32)
    invert(tokens.terms, (tokens.starts, tokens.bodies), (places, last), (rows, weights), np.float32(body))
    return Lists(starts, rows, weights)
