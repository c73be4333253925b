"""What a training run is made of: pairs and settings; nothing is read from the clock or the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Pair:
    """Two strings that belong together; `kind` names where the pair comes from (a batch holds one kind)."""

    left: str
    right: str
    kind: str


class Stage(StrEnum):
    """The steps of a run, as the progress bar shows them."""

    VOCABULARY = "统计词频"
    TOKENS = "切分文本"
    COOCCURRENCE = "统计共现"
    DECOMPOSITION = "分解词向量"
    MASKED = "预测遮盖的词"
    CONTRAST = "对比训练"


StageProgress = Callable[[Stage, int, int], None]
"""Called with the stage, the steps done of it and their number."""


class TooLittleText(ValueError):
    """The texts hold too few different words for vectors of the wanted dimension; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Share:
    """How often batches of one kind of pairs are drawn, relative to the others."""

    kind: str
    weight: float


SHARES = (
    Share("title-abstract", 2),
    Share("same-group", 2),
    Share("ipc-title", 2),
    Share("title-paragraph", 1),
    Share("halves", 2),
    Share("keywords-abstract", 1),
    Share("ipc-parent", 0.5),
    Share("synonym", 0.25),
)
"""Kinds that are not named here do not take part; kinds with fewer pairs than a batch neither."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The recipe of the shipped model; `models/README.md` says what else was tried."""

    seed: int = 0
    dimension: int = 512
    """Directions that are learned."""
    kept: float = 0.75
    """Share of them that is written, the leading ones: the last quarter costs as much in every search as the others and
    adds nothing to the fused order."""
    least_count: int = 10
    """Words seen less often are left to their parts."""
    largest: int = 35_500
    """Rows of the table at most: all characters, then the words that stand in most texts. A long paper counts once, so
    that the words of titles, which are many and short, are kept."""
    least_latin: int = 20
    """The same for words of Latin letters and digits, which are learned from the texts."""
    window: int = 8
    """Neighbours on each side that count as co-occurring, weighted 1, (w−1)/w, … 1/w by distance."""
    subsample: float = 1e-4
    """A token of relative frequency f is kept with probability √(subsample / f) before counting."""
    smoothing: float = 0.75
    """Exponent of the context distribution (Levy, Goldberg & Dagan, TACL 2015)."""
    oversampling: int = 32
    iterations: int = 4
    """Power iterations of the randomised decomposition (Halko, Martinsson & Tropp, 2011)."""
    parts: float = 200.0
    """A word seen n times gets parts / (parts + n) times the mean of its characters' vectors on top: rare words are
    known by what they are made of."""
    inverse_frequency: float = 5e-4
    """Weight a / (a + f) of a token at the start (Arora, Liang & Ma, ICLR 2017); training goes on from there."""
    steps: int = 150
    batch: int = 1024
    longest: int = 128
    """Tokens of a text that take part in a batch."""
    temperature: float = 0.05
    rate: float = 0.01
    """Step size of a row relative to its root-mean-square gradient (AdaGrad, one rate per row)."""
    weight_rate: float = 0.02
    """The same for the logarithm of a token's weight."""
    shares: tuple[Share, ...] = SHARES
