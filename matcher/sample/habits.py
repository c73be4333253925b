"""How people type numbers, dates, lists and amounts: another way from row to row, all of which can be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

Typed = str | float | date
"""What stands in a cell: text, a number, or a day that Excel knows as one."""

_WIDE = str.maketrans("0123456789.X", "０１２３４５６７８９．Ｘ")
_SEPARATORS = ("；", ";", "、", "；", "|")


def number(application: str, row: int) -> Typed:
    """CN201610123456.7 in one of the ways of inventories; without a check letter also as a number."""
    digits = application.removeprefix("CN")
    plain = digits.replace(".", "")
    ways: tuple[Typed, ...] = (
        application,
        f"ZL{digits}",
        digits,
        plain,
        float(plain) if plain.isdecimal() else plain,
        f"ZL {digits[:4]} {digits[4]} {digits[5:]}",
        digits.translate(_WIDE),
        f"CN{plain.lower()}",
    )
    return ways[row % len(ways)]


def day(value: date | None, row: int) -> Typed:
    """A day as Excel's own date or typed."""
    if value is None:
        return ""
    ways: tuple[Typed, ...] = (
        value,
        f"{value.year}.{value.month}.{value.day}",
        value.isoformat(),
        value,
        f"{value.year}年{value.month}月{value.day}日",
        f"{value:%Y%m%d}",
    )
    return ways[row % len(ways)]


def joined(values: Sequence[str], row: int) -> str:
    """Several names or phrases in one cell."""
    return _SEPARATORS[row % len(_SEPARATORS)].join(values)


def money(amount: float | None, row: int, unknown: str = "") -> Typed:
    """万元 as a number, as text, with the unit or in 元."""
    if amount is None:
        return unknown
    ways: tuple[Typed, ...] = (
        amount,
        f"{amount:g}",
        f"{amount:g}万元",
        f"{amount:g} 万",
        f"{amount * 10_000:.0f}元",
    )
    return ways[row % len(ways)]


def yes(value: bool | None, row: int) -> str:
    """是 and 否 and their kin."""
    if value is None:
        return ""
    return ("是", "是", "Y", "√")[row % 4] if value else ("否", "否", "N", "否")[row % 4]
