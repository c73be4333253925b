"""The one file that learning leaves behind: weights, calibration, grades' thresholds, and what they were made of.

The calibration maps the **text value** of a pair (the weighted mean of its text signals) to the probability that an
expert would grade it 3 or 4: experts judge the subject, and facts such as a fee or a region must not change what is
said of it. Thresholds are text values, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.errors import InputError
from matcher.matches import Grade
from matcher.settings import RankingSettings

FORMAT = 2

Values = NDArray[np.float64]


class Kind(StrEnum):
    """The family of a calibration's map."""

    PLATT = "platt"
    BETA = "beta"
    ISOTONIC = "isotonic"


@dataclass(frozen=True, slots=True)
class Calibration:
    """A non-decreasing map from value to probability through points in ascending order, constant outside."""

    kind: Kind
    scores: tuple[float, ...]
    probabilities: tuple[float, ...]

    def probability(self, scores: Values) -> Values:
        """Probabilities of values, the same shape, in [0, 1]."""
        return np.asarray(np.interp(scores, self.scores, self.probabilities), dtype=np.float64)

    def threshold(self, probability: float) -> float:
        """The lowest value in [0, 1] that reaches a probability; 1 where none does."""
        grid = np.linspace(0.0, 1.0, 10_001)
        reached = np.flatnonzero(self.probability(grid) >= probability - 1e-12)
        return float(grid[reached[0]]) if len(reached) else 1.0


@dataclass(frozen=True, slots=True)
class Made:
    """What a ranker was made of; all its evidence is older than `fitted_before`."""

    fitted_before: date
    data: str
    """Name and version of the data."""
    corpus: str
    """Kind of texts (`fitting.corpus_kind`): a calibration holds for one kind only."""
    model: str
    """Name and fingerprint of the embedding model."""
    settings: str
    """Hash of the settings."""
    needs: int
    judgements: int
    seed: int
    command: str
    commit: str = ""
    patents: int = 0
    """Of the collection that the judged pairs were chosen from; 0: not known."""


@dataclass(frozen=True, slots=True)
class RankerArtefact:
    """Weights by signal name, summing to 1; a calibration or None (未校准); the lowest text value of each grade."""

    weights: Mapping[str, float]
    prior: Mapping[str, float]
    """The weights that were in force: the ranker is for these settings only."""
    reason: str
    made: Made
    calibration: Calibration | None = None
    thresholds: Mapping[Grade, float] | None = None
    expected_error: float | None = None
    brier: float | None = None
    probe: tuple[float, ...] = ()
    """Text values of fixed pairs (`fitting.probe`): model and index must still give the same."""

    @property
    def learned(self) -> bool:
        """Whether the weights differ from the prior."""
        return any(abs(self.weights[name] - weight) > 1e-9 for name, weight in self.prior.items())

    @property
    def idle(self) -> bool:
        """Whether it changes nothing: the weights are the prior, and there is no calibration."""
        return not self.learned and self.calibration is None


def applied(artefact: RankerArtefact, settings: RankingSettings, text_share: float) -> RankingSettings:
    """The settings with the ranker's weights and thresholds; `text_share` is the text signals' part of all weight.

    A grade's threshold of the whole score is that of the text with facts that are neither good nor bad (½).
    """
    changes: dict[str, object] = {}
    if artefact.learned:
        changes["weights"] = {**settings.weights, **artefact.weights}
    for grade, name in _FIELDS.items():
        if artefact.thresholds is not None and grade in artefact.thresholds:
            changes |= _thresholds(name, artefact.thresholds[grade], text_share)
    return settings.model_copy(update=changes)


def in_collection(settings: RankingSettings, patents: int, text_share: float) -> RankingSettings:
    """The settings with the thresholds of a collection of so many patents, which are never below those given.

    Linear in the logarithm of the size between `_SMALL`, where the given ones hold, and `_LARGE`, where those of large
    collections do.
    """
    part = min(1.0, log(max(patents, _SMALL) / _SMALL) / log(_LARGE / _SMALL))
    changes: dict[str, object] = {}
    for name in _FIELDS.values():
        given, large = getattr(settings, f"text_{name}"), getattr(settings, f"large_{name}")
        if part > 0 and large > given:
            changes |= _thresholds(name, given + part * (large - given), text_share)
    return settings.model_copy(update=changes) if changes else settings


def _thresholds(name: str, text: float, text_share: float) -> dict[str, object]:
    return {f"text_{name}": text, name: round(text_share * text + (1 - text_share) / 2, 4)}


_SMALL, _LARGE = 1_000, 10_000
_FIELDS = {Grade.STRONG: "strong", Grade.RECOMMENDED: "recommended", Grade.POSSIBLE: "possible"}


def write_artefact(artefact: RankerArtefact, path: Path) -> None:
    """Write JSON, UTF-8, keys in order: the same artefact gives the same bytes."""
    stored = {"format": FORMAT, **asdict(artefact)}
    text = json.dumps(stored, ensure_ascii=False, indent=1, sort_keys=True, default=date.isoformat)
    path.write_text(text + "\n", encoding="utf-8")


def read_artefact(path: Path) -> RankerArtefact:
    """Read it back; raises InputError for a file that is missing, damaged or of another format."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored.pop("format") != FORMAT:
            raise InputError(f"排序模型 {path.name} 的格式版本不符。请重新训练（matcher train ranker）。")
        made = stored.pop("made")
        calibration, limits = stored.pop("calibration"), stored.pop("thresholds")
        stored["probe"] = tuple(map(float, stored["probe"]))
        return RankerArtefact(
            **stored,
            made=Made(**{**made, "fitted_before": date.fromisoformat(made["fitted_before"])}),
            calibration=None if calibration is None else _calibration(calibration),
            thresholds=None if limits is None else {Grade(name): value for name, value in limits.items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"排序模型 {path} 无法读取（{error}）。请重新训练（matcher train ranker）。"
        ) from error


def _calibration(stored: Mapping[str, list[float]]) -> Calibration:
    scores, probabilities = (tuple(map(float, stored[name])) for name in ("scores", "probabilities"))
    if len(scores) != len(probabilities) or len(scores) < 2:
        raise ValueError("calibration points")
    return Calibration(Kind(str(stored["kind"])), scores, probabilities)


def require_older(artefact: RankerArtefact, on: date) -> None:
    """Raise InputError where a ranker has seen what happened after a cut's day."""
    if artefact.made.fitted_before > on:
        raise InputError(
            f"排序模型使用了 {artefact.made.fitted_before} 之前的数据训练，不能用于评测更早的时点 {on}："
            "它可能见过答案。请改用更早训练的模型或更晚的时点。",
            code="leak",
        )
