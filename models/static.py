"""Static embeddings served without torch: one table row per token, weighted mean, unit length.

Reads a plain sentence-transformers folder (StaticEmbedding, then Normalize) and gives the vectors that
`SentenceTransformer(folder).encode` gives. The table may be floating point (`embedding.weight`) or int8 with one
scale per row (`embeddings`, `weights`), the layout of model2vec that sentence-transformers 6.2 reads too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from models.contract import ModelSpec, ModelUnusable, Progress, Role, Vectors
from models.segmenting import Segmenter, Tokens

_CHARACTERS = 250_000
"""Characters cut at once, on one core: bounds the memory of a call whatever the number of texts."""
_MANY = 4_000
"""Characters from which the compiled segmentation is worth making ready (40 ms)."""
_FEW = 64
"""Texts that are tokenised on the caller's thread: waking the others takes longer, 5 µs a word."""
_FILES = ("modules.json", "config_sentence_transformers.json")
_ADVICE = "请重新下载或复制完整的模型文件夹。"


@dataclass(frozen=True, slots=True)
class Table:
    """rows: (tokens, dimension), int8 or floating; scales: (tokens,) factors of the rows."""

    rows: NDArray[np.int8] | NDArray[np.float32]
    scales: NDArray[np.float32]


class StaticEmbedder:
    """A loaded static model; the vector of a text depends on that text alone."""

    def __init__(self, tokenizer: Tokenizer, table: Table, spec: ModelSpec, fingerprint: str) -> None:
        self._tokenizer = tokenizer
        self._table = table
        self._spec = spec
        self._fingerprint = fingerprint

    @property
    def spec(self) -> ModelSpec:
        """The catalogue line, with the dimension that the table really has."""
        return self._spec

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over weights, tokeniser, configuration and prefixes."""
        return self._fingerprint

    @property
    def tokenizer(self) -> Tokenizer:
        """What cuts the texts; token i has row i of `rows`."""
        return self._tokenizer

    @property
    def rows(self) -> Vectors:
        """What every token adds to a text, shape (tokens, dimension)."""
        return np.asarray(self._table.rows * self._table.scales[:, None], dtype=np.float32)

    @classmethod
    def load(cls, folder: Path, spec: ModelSpec | None = None) -> Self:
        """Load a folder; raises ModelUnusable where it is missing, damaged, foreign or of another dimension."""
        spec = spec or ModelSpec(folder.name, str(folder), "static", dimension=0)
        inner = _static_folder(folder)
        tokenizer, table = _tokenizer(inner / "tokenizer.json"), _table(inner / "model.safetensors")
        rows, dimension = table.rows.shape
        if spec.dimension and dimension != spec.dimension:
            raise ModelUnusable(
                f"模型“{spec.name}”的向量是 {dimension} 维，目录中登记为 {spec.dimension} 维；请核对文件夹是否放错。"
            )
        if tokenizer.get_vocab_size() != rows or len(table.scales) != rows:
            raise ModelUnusable(
                f"模型文件夹 {folder} 的词表（{tokenizer.get_vocab_size()}）与权重（{rows}）数目不符。{_ADVICE}"
            )
        files = [folder / name for name in _FILES] + [inner / "tokenizer.json", inner / "model.safetensors"]
        return cls(tokenizer, table, replace(spec, dimension=dimension), _fingerprint(files, spec))

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); a zero row where a text holds no known token."""
        prefix = self._spec.query_prefix if role is Role.QUERY else self._spec.passage_prefix
        vectors = np.zeros((len(texts), self._spec.dimension), dtype=np.float32)

        def embed(part: slice) -> int:
            chunk = [prefix + text for text in texts[part]] if prefix else list(texts[part])
            self._add(chunk, vectors[part])
            return len(chunk)

        parts = list(_parts(texts))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            # The loops leave the interpreter to others; a single part starts no thread.
            for done in pool.map(embed, parts) if len(parts) > 1 else map(embed, parts):
                if progress is not None:
                    progress(done)
        norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors /= np.where(norms > 1e-12, norms, 1.0)[:, None]
        return vectors

    def _add(self, texts: list[str], sums: Vectors) -> None:
        """Add the scaled rows of each text's tokens to its row; one text at a time and one row after the other, so that
        neither its neighbours nor the BLAS in use change a bit of it."""
        from models.kernels import add_rows

        try:
            tokens = self._tokens(texts)
        except TypeError:  # a lone surrogate is a str in Python, but not Unicode text
            tokens = self._tokens([text.encode("utf-8", "replace").decode("utf-8") for text in texts])
        add_rows(self._table.rows, self._table.scales, tokens.ids, tokens.bounds, sums)

    def _tokens(self, texts: list[str]) -> Tokens:
        if sum(map(len, texts)) > _MANY and self._segmenter is not None:
            return self._segmenter.cut(texts)
        if len(texts) <= _FEW:
            found = [self._tokenizer.encode(text, add_special_tokens=False) for text in texts]
        else:
            found = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        ids = [encoding.ids for encoding in found]
        return Tokens(np.fromiter(chain.from_iterable(ids), np.int32), np.cumsum([0, *map(len, ids)]))

    @cached_property
    def _segmenter(self) -> Segmenter | None:
        return Segmenter.of(self._tokenizer)


