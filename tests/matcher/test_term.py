from datetime import date

import pytest

from matcher.domain import Patent, PatentType
from matcher.term import expiry, years_later


@pytest.mark.parametrize(
    ("kind", "filed", "ends"),
    [
        (PatentType.INVENTION, date(2004, 2, 29), date(2024, 2, 29)),
        (PatentType.INVENTION, date(2010, 12, 31), date(2030, 12, 31)),
        (PatentType.UTILITY_MODEL, date(1999, 9, 6), date(2009, 9, 6)),
        (PatentType.UTILITY_MODEL, date(2008, 2, 29), date(2018, 2, 28)),
        (PatentType.DESIGN, date(2021, 5, 31), date(2031, 5, 31)),
        (PatentType.DESIGN, date(2021, 6, 1), date(2036, 6, 1)),
        (PatentType.DESIGN, date(2024, 2, 29), date(2039, 2, 28)),
    ],
)
def test_the_term_ends_on_the_corresponding_day(kind, filed, ends):
    assert expiry(Patent("p", "轴承", type=kind, filed=filed)) == ends


def test_without_type_or_filing_date_the_term_is_unknown():
    assert expiry(Patent("p", "轴承", filed=date(2020, 1, 1))) is None
    assert expiry(Patent("p", "轴承", type=PatentType.INVENTION)) is None


def test_a_year_later_keeps_within_the_month():
    assert years_later(date(2024, 2, 29), 1) == date(2025, 2, 28)
