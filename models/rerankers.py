"""Cross-encoders: a query and a passage read together, one relevance in [0, 1] a pair; slow, for a few candidates.

Named like embedders: a line of RERANKERS, a hub name, a local folder, or served:NAME for POST …/rerank as vLLM,
Xinference and TEI answer it. The relevance is the logistic function of the model's one output, which is the models'
own published normalisation; a pair's value depends on that pair alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.contract import Loading, ModelSpec, ModelUnusable, Precision
from models.folders import cannot_load, find_folder, fingerprint, refuse_unsafe
from models.transformers import network_settings, require_device, require_library, speakable

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

    from models.endpoint import Endpoint

Relevances = NDArray[np.float64]
Expired = Callable[[], bool]
"""Whether the time for the whole call has run out; asked before every pair."""

RERANKERS: tuple[ModelSpec, ...] = (
    ModelSpec(
        "bge-reranker-v2-m3", "BAAI/bge-reranker-v2-m3", "cross-encoder", 1, max_tokens=1024, licence="Apache-2.0",
        revision="953dc6f6f85a1b2dbfca4c34a2796e7dde08d41e",
    ),
)  # fmt: skip
_SERVED = "served:"
_VERSIONED = re.compile(r"/v\d+$")
"""Ends the address of services that speak the common form; some of these refuse fields that it does not have."""
_PROBE = ("电池组散热", ("一种锂离子电池组的液冷装置", "小麦赤霉病的防治方法"))


class OutOfTime(Exception):
    """Not every pair could be scored in time: none counts."""


class Reranker(Protocol):
    """A loaded cross-encoder."""

    @property
    def spec(self) -> ModelSpec:
        """The line it was loaded by."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over everything that changes the relevances."""
        ...

    def relevances(self, query: str, passages: Sequence[str], expired: Expired) -> Relevances:
        """One relevance in [0, 1] a passage, shape (len(passages),); raises OutOfTime or ModelUnusable."""
        ...


