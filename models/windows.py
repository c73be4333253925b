"""Texts longer than a model reads: cut into windows at sentence ends, embedded one by one, pooled into one vector."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

import numpy as np

from models.contract import Embedder, LongTexts, ModelSpec, Progress, Role, Vectors, require_unit_rows

Length = Callable[[str], int]
"""What a text costs of a model's `max_tokens`."""

MOST = 32
"""Windows of one text; what is beyond them (some 15,000 characters) is not read."""
_SENTENCES = re.compile(r"[^。！？；;!?\n]+[。！？；;!?\n]*|[。！？；;!?\n]+")
_AT_ONCE = 256
"""Texts between two reports of progress."""


class WindowedEmbedder:
    """Another embedder that reads long texts to their end; texts within its limit get the very same vectors."""

    def __init__(self, inner: Embedder, pooling: LongTexts, length: Length) -> None:
        if pooling is LongTexts.CUT:
            raise ValueError("a text that is cut needs no windows")
        self._inner = inner
        self._pooling = pooling
        self._length = length

    @property
    def spec(self) -> ModelSpec:
        """The inner model's."""
        return self._inner.spec

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the inner fingerprint, the pooling and the number of windows."""
        return hashlib.sha256(f"{self._inner.fingerprint}:{self._pooling}:{MOST}".encode()).hexdigest()

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); a text of several windows gets their pooled vector."""
        vectors = np.zeros((len(texts), self.spec.dimension), dtype=np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            pieces = [self._windows(text, role) for text in part]
            found = self._inner.encode([piece for group in pieces for piece in group], role)
            ends = list(accumulate(len(group) for group in pieces))
            for row, (group, end) in enumerate(zip(pieces, ends, strict=True), start=start):
                vectors[row] = self._pool(found[end - len(group) : end])
            if progress is not None:
                progress(len(part))
        return vectors

    def _windows(self, text: str, role: Role) -> list[str]:
        prefix = self.spec.query_prefix if role is Role.QUERY else self.spec.passage_prefix
        if len(text) < self.spec.max_tokens // 8 or self._length(prefix + text) <= self.spec.max_tokens:
            return [text]
        # The empty text costs what the model's special tokens cost; they stand in every window.
        room = self.spec.max_tokens - self._length(prefix)
        return windows(text, max(room, 1), lambda piece: self._length(piece) - self._length(""))

    def _pool(self, found: Vectors) -> Vectors:
        """One row of several; a window without a vector says nothing."""
        known = found[found.any(axis=1)]
        pooled: Vectors = found[0]
        if len(found) > 1 and len(known):
            pooled = known.mean(axis=0) if self._pooling is LongTexts.MEAN else known.max(axis=0)
            pooled = require_unit_rows(pooled[None, :], self.spec, 1)[0]
        return pooled


def windows(text: str, room: int, length: Length) -> list[str]:
    """Consecutive pieces of a text of at most `room` each, ending with a sentence where one ends; at most MOST.

    A sentence longer than that is cut where the room ends.
    """
    found: list[str] = []
    current, used = "", 0
    for sentence in _fitting(text, room, length):
        cost = length(sentence)
        if current and used + cost > room:
            found.append(current)
            current, used = "", 0
            if len(found) == MOST:
                return found
        current, used = current + sentence, used + cost
    return [*found, current] if current.strip() else found


def _fitting(text: str, room: int, length: Length) -> Iterator[str]:
    """The sentences of a text, those that are too long in halves of halves."""
    for match in _SENTENCES.finditer(text):
        waiting = [match.group()]
        while waiting:
            piece = waiting.pop()
            if len(piece) > 1 and (len(piece) > 8 * room or length(piece) > room):
                middle = len(piece) // 2
                waiting += [piece[middle:], piece[:middle]]
            else:
                yield piece
