"""The public transfer list to the day, and every fact that keeps a patent out of it or in doubt."""

from dataclasses import replace
from datetime import date

import pytest

from matcher.domain import ImplementationStatus, LegalStatus, PatentType, Transaction, TransactionKind
from matcher.inventory import Item, Justification
from matcher.programme.transfer_list import Listing, transfer_line, transfer_list
from tests.matcher.programme.inventory_examples import patent

DAY = date(2026, 6, 30)
UNUSED = patent(
    "201610000001.5",
    funded=True,
    implementation=ImplementationStatus.NOT_IMPLEMENTED,
    granted=date(2020, 5, 5),
)


def verdict(one, as_of=DAY, item=None, deals=()):
    line = transfer_line(one, item, deals, as_of)
    return (line.listing, line.reason) if line else None


@pytest.mark.parametrize(
    ("granted", "as_of", "listed"),
    [
        (date(2023, 6, 30), date(2026, 6, 29), False),
        (date(2023, 6, 30), date(2026, 6, 30), True),
        (date(2023, 6, 30), date(2026, 7, 1), True),
        (date(2020, 2, 29), date(2023, 2, 27), False),
        (date(2020, 2, 29), date(2023, 2, 28), True),
        (date(2021, 2, 28), date(2024, 2, 27), False),
        (date(2021, 2, 28), date(2024, 2, 28), True),
        (date(2021, 3, 1), date(2024, 2, 29), False),
    ],
)
def test_three_full_years_to_the_day(granted, as_of, listed):
    assert (verdict(replace(UNUSED, granted=granted), as_of) is not None) is listed


def test_the_reason_names_the_days():
    assert verdict(UNUSED) == (Listing.LISTED, "财政资助，2020-05-05 授权，至 2023-05-05 满三年，未实施")


@pytest.mark.parametrize(
    "change",
    [
        {"funded": False},
        {"implementation": ImplementationStatus.OWN_USE},
        {"implementation": ImplementationStatus.LICENSED},
        {"status": LegalStatus.LAPSED},
        {"status": LegalStatus.PENDING},
        {"type": PatentType.UTILITY_MODEL, "filed": date(2016, 6, 30)},
    ],
)
def test_one_known_fact_keeps_a_patent_out(change):
    assert verdict(replace(UNUSED, **change)) is None


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"funded": None}, "是否财政资助不详"),
        ({"granted": None}, "授权公告日不详"),
        ({"status": None}, "法律状态不详"),
        ({"implementation": None}, "实施状态不详"),
        ({"funded": None, "implementation": None}, "是否财政资助不详；实施状态不详"),
    ],
)
def test_what_is_unknown_is_neither_in_nor_out(change, doubt):
    assert verdict(replace(UNUSED, **change)) == (Listing.TO_VERIFY, doubt)


def test_a_known_no_outweighs_what_is_unknown():
    assert verdict(replace(UNUSED, funded=None, granted=date(2025, 1, 1))) is None


def test_a_deal_on_record_speaks_against_unused():
    deal = Transaction("t", UNUSED.id, TransactionKind.ORDINARY_LICENCE, date(2024, 3, 1))
    assert verdict(UNUSED, deals=[deal]) == (
        Listing.TO_VERIFY,
        "实施状态为未实施，但2024-03-01 有普通许可记录",
    )
    assert verdict(UNUSED, date(2024, 2, 29), deals=[deal])[0] is Listing.LISTED, "not yet known on that day"
    assert verdict(replace(UNUSED, implementation=None), deals=[deal]) is None
    assert verdict(UNUSED, deals=[replace(deal, kind=TransactionKind.PLEDGE)])[0] is Listing.LISTED


def test_only_an_accepted_justification_counts_and_only_from_its_day():
    stated = Justification("涉密")
    accepted = Justification("涉密", "省科技厅", DAY)
    assert verdict(UNUSED, item=Item(UNUSED.id, justification=stated))[1].endswith("；所报理由“涉密”尚未认定")
    assert verdict(UNUSED, item=Item(UNUSED.id, justification=accepted)) == (
        Listing.JUSTIFIED,
        "涉密（省科技厅认定）",
    )
    earlier = date(2026, 6, 29)
    assert verdict(UNUSED, earlier, Item(UNUSED.id, justification=accepted))[0] is Listing.LISTED


def test_the_order_of_the_list():
    older = replace(
        patent("201610000002.X"), funded=True, implementation=UNUSED.implementation, granted=date(2019, 1, 1)
    )
    unknown = replace(patent("201610000003.4"), implementation=UNUSED.implementation)
    found = transfer_list([unknown, UNUSED, older], {}, {}, DAY)
    assert [line.patent.id for line in found] == [older.id, UNUSED.id, unknown.id]
