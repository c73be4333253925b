"""An index brought up to date by what has changed since it was built: added, changed and withdrawn records.

    version/base/        the files of the last full build, linked, not copied
    version/side/        vectors, postings and texts of what came later, and which rows of the base are gone

The statistics are those of the full build, until both parts are joined (`merging.py`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import IndexUnusable, Mask, Vectors
from indexes.exact import ExactIndex
from indexes.joining import Lengths
from indexes.lexical import LexicalIndex
from indexes.postings import Document
from indexes.segments import Layout, SegmentedLexical, SegmentedVectors
from indexes.served_words import SegmentedWords, ServedWords
from matcher.retrieval import Collection

Digests = NDArray[np.uint64]
"""Shape (records, 2)."""

_BASE, _SIDE = "base", "side"
_BODIES, _TEXTS, _LENGTHS = "bodies.npy", "texts.npy", "lengths.npy"
_IDS, _GONE, _DOCUMENTS = "ids.json", "gone.npy", "documents.json"


@dataclass(frozen=True, slots=True)
class Held:
    """The records that the store holds, in ascending id order, with the digests of their bodies."""

    ids: tuple[str, ...]
    digests: Digests

    @classmethod
    def of(cls, records: Iterable[tuple[str, bytes]]) -> Held:
        """From ids with digests of 16 bytes."""
        found = list(records)
        return cls(tuple(id_ for id_, _ in found), _packed(digest for _, digest in found))

    def of_ids(self, ids: Sequence[str]) -> Digests:
        """The digests of those ids; 0 for one that is not held, so that it counts as changed next time."""
        rows = {id_: row for row, id_ in enumerate(self.ids)}
        places = np.array([rows.get(id_, -1) for id_ in ids], dtype=np.int64)
        found: Digests = np.concatenate([self.digests, np.zeros((1, 2), dtype=np.uint64)])[places]
        return found


@dataclass(frozen=True, slots=True)
class Full:
    """A collection that was built as a whole."""

    collection: Collection
    bodies: Digests
    """Of what the store held of each record."""
    texts: Digests
    """Of what was indexed of it."""
    lengths: Lengths | None = None
    """Of the texts, where they can be joined with others."""

    def save(self, folder: Path) -> None:
        """Write everything into an existing folder."""
        self.collection.save(folder)
        np.save(folder / _BODIES, self.bodies)
        np.save(folder / _TEXTS, self.texts)
        if self.lengths is not None:
            np.save(folder / _LENGTHS, self.lengths)


@dataclass(frozen=True, slots=True)
class Base:
    """The last full build, on disk and in memory."""

    folder: Path
    collection: Collection
    bodies: Digests
    texts: Digests
    lengths: Lengths | None = None

    @property
    def joinable(self) -> bool:
        """Whether what came later can be joined to it: everything that it has is on this machine."""
        local = self.collection.cut is not None and not self.collection.kept()
        return local and self.lengths is not None

    @classmethod
    def open(cls, version: Path, address: str = "") -> Base:
        """That of a published version, whose checksums the caller has compared; raises IndexUnusable."""
        folder = version / _BASE if (version / _BASE).is_dir() else version
        collection = Collection.load(folder, address)
        try:
            bodies, texts = (np.load(folder / name, allow_pickle=False) for name in (_BODIES, _TEXTS))
            lengths = _lengths(folder)
        except (OSError, ValueError) as error:
            raise IndexUnusable(f"索引 {folder} 无法读取（{error}）。请运行 matcher index 重建。") from error
        if not bodies.shape == texts.shape == (len(collection.ids), 2):
            raise IndexUnusable(f"索引 {folder} 的各部分不一致。请运行 matcher index 重建。")
        return cls(folder, collection, bodies, texts, lengths)

    def change(self, held: Held) -> Change:
        """What may have to be added to the base, and what of it is gone; a record with another body is both."""
        places = {id_: row for row, id_ in enumerate(self.collection.ids)}
        rows = np.array([places.get(id_, -1) for id_ in held.ids], dtype=np.int64)
        same = np.zeros(len(rows), dtype=bool)
        known = np.flatnonzero(rows >= 0)
        same[known] = (self.bodies[rows[known]] == held.digests[known]).all(axis=1)
        gone = np.ones(len(self.collection.ids), dtype=bool)
        gone[rows[same]] = False
        return Change(tuple(held.ids[row] for row in np.flatnonzero(~same).tolist()), rows[~same], gone)

    def narrowed(self, change: Change, texts: Mapping[str, Document]) -> Change:
        """What really has: other facts of a record may have changed, not its texts, and some are not held any more."""
        here = np.array([id_ in texts for id_ in change.added], dtype=bool)
        added = [id_ for id_ in change.added if id_ in texts]
        rows = change.rows[here]
        same = np.zeros(len(rows), dtype=bool)
        known = np.flatnonzero(rows >= 0)
        now = text_digests(texts[added[place]] for place in known.tolist())
        same[known] = (self.texts[rows[known]] == now).all(axis=1)
        gone = change.gone.copy()
        gone[rows[same]] = False
        return Change(tuple(added[row] for row in np.flatnonzero(~same).tolist()), rows[~same], gone)

    def extended(self, change: Change, documents: Sequence[Document], vectors: Vectors) -> Extended:
        """The base with the records that were added; vectors of shape (documents, dimension)."""
        lexical = self.collection.words.segment(documents)
        texts = tuple(documents) if self.joinable else None
        return Extended(self, Side(change.added, change.gone, ExactIndex.build(vectors), lexical, texts))


@dataclass(frozen=True, slots=True)
class Change:
    """Ids to be indexed anew, ascending, and the base row of each, −1 where new: int64 (added,).

    `gone`, shape (base rows,), marks what no longer stands.
    """

    added: tuple[str, ...]
    rows: NDArray[np.int64]
    gone: Mask

    @property
    def share(self) -> float:
        """How much it is, in parts of the base."""
        return _share(self.added, self.gone)


@dataclass(frozen=True, slots=True)
class Side:
    """What came later than a base, ids ascending; `gone`, shape (base rows,), marks what no longer stands there."""

    ids: tuple[str, ...]
    gone: Mask
    vectors: ExactIndex
    lexical: LexicalIndex
    documents: tuple[Document, ...] | None = None
    """Their texts, for whoever joins it to its base; None where that cannot be."""

    @classmethod
    def load(cls, folder: Path, base: LexicalIndex) -> Self:
        """Map it back, without texts; raises OSError, ValueError or IndexUnusable."""
        ids = tuple(json.loads((folder / _IDS).read_text(encoding="utf-8")))
        gone = np.load(folder / _GONE, allow_pickle=False)
        return cls(ids, gone, ExactIndex.load(folder), base.load_segment(folder, len(ids)))


@dataclass(frozen=True, slots=True)
class Extended:
    """A base and what came later."""

    base: Base
    side: Side

    @classmethod
    def open(cls, version: Path, address: str = "") -> Self:
        """A published version in two parts that can be joined, its checksums compared; raises IndexUnusable."""
        base, folder = Base.open(version, address), version / _SIDE
        with _readable(version):
            texts = json.loads((folder / _DOCUMENTS).read_text(encoding="utf-8"))
            documents = tuple(Document(title, body) for title, body in texts)
            return cls(base, replace(Side.load(folder, base.collection.words), documents=documents))

    @property
    def collection(self) -> Collection:
        """Both as one."""
        return _joined(self.base.collection, self.side)

    def save(self, folder: Path) -> None:
        """Link the base's files and write the side's into an existing folder."""
        base, side = folder / _BASE, folder / _SIDE
        base.mkdir()
        side.mkdir()
        for file in self.base.folder.iterdir():
            if file.is_file() and file.name != "manifest.json":
                _link(file, base / file.name)
        (side / _IDS).write_text(json.dumps(self.side.ids, ensure_ascii=False), encoding="utf-8")
        np.save(side / _GONE, self.side.gone)
        self.side.vectors.save(side)
        self.side.lexical.save_segment(side)
        if self.side.documents is not None:
            texts = [(text.title, text.body) for text in self.side.documents]
            (side / _DOCUMENTS).write_text(json.dumps(texts), encoding="utf-8")


def text_digests(documents: Iterable[Document]) -> Digests:
    """Of texts as they are indexed."""
    whole = (f"{document.title}\n{document.body}".encode("utf-8", "surrogatepass") for document in documents)
    return _packed(blake2b(text, digest_size=16).digest() for text in whole)


def _packed(digests: Iterable[bytes]) -> Digests:
    return np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, 2)


def unmerged(version: Path) -> float:
    """How much a version holds beside its base that can be joined to it, in parts of the base; 0: nothing."""
    side = version / _SIDE
    if not (side / _DOCUMENTS).is_file():
        return 0.0
    ids = json.loads((side / _IDS).read_text(encoding="utf-8"))
    return _share(ids, np.load(side / _GONE, allow_pickle=False))


def load(version: Path, address: str = "") -> Collection:
    """The collection of a published version, memory-mapped; raises IndexUnusable."""
    if not (version / _BASE).is_dir():
        return Collection.load(version, address)
    base = Collection.load(version / _BASE, address)
    with _readable(version):
        return _joined(base, Side.load(version / _SIDE, base.words))


@contextmanager
def _readable(version: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise IndexUnusable(f"索引 {version} 无法读取（{error}）。请运行 matcher index 重建。") from error


def _share(added: Sequence[str], gone: Mask) -> float:
    return max(len(added), int(gone.sum())) / max(1, len(gone))


def _lengths(folder: Path) -> Lengths | None:
    """Those of a folder, where it has any."""
    file = folder / _LENGTHS
    return np.load(file, allow_pickle=False) if file.is_file() else None


def _joined(base: Collection, side: Side) -> Collection:
    layout = Layout.of(base.ids, side.gone, side.ids)
    words = base.words
    return replace(
        base,
        ids=layout.ids(base.ids, side.ids),
        vectors=SegmentedVectors(base.vectors, side.vectors, layout),
        lexical=(
            SegmentedWords(words, side.lexical, layout)
            if isinstance(words, ServedWords)
            else SegmentedLexical(words, side.lexical, layout)
        ),
    )


def _link(file: Path, place: Path) -> None:
    try:
        os.link(file, place)
    except OSError:  # another file system, or one without links
        shutil.copyfile(file, place)
