"""The one recipe of a static model: texts → tokeniser → word vectors → contrastive training → model folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.training.contrastive import WeightedRows, refine, tokenise_pairs
from models.training.cooccurrence import word_vectors
from models.training.export import save_static
from models.training.recipe import Pair, Stage, StageProgress, TrainingSettings
from models.training.vocabulary import build_tokenizer, tokenise


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run came to."""

    folder: Path
    texts: int
    tokens: int
    vocabulary: int
    pairs: int
    losses: list[float]


def _silent(stage: Stage, done: int, total: int) -> None: ...


def train_static(
    texts: Iterable[str],
    pairs: Iterable[Pair],
    out: Path,
    settings: TrainingSettings | None = None,
    progress: StageProgress = _silent,
) -> Trained:
    """Train on texts and pairs and write a sentence-transformers folder to `out`.

    The same input and settings give the same files with the same numpy, scipy, BLAS and number of BLAS threads.
    Texts are held in memory. Raises TooLittleText where the texts cannot carry the wanted dimension.
    """
    settings = settings or TrainingSettings()
    corpus = list(texts)
    tokenizer = build_tokenizer(corpus, settings, progress)
    size = tokenizer.get_vocab_size()
    read = len(corpus)
    tokens = tokenise(tokenizer, corpus, lambda done: progress(Stage.TOKENS, done, read))
    counts = np.bincount(tokens.ids, minlength=size)
    del corpus
    rows = word_vectors(tokens, size, settings, progress)
    rows = with_parts(rows, counts, tokenizer, settings.parts)
    rarity = settings.inverse_frequency / (settings.inverse_frequency + counts / counts.sum())
    table = WeightedRows(rows, np.log(rarity).astype(np.float32))
    chosen = tokenise_pairs(pairs, tokenizer, settings)
    losses = refine(table, chosen, settings, progress)
    save_static(table.table(), tokenizer, out, max(1, round(settings.kept * settings.dimension)))
    return Trained(out, read, len(tokens.ids), size, sum(map(len, chosen.values())), losses)


def with_parts(
    rows: NDArray[np.float32], counts: NDArray[np.int64], tokenizer: Tokenizer, parts: float
) -> NDArray[np.float32]:
    """Unit rows again, after characters and words have lent each other what they know.

    A character's vector is the mean of the words that hold it, each by the logarithm of its count. A word seen n times
    gets parts / (parts + n) times the mean of its characters on top; a character that never stands alone gets its own.
    """
    words = [word for word, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]
    places = {word: row for row, word in enumerate(words) if len(word) == 1}
    cells = [
        (row, places[character])
        for row, word in enumerate(words)
        if row and len(word) > 1
        for character in sorted(set(word))
        if character in places
    ]
    if not cells:
        return rows
    shape = (len(rows), len(rows))
    made_of = sparse.csr_array((np.ones(len(cells), np.float32), tuple(np.array(cells).T)), shape)
    trust = np.minimum(np.log1p(counts), 8).astype(np.float32)[:, None]
    characters = unit_rows(made_of.T @ (rows * trust))
    number = np.maximum(made_of.sum(axis=1), 1).astype(np.float32)[:, None]
    rare = (parts / (parts + counts)).astype(np.float32)[:, None]
    whole = rows + rare * (made_of @ characters) / number
    lonely = np.linalg.norm(rows, axis=1) == 0
    whole[lonely] += characters[lonely]
    return unit_rows(whole)


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row at unit length; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 1e-9, norms, 1), dtype=np.float32)
