"""The one file that learning leaves behind: weights, calibration, grades' thresholds, and what they were made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from eval.calibration import Calibration, Kind
from matcher.errors import InputError
from matcher.matches import Grade

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Made:
    """What an artefact was made of; all its evidence is older than `fitted_before`."""

    fitted_before: date
    data: str
    corpus: str
    """Kind of texts, such as 专利标题与摘要: a calibration holds for one kind only."""
    model: str
    settings: str
    needs: int
    judgements: int
    seed: int
    command: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class RankerArtefact:
    """Weights by signal name, summing to 1; a calibration or None (未校准); lowest score of each grade."""

    weights: Mapping[str, float]
    prior: Mapping[str, float]
    reason: str
    made: Made
    calibration: Calibration | None = None
    thresholds: Mapping[Grade, float] | None = None
    expected_error: float | None = None
    brier: float | None = None


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
        return RankerArtefact(
            **stored,
            made=Made(**{**made, "fitted_before": date.fromisoformat(made["fitted_before"])}),
            calibration=None
            if calibration is None
            else Calibration(
                Kind(calibration["kind"]), tuple(calibration["scores"]), tuple(calibration["probabilities"])
            ),
            thresholds=None if limits is None else {Grade(name): value for name, value in limits.items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"排序模型 {path} 无法读取（{error}）。请重新训练（matcher train ranker）。"
        ) from error


def require_older(artefact: RankerArtefact, on: date) -> None:
    """Raise InputError where an artefact has seen what happened after a cut's day."""
    if artefact.made.fitted_before > on:
        raise InputError(
            f"排序模型使用了 {artefact.made.fitted_before} 之前的数据训练，不能用于评测更早的时点 {on}："
            "它可能见过答案。请改用更早训练的模型或更晚的时点。",
            code="leak",
        )
