"""Texts cut into words, as numbers of a vocabulary of their own: parts are cut anywhere and joined in order."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexes.tokens import run_words


@dataclass(frozen=True, slots=True)
class Cut:
    """words: by their first appearance; ids: int32 (places,), words in order, −1 after each run; starts: int64
    (texts + 1,), where each text begins."""

    words: tuple[str, ...]
    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Of normalised texts."""
        numbers = _numbers()
        ids, starts = array("i"), [0]
        for text in texts:
            for words in run_words(text):
                ids.extend(map(numbers.__getitem__, words))
                ids.append(-1)
            starts.append(len(ids))
        return cls(tuple(numbers), np.frombuffer(ids, np.int32), np.array(starts, np.int64))

    @classmethod
    def joined(cls, parts: Iterable[Cut]) -> Self:
        """All parts as if they had been cut at once."""
        numbers = _numbers()
        ids, sizes = [np.zeros(0, np.int32)], [np.zeros(1, np.int64)]
        for part in parts:
            known = np.array([*map(numbers.__getitem__, part.words), -1], np.int32)
            ids.append(known[part.ids])  # −1 is the last one
            sizes.append(np.diff(part.starts))
        return cls(tuple(numbers), np.concatenate(ids), np.cumsum(np.concatenate(sizes)))


def _numbers() -> defaultdict[str, int]:
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers
