"""Cuts Chinese technical text into the token streams that the lexical index counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

HAN_RANGES = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""As in a regular expression's set."""
_ALNUM = rf"[^\W_{HAN_RANGES}]"
_ALNUM_RUN = rf"{_ALNUM}+(?:(?<=\d)\.\d+{_ALNUM}*)?"
ALNUM_RUN = re.compile(_ALNUM_RUN)
"""Letters and digits together, a decimal point between digits included."""
_RUN = re.compile(rf"(?P<han>[{HAN_RANGES}]+)|{_ALNUM_RUN}")

_HAN_START = re.compile(rf"[{HAN_RANGES}]")

LONGEST_TOKEN = 40
"""Characters kept of a Latin or numeric run: no grade or model name is longer, and junk stays small."""


class Stream(StrEnum):
    """One way of cutting a text; runs of letters and digits (PLC, Q235, 0.5mm, PM2.5) stay whole in each."""

    CHARACTERS = "characters"
    """Single Han characters."""
    BIGRAMS = "bigrams"
    """Pairs of neighbouring Han characters."""
    WORDS = "words"
    """jieba's words in search mode, by dictionary only (no hidden Markov model)."""


def normalise(text: str) -> str:
    """NFKC and lower case: full-width forms and capitals stop mattering."""
    return unicodedata.normalize("NFKC", text).lower()


def runs(text: str) -> list[str]:
    """The Han runs and the alphanumeric runs of a normalised `text`, in order; all else separates."""
    return [run for _, run in runs_at(text)]


def runs_at(text: str) -> list[tuple[int, str]]:
    """The same, each with the place where it begins."""
    return [(run.start(), run[0] if run["han"] else run[0][:LONGEST_TOKEN]) for run in _RUN.finditer(text)]


def is_han(run: str) -> bool:
    """Whether a run or token is written in Han characters."""
    found = _HAN_START.match(run)
    return found is not None


def words(run: str) -> list[str]:
    """jieba's words of a Han run, none overlapping (dictionary only)."""
    import rjieba  # 0.1 s of dictionary: only for those who cut words

    cut: list[str] = rjieba.cut(run, False)
    return cut


def run_words(text: str) -> Iterator[list[str]]:
    """The runs of a normalised `text` as jieba's words of each; one of letters and digits is one word."""
    for run in _RUN.finditer(text):
        yield words(run[0]) if run.lastgroup is not None else [run[0][:LONGEST_TOKEN]]


@lru_cache(maxsize=50_000)
def inner_words(word: str) -> tuple[str, ...]:
    """The words of two characters or more within a word of three or more, itself among them."""
    return tuple(part for part in tokens(word, Stream.WORDS) if len(part) > 1) if len(word) > 2 else ()


def tokens(text: str, stream: Stream) -> list[str]:
    """The tokens of a normalised `text` in one stream, in order, with repetitions."""
    found: list[str] = []
    for run in _RUN.finditer(text):
        if run["han"] is None:
            found.append(run[0][:LONGEST_TOKEN])
        elif stream is Stream.CHARACTERS:
            found.extend(run[0])
        elif stream is Stream.BIGRAMS:
            found.extend(map("".join, zip(run[0], run[0][1:], strict=False)))
        else:
            found.extend(_search_words(run[0]))
    return found


def _search_words(run: str) -> list[str]:
    import rjieba

    cut: list[str] = rjieba.cut_for_search(run, False)
    return cut
