"""Tokens as 64-bit keys, cut out of whole batches of texts at once, and a collection's terms by these keys.

A key holds up to three characters as they are, 21 bits each, so that characters and pairs are never mistaken for one
another. Longer tokens (numbers, grades, words of the third stream) have 63 bits of BLAKE2b behind a leading 1: among a
million of them two share a key in one collection of ten million.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from indexes.tokens import ALNUM_RUN, HAN_RANGES, LONGEST_TOKEN, Stream, tokens

Keys = NDArray[np.uint64]
Ids = NDArray[np.int64]
_BITS = 21
_HASHED = 1 << 63


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a stream: keys, uint64 (terms,), ascending, and the number of each, int32 (terms,)."""

    keys: Keys
    numbers: NDArray[np.int32]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.keys)

    def find(self, keys: Keys) -> Ids:
        """The number of each key's term; −1 for those that are none."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int64)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.numbers[places], -1).astype(np.int64)


def keys_of(words: Iterable[str]) -> Keys:
    """The keys of single tokens."""
    return np.array([_key(word) for word in words], dtype=np.uint64)


def text_keys(texts: Sequence[str], stream: Stream) -> tuple[Keys, Ids]:
    """The keys of all tokens of normalised texts, in order as `tokens` cuts them, and where each text's end, (texts,)."""
    if stream is Stream.WORDS:
        cut = [keys_of(tokens(text, stream)) for text in texts]
        return np.concatenate([np.zeros(0, np.uint64), *cut]), np.cumsum([len(part) for part in cut])
    whole = "\n".join(texts)
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    han = _HAN[np.minimum(codes, len(_HAN) - 1)]
    if stream is Stream.CHARACTERS:
        places = np.flatnonzero(han)
        keys = codes[places].astype(np.uint64)
    else:
        places = np.flatnonzero(han[:-1] & han[1:])
        keys = (codes[places].astype(np.uint64) << np.uint64(_BITS)) | codes[places + 1]
    others = [(run.start(), _key(run[0][:LONGEST_TOKEN])) for run in ALNUM_RUN.finditer(whole)]
    begun = np.array([start for start, _ in others], dtype=np.int64)
    into = np.searchsorted(places, begun)
    keys = np.insert(keys, into, np.array([key for _, key in others], dtype=np.uint64))
    places = np.insert(places, into, begun)
    ends = np.cumsum([len(text) + 1 for text in texts])
    return keys, np.searchsorted(places, ends)


@lru_cache(maxsize=100_000)
def _key(token: str) -> int:
    if len(token) > 3:
        digest = blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "little") | _HASHED
    key = 0
    for character in token:
        key = key << _BITS | ord(character)
    return key


def _han_table() -> NDArray[np.bool_]:
    table = np.zeros(ord(max(HAN_RANGES)[-1]) + 2, dtype=np.bool_)
    for first, last in re.findall("(.)-(.)", HAN_RANGES):
        table[ord(first) : ord(last) + 1] = True
    return table


_HAN = _han_table()
"""Whether a code point is a Han character; the last entry, False, stands for all beyond."""
