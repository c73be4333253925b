"""What one evaluation may set differently from the workspace, and in what two evaluations differ.

The service goes on under its own settings: a variation applies to one run, and is kept with that run's report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from matcher.errors import InputError, SettingsError
from matcher.settings import RetrievalSettings, Settings
from matcher.signals.table import SIGNALS, weighted

_LABELS = {"model": "模型", "candidates": "每个通道的召回候选数"}
LARGEST_WEIGHT = 1_000.0


@dataclass(frozen=True, slots=True)
class Variation:
    """Settings of one run; None and absent weights: those of the workspace."""

    candidates: int | None = None
    """Candidates of each channel, as `retrieval.candidates`."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Weights of signals by name, the channels `semantic` and `lexical` among them; 0 leaves one out."""
    model: str | None = None
    """The model in use, or one of `evaluation_models`: names come from the settings, never from a request."""

    def applied(self, settings: Settings) -> Settings:
        """The settings of the run; raises InputError for what may not be varied so."""
        changes: dict[str, Any] = {}
        if self.model is not None:
            if self.model not in models(settings):
                raise InputError(
                    f"评估不能使用模型“{self.model}”。可用：{'、'.join(models(settings))}；"
                    "其他模型由管理员写入 matcher.toml 的 evaluation_models。",
                    code="model_not_allowed",
                )
            changes["model"] = self.model
        if self.candidates is not None:
            changes["retrieval"] = _retrieval(settings, self.candidates)
        if self.weights:
            weights = {**settings.ranking.weights, **self.weights}
            changes["ranking"] = settings.ranking.model_copy(update={"weights": _checked(weights)})
        return settings.model_copy(update=changes)


def models(settings: Settings) -> tuple[str, ...]:
    """The models that an evaluation may use, the one in use first."""
    return tuple(dict.fromkeys((settings.model, *settings.evaluation_models)))


def stated(settings: Settings) -> dict[str, Any]:
    """All that a variation may change, as it is under these settings: every signal's weight among them."""
    given = settings.ranking.weights
    weights = {signal.name: given.get(signal.name, signal.default_weight) for signal in SIGNALS}
    return {"model": settings.model, "candidates": settings.retrieval.candidates, "weights": weights}


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting in which two runs differ, in Chinese."""

    setting: str
    before: str
    after: str


def differing(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Difference, ...]:
    """The settings, as `stated`, in which two runs differ; none where one of them did not state them."""
    if before is None or after is None:
        return ()
    found = [Difference(_LABELS[name], str(before[name]), str(after[name])) for name in _LABELS]
    labels = {signal.name: signal.label for signal in SIGNALS}
    first, second = before["weights"], after["weights"]
    found += [
        Difference(f"权重 {labels.get(name, name)}", _number(first, name), _number(second, name))
        for name in dict.fromkeys((*first, *second))
    ]
    return tuple(one for one in found if one.before != one.after)


def _number(weights: Mapping[str, float], name: str) -> str:
    return f"{weights[name]:g}" if name in weights else "无"


def _retrieval(settings: Settings, candidates: int) -> RetrievalSettings:
    try:
        return RetrievalSettings(**{**settings.retrieval.model_dump(), "candidates": candidates})
    except ValidationError as error:
        raise InputError(f"召回候选数应不小于 1，收到的是 {candidates}。", code="candidates") from error


def _checked(weights: Mapping[str, float]) -> dict[str, float]:
    try:
        weighted(weights)
    except SettingsError as error:
        raise InputError(str(error), code="weights") from error
    if max(weights.values()) > LARGEST_WEIGHT:
        raise InputError(f"权重应不大于 {LARGEST_WEIGHT:g}。", code="weights")
    return dict(weights)
