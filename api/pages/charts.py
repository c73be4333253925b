"""Charts as inline SVG: what a template draws, in the units of its view box; every chart stands beside its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 200
"""Of a line chart; the plot leaves room for its labels."""
_LEFT, _TOP, _RIGHT, _BOTTOM = 44, 10, 24, 24
_BARS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart; `share` of the longest, in [0, 1], None for what is lumped together."""

    label: str
    count: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Dot:
    """One value of a line at its place."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the stretches in which values follow each other, each as the points of a polyline."""

    label: str
    dots: tuple[Dot, ...]
    stretches: tuple[str, ...]


def bars(counts: Counter[str]) -> list[Bar]:
    """The most frequent values, the others together as 其他."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    longest = max(counts.values())
    found = [Bar(label or "未注明", count, count / longest) for label, count in ordered[:_BARS]]
    rest = sum(count for _, count in ordered[_BARS:])
    return [*found, Bar("其他", rest, None)] if rest else found


def line(label: str, values: Sequence[float | None]) -> Line:
    """Values in [0, 1] from left to right; None leaves a gap."""
    stretches: list[list[Dot]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(Dot(across(place, len(values)), up(value)))
    kept = [stretch for stretch in stretches if stretch]
    return Line(
        label,
        tuple(dot for stretch in kept for dot in stretch),
        tuple(" ".join(f"{dot.x:g},{dot.y:g}" for dot in stretch) for stretch in kept if len(stretch) > 1),
    )


def across(place: int, count: int) -> float:
    """Where the value at `place` of `count` stands, from the left."""
    room = WIDTH - _LEFT - _RIGHT
    return round(_LEFT + (room * place / (count - 1) if count > 1 else room / 2), 1)


def up(value: float) -> float:
    """How high a share stands, from the top."""
    return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value), 1)
