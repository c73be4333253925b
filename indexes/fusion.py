"""Turns cosines into values and joins channels: a weighted sum of fixed values, or reciprocal ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexes.contract import Hits, IndexUnusable, Vectors

Values = NDArray[np.float64]

PRIOR_VECTORS = 20
"""Random directions that every collection is taken to hold besides its own: small ones get a sane spread."""
CENTRE = 3.0
"""Spreads above the mean at which a cosine is worth one half."""
WIDTH = 3.0
"""Spreads from there to a value of 0.85. Needs do not tell 2, 3 and 4 apart (0.651, 0.652, 0.651 at the weights below);
focus areas prefer 3 to 4 (nDCG@10 0.234, 0.232)."""

CHANNEL_WEIGHTS = {"lexical": 0.75, "semantic": 0.25}
"""Of the two values in the fused score. At 0.25, 0.35, 0.45 of vectors: needs 0.652, 0.650, 0.649; focus areas 0.234, 0.230,
0.228 (words alone 0.233); title → own abstract 0.90, 0.88, 0.86 (words alone 0.93): more vectors only do harm."""
BODY_WEIGHT = 0.5
"""Of a body's vector beside its title's (measured in README.md)."""


def sigmoid(u: NDArray[np.floating]) -> Values:
    """½ (1 + u / √(1 + u²)) in (0, 1): a logistic's shape, but its tails fall so slowly that no order is lost."""
    wide = u.astype(np.float64)
    values: Values = 0.5 + 0.5 * wide / np.sqrt(1 + wide * wide)
    return values


@dataclass(frozen=True, slots=True)
class CosineScale:
    """What a cosine means in one collection of vectors, whatever model made them.

    z = (cos(q, d) − q·m) / sqrt(qᵀ C q) with the mean m, shape (dimension,), and the covariance C, shape
    (dimension, dimension), of the collection: the exact standard score of d among all documents, computed from the
    query and stored statistics alone. value = sigmoid((z − CENTRE) / WIDTH). Models crowd their
    cosines differently (0.6 may be a perfect match or a random pair); after this map one weight fits all.
    """

    mean: Vectors
    covariance: Vectors

    @classmethod
    def fit(cls, vectors: Vectors) -> Self:
        """Statistics of the collection, shape (documents, dimension), rows of unit length or zero."""
        documents, dimension = vectors.shape
        total = documents + PRIOR_VECTORS
        mean = vectors.sum(axis=0, dtype=np.float64) / total
        second = (vectors.T @ vectors).astype(np.float64) + np.eye(dimension) * PRIOR_VECTORS / dimension
        covariance = second / total - np.outer(mean, mean)
        return cls(mean.astype(np.float32), covariance.astype(np.float32))

    def values(self, query: Vectors, cosines: NDArray[np.floating]) -> Values:
        """Values of one query's cosines, of any shape; NaN where `query` is zero, 0 where a cosine is exactly 0.

        An exact 0 means a document without a vector: nothing that the model knows stands in its text.
        """
        if not query.any():
            return np.full(cosines.shape, np.nan)
        q = query.astype(np.float64)
        spread = np.sqrt(max(float(q @ self.covariance @ q), 1e-12))
        z = (cosines.astype(np.float64) - float(q @ self.mean)) / spread
        values: Values = sigmoid((z - CENTRE) / WIDTH) * (cosines != 0)
        return values

    def save(self, folder: Path) -> None:
        """Write the two arrays into an existing folder."""
        np.save(folder / "cosine.mean.npy", self.mean)
        np.save(folder / "cosine.covariance.npy", self.covariance)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read them back; raises IndexUnusable."""
        try:
            mean, covariance = (np.load(folder / f"cosine.{name}.npy") for name in ("mean", "covariance"))
        except (OSError, ValueError, EOFError) as error:
            raise IndexUnusable(f"语义索引 {folder} 的统计量无法读取（{error}）。请重新建立索引。") from error
        if covariance.shape != (*mean.shape, *mean.shape):
            raise IndexUnusable(f"语义索引 {folder} 的统计量不一致。请重新建立索引。")
        return cls(mean, covariance)


@dataclass(frozen=True, slots=True)
class Fused:
    """Scores of the documents in the order in which the values were given, and the channels behind them."""

    scores: Values
    channels: tuple[str, ...]


def join_fields(titles: Vectors, bodies: Vectors, body_weight: float = BODY_WEIGHT) -> Vectors:
    """Unit vectors of title + body_weight · body, both of shape (texts, dimension) and of unit length or zero.

    A title put into one text with its body drowns in it. A field without a vector leaves the other alone; neither:
    zero.
    """
    joined = titles + np.float32(body_weight) * bodies
    lengths = np.linalg.norm(joined, axis=1, keepdims=True)
    units: Vectors = np.divide(joined, lengths, out=np.zeros_like(joined), where=lengths > 0)
    return units


def weighted_sum(values: Mapping[str, Values], weights: Mapping[str, float]) -> Fused:
    """Σ weight · value over the channels that are there, weights scaled to the sum 1.

    A channel is there if it has a positive weight and values that are not all NaN (no vector for the query); a
    single NaN within a channel counts 0. No channel: all scores 0 and no names.
    """
    used = [
        name
        for name in values
        if weights.get(name, 0.0) > 0 and not (values[name].size > 0 and np.isnan(values[name]).all())
    ]
    total = sum(weights[name] for name in used)
    shape = next(iter(values.values())).shape if values else (0,)
    scores = np.zeros(shape, dtype=np.float64)
    for name in used:
        scores += weights[name] / total * np.nan_to_num(values[name])
    return Fused(scores, tuple(used))


def reciprocal_ranks(lists: Sequence[Hits], k: int, damping: float = 60.0) -> Hits:
    """Reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009): Σ 1 / (damping + rank), ties in row order.

    For engines whose scores cannot be mapped. It depends on which candidates each list holds, so that it orders a
    list but is never a match's score.
    """
    if not lists:
        return Hits(np.zeros(0, dtype=np.int64), np.zeros(0))
    rows, places = np.unique(np.concatenate([hits.rows for hits in lists]), return_inverse=True)
    ranks = np.concatenate([np.arange(1, len(hits.rows) + 1) for hits in lists])
    scores = np.zeros(len(rows))
    np.add.at(scores, places, 1 / (damping + ranks))
    order = np.argsort(-scores, kind="stable")[:k]
    return Hits(rows[order].astype(np.int64), scores[order])