def _parts(texts: Sequence[str]) -> Iterator[slice]:
    """Consecutive slices of about `_CHARACTERS` characters, at least one text each."""
    start = size = 0
    for row, text in enumerate(texts):
        if size and size + len(text) > _CHARACTERS:
            yield slice(start, row)
            start, size = row, 0
        size += len(text) + 1
    if size:
        yield slice(start, len(texts))


def _static_folder(folder: Path) -> Path:
    """The folder of the StaticEmbedding module; refuses every other kind of model."""
    if not folder.is_dir():
        raise ModelUnusable(f"找不到模型文件夹 {folder}，请检查路径，或改用目录中的模型名称。")
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        kinds = [str(module["type"]) for module in modules]
        inner = folder / str(modules[0]["path"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ModelUnusable(f"模型文件夹 {folder} 的 modules.json 缺失或损坏。{_ADVICE}") from error
    foreign = next((kind for kind in kinds if not kind.startswith("sentence_transformers.")), None)
    if foreign:
        raise ModelUnusable(
            f"模型文件夹 {folder} 需要运行自带代码（{foreign}），为安全起见不予加载；请换用标准模型。"
        )
    names = [kind.rsplit(".", 1)[1] for kind in kinds]
    if names not in (["StaticEmbedding"], ["StaticEmbedding", "Normalize"]):
        raise ModelUnusable(
            f"模型文件夹 {folder} 不是静态向量模型（{'、'.join(names)}）；请用模型目录中的其他类型加载。"
        )
    if not inner.resolve().is_relative_to(folder.resolve()):
        raise ModelUnusable(f"模型文件夹 {folder} 的 modules.json 指向文件夹之外，不予加载。{_ADVICE}")
    return inner


def _tokenizer(file: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_str(file.read_text("utf-8"))
    except Exception as error:  # the Rust parser raises plain Exception
        raise ModelUnusable(f"模型的分词文件 {file} 缺失或损坏。{_ADVICE}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _table(file: Path) -> Table:
    pickled = next(
        (p.name for p in file.parent.glob("*") if p.suffix in {".bin", ".pt", ".pkl", ".ckpt"}), None
    )
    if not file.is_file() and pickled:
        raise ModelUnusable(
            f"模型权重 {pickled} 是 pickle 格式，可能夹带代码，不予加载；请下载 safetensors 格式的权重。"
        )
    try:
        tensors = load_file(file)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelUnusable(f"模型权重 {file} 缺失、不完整或损坏。{_ADVICE}") from error
    rows = tensors.get("embedding.weight", tensors.get("embeddings"))
    if rows is None or rows.ndim != 2 or "mapping" in tensors:
        raise ModelUnusable(
            f"模型权重 {file} 中没有可用的词向量表（embedding.weight 或 embeddings）。{_ADVICE}"
        )
    scales = tensors.get("weights", np.ones(len(rows))).astype(np.float32).reshape(-1)
    if not np.isfinite(scales).all() or (rows.dtype != np.int8 and not np.isfinite(rows).all()):
        raise ModelUnusable(f"模型权重 {file} 含有无效数值（NaN 或无穷）。{_ADVICE}")
    return Table(rows if rows.dtype == np.int8 else rows.astype(np.float32), scales)


def _fingerprint(files: list[Path], spec: ModelSpec) -> str:
    digest = hashlib.sha256(repr((spec.query_prefix, spec.passage_prefix)).encode())
    for path in filter(Path.is_file, files):
        with path.open("rb") as file:
            digest.update(f"{path.name}:{hashlib.file_digest(file, 'sha256').hexdigest()};".encode())
    return digest.hexdigest()
