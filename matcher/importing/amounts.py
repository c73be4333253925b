"""Amounts of money as people write them, in 万元."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from matcher.errors import InputError

_UNITS = {"亿": 10_000.0, "千万": 1_000.0, "百万": 100.0, "万": 1.0, "千": 0.1, "": 0.0001}
"""万元 in one unit; "" is the plain 元."""
_NUMBER = r"\d+(?:\.\d+)?"
_UNIT = r"亿|千万|百万|万|千|w"
_AMOUNT = re.compile(
    rf"(?P<low>{_NUMBER})(?P<low_unit>{_UNIT})?元?(?:(?:-|~|至|到|—)+(?P<high>{_NUMBER})(?P<unit>{_UNIT})?)?(?P<yuan>元)?"
)
_OPEN = re.compile(r"面议|面谈|协商|协议|待定|另议|电议|商议|议价|不限|未定")
_FREE = re.compile(r"免费|无偿|免许可费|免使用费")
_FOREIGN = re.compile(r"美元|欧元|日元|英镑|港币|港元|usd|eur|\$|€")
_NO_AMOUNT = re.compile(r"^[-−]\d|\d(?:\.\d+)?e[+-]?\d")
"""A negative number, or one as spreadsheets shorten it: read by its first digits it would be another amount."""
_LARGEST = 1e9
"""万元; nothing in the country costs more."""
_IGNORED = re.compile(r"[\s,，￥¥]|人民币|rmb|cny")


@dataclass(frozen=True, slots=True)
class Amount:
    """What a cell says of money: `low` ≤ `high` in 万元, both None where it is left open (面议)."""

    low: float | None
    high: float | None


@lru_cache(maxsize=8192)
def parse_amount(text: str, *, unit: str = "万") -> Amount:
    """`50万元`, `50` (in `unit`), `5000元`, `30-50万`, `1.2亿`, `100万以内`, 面议, 免费 (0).

    Raises InputError where no amount in 元 is found.
    """
    value = _IGNORED.sub("", unicodedata.normalize("NFKC", text).lower())
    if _FOREIGN.search(value):
        raise InputError(f"“{text}”不是人民币金额，请折算成万元。")
    if _NO_AMOUNT.search(value):
        raise InputError(f"“{text}”是负数或科学计数法，不是金额。请写成 50万元、30-50万元 或 面议。")
    match = next((found for found in _AMOUNT.finditer(value) if _is_money(found, value)), None)
    if match is None:
        if _FREE.search(value):
            return Amount(0.0, 0.0)
        if _OPEN.search(value):
            return Amount(None, None)
        raise InputError(f"“{text}”不是能识别的金额。请写成 50万元、30-50万元 或 面议。")
    stated = match["unit"] or (match["low_unit"] if match["high"] is None else None)
    yuan = match["yuan"] or value[match.start() : match.end()].endswith("元")
    factor = _UNITS["万" if stated == "w" else stated] if stated else _UNITS["" if yuan else unit]
    low_factor = (
        _UNITS["万" if match["low_unit"] == "w" else match["low_unit"]] if match["low_unit"] else factor
    )
    low = float(match["low"]) * low_factor
    high = float(match["high"]) * factor if match["high"] else low
    if high < low:
        raise InputError(f"“{text}”的金额范围前大后小，请核对。")
    if high > _LARGEST:
        raise InputError(f"“{text[:30]}”的金额过大，请核对单位。")
    return Amount(round(low, 6), round(high, 6))


def _is_money(match: re.Match[str], value: str) -> bool:
    """Not a share of sales, a term or a number inside a word."""
    after = value[match.end() : match.end() + 1]
    return after not in tuple("%％‰个年月日件项次份人") and value[match.start() - 1 : match.start()] != "第"
