"""When a patent's term ends: by law, from its type and filing date."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from matcher.domain import Patent, PatentType

LONGER_DESIGN_TERM_FROM = date(2021, 6, 1)
"""Designs filed from this day have 15 years; earlier ones 10 (专利法 2020 第42条; 国家知识产权局公告第423号)."""


def term_years(kind: PatentType, filed: date) -> int:
    """Years of protection of a right of this kind filed on this day (专利法第42条)."""
    if kind is PatentType.INVENTION:
        return 20
    if kind is PatentType.DESIGN and filed >= LONGER_DESIGN_TERM_FROM:
        return 15
    return 10


def expiry(patent: Patent) -> date | None:
    """预计届满日: the first day on which the right no longer stands; None where type or filing date is unknown.

    A term of years ends on the corresponding day, or on the last day of a month that has none (实施细则第5条):
    29 February 2008 + 10 years is 28 February 2018. Compensation of the term (专利法第42条第2、3款) is granted
    on request and stands only in the register: it is not counted here.
    """
    if patent.type is None or patent.filed is None:
        return None
    return _end(patent.type, patent.filed)


@lru_cache(maxsize=50_000)  # asked several times of every candidate, and few days are filing days
def _end(kind: PatentType, filed: date) -> date:
    return years_later(filed, term_years(kind, filed))


def years_later(day: date, years: int) -> date:
    """The corresponding day some years later, or the last day of its month where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)
