"""The words of documents as numbers of one vocabulary, cut once: what a comparison with a query's words needs.

words.starts, words.ids     the words of each document in order; −1 ends a run
words.bounds, words.codes   the characters of each word of the vocabulary
words.kinds, words.telling, words.vectors, words.scales   what is known of each
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import IndexUnusable, Mask, Vectors
from indexes.cutting import Cut
from indexes.postings import Document
from indexes.terms import Terms, keys_of
from indexes.tokens import is_han

HAN, TERM, NUMBER = 0, 1, 2
"""Kinds of words: of Han characters; a run of letters and digits; one of digits alone."""
_BARE_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LARGEST = 127
Vocabulary = tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint8]]
"""bounds, codes, kinds: see `Words`."""
_AT_ONCE = 2_000
"""Words whose vectors are made at once: what they need stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """What is to be known of words besides their characters."""

    telling: Callable[[Sequence[str]], Mask]
    """Which words say something by themselves, shape (words,)."""
    encode: Callable[[Sequence[str]], Vectors]
    """Unit vectors of shape (words, dimension), zero where nothing is known."""
    dimension: int


NOTHING = Meanings(
    lambda words: np.zeros(len(words), np.bool_), lambda words: np.zeros((len(words), 0), np.float32), 0
)
"""Where only the characters count."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some documents.

    starts: int64 (documents + 1,); ids: int32 (places,), words in order, −1 after each run; bounds: int64 (words + 1,);
    codes: uint32 (characters,); kinds: uint8 (words,); telling: bool (words,), those that have a vector; vectors: int8
    (words, dimension) with scales: float32 (words,), unit vectors to a 254th of their largest component.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    bounds: NDArray[np.int64]
    codes: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    telling: NDArray[np.bool_]
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    keys: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    numbers: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    """By which words are found, see `Terms`; only of a collection's own words."""

    @classmethod
    def build(
        cls, documents: Sequence[Document], meanings: Meanings = NOTHING, stored: Words | None = None
    ) -> Self:
        """Cut normalised documents; what `stored` words of the same meanings have is not worked out again."""
        return cls.of(Cut.of(document.whole for document in documents), meanings, stored)

    @classmethod
    def of(cls, cut: Cut, meanings: Meanings = NOTHING, stored: Words | None = None) -> Self:
        """The same of documents that have been cut."""
        known = list(cut.words)
        found = _Known.of(known, meanings) if stored is None else _Known.beside(stored, known, meanings)
        return cls(
            starts=cut.starts,
            ids=cut.ids,
            bounds=np.concatenate([[0], np.cumsum([len(word) for word in known], dtype=np.int64)]),
            codes=character_codes("".join(known)),
            kinds=np.array([_kind(word) for word in known], np.uint8),
            telling=found.telling,
            vectors=found.vectors,
            scales=found.scales,
        )

    def findable(self) -> Self:
        """The same, whose words can be found again."""
        keys = keys_of(self._spelt())
        order = np.argsort(keys)
        return replace(self, keys=keys[order], numbers=order.astype(np.int32))

    def under(self, meanings: Meanings) -> Self:
        """The same, where others may be telling: what is stored of those that were is not worked out again."""
        words = self._spelt()
        telling = np.asarray(meanings.telling(words), dtype=np.bool_)
        new = np.flatnonzero(telling & ~self.telling)
        fresh = _Known.of([words[row] for row in new.tolist()], meanings)
        vectors, scales = self.vectors * telling[:, None], self.scales * telling
        vectors[new], scales[new] = fresh.vectors, fresh.scales
        return replace(self, telling=telling, vectors=vectors, scales=scales)

    def _spelt(self) -> list[str]:
        text, bounds = self.codes.tobytes().decode("utf-32-le", "surrogatepass"), self.bounds.tolist()
        return [text[start:end] for start, end in pairwise(bounds)]

    @property
    def vocabulary(self) -> Vocabulary:
        """The characters of all words as compiled loops read them."""
        return self.bounds, self.codes, self.kinds

    def word(self, number: int) -> str:
        """The word of that number."""
        return "".join(map(chr, self.codes[self.bounds[number] : self.bounds[number + 1]].tolist()))

    def texts(self) -> list[str]:
        """The runs of words of each document, a line each."""
        ends, codes = self.ids < 0, np.append(self.codes, np.uint32(ord("\n")))
        first = np.where(ends, len(self.codes), self.bounds[:-1][self.ids] if len(self.kinds) else 0)
        lengths = np.where(ends, 1, np.diff(self.bounds)[self.ids] if len(self.kinds) else 0)
        text = codes[_spans(first, lengths)].tobytes().decode("utf-32-le", "surrogatepass")
        return [text[start:end] for start, end in pairwise(_ends(lengths)[self.starts].tolist())]

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The given documents in that order, with only the words that they have."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        held, ids = np.unique(self.ids[_spans(self.starts[rows], lengths)], return_inverse=True)
        ends = int(len(held) > 0 and held[0] < 0)
        taken = self.only(held[ends:])
        return replace(taken, starts=_ends(lengths), ids=(ids - ends).astype(np.int32))

    def only(self, held: NDArray[np.integer[Any]]) -> Self:
        """Words alone, those of the given numbers; no document."""
        sizes = self.bounds[held + 1] - self.bounds[held]
        return type(self)(
            starts=np.zeros(1, np.int64),
            ids=np.zeros(0, np.int32),
            bounds=_ends(sizes),
            codes=self.codes[_spans(self.bounds[held], sizes)],
            kinds=self.kinds[held],
            telling=self.telling[held],
            vectors=self.vectors[held],
            scales=self.scales[held],
        )

    def followed_by(self, other: Self) -> Self:
        """The documents of both, each with its own words."""
        ids = np.where(other.ids < 0, -1, other.ids + len(self.kinds)).astype(np.int32)
        return type(self)(
            starts=np.concatenate([self.starts, other.starts[1:] + self.starts[-1]]),
            ids=np.concatenate([self.ids, ids]),
            bounds=np.concatenate([self.bounds, other.bounds[1:] + self.bounds[-1]]),
            codes=np.concatenate([self.codes, other.codes]),
            kinds=np.concatenate([self.kinds, other.kinds]),
            telling=np.concatenate([self.telling, other.telling]),
            vectors=np.concatenate([self.vectors, other.vectors]),
            scales=np.concatenate([self.scales, other.scales]),
        )

    def save(self, folder: Path) -> None:
        """Write the arrays into an existing folder."""
        for entry in fields(self):
            np.save(_file(folder, entry.name), getattr(self, entry.name))

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """Map them back; None where there are none. Raises IndexUnusable where they do not fit."""
        names = [entry.name for entry in fields(cls)]
        if not _file(folder, names[0]).is_file():
            return None
        try:
            arrays: dict[str, NDArray[Any]] = {
                # Mapped, but as plain arrays: every look into a memmap object costs microseconds.
                name: np.asarray(np.load(_file(folder, name), mmap_mode="r"))
                for name in names
            }
        except (OSError, ValueError, EOFError) as error:
            raise IndexUnusable(f"词表 {folder} 无法读取（{error}）。请重新建立索引。") from error
        found = cls(**arrays)
        sizes = {len(found.bounds) - 1, *(len(part) for part in (found.kinds, found.telling, found.scales))}
        sizes |= {len(found.keys), len(found.numbers)}
        if sizes != {len(found.vectors)} or len(found.ids) != found.starts[-1]:
            raise IndexUnusable(f"词表 {folder} 的各部分不一致。请重新建立索引。")
        return found


