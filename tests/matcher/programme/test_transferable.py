"""What takes a patent out of the feed, and the day on which time alone does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from matcher.domain import (
    Encumbrance,
    EncumbranceKind,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    Patent,
    PatentType,
    Transaction,
    TransactionKind,
)
from matcher.programme.transferable import Gone, Offer, offer

DAY = date(2026, 6, 30)
PATENT = Patent(
    "P1",
    "膜",
    type=PatentType.INVENTION,
    status=LegalStatus.GRANTED,
    filed=date(2023, 2, 1),
    holders=("河东大学",),
)
ENDS = date(2043, 2, 1)


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({}, None),
        ({"status": None}, None),
        ({"status": LegalStatus.PENDING}, None),
        ({"status": LegalStatus.LAPSED}, Gone.LAPSED),
        ({"filed": date(2006, 6, 30)}, Gone.LAPSED),
        ({"implementation": ImplementationStatus.INVESTED}, Gone.ASSIGNED),
        ({"implementation": ImplementationStatus.LICENSED}, None),
        ({"modes": (LicensingMode.OWN_USE,)}, Gone.WITHDRAWN),
        ({"modes": (LicensingMode.OWN_USE, LicensingMode.ASSIGNMENT)}, None),
    ],
)
def test_what_is_known_stands_in_the_way(change: dict, gone: Gone | None) -> None:
    assert offer(replace(PATENT, **change), (), DAY).gone is gone


def test_a_patent_sold_by_its_holder_is_gone_and_one_it_bought_is_not() -> None:
    sold = Transaction("T1", "P1", TransactionKind.ASSIGNMENT, date(2026, 6, 1), "河东大学", "云州水务")
    bought = replace(sold, seller="云州水务", buyer="河东大学")
    licence = replace(sold, kind=TransactionKind.EXCLUSIVE_LICENCE)
    found = [offer(PATENT, [deal], DAY).gone for deal in (sold, bought, licence)]
    assert found == [Gone.ASSIGNED, None, None]
    assert offer(PATENT, [replace(sold, on=date(2026, 7, 1))], DAY) == Offer(None, date(2026, 7, 1))


def test_the_next_day_that_may_change_it() -> None:
    assert offer(PATENT, (), DAY) == Offer(None, ENDS)
    pledge = Encumbrance(EncumbranceKind.PLEDGE, "银行", date(2026, 1, 1), date(2026, 9, 30))
    assert offer(replace(PATENT, encumbrances=(pledge,)), (), DAY).review == date(2026, 10, 1)
    later = replace(pledge, since=date(2026, 8, 1))
    assert offer(replace(PATENT, encumbrances=(later,)), (), DAY).review == date(2026, 8, 1)
    assert offer(PATENT, (), ENDS) == Offer(Gone.LAPSED, None)
