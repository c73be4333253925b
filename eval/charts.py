"""Plots as inline SVG, so that a report is one file that opens anywhere without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from eval.calibration import Bin
from eval.comparison import Interval

_WIDTH = 680
_ROW = 26
_LEFT, _RIGHT = 150, 170


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: a name, and a mean with its interval."""

    name: str
    value: Interval


def intervals(bars: Sequence[Bar], title: str, zero: bool = False, form: str = ".3f") -> str:
    """Means as dots with their intervals as whiskers, one line a bar; `zero` draws the line of no difference.

    `form` is how the values are written beside them; differences carry their sign.
    """
    if not bars:
        return ""
    low = min([bar.value.low for bar in bars] + ([0.0] if zero else []))
    high = max([bar.value.high for bar in bars] + ([0.0] if zero else []))
    span = (high - low) or 1.0
    form = "+" + form if zero else form
    plot = _WIDTH - _LEFT - _RIGHT

    def x(value: float) -> str:
        return f"{_LEFT + (value - low) / span * plot:.1f}"

    height = _ROW * len(bars) + 16
    parts = [f'<line class="zero" x1="{x(0)}" x2="{x(0)}" y1="4" y2="{height - 4}"/>'] if zero else []
    for row, bar in enumerate(bars):
        y = 8 + _ROW * row + _ROW / 2
        one = bar.value
        parts += [
            f'<text x="{_LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{escape(bar.name)}</text>',
            f'<line x1="{x(one.low)}" x2="{x(one.high)}" y1="{y:.1f}" y2="{y:.1f}"/>',
            f'<circle cx="{x(one.mean)}" cy="{y:.1f}" r="4"/>',
            f'<text x="{_WIDTH - _RIGHT + 12}" y="{y + 4:.1f}">'
            f"{one.mean:{form}}［{one.low:{form}}，{one.high:{form}}］</text>",
        ]
    return _svg(title, _WIDTH, height, parts)


def reliability_diagram(bins: Sequence[Bin], title: str) -> str:
    """Predicted against observed share, a dot a bin, its area by the number of pairs."""
    size, edge = 320, 40
    plot = size - 2 * edge
    most = max((one.count for one in bins), default=1)
    parts = [
        f'<line class="zero" x1="{edge}" y1="{size - edge}" x2="{size - edge}" y2="{edge}"/>',
        f'<rect class="frame" x="{edge}" y="{edge}" width="{plot}" height="{plot}"/>',
        f'<text x="{size / 2:.0f}" y="{size - 10}" text-anchor="middle">预测概率</text>',
        f'<text x="{edge}" y="{edge - 10}">实际比例</text>',
    ]
    for one in bins:
        radius = 2 + 8 * (one.count / most) ** 0.5
        cx, cy = edge + one.predicted * plot, size - edge - one.observed * plot
        parts.append(
            f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{radius:.1f}"><title>{one.count} 对：预测 {one.predicted:.2f}，'
            f"实际 {one.observed:.2f}</title></circle>"
        )
    return _svg(title, size, size, parts)


def differences(values: Sequence[float], title: str) -> str:
    """Each need's difference as a bar, in the order given (largest gain first)."""
    height, middle = 160, 80
    top = max((abs(value) for value in values), default=0.0) or 1.0
    width = _WIDTH / max(len(values), 1)
    parts = [f'<line class="zero" x1="0" x2="{_WIDTH}" y1="{middle}" y2="{middle}"/>']
    for place, value in enumerate(values):
        length = abs(value) / top * (middle - 8)
        y = middle - length if value > 0 else middle
        parts.append(
            f'<rect class="{"gain" if value > 0 else "loss"}" x="{place * width:.2f}" y="{y:.1f}" '
            f'width="{max(width - 0.5, 0.3):.2f}" height="{length:.1f}"/>'
        )
    return _svg(title, _WIDTH, height, parts)


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">{"".join(parts)}</svg></figure>'
    )
