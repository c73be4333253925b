"""An index brought up to date by what has changed since it was built: added, changed and withdrawn records.

    version/base/        the files of the last full build, linked, not copied
    version/side/        vectors and postings of what came later, and which rows of the base are gone

The statistics are those of the full build, which comes again once a twentieth of the collection has changed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexes.contract import IndexUnusable, Mask, Vectors
from indexes.exact import ExactIndex
from indexes.lexical import LexicalIndex
from indexes.postings import Document
from indexes.segments import Layout, SegmentedLexical, SegmentedVectors
from indexes.served_words import SegmentedWords, ServedWords
from matcher.retrieval import Collection

Digests = NDArray[np.uint64]
"""Shape (records, 2)."""

SHARE = 0.05
"""Changes, in parts of the base, from which everything is built again."""
_BASE, _SIDE = "base", "side"
_BODIES, _TEXTS, _IDS, _GONE = "bodies.npy", "texts.npy", "ids.json", "gone.npy"


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

    def save(self, folder: Path) -> None:
        """Write everything into an existing folder."""
        self.collection.save(folder)
        np.save(folder / _BODIES, self.bodies)
        np.save(folder / _TEXTS, self.texts)


@dataclass(frozen=True, slots=True)
class Base:
    """The last full build, on disk and in memory."""

    folder: Path
    collection: Collection
    bodies: Digests
    texts: Digests

    @classmethod
    def open(cls, version: Path, address: str = "") -> Base:
        """That of a published version, whose checksums the caller has compared; raises IndexUnusable."""
        folder = version / _BASE if (version / _BASE).is_dir() else version
        collection = Collection.load(folder, address)
        try:
            bodies, texts = (np.load(folder / name, allow_pickle=False) for name in (_BODIES, _TEXTS))
        except (OSError, ValueError) as error:
            raise IndexUnusable(f"索引 {folder} 无法读取（{error}）。请运行 matcher index 重建。") from error
        if not bodies.shape == texts.shape == (len(collection.ids), 2):
            raise IndexUnusable(f"索引 {folder} 的各部分不一致。请运行 matcher index 重建。")
        return cls(folder, collection, bodies, texts)

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

    def extended(
        self, change: Change, ids: Sequence[str], documents: Sequence[Document], vectors: Vectors
    ) -> Extended:
        """The base with later records, `ids` ascending; vectors of shape (documents, dimension)."""
        side = self.collection.words.segment(documents)
        return Extended(self, _Side(tuple(ids), change.gone, ExactIndex.build(vectors), side))


@dataclass(frozen=True, slots=True)
class Change:
    """Ids to be indexed anew, ascending, and the base row of each, −1 where new: int64 (added,).

    `gone`, shape (base rows,), marks what no longer stands.
    """

    added: tuple[str, ...]
    rows: NDArray[np.int64]
    gone: Mask

    @property
    def small(self) -> bool:
        """Whether a full build can wait."""
        return max(len(self.added), int(self.gone.sum())) <= SHARE * len(self.gone)


@dataclass(frozen=True, slots=True)
class _Side:
    ids: tuple[str, ...]
    gone: Mask
    vectors: ExactIndex
    lexical: LexicalIndex


@dataclass(frozen=True, slots=True)
class Extended:
    """A base and what came later."""

    base: Base
    side: _Side

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


def text_digests(documents: Iterable[Document]) -> Digests:
    """Of texts as they are indexed."""
    whole = (f"{document.title}\n{document.body}".encode("utf-8", "surrogatepass") for document in documents)
    return _packed(blake2b(text, digest_size=16).digest() for text in whole)


def _packed(digests: Iterable[bytes]) -> Digests:
    return np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, 2)


def load(version: Path, address: str = "") -> Collection:
    """The collection of a published version, memory-mapped; raises IndexUnusable."""
    if not (version / _BASE).is_dir():
        return Collection.load(version, address)
    base, side = Collection.load(version / _BASE, address), version / _SIDE
    try:
        ids = tuple(json.loads((side / _IDS).read_text(encoding="utf-8")))
        gone = np.load(side / _GONE, allow_pickle=False)
        lexical = base.words.load_segment(side, len(ids))
        return _joined(base, _Side(ids, gone, ExactIndex.load(side), lexical))
    except (OSError, ValueError) as error:
        raise IndexUnusable(f"索引 {version} 无法读取（{error}）。请运行 matcher index 重建。") from error


def _joined(base: Collection, side: _Side) -> Collection:
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
