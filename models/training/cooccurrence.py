"""Word vectors from raw text: positive pointwise mutual information, factorised.

PPMI over a distance-weighted window with a smoothed context distribution (Levy, Goldberg & Dagan, TACL 2015), then a
randomised eigendecomposition (Halko, Martinsson & Tropp, 2011). One pass and no learning rate; the same texts, seed,
BLAS and number of threads give the same vectors.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from models.segmenting import Tokens
from models.training.recipe import Stage, StageProgress, TooLittleText, TrainingSettings

_CHUNK = 3_000_000
"""Tokens counted at once: about 1 GB of pairs at a window of 8."""
_FAINT = 0.3
"""Weighted co-occurrences below this are chance; dropping them halves the matrix."""


def word_vectors(
    tokens: Tokens, size: int, settings: TrainingSettings, progress: StageProgress
) -> NDArray[np.float32]:
    """Unit rows of shape (size, dimension); zero for tokens without co-occurrences. Raises TooLittleText."""
    used = len(np.unique(tokens.ids))
    if used <= settings.dimension:
        raise TooLittleText(
            f"文本只用到 {used} 个不同的词，不足以训练 {settings.dimension} 维的模型；"
            "请提供更多文本，或减小维数。"
        )
    matrix = _informative(_cooccurrences(tokens, size, settings, progress), settings.smoothing)
    vectors = _leading_eigenvectors(matrix, settings, progress)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 1e-9, norms, 1), dtype=np.float32)


def _cooccurrences(
    tokens: Tokens, size: int, settings: TrainingSettings, progress: StageProgress
) -> sparse.csr_array:
    """Symmetric, distance-weighted counts of subsampled tokens that stand in one text; row 0 (unknown) is empty."""
    counts = np.bincount(tokens.ids, minlength=size)
    kept = np.sqrt(settings.subsample * len(tokens.ids) / np.maximum(counts, 1))
    chosen = np.random.default_rng(settings.seed).random(len(tokens.ids)) < kept[tokens.ids]
    chosen &= tokens.ids > 0
    ids = tokens.ids[chosen]
    texts = np.repeat(np.arange(len(tokens.bounds) - 1, dtype=np.int32), np.diff(tokens.bounds))[chosen]
    total = sparse.csr_array((size, size), dtype=np.float32)
    for start in range(0, len(ids), _CHUNK):
        part = slice(start, start + _CHUNK + settings.window)
        total = total + _window_counts(ids[part], texts[part], size, settings.window)
        progress(Stage.COOCCURRENCE, min(start + _CHUNK, len(ids)), len(ids))
    return sparse.csr_array(total + total.T)


def _window_counts(
    ids: NDArray[np.int32], texts: NDArray[np.int32], size: int, window: int
) -> sparse.csr_array:
    """Counts of (token, later token) pairs whose first token stands in the first `_CHUNK` positions."""
    left, right, weights = [], [], []
    for distance in range(1, window + 1):
        end = max(min(_CHUNK, len(ids) - distance), 0)
        same = texts[:end] == texts[distance : distance + end]
        left.append(ids[:end][same])
        right.append(ids[distance : distance + end][same])
        weights.append(np.full(len(left[-1]), (window + 1 - distance) / window, dtype=np.float32))
    pairs = (np.concatenate(left), np.concatenate(right))
    return sparse.coo_array((np.concatenate(weights), pairs), (size, size)).tocsr()


def _informative(counts: sparse.csr_array, smoothing: float) -> sparse.csr_array:
    """max(0, log p(w, c) / (p(w) · p(c)^smoothing)) of the cells that are no chance."""
    counts.data[counts.data < _FAINT] = 0
    counts.eliminate_zeros()
    totals = np.asarray(counts.sum(axis=1), dtype=np.float64)
    contexts = totals**smoothing / (totals**smoothing).sum()
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    information = np.log(counts.data / (totals[rows] * contexts[counts.indices]))
    counts.data = np.maximum(information, 0).astype(np.float32)
    counts.eliminate_zeros()
    return counts


def _leading_eigenvectors(
    matrix: sparse.csr_array, settings: TrainingSettings, progress: StageProgress
) -> NDArray[np.float32]:
    """Eigenvectors of the largest |eigenvalues|, shape (size, dimension), not scaled by them.

    The signs are fixed (largest component positive), so that they do not depend on the LAPACK in use.
    """
    size, width = matrix.shape[0], min(settings.dimension + settings.oversampling, matrix.shape[0])
    basis = np.random.default_rng(settings.seed).standard_normal((size, width), dtype=np.float32)
    for step in range(settings.iterations):
        basis = np.linalg.qr(matrix @ basis)[0]
        progress(Stage.DECOMPOSITION, step + 1, settings.iterations)
    projected = basis.T @ (matrix @ basis)
    values, rotation = np.linalg.eigh((projected + projected.T) / 2)
    vectors = basis @ rotation[:, np.argsort(-np.abs(values))[: settings.dimension]]
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])])
    return np.asarray(vectors, dtype=np.float32)
