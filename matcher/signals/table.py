"""All ranking signals, in the order in which they are shown, and their weights under given settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from matcher.errors import SettingsError
from matcher.matches import Contribution
from matcher.signals.assessments import Assessments
from matcher.signals.contract import Signal
from matcher.signals.fee import Fee
from matcher.signals.ipc import Ipc
from matcher.signals.maturity import MaturityFit
from matcher.signals.modes import Modes
from matcher.signals.region import Region
from matcher.signals.rerank import Rerank
from matcher.signals.right import Right
from matcher.signals.text import Lexical, Semantic

SIGNALS: tuple[Signal, ...] = (
    Semantic(),
    Lexical(),
    Rerank(),
    Ipc(),
    MaturityFit(),
    Modes(),
    Fee(),
    Region(),
    Right(),
    Assessments(),
)

_TEXTUAL = frozenset(signal.name for signal in SIGNALS if signal.textual)
_EVEN = 0.5


def favourable(part: Contribution) -> bool:
    """Whether a part speaks for the match: what the texts share always does, a circumstance from one half up."""
    return part.value > 0 if part.signal in _TEXTUAL else part.value >= _EVEN


def adverse(part: Contribution) -> bool:
    """Whether a part is a circumstance that speaks against the match."""
    return part.signal not in _TEXTUAL and part.value < _EVEN


@dataclass(frozen=True, slots=True)
class Weighted:
    """A signal and its weight, not yet renormalised."""

    signal: Signal
    weight: float


def weighted(weights: Mapping[str, float]) -> tuple[Weighted, ...]:
    """The signals that count: `weights` by name over the defaults; a weight of 0 leaves a signal out.

    Raises SettingsError on an unknown name, an impossible weight, or where no text signal counts.
    """
    unknown = sorted(weights.keys() - {signal.name for signal in SIGNALS})
    if unknown:
        known = "、".join(signal.name for signal in SIGNALS)
        raise SettingsError(f"ranking.weights 中没有名为 {'、'.join(unknown)} 的信号。可用的信号：{known}。")
    bad = sorted(name for name, weight in weights.items() if not isfinite(weight) or weight < 0)
    if bad:
        raise SettingsError(f"ranking.weights 中 {'、'.join(bad)} 的权重无效。权重应为不小于 0 的数。")
    found = tuple(Weighted(signal, weights.get(signal.name, signal.default_weight)) for signal in SIGNALS)
    counting = tuple(item for item in found if item.weight > 0)
    if not any(item.signal.textual for item in counting):
        raise SettingsError(
            "ranking.weights 中 semantic 和 lexical 的权重不能同时为 0。请至少保留一个文本信号。"
        )
    return counting
