"""What may leave this machine for an external service: patents and public needs, without contacts; nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np

from matcher.domain import Confidentiality, Need
from models.contract import Embedder, ModelSpec, Progress, Role, Vectors

_CONTACTS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
    r"|(?<!\d)(?:\(0\d{2,3}\)|（0\d{2,3}）|0\d{2,3}[- ])\s?[2-9]\d{6,7}(?!\d)"
    r"|(?:微信|QQ|qq|VX|vx)(?:号|群)?[:： ]*[A-Za-z0-9_-]{5,}"
)


def may_leave(need: Need) -> bool:
    """Whether a need's words may be sent to an external service: only where it is public for everybody."""
    return need.confidentiality is Confidentiality.PUBLIC


def without_contacts(text: str) -> str:
    """A text with e-mail addresses, telephone numbers and chat accounts taken out."""
    return _CONTACTS.sub("", text)


class OutgoingEmbedder:
    """The gate before an external model: what has not been released, and every contact, stays here.

    A query that was not released gets a zero row, as if the model knew none of its words: the need is then matched
    by its words alone.
    """

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._released: set[bytes] = set()

    @property
    def spec(self) -> ModelSpec:
        """The inner model's."""
        return self._inner.spec

    @property
    def fingerprint(self) -> str:
        """The inner model's."""
        return self._inner.fingerprint

    def release(self, texts: Iterable[str]) -> None:
        """Let the texts of public needs pass from now on."""
        self._released.update(map(_key, texts))

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """The inner vectors of what may leave, zero rows for what may not; shape (len(texts), dimension)."""
        vectors = np.zeros((len(texts), self.spec.dimension), dtype=np.float32)
        leaving = [
            row for row, text in enumerate(texts) if role is Role.PASSAGE or _key(text) in self._released
        ]
        if leaving:
            sent = [without_contacts(texts[row]) for row in leaving]
            vectors[leaving] = self._inner.encode(sent, role, progress)
        return vectors


def _key(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
