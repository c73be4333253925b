"""What every embedding model offers: texts in, unit vectors out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]
"""Called with the number of texts done since the last call."""


class ModelUnusable(Exception):
    """A model is missing, damaged or answers wrongly; the message is Chinese and says what to do."""


class Role(StrEnum):
    """Which side of a search a text stands on; models may prefix the two differently."""

    QUERY = "query"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One line of the catalogue: where a model comes from and how it wants to be spoken to."""

    name: str
    source: str
    """Hub name, local folder or endpoint; relative folders are looked up beside this package."""
    kind: str
    """Key of the loader table: static, sentence-transformers, endpoint."""
    dimension: int
    query_prefix: str = ""
    passage_prefix: str = ""
    max_tokens: int = 512
    pooling: str = "mean"
    licence: str = ""
    revision: str | None = None
    modelscope: str | None = None
    """Name on ModelScope, where it differs from the hub's."""


class Embedder(Protocol):
    """A loaded model.

    `encode` returns float32 of shape (len(texts), dimension), each row of unit length, or all zero where a
    text holds nothing that the model knows; never NaN. The result of a text depends on that text alone.
    """

    @property
    def spec(self) -> ModelSpec:
        """The catalogue line it was loaded by."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over weights and everything that changes the vectors: the cache key."""
        ...

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """Vectors of shape (len(texts), dimension)."""
        ...
