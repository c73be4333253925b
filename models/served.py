"""Embeddings from any OpenAI-compatible service (vLLM, Xinference, Ollama, TEI): POST …/embeddings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np

from models.contract import Loading, ModelSpec, ModelUnusable, Progress, Role, Vectors, require_unit_rows
from models.endpoint import Endpoint, is_external
from models.transformers import cut_to, speakable

_PROBES = (
    "一种锂离子电池组的液冷装置",
    "小麦赤霉病的防治方法",
    "桥梁钢箱梁架设",
    "A device for testing bearings.",
)
"""Texts whose vectors tell one model from another."""
_BITS = 64


class ServedEmbedder:
    """A model behind a service; every answer is checked before it is believed."""

    def __init__(self, endpoint: Endpoint, spec: ModelSpec, batch: int, keep: int) -> None:
        self._endpoint = endpoint
        self._served = spec
        self._batch = batch
        self._spec = replace(spec, dimension=keep)
        self._fingerprint = ""

    @property
    def spec(self) -> ModelSpec:
        """The model's line, with the dimension that the service answers and whether texts leave this machine."""
        return self._spec

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over address, name, prefixes, dimension and a signature of the probes' vectors.

        The signature is the side of random hyperplanes on which they lie (Charikar, STOC 2002): the last digits of a
        service's arithmetic leave it alone, another model behind the same name does not.
        """
        return self._fingerprint

    @classmethod
    def load(cls, spec: ModelSpec, loading: Loading, endpoint: Endpoint | None = None) -> Self:
        """Ask the service for the probes; raises ModelUnusable where it cannot be used."""
        service = loading.service
        if service is None:
            raise ModelUnusable(
                f"模型“{spec.name}”由服务提供，但没有设置服务地址；请在 matcher.toml 的 [embedding.service] 中写 address，"
                "如 http://127.0.0.1:8000/v1。"
            )
        endpoint = endpoint or Endpoint(service)
        spec = replace(spec, external=is_external(service.address), max_tokens=spec.max_tokens or 512)
        first = _vectors(endpoint, spec, [_PROBES[0]])
        whole = replace(spec, dimension=spec.dimension or first.shape[1])
        kept = cut_to(whole, loading.dimension) if loading.dimension is not None else whole
        embedder = cls(endpoint, whole, service.batch, kept.dimension)
        embedder._fingerprint = embedder._sign()
        return embedder

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); blank texts get a zero row and are never sent.

        A query is a request of its own, so that its vector cannot depend on the queries beside it.
        """
        prefix = self._spec.query_prefix if role is Role.QUERY else self._spec.passage_prefix
        vectors = np.zeros((len(texts), self._spec.dimension), dtype=np.float32)
        filled = [row for row, text in enumerate(texts) if text.strip()]
        step = 1 if role is Role.QUERY else self._batch
        for start in range(0, len(filled), step):
            rows = filled[start : start + step]
            found = _vectors(self._endpoint, self._served, [prefix + speakable(texts[row]) for row in rows])
            require_unit_rows(found, self._served, len(rows))
            vectors[rows] = require_unit_rows(found[:, : self._spec.dimension], self._spec, len(rows))
            if progress is not None:
                progress(len(rows))
        return vectors

    def _sign(self) -> str:
        spec = self._spec
        vectors = self.encode(_PROBES, Role.PASSAGE)
        noise = hashlib.shake_256(b"hyperplanes").digest(spec.dimension * _BITS // 8)
        planes = np.unpackbits(np.frombuffer(noise, np.uint8)).reshape(spec.dimension, _BITS) * 2.0 - 1.0
        sides = np.packbits(vectors.astype(np.float64) @ planes > 0)
        facts = (self._endpoint.address, spec.name, spec.dimension, spec.query_prefix, spec.passage_prefix)
        return hashlib.sha256(repr(facts).encode() + sides.tobytes()).hexdigest()


def _vectors(endpoint: Endpoint, spec: ModelSpec, texts: list[str]) -> Vectors:
    """What the service answers, one row a text in the order of the texts; raises ModelUnusable for anything else."""
    answer = endpoint.post("embeddings", {"model": spec.source, "input": texts, "encoding_format": "float"})
    try:
        rows = _ordered(answer["data"], len(texts))
        with np.errstate(over="ignore"):  # becomes infinity, which is refused
            found = np.array([[float(value) for value in row["embedding"]] for row in rows], dtype=np.float32)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(
            f"模型服务 {endpoint.address} 的答复不是 {len(texts)} 条长度一致的向量（OpenAI /v1/embeddings 格式）；"
            "请核对服务地址和模型名称。"
        ) from error
    wanted = spec.dimension or found.shape[1]
    return found if found.size and found.shape[1] == wanted else _wrong(found, spec, len(texts))


def _ordered(rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The rows by their index; raises ValueError where these are not 0 … count − 1."""
    ordered = sorted(rows, key=lambda row: int(row["index"]))
    if [int(row["index"]) for row in ordered] != list(range(count)):
        raise ValueError("indices")
    return ordered


def _wrong(found: Vectors, spec: ModelSpec, rows: int) -> Vectors:
    """Raises ModelUnusable: the service answers another dimension than the model has."""
    return require_unit_rows(found, replace(spec, dimension=spec.dimension or 1), rows)
