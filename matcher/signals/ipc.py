"""How close the need's and the patent's places in the International Patent Classification are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from matcher.domain import Need
from matcher.signals.contract import Candidate, Context, Reading

_SYMBOL = re.compile(r"([A-H])(\d{2})?([A-Z])?\s*(\d{1,4})?(?:/(\d{2,6}))?")


@dataclass(frozen=True, slots=True)
class Level:
    """What it is worth to share a level of the classification, and what the level is called."""

    value: float
    name: str


_LEVELS = (
    Level(0.0, ""),
    Level(0.15, "部"),
    Level(0.35, "大类"),
    Level(0.65, "小类"),
    Level(0.85, "大组"),
    Level(1.0, "小组"),
)
"""By how many parts of the symbols are the same."""


@lru_cache(maxsize=200_000)
def parts(symbol: str) -> tuple[str, ...]:
    """Section, class, subclass, group and subgroup of `G06F 16/68`, as far as it goes; empty if it is no symbol."""
    match = _SYMBOL.match(symbol.strip().upper())
    if match is None:
        return ()
    section, number, letter, group, subgroup = match.groups()
    found = [section]
    for part in (number, letter, group and group.lstrip("0"), subgroup):
        if not part:
            break
        found.append(part)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Ipc:
    """The best pair of symbols; unknown unless both sides have one."""

    name: str = "ipc"
    label: str = "IPC 分类"
    default_weight: float = 0.06
    textual: bool = False

    def concerns(self, need: Need, context: Context) -> bool:
        """Needs that name a class."""
        return bool(need.ipc)

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """Value by the deepest shared level: subgroup 1, group 0.85, subclass 0.65, class 0.35, section 0.15."""
        if not need.ipc:
            return None
        mine = [found for symbol in need.ipc if (found := parts(symbol))]
        theirs = [found for symbol in candidate.patent.ipc if (found := parts(symbol))]
        if not mine or not theirs:
            return None
        shared = max((_common(one, other) for one in mine for other in theirs), key=len)
        level = _LEVELS[len(shared)]
        if shared:
            return Reading(level.value, lambda: f"IPC 分类同属 {written(shared)}（{level.name}）")
        return Reading(0.0, lambda: f"IPC 分类不同部：需求 {written(mine[0])}，专利 {written(theirs[0])}")


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        length += 1
    return one[:length]


def written(found: tuple[str, ...]) -> str:
    """A symbol as far as it goes, as people write it: ("G", "06", "F", "16") is G06F 16."""
    text = "".join(found[:3])
    if len(found) > 3:
        text += f" {found[3]}"
    return f"{text}/{found[4]}" if len(found) > 4 else text