def character_codes(text: str) -> NDArray[np.uint32]:
    """The code point of every character, shape (characters,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _kind(word: str) -> int:
    if is_han(word):
        return HAN
    return NUMBER if _BARE_NUMBER.fullmatch(word) else TERM


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of some words: see `Words`."""

    telling: NDArray[np.bool_]
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]

    @classmethod
    def of(cls, words: list[str], meanings: Meanings) -> _Known:
        """Worked out; rows of zeros for words that tell nothing."""
        telling = np.asarray(meanings.telling(words), dtype=np.bool_)
        rows = np.flatnonzero(telling)
        vectors = np.zeros((len(words), meanings.dimension), np.int8)
        scales = np.zeros(len(words), np.float32)
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            exact = meanings.encode([words[row] for row in part.tolist()])
            scale = np.abs(exact).max(axis=1) / np.float32(_LARGEST)
            vectors[part] = np.rint(exact / np.where(scale > 0, scale, 1)[:, None])
            scales[part] = scale
        return cls(telling, vectors, scales)

    @classmethod
    def beside(cls, stored: Words, words: list[str], meanings: Meanings) -> _Known:
        """As stored; the others worked out."""
        numbers = Terms(stored.keys, stored.numbers).find(keys_of(words))
        missing = np.flatnonzero(numbers < 0)
        fresh = cls.of([words[row] for row in missing.tolist()], meanings)
        if len(missing) == len(words):
            return fresh
        found = cls(stored.telling[numbers], stored.vectors[numbers], stored.scales[numbers])
        found.telling[missing], found.vectors[missing] = fresh.telling, fresh.vectors
        found.scales[missing] = fresh.scales
        return found


def _file(folder: Path, name: str) -> Path:
    return folder / f"words.{name}.npy"


def _ends(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    ends: NDArray[np.int64] = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return ends


def _spans(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """All places of spans, one after the other."""
    before = np.cumsum(lengths) - lengths
    places: NDArray[np.int64] = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
    return places
