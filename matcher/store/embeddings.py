"""Embeds every text once: vectors kept by model and content hash, in blocks that check themselves."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.errors import NotReady

Vectors = NDArray[np.float32]
Encoder = Callable[[Sequence[str]], Vectors]

_KEY = 16
_HEADER = 64
_AT_ONCE = 4_096
"""Texts per block: what a crash can cost."""
_BLOCKS = 64
"""Blocks beyond which they are joined into one."""
_NAME = re.compile(r"[0-9a-f]{64}\.block")


@dataclass(slots=True)
class _Block:
    """A file named by its SHA-256: a header line, n keys of 16 bytes, n vectors of float32."""

    file: Path
    keys: NDArray[np.void]
    vectors: Vectors
    """Shape (n, dimension), memory-mapped."""
    whole: bool = False
    """Whether the checksum has been compared."""

    @classmethod
    def write(cls, folder: Path, keys: NDArray[np.void], vectors: Vectors) -> Self:
        """Write it aside, sync, and rename it: it is there whole or not at all; raises NotReady for a full disk."""
        aside = folder / f"{secrets.token_hex(8)}.new"
        try:
            with aside.open("wb") as stream:
                stream.write(_header(*vectors.shape))
                stream.write(keys.tobytes())
                stream.write(vectors.tobytes())
                stream.flush()
                os.fsync(stream.fileno())
            with aside.open("rb") as stream:
                file = folder / f"{hashlib.file_digest(stream, 'sha256').hexdigest()}.block"
            aside.replace(file)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise NotReady(
                f"文本向量未能写入 {folder}（{error.strerror or error}），已写入的不会丢失。请腾出磁盘空间并检查权限，"
                "然后重新运行同一命令，会从中断处继续。",
                code="disk_full",
            ) from error
        block = cls._map(file, *vectors.shape)
        block.whole = True
        return block

    @classmethod
    def read(cls, file: Path, dimension: int) -> Self | None:
        """The block, its checksum still to be compared; None where the file is foreign, cut short or gone."""
        try:
            with file.open("rb") as stream:
                count = (file.stat().st_size - _HEADER) // (_KEY + 4 * dimension)
                if stream.read(_HEADER) != _header(count, dimension):
                    return None
        except FileNotFoundError:
            return None
        return cls._map(file, count, dimension)

    def sound(self) -> bool:
        """Whether the file is what was written; reads it once."""
        if not self.whole:
            with suppress(FileNotFoundError), self.file.open("rb") as stream:
                self.whole = hashlib.file_digest(stream, "sha256").hexdigest() == self.file.stem
        return self.whole

    def places(self, heads: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The rows whose keys begin like one of the given ones: int64 beginnings, ascending."""
        if not len(heads):
            return np.zeros(0, np.int64)
        own = self.keys.view(np.uint64)[::2]
        near = heads[np.minimum(np.searchsorted(heads, own), len(heads) - 1)]
        return np.flatnonzero(near == own)

    @classmethod
    def _map(cls, file: Path, count: int, dimension: int) -> Self:
        data = np.memmap(file, mode="r")
        keys, vectors = np.split(data[_HEADER:], [count * _KEY])
        return cls(
            file, keys.view(f"V{_KEY}"), np.asarray(vectors).view(np.float32).reshape(count, dimension)
        )


class EmbeddingCache:
    """The vectors of one model in one role."""

    def __init__(self, folder: Path, fingerprint: str, dimension: int) -> None:
        """Open the cache below `folder`; damaged blocks are dropped when they are needed, their texts embedded again.

        `fingerprint` stands for everything that changes a text's vector: weights, settings, role or prefix.
        """
        self._folder = folder / hashlib.sha256(fingerprint.encode()).hexdigest()[:32]
        self._folder.mkdir(parents=True, exist_ok=True)
        self._dimension = dimension
        self._blocks: list[_Block] = []
        for file in sorted(self._folder.glob("*.block")):
            block = _Block.read(file, dimension) if _NAME.fullmatch(file.name) else None
            if block is None:
                file.unlink(missing_ok=True)
            else:
                self._blocks.append(block)

    def __len__(self) -> int:
        """How many texts are known."""
        return len({key for block in self._blocks for key in block.keys.tolist()})

    def encode(
        self, texts: Sequence[str], encoder: Encoder, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """The vectors of the texts, shape (len(texts), dimension); `encoder` sees each unknown text once.

        Raises ValueError where the encoder answers with another shape or with values that are not finite.
        """
        report = progress or (lambda _: None)
        keys = [hashlib.blake2b(text.encode(), digest_size=_KEY).digest() for text in texts]
        rows = self._find(keys)
        unknown = {key: text for key, text in zip(keys, texts, strict=True) if key not in rows}
        report(len(texts) - len(unknown))
        missing = list(unknown)
        for start in range(0, len(missing), _AT_ONCE):
            part = missing[start : start + _AT_ONCE]
            vectors = np.ascontiguousarray(encoder([unknown[key] for key in part]), dtype=np.float32)
            if vectors.shape != (len(part), self._dimension) or not np.isfinite(vectors).all():
                raise ValueError(f"the encoder must answer finite vectors of shape (n, {self._dimension})")
            rows.update(zip(part, range(self._end(), self._end() + len(part)), strict=True))
            self._blocks.append(_Block.write(self._folder, _packed(part), vectors))
            report(len(part))
        found = self._gather(np.array([rows[key] for key in keys], dtype=np.int64))
        if len(self._blocks) > _BLOCKS:
            self._join()
        return found

    def _find(self, keys: Sequence[bytes] | None) -> dict[bytes, int]:
        """Where those of the keys that are known stand, None: all, in rows of the blocks, counted through.

        Of blocks that hold any the checksum is compared; the damaged are dropped.
        """
        heads = None if keys is None else np.unique(_packed(keys).view(np.uint64)[::2])
        rows: dict[bytes, int] = {}
        blocks, self._blocks = self._blocks, []
        for block in blocks:
            places = np.arange(len(block.keys)) if heads is None else block.places(heads)
            if len(places) and not block.sound():
                block.file.unlink(missing_ok=True)
                continue
            # A text that two processes have embedded has the same vector in both blocks.
            rows.update(zip(block.keys[places].tolist(), (places + self._end()).tolist(), strict=True))
            self._blocks.append(block)
        return rows

    def _end(self) -> int:
        return sum(len(block.keys) for block in self._blocks)

    def _gather(self, rows: NDArray[np.int64]) -> Vectors:
        found = np.empty((len(rows), self._dimension), dtype=np.float32)
        start = 0
        for block in self._blocks:
            here = np.flatnonzero((rows >= start) & (rows < start + len(block.keys)))
            found[here] = block.vectors[rows[here] - start]
            start += len(block.keys)
        return found

    def _join(self) -> None:
        """All blocks as one; readers that have mapped the old files keep them."""
        rows = self._find(None)
        joined = _Block.write(self._folder, _packed(list(rows)), self._gather(np.array(list(rows.values()))))
        for block in self._blocks:
            if block.file != joined.file:
                block.file.unlink(missing_ok=True)
        self._blocks = [joined]


def _header(count: int, dimension: int) -> bytes:
    return f"matcher embeddings 1: {count} x {dimension} float32\n".encode().ljust(_HEADER)


def _packed(keys: Sequence[bytes]) -> NDArray[np.void]:
    return np.frombuffer(b"".join(keys), dtype=f"V{_KEY}")
