"""Exported encoders run by onnxruntime alone: tokeniser, network, pooling; no torch is imported.

Reads what hubs publish beside a checkpoint: `onnx/model.onnx` (or `model_fp16.onnx`, `model_int8.onnx`,
`model_quantized.onnx`, `model_qint8….onnx` for other precisions) and `tokenizer.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

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
from models.folders import cannot_load, find_folder, fingerprint, read_json, refuse_unsafe
from models.transformers import cut_to, speakable

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_LONGEST = 8192
"""Tokens of a text, whatever the folder says."""
_FILES = {
    Precision.FP32: ("model.onnx",),
    Precision.FP16: ("model_fp16.onnx",),
    Precision.INT8: ("model_int8.onnx", "model_quantized.onnx", "model_quint8*.onnx", "model_qint8*.onnx"),
    Precision.BF16: (),
}
_WHOLE = "sentence_embedding"
"""An output that is already pooled."""


class OnnxEmbedder:
    """An exported encoder with the prefixes and the pooling that its spec names."""

    def __init__(
        self, session: InferenceSession, tokenizer: Tokenizer, spec: ModelSpec, fingerprint: str
    ) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._spec = spec
        self._fingerprint = fingerprint
        self._inputs = {item.name for item in session.get_inputs()}
        outputs = [item.name for item in session.get_outputs()]
        self._output = _WHOLE if _WHOLE in outputs else outputs[0]

    @property
    def spec(self) -> ModelSpec:
        """The catalogue line, with the dimension and the pooling that are used."""
        return self._spec

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the files, the prefixes and the way of loading."""
        return self._fingerprint

    @classmethod
    def load(cls, spec: ModelSpec, loading: Loading) -> Self:
        """Load an export; raises ModelUnusable where it is absent, damaged or not what the spec says."""
        folder = find_folder(spec, loading)
        refuse_unsafe(folder)
        file = _export(folder, loading.precision)
        session = _session(folder, file, loading.device)
        pooling = spec.pooling or _pooling(folder)
        limit = min(spec.max_tokens or _LONGEST, _limit(folder))
        tokenizer = _tokenizer(folder, limit)
        probe = cls(session, tokenizer, replace(spec, pooling=pooling, max_tokens=limit), "")
        dimension = probe.dimension()
        if spec.dimension and dimension != spec.dimension:
            raise ModelUnusable(
                f"模型“{spec.name}”的向量是 {dimension} 维，目录中登记为 {spec.dimension} 维；请核对文件夹是否放错。"
            )
        used = replace(probe.spec, dimension=dimension)
        if loading.dimension is not None:
            used = cut_to(used, loading.dimension)
        settings = (used.query_prefix, used.passage_prefix, pooling, limit, used.dimension)
        pattern = file.relative_to(folder).as_posix() + "*"
        return cls(session, tokenizer, used, fingerprint(folder, pattern, *settings))

    def length(self, text: str) -> int:
        """The number of tokens that the model would read of a text, were it not cut; special ones included."""
        encoding = self._tokenizer.encode(speakable(text))
        return len(encoding.ids) + sum(len(more.ids) - 2 for more in encoding.overflowing)

    def dimension(self) -> int:
        """The width of what the network answers."""
        return int(self._run(["。"]).shape[1])

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); blank texts get a zero row. Raises ModelUnusable on NaN."""
        prefix = self._spec.query_prefix if role is Role.QUERY else self._spec.passage_prefix
        vectors = np.zeros((len(texts), self._spec.dimension), dtype=np.float32)
        most = 1 if role is Role.QUERY else MOST  # a query's vector never depends on its neighbours
        for rows in batches(texts, self._spec.max_tokens, most):
            found = self._run([prefix + speakable(texts[row]) for row in rows])[:, : self._spec.dimension]
            vectors[rows] = require_unit_rows(found, self._spec, len(rows))
            if progress is not None:
                progress(len(rows))
        return vectors

    def _run(self, texts: list[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(texts)
        mask = np.array([item.attention_mask for item in encodings], dtype=np.int64)
        feed = {
            "input_ids": np.array([item.ids for item in encodings], dtype=np.int64),
            "attention_mask": mask,
        }
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros_like(mask)
        if "position_ids" in self._inputs:
            feed["position_ids"] = np.maximum(mask.cumsum(axis=1) - 1, 0)
        fed = {name: array for name, array in feed.items() if name in self._inputs}
        states: Any = self._session.run([self._output], fed)[0]
        states = np.asarray(states, dtype=np.float32)
        return states if states.ndim == 2 else pool(states, mask, self._spec.pooling)


def pool(states: Vectors, mask: NDArray[np.int64], pooling: str) -> Vectors:
    """Token states of shape (texts, tokens, dimension) to one row a text; padding has mask 0, on either side."""
    if pooling == "mean":
        weights = mask[:, :, None].astype(np.float32)
        pooled: Vectors = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
        return pooled
    length = mask.shape[1]
    last = length - 1 - mask[:, ::-1].argmax(axis=1)
    place = mask.argmax(axis=1) if pooling == "cls" else last
    chosen: Vectors = states[np.arange(len(states)), place]
    return chosen


def _export(folder: Path, precision: Precision) -> Path:
    names = _FILES[precision]
    for name in names:
        found = sorted([*folder.glob(f"onnx/{name}"), *folder.glob(name)])
        if found:
            return found[0]
    wanted = f"{names[0]} 等" if names else f"{precision} 精度的"
    raise ModelUnusable(
        f"模型文件夹 {folder} 中没有 {wanted} ONNX 文件；请换一种 embedding.precision，或把 embedding.runtime 设为 torch。"
    )


def _session(folder: Path, file: Path, device: str) -> InferenceSession:
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelUnusable(
            "ONNX 运行方式需要 onnxruntime，请运行 pip install 'patent-matcher[onnx]'。"
        ) from error
    provider = "CUDAExecutionProvider" if device.startswith("cuda") else "CPUExecutionProvider"
    if provider not in onnxruntime.get_available_providers():
        raise ModelUnusable("本机的 onnxruntime 不支持显卡；请把 device 设为 cpu，或安装 onnxruntime-gpu。")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=[provider])
    except Exception as error:  # onnxruntime's errors share no base of their own
        raise cannot_load(folder, error) from error


def _tokenizer(folder: Path, limit: int) -> Tokenizer:
    file = next(
        (path for path in (folder / "tokenizer.json", folder / "onnx/tokenizer.json") if path.is_file()), None
    )
    if file is None:
        raise ModelUnusable(f"模型文件夹 {folder} 中没有 tokenizer.json；请重新下载或复制完整的模型文件夹。")
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the Rust parser raises plain Exception
        raise ModelUnusable(f"模型的分词文件 {file} 已损坏。请重新下载或复制完整的模型文件夹。") from error
    tokenizer.enable_truncation(limit)
    settings = read_json(folder / "tokenizer_config.json", {})
    token = settings.get("pad_token") or "[PAD]"
    token = token if isinstance(token, str) else token["content"]
    side = settings.get("padding_side", "right")
    tokenizer.enable_padding(direction=side, pad_id=tokenizer.token_to_id(token) or 0, pad_token=token)
    return tokenizer


def _pooling(folder: Path) -> str:
    stated = read_json(folder / "1_Pooling/config.json", {})
    if isinstance(stated.get("pooling_mode"), str):
        return str(stated["pooling_mode"])
    names = {"pooling_mode_cls_token": "cls", "pooling_mode_lasttoken": "lasttoken"}
    return next((mode for key, mode in names.items() if stated.get(key)), "mean")


def _limit(folder: Path) -> int:
    """Tokens that the network reads, by the first file that says so."""
    config = read_json(folder / "config.json", {})
    stated = (
        read_json(folder / "sentence_bert_config.json", {}).get("max_seq_length"),
        read_json(folder / "tokenizer_config.json", {}).get("model_max_length"),
        config.get("max_position_embeddings"),
    )
    limit = min(int(value) for value in (*stated, _LONGEST) if value)
    # RoBERTa counts positions from behind the padding token's.
    shift = int(config.get("pad_token_id") or 0) + 1 if "roberta" in config.get("model_type", "") else 0
    return min(limit, int(config.get("max_position_embeddings") or limit + shift) - shift)
