"""Replaying a past day sees nothing that came later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from matcher.domain import Encumbrance, EncumbranceKind, FeeKind, FeeTerms, LegalStatus, LicensingMode, Patent
from matcher.store.past import as_known

DAY = date(2020, 1, 1)
UNDATED = Patent(
    "P",
    "膜",
    status=LegalStatus.GRANTED,
    granted=date(2018, 1, 1),
    modes=(LicensingMode.ASSIGNMENT,),
    fee=FeeTerms(FeeKind.FREE),
    encumbrances=(Encumbrance(EncumbranceKind.PLEDGE),),
)


def test_undated_facts_are_as_old_as_their_import() -> None:
    assert as_known(UNDATED, DAY, DAY) == UNDATED
    assert as_known(UNDATED, date(2020, 1, 2), DAY) == replace(
        UNDATED, status=None, modes=(), fee=None, encumbrances=()
    )


def test_undated_facts_of_an_unknown_import_are_taken_as_old() -> None:
    assert as_known(UNDATED, None, date(2018, 1, 1)) == UNDATED


def test_a_grant_to_come_is_unmade() -> None:
    grant = replace(UNDATED, publication_number="CN105123456B", status_date=date(2017, 6, 1))
    seen = as_known(grant, None, date(2017, 12, 31))
    assert (seen.granted, seen.status, seen.status_date, seen.publication_number) == (
        None,
        LegalStatus.PENDING,
        None,
        "",
    )
    assert as_known(
        replace(grant, publication_number="CN105123456A"), None, date(2017, 12, 31)
    ).publication_number == ("CN105123456A")
