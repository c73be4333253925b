"""A trained table becomes a plain sentence-transformers folder: int8 rows, one scale each, no custom code."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from tokenizers import Tokenizer

_PACKAGE = "sentence_transformers"
_MODULES = (
    ("0_StaticEmbedding", f"{_PACKAGE}.sentence_transformer.modules.static_embedding.StaticEmbedding"),
    ("1_Normalize", f"{_PACKAGE}.base.modules.normalize.Normalize"),
)
_MODEL = {
    "model_type": "SentenceTransformer",
    "prompts": {"query": "", "document": ""},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}
_NORMALIZE = {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"}


def save_static(
    table: NDArray[np.float32], tokenizer: Tokenizer, folder: Path, dimension: int | None = None
) -> None:
    """Write the first `dimension` columns of the table, shape (tokens, columns), and the tokeniser.

    sentence-transformers 6.2 and later load it.

    Each row is stored as int8 with its own scale, `row = scale · int8`, so that rare and frequent tokens lose
    the same relative precision (at most 0.4 % of the row's largest component, written or not).
    """
    largest = np.abs(table).max(axis=1)
    scales = (largest / 127).astype(np.float32)
    rows = np.rint(table / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)[:, :dimension]
    inner = folder / _MODULES[0][0]
    inner.mkdir(parents=True, exist_ok=True)
    (folder / _MODULES[1][0]).mkdir(exist_ok=True)
    (inner / "model.safetensors").write_bytes(
        save({"embeddings": np.ascontiguousarray(rows), "weights": scales})
    )
    (inner / "tokenizer.json").write_text(tokenizer.to_str(pretty=False) + "\n", encoding="utf-8")
    modules = [{"idx": i, "name": str(i), "path": p, "type": t} for i, (p, t) in enumerate(_MODULES)]
    _write(folder / "modules.json", modules)
    _write(folder / "config_sentence_transformers.json", _MODEL)
    _write(folder / _MODULES[1][0] / "config.json", _NORMALIZE)


def _write(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
