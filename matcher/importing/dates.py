"""Dates in the forms people type."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from matcher.errors import InputError
from matcher.identifiers import squeezed

_DAY = re.compile(r"((?:19|20)\d\d)(?:年|[.\-/])(\d{1,2})(?:月|[.\-/])(\d{1,2})[日号]?\.?")
_TIME = re.compile(r"[T\s]+\d{1,2}:\d\d.*$")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_MONTH = re.compile(r"((?:19|20)\d\d)(?:年|[.\-/])(\d{1,2})月?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 73_050
"""1954-10-03 and 2099-12-31: five digits outside are no date."""


@lru_cache(maxsize=65536)
def parse_date(text: str, *, deadline: bool = False) -> date:
    """2019.07.09, 2019-7-9, 2019/7/9, 20190709, 2019年7月9日, an Excel serial; a month is its first day.

    With `deadline` a month is its last day. Raises InputError for everything else and for impossible days.
    """
    value = squeezed(_TIME.sub("", text))
    match = _DAY.fullmatch(value) or _COMPACT.fullmatch(value)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
        match = _MONTH.fullmatch(value)
        if match is not None:
            year, month = int(match[1]), int(match[2])
            return date(year, month, monthrange(year, month)[1] if deadline and 1 <= month <= 12 else 1)
    except ValueError:
        raise InputError(f"“{text}”不是存在的日期，请核对年、月、日。") from None
    match = _SERIAL.fullmatch(value)
    if match is not None and _FIRST_SERIAL <= int(match[1]) <= _LAST_SERIAL:
        return _EPOCH + timedelta(days=int(match[1]))
    raise InputError(f"“{text}”不是能识别的日期。请写成 2019-07-09、2019.07.09 或 2019年7月9日。")
