"""Texts that belong together are drawn together, others in the batch pushed apart.

Multiple negatives ranking (Henderson et al., 2017) in both directions over the weighted mean of token rows. Only the
rows of a batch's tokens are touched, so a step costs what its texts cost and not what the table costs; numpy and
scipy suffice, no torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.segmenting import Tokens
from models.training.recipe import Pair, Stage, StageProgress, TrainingSettings
from models.training.vocabulary import tokenise

Floats = NDArray[np.float32]
_SAME = 0.999
"""Cosine above which two texts of a batch are one text, and no negative of each other's partner."""
_WARM_UP = 30


@dataclass(frozen=True, slots=True)
class TokenPairs:
    """The two sides of one kind of pairs, tokenised."""

    left: Tokens
    right: Tokens

    def __len__(self) -> int:
        """The number of pairs."""
        return len(self.left.bounds) - 1


@dataclass(frozen=True, slots=True)
class Gradient:
    """The loss of a batch and its derivative by the texts' sums, shape (2 · pairs, dimension)."""

    loss: float
    sums: Floats


class WeightedRows:
    """A table as direction and log weight of each token, with AdaGrad's memory of each."""

    def __init__(self, rows: Floats, log_weights: Floats) -> None:
        self.rows = rows.copy()
        self.log_weights = log_weights.astype(np.float32)
        self._row_memory = np.full(len(rows), 1e-12, dtype=np.float32)
        self._weight_memory = np.full(len(rows), 1e-12, dtype=np.float32)

    def table(self) -> Floats:
        """Shape (tokens, dimension): what a plain sum over tokens needs."""
        return np.asarray(np.exp(self.log_weights)[:, None] * self.rows, dtype=np.float32)

    def step(self, ids: NDArray[np.intp], gradient: Floats, settings: TrainingSettings, decay: float) -> None:
        """One AdaGrad step with the derivative by the table's rows `ids`, shape (len(ids), dimension)."""
        weights = np.exp(self.log_weights[ids])
        by_weight = np.einsum("ij,ij->i", gradient, self.rows[ids]) * weights * settings.batch
        by_row = gradient * (weights * settings.batch)[:, None]
        self._row_memory[ids] += (by_row**2).mean(axis=1)
        self._weight_memory[ids] += by_weight**2
        self.rows[ids] -= decay * settings.rate * by_row / np.sqrt(self._row_memory[ids])[:, None]
        self.log_weights[ids] -= decay * settings.weight_rate * by_weight / np.sqrt(self._weight_memory[ids])


def tokenise_pairs(
    pairs: Iterable[Pair], tokenizer: Tokenizer, settings: TrainingSettings
) -> dict[str, TokenPairs]:
    """The kinds that the settings name and that fill a batch, in the settings' order."""
    texts: dict[str, list[Pair]] = {share.kind: [] for share in settings.shares}
    for pair in pairs:
        if pair.kind in texts:
            texts[pair.kind].append(pair)

    def side(strings: list[str]) -> Tokens:
        return tokenise(tokenizer, strings, lambda _: None, settings.longest)

    return {
        kind: TokenPairs(side([pair.left for pair in members]), side([pair.right for pair in members]))
        for kind, members in texts.items()
        if len(members) >= settings.batch
    }


def refine(
    table: WeightedRows, pairs: dict[str, TokenPairs], settings: TrainingSettings, progress: StageProgress
) -> list[float]:
    """Train the table in place; the loss of every step. Does nothing where no kind fills a batch."""
    if not pairs:
        return []
    random = np.random.default_rng(settings.seed)
    kinds = list(pairs)
    shares = np.array([share.weight for share in settings.shares if share.kind in pairs])
    waiting: dict[str, NDArray[np.intp]] = {kind: np.zeros(0, dtype=np.intp) for kind in kinds}
    losses: list[float] = []
    for step in range(settings.steps):
        kind = kinds[random.choice(len(kinds), p=shares / shares.sum())]
        if len(waiting[kind]) < settings.batch:
            waiting[kind] = random.permutation(len(pairs[kind]))
        chosen, waiting[kind] = np.split(waiting[kind], [settings.batch])
        decay = min(1.0, (step + 1) / _WARM_UP) * (1 - step / settings.steps)
        losses.append(_train_batch(table, pairs[kind], chosen, settings, decay))
        progress(Stage.CONTRAST, step + 1, settings.steps)
    return losses


def _train_batch(
    table: WeightedRows, pairs: TokenPairs, chosen: NDArray[np.intp], settings: TrainingSettings, decay: float
) -> float:
    left, right = _select(pairs.left, chosen), _select(pairs.right, chosen)
    ids, columns = np.unique(np.concatenate([left.ids, right.ids]), return_inverse=True)
    bounds = np.concatenate([left.bounds, left.bounds[-1] + right.bounds[1:]])
    bags = sparse.csr_array((np.ones(len(columns), np.float32), columns, bounds), (2 * len(chosen), len(ids)))
    rows = np.exp(table.log_weights[ids])[:, None] * table.rows[ids]
    gradient = contrast(bags @ rows, settings.temperature)
    table.step(ids, bags.T @ gradient.sums, settings, decay)
    return gradient.loss


def _select(tokens: Tokens, chosen: NDArray[np.intp]) -> Tokens:
    starts, lengths = tokens.bounds[chosen], np.diff(tokens.bounds)[chosen]
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    positions = np.repeat(starts - bounds[:-1], lengths) + np.arange(bounds[-1])
    return Tokens(tokens.ids[positions], bounds)


def contrast(sums: Floats, temperature: float) -> Gradient:
    """Mean of both directions' cross-entropy over cosines / temperature; row i and row n + i are a pair.

    A pair with an empty side takes no part.
    """
    pairs = len(sums) // 2
    norms = np.linalg.norm(sums, axis=1)
    filled = (norms[:pairs] > 1e-6) & (norms[pairs:] > 1e-6)
    units = sums / np.maximum(norms, 1e-6)[:, None]
    left, right = units[:pairs], units[pairs:]
    logits = left @ right.T / np.float32(temperature)
    excluded = (left @ left.T > _SAME) | (right @ right.T > _SAME) | ~filled[:, None] | ~filled[None, :]
    np.fill_diagonal(excluded, False)
    logits[excluded] = -1e4
    forward, backward = _softmax(logits), _softmax(logits.T)
    count = max(int(filled.sum()), 1)
    own = np.diagonal(forward)[filled], np.diagonal(backward)[filled]
    loss = -float(np.log(np.maximum(own, 1e-12)).sum()) / (2 * count)
    by_logit = (forward + backward.T - 2 * np.eye(pairs, dtype=np.float32)) / np.float32(
        2 * count * temperature
    )
    by_logit[~filled] = 0
    by_logit[:, ~filled] = 0
    by_unit = np.concatenate([by_logit @ right, by_logit.T @ left])
    radial = np.einsum("ij,ij->i", by_unit, units)[:, None]
    return Gradient(loss, ((by_unit - radial * units) / np.maximum(norms, 1e-6)[:, None]).astype(np.float32))


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
