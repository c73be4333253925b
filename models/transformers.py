"""Any sentence-transformers checkpoint, from a local folder, a hub or a mirror; remote code is never run."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from models.contract import ModelSpec, ModelUnusable, Progress, Role, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


class TransformersEmbedder:
    """An encoder served through sentence-transformers, with the prefixes that its spec names."""

    def __init__(self, model: SentenceTransformer, spec: ModelSpec, fingerprint: str) -> None:
        self._model = model
        self._spec = spec
        self._fingerprint = fingerprint

    @property
    def spec(self) -> ModelSpec:
        """The catalogue line, with the dimension that the model really has."""
        return self._spec

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the weights and the prefixes."""
        return self._fingerprint

    @classmethod
    def load(cls, spec: ModelSpec, device: str = "cpu") -> Self:
        """Load a checkpoint; raises ModelUnusable where it is absent, damaged or of another dimension."""
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelUnusable(
                f"模型“{spec.name}”需要 sentence-transformers，请运行 pip install 'patent-matcher[transformers]'。"
            ) from error
        folder = Path(spec.source)
        if folder.is_dir():
            _refuse_pickles(folder)
        try:
            model = SentenceTransformer(
                spec.source, device=device, revision=spec.revision, trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )  # fmt: skip
        except Exception as error:  # the hub, the file system and the parser each raise their own kinds
            raise ModelUnusable(_cannot_load(spec, error)) from error
        if spec.max_tokens and (model.max_seq_length or 0) > spec.max_tokens:
            model.max_seq_length = spec.max_tokens
        dimension = int(model.get_embedding_dimension() or 0)
        if spec.dimension and dimension != spec.dimension:
            raise ModelUnusable(
                f"模型“{spec.name}”的向量是 {dimension} 维，目录中登记为 {spec.dimension} 维；请核对文件夹是否放错。"
            )
        return cls(model, replace(spec, dimension=dimension), _fingerprint(model, spec))

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); blank texts get a zero row. Raises ModelUnusable on NaN."""
        prefix = self._spec.query_prefix if role is Role.QUERY else self._spec.passage_prefix
        vectors = np.zeros((len(texts), self._spec.dimension), dtype=np.float32)
        filled = [row for row, text in enumerate(texts) if text.strip()]
        for start in range(0, len(filled), _BATCH * 16):
            rows = filled[start : start + _BATCH * 16]
            vectors[rows] = self._model.encode(
                [prefix + texts[row] for row in rows],
                batch_size=_BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            if progress is not None:
                progress(len(rows))
        if not np.isfinite(vectors).all():
            raise ModelUnusable(f"模型“{self._spec.name}”给出了无效数值（NaN），请检查权重文件是否完整。")
        return vectors


def _refuse_pickles(folder: Path) -> None:
    if not any(folder.rglob("*.safetensors")) and not any(folder.rglob("*.onnx")):
        found = next((path.name for path in folder.rglob("*.bin")), None)
        what = f"只有 {found}（pickle 格式，可能夹带代码，不予加载）" if found else "没有权重文件"
        raise ModelUnusable(f"模型文件夹 {folder} {what}；请下载 safetensors 格式的权重。")


def _cannot_load(spec: ModelSpec, error: Exception) -> str:
    if Path(spec.source).is_dir():
        return f"模型文件夹 {spec.source} 无法加载（{type(error).__name__}）；请检查文件是否完整，且不依赖远程代码。"
    return (
        f"无法取得模型“{spec.source}”。若本机不能访问模型库，请设置镜像地址 HF_ENDPOINT，"
        "或从 ModelScope 等处下载后用 --model 指定本地文件夹。"
    )


def _fingerprint(model: SentenceTransformer, spec: ModelSpec) -> str:
    digest = hashlib.sha256(repr((spec.query_prefix, spec.passage_prefix, model.max_seq_length)).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().float().numpy().tobytes())
    return digest.hexdigest()
