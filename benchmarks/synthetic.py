"""One generator of made-up texts, patents and needs, as long as real ones; every benchmark of speed reads these.

A text is words of jieba's dictionary drawn by their frequency, two in five of them from its topic's own vocabulary,
so that needs have answers and vectors form clusters. The same seed gives the same texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from matcher.domain import (
    Confidentiality,
    LegalStatus,
    LicensingMode,
    Maturity,
    MaturityScale,
    Need,
    Patent,
    PatentType,
)
from matcher.identifiers import check_digit

ABSTRACT, NEED, TITLE = 220, 240, 18
"""Characters of an abstract, a need's description and a title, as in real files."""
TOPICS = 400
CITIES = tuple(f"第{number}市" for number in range(1, 17))
_OWN_WORDS = 60
_OWN_SHARE = 0.4
_AT_ONCE = 5_000
_TYPES = (PatentType.INVENTION, PatentType.INVENTION, PatentType.UTILITY_MODEL)
_MODES = (LicensingMode.ASSIGNMENT, LicensingMode.ORDINARY_LICENCE, LicensingMode.OPEN_LICENCE)


@dataclass(frozen=True, slots=True)
class _Language:
    words: NDArray[np.object_]
    chances: NDArray[np.int64]
    """Summed frequencies."""
    own: NDArray[np.int64]
    """Shape (topics, words of a topic)."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Titles and bodies with the topic of each; `topics` has shape (texts,)."""

    titles: list[str]
    bodies: list[str]
    topics: NDArray[np.int64]


@cache
def _language() -> _Language:
    import jieba

    with jieba.get_dict_file() as file:
        lines = [line.decode("utf-8").split(" ") for line in file]
    words = np.array([line[0] for line in lines], dtype=object)
    frequencies = np.array([int(line[1]) for line in lines], dtype=np.int64)
    technical = [
        row for row, word in enumerate(words) if 2 <= len(word) <= 4 and 20 <= frequencies[row] <= 2_000
    ]
    own = np.random.default_rng(1).choice(technical, (TOPICS, _OWN_WORDS))
    return _Language(words, np.cumsum(frequencies), own)


def batches(count: int, body: int = ABSTRACT, seed: int = 0) -> Iterator[Texts]:
    """`count` texts of TITLE and `body` characters, in batches."""
    language, random = _language(), np.random.default_rng(seed)
    for start in range(0, count, _AT_ONCE):
        rows = min(_AT_ONCE, count - start)
        topics = random.integers(0, TOPICS, rows)
        titles, bodies = (_texts(language, random, topics, length) for length in (TITLE, body))
        yield Texts(titles, bodies, topics)


def texts(count: int, length: int = ABSTRACT, seed: int = 0) -> list[str]:
    """Bodies alone."""
    return [body for batch in batches(count, length, seed) for body in batch.bodies]


def patents(count: int, seed: int = 0, first: int = 0) -> Iterator[Patent]:
    """Granted patents, numbered from `first`; about half state what maturity and modes they have."""
    random, number = np.random.default_rng(seed + 1), first
    for batch in batches(count, ABSTRACT, seed):
        drawn = random.integers(0, 1 << 30, len(batch.titles)).tolist()
        for title, body, topic, chance in zip(
            batch.titles, batch.bodies, batch.topics.tolist(), drawn, strict=True
        ):
            yield _patent(number, title, body, topic, chance)
            number += 1


def needs(count: int, seed: int = 7) -> list[Need]:
    """Public needs of the same topics."""
    asked = (
        (title, body)
        for batch in batches(count, NEED, seed)
        for title, body in zip(batch.titles, batch.bodies, strict=True)
    )
    return [
        Need(
            id=f"需求{number:06d}",
            title=title,
            description=body,
            region=CITIES[number % len(CITIES)],
            confidentiality=Confidentiality.PUBLIC,
            source="synthetic",
            own_id=f"{number:06d}",
        )
        for number, (title, body) in enumerate(islice(asked, count))
    ]


def units(count: int, dimension: int = 256, seed: int = 0) -> NDArray[np.float32]:
    """Clustered unit vectors of shape (count, dimension), in random order: 1,000 centres with noise around them."""
    centres = np.random.default_rng(2).standard_normal((1_000, dimension), dtype=np.float32)
    random = np.random.default_rng(seed)
    vectors = centres[random.integers(0, len(centres), count)]
    vectors += random.standard_normal((count, dimension), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _texts(
    language: _Language, random: np.random.Generator, topics: NDArray[np.int64], length: int
) -> list[str]:
    shape = (len(topics), length)
    common = np.searchsorted(language.chances, random.integers(0, language.chances[-1], shape), side="right")
    own = np.take_along_axis(language.own[topics], random.integers(0, _OWN_WORDS, shape), axis=1)
    drawn = np.where(random.random(shape) < _OWN_SHARE, own, common)
    return ["".join(row)[:length] for row in language.words[drawn].tolist()]


def _patent(number: int, title: str, body: str, topic: int, chance: int) -> Patent:
    filed = date(2010, 1, 1) + timedelta(days=chance % 4_000)
    kind = _TYPES[chance % len(_TYPES)]
    base = f"{filed.year}{1 if kind is PatentType.INVENTION else 2}{number:07d}"
    application = f"CN{base}.{check_digit(base)}"
    told = chance >> 12 & 1 == 1
    level = 1 + (chance >> 13) % 9
    return Patent(
        id=application,
        title=title,
        abstract=body,
        application_number=application,
        type=kind,
        status=LegalStatus.GRANTED,
        status_date=date(2026, 10, 31),
        filed=filed,
        granted=filed + timedelta(days=600),
        holders=(f"第{(chance >> 4) % 300}大学",),
        ipc=(f"{'ABCDEFGH'[topic % 8]}{topic // 8 + 1:02d}K {1 + (chance >> 6) % 40}/00",),
        region=CITIES[(chance >> 5) % len(CITIES)],
        maturity=Maturity(level, f"{level}级", MaturityScale.TRL9) if told else None,
        modes=(_MODES[(chance >> 8) % len(_MODES)],) if told else (),
    )
