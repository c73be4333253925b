"""The models one can name, as data, and the one way to load any of them.

Prompts, pooling, dimension, length and licence are those of each model's published card and configuration files.
Where a hub's main branch holds pickled weights only, `revision` names the safetensors that the hub's own conversion
service proposed for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from models.contract import Embedder, Loading, LongTexts, ModelSpec, ModelUnusable

SHIPPED = Path(__file__).parent / "shipped"
DEFAULT = "patent-need-static-zh"
SERVED = "served:"
"""Begins the name of a model that a service runs, such as served:bge-m3."""

_BGE_QUERY = "为这个句子生成表示以用于检索相关文章："
_QWEN_QUERY = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
_ST = "sentence-transformers"

CATALOGUE: tuple[ModelSpec, ...] = (
    ModelSpec(DEFAULT, str(SHIPPED / DEFAULT), "static", 384, max_tokens=0, licence="Apache-2.0", shortest=384),
    ModelSpec(
        "bge-small-zh-v1.5", "BAAI/bge-small-zh-v1.5", _ST, 512, _BGE_QUERY, pooling="cls", licence="MIT",
        revision="7999e1d3359715c523056ef9478215996d62a620", shortest=512,
    ),
    ModelSpec(
        "bge-m3", "BAAI/bge-m3", _ST, 1024, max_tokens=8192, pooling="cls", licence="MIT",
        revision="refs/pr/38", shortest=1024,
    ),
    ModelSpec(
        "Qwen3-Embedding-0.6B", "Qwen/Qwen3-Embedding-0.6B", _ST, 1024, _QWEN_QUERY, max_tokens=8192,
        pooling="lasttoken", licence="Apache-2.0", revision="b22da495047858cce924d27d76261e96be6febc0", shortest=32,
    ),
    ModelSpec(
        "bge-base-zh-v1.5", "BAAI/bge-base-zh-v1.5", _ST, 768, _BGE_QUERY, pooling="cls", licence="MIT",
        revision="refs/pr/1", shortest=768,
    ),
    ModelSpec(
        "bge-large-zh-v1.5", "BAAI/bge-large-zh-v1.5", _ST, 1024, _BGE_QUERY, pooling="cls", licence="MIT",
        revision="79e7739b6ab944e86d6171e44d24c997fc1e0116", shortest=1024,
    ),
    # The publisher's own folder needs remote code; this is the same checkpoint for the class in transformers.
    ModelSpec(
        "gte-multilingual-base", "alibaba-nlp-community/gte-multilingual-base", _ST, 768, max_tokens=8192,
        pooling="cls", licence="Apache-2.0", shortest=128,
    ),
    ModelSpec(
        "m3e-base", "moka-ai/m3e-base", _ST, 768, pooling="mean", licence="非商业用途（见模型卡）",
        revision="764b537a0e50e5c7d64db883f2d2e051cbe3c64c", shortest=768,
    ),
    ModelSpec(
        "m3e-small", "moka-ai/m3e-small", _ST, 512, pooling="mean", licence="非商业用途（见模型卡）",
        revision="44c696631b2a8c200220aaaad5f987f096e986df", shortest=512,
    ),
    ModelSpec(
        "text2vec-base-chinese", "shibing624/text2vec-base-chinese", _ST, 768, max_tokens=256, pooling="mean",
        licence="Apache-2.0", revision="183bb99aa7af74355fb58d16edf8c13ae7c5433e", shortest=768,
    ),
)  # fmt: skip


def _load_static(spec: ModelSpec, loading: Loading) -> Embedder:
    from models.static import StaticEmbedder

    if loading.dimension not in (None, spec.dimension or loading.dimension):
        raise ModelUnusable(f"静态模型“{spec.name}”不能截短；请去掉设置 embedding.dimension。")
    return StaticEmbedder.load(Path(spec.source), spec)


def _load_encoder(spec: ModelSpec, loading: Loading) -> Embedder:
    from models.onnx import OnnxEmbedder
    from models.transformers import TransformersEmbedder
    from models.windows import WindowedEmbedder

    kind = OnnxEmbedder if loading.runtime == "onnx" else TransformersEmbedder
    embedder = kind.load(spec, loading)
    if loading.long_texts is LongTexts.CUT:
        return embedder
    return WindowedEmbedder(embedder, loading.long_texts, embedder.length)


def _load_served(spec: ModelSpec, loading: Loading) -> Embedder:
    from models.served import ServedEmbedder
    from models.windows import WindowedEmbedder

    embedder = ServedEmbedder.load(spec, loading)
    if loading.long_texts is LongTexts.CUT:
        return embedder
    return WindowedEmbedder(embedder, loading.long_texts, len)


LOADERS: dict[str, Callable[[ModelSpec, Loading], Embedder]] = {
    "static": _load_static,
    _ST: _load_encoder,
    "served": _load_served,
}
"""Kind of model → its loader."""


def find_spec(name: str) -> ModelSpec:
    """The spec of a catalogue name, a hub name (owner/name), a local folder, or a service's model (served:name)."""
    if name.startswith(SERVED):
        return _served(name.removeprefix(SERVED))
    if (known := _known(name)) is not None:
        return known
    folder = Path(name)
    if folder.is_dir():
        kind = "static" if (folder / "0_StaticEmbedding").is_dir() else _ST
        known = _known(folder.name)
        if known is not None and known.kind == kind:
            return replace(known, source=str(folder))
        return ModelSpec(folder.name, str(folder), kind, dimension=0, max_tokens=0)
    if name.count("/") == 1 and not folder.is_absolute():
        return ModelSpec(name.rsplit("/", 1)[1], name, _ST, dimension=0, max_tokens=0)
    names = "、".join(spec.name for spec in CATALOGUE)
    raise ModelUnusable(
        f"未知的模型“{name}”：既不是目录中的名称（{names}），也不是本地文件夹或“机构/模型”形式的名称。"
    )


def load_model(name: str, loading: Loading | None = None) -> Embedder:
    """Load a model by name; raises ModelUnusable with what to do. Imports torch only where it is needed."""
    spec = find_spec(name)
    return LOADERS[spec.kind](spec, loading or Loading())


def _known(name: str) -> ModelSpec | None:
    """The line of the catalogue that a name stands for, whatever its case."""
    lowered = name.lower()
    return next((spec for spec in CATALOGUE if lowered in (spec.name.lower(), spec.source.lower())), None)


def _served(name: str) -> ModelSpec:
    """A model that a service knows by `name`: prompts and dimension of the catalogue where that knows it too."""
    if not name:
        raise ModelUnusable("served: 之后应写服务端的模型名称，如 --model served:bge-m3。")
    known = _known(name) or _known(name.rsplit("/", 1)[-1])
    if known is None or known.kind == "static":
        return ModelSpec(name, name, "served", dimension=0)
    return replace(known, name=name, source=name, kind="served")
