"""Any sentence-transformers checkpoint, from a local folder, a hub or a mirror; remote code is never run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from models.batches import MOST, batches
from models.contract import (
    Loading,
    ModelSpec,
    ModelUnusable,
    Precision,
    Progress,
    Role,
    Vectors,
    require_unit_rows,
)
from models.folders import cannot_load, find_folder, fingerprint, refuse_unsafe

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_LONGEST = 512
"""Tokens of a text, where neither the folder nor the catalogue says how many the model reads."""


class TransformersEmbedder:
    """An encoder served through sentence-transformers, with the prefixes that its spec names."""

    def __init__(self, model: SentenceTransformer, spec: ModelSpec, fingerprint: str) -> None:
        self._model = model
        self._spec = spec
        self._fingerprint = fingerprint

    @property
    def spec(self) -> ModelSpec:
        """The catalogue line, with the dimension and the prefixes that the model really has."""
        return self._spec

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the files, the prefixes and the way of loading."""
        return self._fingerprint

    @property
    def network(self) -> SentenceTransformer:
        """The model itself, for training; who changes it makes the fingerprint untrue."""
        return self._model

    @classmethod
    def load(cls, spec: ModelSpec, loading: Loading | None = None) -> Self:
        """Load a checkpoint; raises ModelUnusable where it is absent, damaged, unsafe or not what the spec says."""
        loading = loading or Loading()
        require_library(spec)
        if loading.precision is Precision.INT8:
            raise ModelUnusable(
                "int8 只能以 ONNX 方式运行；请把 embedding.runtime 设为 onnx，或改用 fp32、bf16、fp16。"
            )
        folder = find_folder(spec, loading)
        refuse_unsafe(folder)
        require_device(loading.device)
        try:
            model = _open(folder, spec, loading)
        except Exception as error:  # torch, the tokeniser and the parsers each raise their own kinds
            raise cannot_load(folder, error) from error
        spec = _compared(model, spec)
        if loading.dimension is not None:
            spec = cut_to(spec, loading.dimension)
            model.truncate_dim = loading.dimension
        settings = (spec.query_prefix, spec.passage_prefix, model.max_seq_length, loading.precision)
        return cls(model, spec, fingerprint(folder, "*.safetensors", *settings, spec.dimension))

    def length(self, text: str) -> int:
        """The number of tokens that the model would read of a text, were it not cut; special ones included."""
        return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); blank texts get a zero row. Raises ModelUnusable on NaN.

        Queries go through the network one by one: in a batch, padding and the kernels chosen for its shape would
        change the last bits of a vector with its neighbours.
        """
        prefix = self._spec.query_prefix if role is Role.QUERY else self._spec.passage_prefix
        vectors = np.zeros((len(texts), self._spec.dimension), dtype=np.float32)
        for rows in batches(texts, self._spec.max_tokens, 1 if role is Role.QUERY else MOST):
            vectors[rows] = require_unit_rows(
                self._model.encode(
                    [prefix + speakable(texts[row]) for row in rows],
                    prompt="",
                    batch_size=len(rows),
                    normalize_embeddings=True,
                    show_progress_bar=False,
                ),
                self._spec,
                len(rows),
            )
            if progress is not None:
                progress(len(rows))
        return vectors


def require_library(spec: ModelSpec) -> None:
    """Raises ModelUnusable where sentence-transformers is not installed."""
    try:
        import sentence_transformers  # noqa: F401
    except ImportError as error:
        raise ModelUnusable(
            f"模型“{spec.name}”需要 sentence-transformers，请运行 pip install 'patent-matcher[transformers]'。"
        ) from error


def require_device(device: str) -> None:
    """Raises ModelUnusable for a graphics card that torch does not find."""
    import torch

    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ModelUnusable(
            "本机没有 torch 可用的显卡（CUDA）；请把 device 设为 cpu，或安装带 CUDA 的 torch 和显卡驱动。"
        )


def network_settings(loading: Loading) -> dict[str, Any]:
    """What transformers is told about weights and numbers; called once files are there, it also ends its own bars."""
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    types = {Precision.FP16: torch.float16, Precision.BF16: torch.bfloat16}
    return {"use_safetensors": True, "dtype": types.get(loading.precision, torch.float32)}


def speakable(text: str) -> str:
    """A text without lone surrogates, which are a str in Python but not Unicode text."""
    return text.encode("utf-8", "replace").decode("utf-8")


def cut_to(spec: ModelSpec, dimension: int) -> ModelSpec:
    """The spec of a model of which only the leading dimensions are kept; raises ModelUnusable where that is no use."""
    if not spec.shortest <= dimension <= spec.dimension:
        ways = f"{spec.shortest}–{spec.dimension} 维" if spec.shortest < spec.dimension else "完整维数"
        raise ModelUnusable(
            f"模型“{spec.name}”只能用{ways}，不能截短为 {dimension} 维；请修改设置 embedding.dimension。"
        )
    return replace(spec, dimension=dimension)


def _open(folder: Path, spec: ModelSpec, loading: Loading) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    settings = network_settings(loading)
    if (folder / "modules.json").is_file():
        return SentenceTransformer(
            str(folder),
            device=loading.device,
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs=settings,
        )
    # A bare checkpoint says nothing of its pooling: the spec does.
    transformer = Transformer(str(folder), model_kwargs=settings)
    pooling = Pooling(transformer.get_embedding_dimension(), spec.pooling or "mean")
    return SentenceTransformer(modules=[transformer, pooling], device=loading.device)


def _compared(model: SentenceTransformer, spec: ModelSpec) -> ModelSpec:
    """The spec completed by what the model has; raises ModelUnusable where the two differ."""
    from sentence_transformers.sentence_transformer.modules import Pooling

    dimension = int(model.get_embedding_dimension() or 0)
    if spec.dimension and dimension != spec.dimension:
        raise ModelUnusable(
            f"模型“{spec.name}”的向量是 {dimension} 维，目录中登记为 {spec.dimension} 维；请核对文件夹是否放错。"
        )
    found = next((module.pooling_mode for module in model if isinstance(module, Pooling)), "")
    pooling = found if isinstance(found, str) else "+".join(found)
    if spec.pooling and pooling and pooling != spec.pooling:
        raise ModelUnusable(
            f"模型“{spec.name}”的汇聚方式是 {pooling}，目录中登记为 {spec.pooling}；请核对文件夹是否放错。"
        )
    if spec.max_tokens and (model.max_seq_length or 0) > spec.max_tokens:
        model.max_seq_length = spec.max_tokens
    own = model.prompts
    return replace(
        spec,
        dimension=dimension,
        pooling=pooling or spec.pooling,
        max_tokens=int(model.max_seq_length or spec.max_tokens or _LONGEST),
        query_prefix=spec.query_prefix or own.get("query") or "",
        passage_prefix=spec.passage_prefix or own.get("passage") or own.get("document") or "",
    )
