"""The models one can name, as data, and the one way to load any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from models.contract import Embedder, ModelSpec, ModelUnusable

SHIPPED = Path(__file__).parent / "shipped"
DEFAULT = "patent-need-static-zh"

_BGE_QUERY = "为这个句子生成表示以用于检索相关文章："
_QWEN_QUERY = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
_ST = "sentence-transformers"

CATALOGUE: tuple[ModelSpec, ...] = (
    ModelSpec(DEFAULT, str(SHIPPED / DEFAULT), "static", 256, max_tokens=0, licence="Apache-2.0"),
    ModelSpec(
        "bge-small-zh-v1.5", "BAAI/bge-small-zh-v1.5", _ST, 512, _BGE_QUERY, pooling="cls", licence="MIT"
    ),
    ModelSpec("bge-m3", "BAAI/bge-m3", _ST, 1024, max_tokens=8192, pooling="cls", licence="MIT"),
    ModelSpec(
        "Qwen3-Embedding-0.6B",
        "Qwen/Qwen3-Embedding-0.6B",
        _ST,
        1024,
        _QWEN_QUERY,
        max_tokens=8192,
        pooling="lasttoken",
        licence="Apache-2.0",
    ),
    ModelSpec(
        "bge-base-zh-v1.5", "BAAI/bge-base-zh-v1.5", _ST, 768, _BGE_QUERY, pooling="cls", licence="MIT"
    ),
    ModelSpec(
        "bge-large-zh-v1.5", "BAAI/bge-large-zh-v1.5", _ST, 1024, _BGE_QUERY, pooling="cls", licence="MIT"
    ),
    ModelSpec(
        "text2vec-base-chinese",
        "shibing624/text2vec-base-chinese",
        _ST,
        768,
        max_tokens=256,
        licence="Apache-2.0",
    ),
)


def _load_static(spec: ModelSpec, device: str) -> Embedder:
    from models.static import StaticEmbedder

    return StaticEmbedder.load(Path(spec.source), spec)


def _load_sentence_transformers(spec: ModelSpec, device: str) -> Embedder:
    from models.transformers import TransformersEmbedder

    return TransformersEmbedder.load(spec, device)


LOADERS: dict[str, Callable[[ModelSpec, str], Embedder]] = {
    "static": _load_static,
    _ST: _load_sentence_transformers,
}
"""Kind of model → its loader."""


def find_spec(name: str) -> ModelSpec:
    """The spec of a catalogue name, a hub name (owner/name) or a local sentence-transformers folder."""
    for spec in CATALOGUE:
        if name in (spec.name, spec.source):
            return spec
    folder = Path(name)
    if folder.is_dir():
        known = next((spec for spec in CATALOGUE if spec.name.lower() == folder.name.lower()), None)
        kind = "static" if (folder / "0_StaticEmbedding").is_dir() else _ST
        if known is not None:
            return replace(known, source=str(folder), kind=kind)
        return ModelSpec(folder.name, str(folder), kind, dimension=0)
    if name.count("/") == 1 and not folder.is_absolute():
        return ModelSpec(name.rsplit("/", 1)[1], name, _ST, dimension=0)
    names = "、".join(spec.name for spec in CATALOGUE)
    raise ModelUnusable(
        f"未知的模型“{name}”：既不是目录中的名称（{names}），也不是本地文件夹或“机构/模型”形式的名称。"
    )


def load_model(name: str, device: str = "cpu") -> Embedder:
    """Load a model by name; raises ModelUnusable with what to do. Imports torch only where it is needed."""
    spec = find_spec(name)
    return LOADERS[spec.kind](spec, device)
