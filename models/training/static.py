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
    lonely = np.flatnonzero(np.linalg.norm(rows, axis=1) == 0)
    rows[lonely] = _from_words(lonely, rows, tokenizer)
    rarity = settings.inverse_frequency / (settings.inverse_frequency + counts / counts.sum())
    table = WeightedRows(rows, np.log(rarity).astype(np.float32))
    chosen = tokenise_pairs(pairs, tokenizer, settings)
    losses = refine(table, chosen, settings, progress)
    save_static(table.table(), tokenizer, out)
    return Trained(out, read, len(tokens.ids), size, sum(map(len, chosen.values())), losses)


def _from_words(
    lonely: NDArray[np.intp], rows: NDArray[np.float32], tokenizer: Tokenizer
) -> NDArray[np.float32]:
    """Unit rows for characters that occur only inside words: the mean of those words."""
    places = {tokenizer.id_to_token(int(row)): place for place, row in enumerate(lonely)}
    cells = [
        (places[character], row)
        for word, row in tokenizer.get_vocab().items()
        if len(word) > 1 and row
        for character in set(word)
        if character in places
    ]
    if not cells:
        return np.zeros((len(lonely), rows.shape[1]), dtype=np.float32)
    columns = np.array(sorted(cells)).T
    sums = (
        sparse.csr_array((np.ones(len(cells), np.float32), tuple(columns)), (len(lonely), len(rows))) @ rows
    )
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.where(norms > 0, norms, 1), dtype=np.float32)