class CrossEncoderReranker:
    """A checkpoint served through sentence-transformers."""

    def __init__(self, model: CrossEncoder, spec: ModelSpec, fingerprint: str) -> None:
        self._model = model
        self._spec = spec
        self._fingerprint = fingerprint

    @property
    def spec(self) -> ModelSpec:
        """The line it was loaded by."""
        return self._spec

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the files and the way of loading."""
        return self._fingerprint

    @classmethod
    def load(cls, spec: ModelSpec, loading: Loading) -> Self:
        """Load a checkpoint; raises ModelUnusable where it is absent, damaged, unsafe or no reranker."""
        require_library(spec)
        if loading.precision is Precision.INT8 or loading.runtime == "onnx":
            loading = replace(loading, precision=Precision.FP32, runtime="torch")
        folder = find_folder(spec, loading)
        refuse_unsafe(folder)
        require_device(loading.device)
        try:
            from sentence_transformers import CrossEncoder

            model = CrossEncoder(
                str(folder),
                device=loading.device,
                max_length=spec.max_tokens or None,
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs=network_settings(loading),
            )
        except Exception as error:  # torch, the tokeniser and the parsers each raise their own kinds
            raise cannot_load(folder, error) from error
        if model.num_labels != 1:
            raise ModelUnusable(
                f"模型“{spec.name}”输出 {model.num_labels} 类，不是给出一个相关分的精排模型；请换用如 bge-reranker-v2-m3 的模型。"
            )
        return cls(model, spec, fingerprint(folder, "*.safetensors", spec.max_tokens, loading.precision))

    def relevances(self, query: str, passages: Sequence[str], expired: Expired) -> Relevances:
        """One relevance in [0, 1] a passage. Pairs go through the network one by one: the last bits of a value never
        depend on the others."""
        import torch

        found = np.zeros(len(passages))
        for row, passage in enumerate(passages):
            if expired():
                raise OutOfTime
            pair = [(speakable(query), speakable(passage))]
            found[row] = self._model.predict(
                pair, activation_fn=torch.nn.Sigmoid(), batch_size=1, show_progress_bar=False
            )[0]
        return _checked(found, self._spec)


class ServedReranker:
    """A reranker behind a service; its answers are checked, and it is never asked twice."""

    def __init__(self, endpoint: Endpoint, spec: ModelSpec) -> None:
        self._endpoint = endpoint
        self._spec = spec
        probe = self.relevances(_PROBE[0], _PROBE[1], lambda: False)
        self._fingerprint = hashlib.sha256(
            f"{endpoint.address} {spec.name} {np.round(probe, 2).tolist()}".encode()
        ).hexdigest()

    @property
    def spec(self) -> ModelSpec:
        """Its name and whether texts leave this machine for it."""
        return self._spec

    @property
    def fingerprint(self) -> str:
        """SHA-256 over address, name and, to two decimals, the relevances of a probe."""
        return self._fingerprint

    @classmethod
    def load(cls, spec: ModelSpec, loading: Loading) -> Self:
        """Ask the service for a probe; raises ModelUnusable where it cannot be used."""
        from models.endpoint import Endpoint, is_external

        if loading.service is None:
            raise ModelUnusable(
                f"精排模型“{spec.name}”由服务提供，但没有设置服务地址；请在 matcher.toml 的 [reranking.service] 中写 address。"
            )
        return cls(Endpoint(loading.service), replace(spec, external=is_external(loading.service.address)))

    def relevances(self, query: str, passages: Sequence[str], expired: Expired) -> Relevances:
        """One relevance in [0, 1] a passage, from one request."""
        if expired():
            raise OutOfTime
        texts = [speakable(text) for text in passages]
        document: dict[str, object] = {
            "model": self._spec.source,
            "query": speakable(query),
            "documents": texts,
        }
        if not _VERSIONED.search(self._endpoint.address):
            document["texts"] = texts  # TEI's name for them; it has no /v1/rerank
        answer = self._endpoint.post("rerank", document)
        found = np.full(len(texts), np.nan)
        try:
            rows = answer["results"] if isinstance(answer, dict) else answer
            for row in rows:
                found[int(row["index"])] = float(
                    row["relevance_score"] if "relevance_score" in row else row["score"]
                )
            if len(rows) != len(texts):
                raise ValueError("count")
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ModelUnusable(
                f"精排服务 {self._endpoint.address} 的答复不是 {len(texts)} 个相关分；请核对服务地址和模型名称。"
            ) from error
        if expired():
            raise OutOfTime
        return _checked(found, self._spec)


def load_reranker(name: str, loading: Loading) -> Reranker:
    """Load a reranker by name; raises ModelUnusable with what to do."""
    if name.startswith(_SERVED):
        served = name.removeprefix(_SERVED)
        return ServedReranker.load(ModelSpec(served, served, "served", 1), loading)
    lowered = name.lower()
    for spec in RERANKERS:
        if lowered in (spec.name.lower(), spec.source.lower()):
            return CrossEncoderReranker.load(spec, loading)
    if Path(name).is_dir() or name.count("/") == 1:
        own = ModelSpec(Path(name).name, name, "cross-encoder", 1, max_tokens=0)
        return CrossEncoderReranker.load(own, loading)
    names = "、".join(spec.name for spec in RERANKERS)
    raise ModelUnusable(
        f"未知的精排模型“{name}”：既不是目录中的名称（{names}），也不是本地文件夹、“机构/模型”或 served:名称。"
    )


def _checked(found: Relevances, spec: ModelSpec) -> Relevances:
    """The relevances; raises ModelUnusable where one is not in [0, 1]."""
    if not ((found >= 0) & (found <= 1)).all():
        raise ModelUnusable(
            f"精排模型“{spec.name}”给出的相关分不在 0 到 1 之间（或为 NaN）；请检查权重，服务端请输出归一化的分数。"
        )
    return found
