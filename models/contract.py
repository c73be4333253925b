"""What every embedding model offers: texts in, unit vectors out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
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
    """Hub name, local folder or address of a service."""
    kind: str
    """Key of the loader table: static, sentence-transformers, served."""
    dimension: int
    """0: whatever the model has."""
    query_prefix: str = ""
    passage_prefix: str = ""
    max_tokens: int = 512
    pooling: str = ""
    """cls, mean or lasttoken; empty: as the model's folder says. Vectors are normalised whatever the folder says."""
    licence: str = ""
    revision: str | None = None
    """Commit or reference on the hub that holds safetensors; None: the newest."""
    shortest: int = 1
    """The fewest leading dimensions that still are a good vector (Matryoshka; Kusupati et al., NeurIPS 2022)."""
    external: bool = False
    """Whether texts leave this machine to reach it."""


class Precision(StrEnum):
    """Numbers in which a network is run."""

    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"
    INT8 = "int8"


class LongTexts(StrEnum):
    """What becomes of a text longer than a model reads: cut off, or read by windows and pooled."""

    CUT = "cut"
    MEAN = "mean"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Service:
    """How to speak to an OpenAI-compatible service; the key is only ever read from the environment."""

    address: str
    """Such as http://127.0.0.1:8000/v1."""
    key_variable: str = ""
    """Name of the environment variable that holds the key; empty: none is sent."""
    seconds: float = 30.0
    """Longest that one request may take, from connecting to the last byte."""
    attempts: int = 4
    batch: int = 32
    """Texts in one request."""


@dataclass(frozen=True, slots=True)
class Loading:
    """How a model is brought up on this machine."""

    device: str = "cpu"
    precision: Precision = Precision.FP32
    runtime: str = "torch"
    """torch or onnx."""
    dimension: int | None = None
    """Keep that many leading dimensions; None: all."""
    long_texts: LongTexts = LongTexts.MEAN
    hub: str = "huggingface"
    """huggingface (or its mirror in HF_ENDPOINT) or modelscope."""
    downloads: Path | None = None
    """Where downloaded models are kept; None: the hub's own cache."""
    service: Service | None = None


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


def require_unit_rows(vectors: Vectors, spec: ModelSpec, rows: int) -> Vectors:
    """The vectors as float32 rows of unit length; raises ModelUnusable for another shape, NaN or infinity.

    A row of zeros stays one.
    """
    if vectors.shape != (rows, spec.dimension):
        raise ModelUnusable(
            f"模型“{spec.name}”返回的向量形状为 {vectors.shape}，应为 {rows} 行 {spec.dimension} 维；请核对模型名称和版本。"
        )
    if not np.isfinite(vectors).all():
        raise ModelUnusable(f"模型“{spec.name}”给出了无效数值（NaN 或无穷），请检查权重文件是否完整。")
    wide = vectors.astype(np.float64)
    norms = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    units = wide / np.where(norms > 1e-12, norms, 1.0)[:, None]
    return np.asarray(units * (norms > 1e-12)[:, None], dtype=np.float32)
