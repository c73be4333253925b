"""The sample province is as large, valid and consistent as it says."""

from collections import Counter, defaultdict
from datetime import date

import pytest

from matcher.domain import Confidentiality, EncumbranceKind, LegalStatus, PatentType, TransactionKind
from matcher.identifiers import (
    CheckVerdict,
    PublicationStage,
    parse_application,
    parse_credit_code,
    parse_publication,
)
from matcher.sample.holders import INSTITUTIONS, PROVINCE
from matcher.sample.lots import Lots
from matcher.sample.province import province
from matcher.sample.register import TODAY
from matcher.term import expiry

HERE = province()
PATENTS = {patent.id: patent for patent in HERE.patents}
LICENCES = {
    TransactionKind.ORDINARY_LICENCE,
    TransactionKind.SOLE_LICENCE,
    TransactionKind.EXCLUSIVE_LICENCE,
    TransactionKind.OPEN_LICENCE,
}
DEALS = LICENCES | {TransactionKind.ASSIGNMENT, TransactionKind.INVESTMENT}


def test_size():
    assert (len(HERE.patents), len(HERE.enterprises), len(HERE.needs)) == (168, 48, 72)
    assert (len(HERE.holders), len({patent.industry for patent in HERE.patents})) == (18, 12)
    assert len(HERE.assessments) >= 60
    assert sum(event.kind in DEALS for event in HERE.transactions) >= 80
    institutions = {institution.name for institution in INSTITUTIONS}
    assert len({holder for patent in HERE.patents for holder in patent.holders} & institutions) >= 15
    assert Counter(HERE.quality.values()) == {"good": 48, "vague": 12, "unanswerable": 12}


def test_texts_are_as_long_as_real_ones():
    lengths = [len(patent.abstract) for patent in HERE.patents if patent.type is not PatentType.DESIGN]
    assert min(lengths) >= 120
    assert max(lengths) <= 300
    assert len({patent.title for patent in HERE.patents}) == 168
    assert len({patent.abstract for patent in HERE.patents}) == 168


@pytest.mark.parametrize("patent", HERE.patents, ids=lambda patent: patent.id)
def test_numbers_and_days_of_a_patent(patent):
    number = parse_application(patent.application_number)
    assert number.verdict is CheckVerdict.CORRECT
    assert (number.id, number.type, number.year) == (patent.id, patent.type, patent.filed.year)
    assert number.base[5] == "9", "no serial of the sample may be a real one"
    assert 2012 <= patent.filed.year <= 2024
    publication = parse_publication(patent.publication_number)
    assert publication.type is patent.type
    assert publication.digits[1:3] == "99"
    if patent.granted is None:
        assert publication.stage is PublicationStage.APPLICATION
        assert patent.status is LegalStatus.PENDING
        assert patent.published < TODAY
    else:
        assert publication.stage is PublicationStage.GRANT
        assert 365 <= (patent.granted - patent.filed).days <= 3 * 365
        assert patent.granted < patent.status_date <= TODAY
        assert patent.granted.weekday() in (1, 4)
        assert expiry(patent) > TODAY
        assert patent.published is None or patent.filed < patent.published < patent.granted


def test_numbers_are_unique():
    for numbers in (
        [patent.application_number for patent in HERE.patents],
        [patent.publication_number for patent in HERE.patents],
        [one.credit_code for one in HERE.enterprises],
        [need.id for need in HERE.needs],
    ):
        assert len(set(numbers)) == len(numbers)


def test_credit_codes_are_valid_and_of_no_real_province():
    for one in HERE.enterprises:
        assert parse_credit_code(one.credit_code) == one.id
        assert one.credit_code[2:4] == "38"
        assert one.region.startswith(PROVINCE)


def test_every_state_that_changes_what_can_be_had_occurs():
    counts = Counter(patent.status for patent in HERE.patents)
    assert counts[LegalStatus.GRANTED] == max(counts.values())
    assert {
        status: counts[status]
        for status in (LegalStatus.LAPSED, LegalStatus.OPEN_LICENCE, LegalStatus.PRESERVED)
    } == {
        LegalStatus.LAPSED: 8,
        LegalStatus.OPEN_LICENCE: 5,
        LegalStatus.PRESERVED: 2,
    }
    assert {
        LegalStatus.PENDING,
        LegalStatus.PLEDGED,
        LegalStatus.LICENCE_RECORDED,
        LegalStatus.TRANSFERRED,
    } <= set(counts)
    kinds = {item.kind for patent in HERE.patents for item in patent.encumbrances}
    assert kinds >= {
        EncumbranceKind.PLEDGE,
        EncumbranceKind.ORDINARY_LICENCE,
        EncumbranceKind.SOLE_LICENCE,
        EncumbranceKind.EXCLUSIVE_LICENCE,
    }
    assert any(len(patent.holders) > 1 and patent.holders[1].endswith("公司") for patent in HERE.patents)


def test_encumbrances_are_those_of_the_history_that_still_stand():
    events = defaultdict(set)
    for event in HERE.transactions:
        events[event.patent_id].add((event.kind.value, event.buyer, event.on))
    for patent in HERE.patents:
        for item in patent.encumbrances:
            assert (item.kind.value, item.party, item.since) in events[patent.id]
            assert item.until is None or item.until >= TODAY


@pytest.mark.parametrize("kind", TransactionKind)
def test_every_kind_of_transaction_occurs(kind):
    assert sum(event.kind is kind for event in HERE.transactions) >= 3


def test_transactions_happen_while_the_right_stands():
    for event in HERE.transactions:
        patent = PATENTS[event.patent_id]
        assert date(2016, 1, 1) <= event.on <= TODAY
        assert event.on > patent.granted
        assert event.until is None or event.until > event.on
        if patent.status is LegalStatus.LAPSED:
            assert event.on < patent.status_date
        if event.kind is TransactionKind.OPEN_LICENCE:
            assert event.on > date(2021, 6, 1)
            assert patent.type is PatentType.INVENTION or patent.evaluation_report is True
    assert {event.on.year for event in HERE.transactions} == set(range(2016, 2027))


def test_who_bought_holds_and_nobody_buys_from_himself():
    for event in HERE.transactions:
        if event.kind in (TransactionKind.ASSIGNMENT, TransactionKind.INVESTMENT):
            assert PATENTS[event.patent_id].holders == (event.buyer,)
        if event.kind in DEALS:
            assert event.buyer not in event.seller


def test_most_buyers_are_of_the_province():
    known = {one.id for one in HERE.enterprises}
    deals = [event for event in HERE.transactions if event.kind in DEALS]
    assert 0.75 < sum(event.buyer_id in known for event in deals) / len(deals) < 0.95


def test_a_package_and_moves_within_a_group_are_there():
    packages = Counter(
        (event.on, event.buyer, event.seller) for event in HERE.transactions if event.kind in DEALS
    )
    assert max(packages.values()) == 3
    assert (
        sum(event.buyer.startswith(event.seller) for event in HERE.transactions if event.kind in DEALS) == 2
    )


def test_an_enterprise_does_not_ask_for_what_it_had_before():
    had = defaultdict(list)
    for event in HERE.transactions:
        had[event.buyer_id].append((event.patent_id, event.on))
    for need in HERE.needs:
        for patent_id, on in had[need.enterprise_id]:
            assert patent_id not in HERE.answers[need.id] or on > need.received


def test_needs():
    names = {one.id: one.name for one in HERE.enterprises}
    for need in HERE.needs:
        assert names[need.enterprise_id] == need.enterprise
        assert date(2025, 1, 1) <= need.received <= TODAY
        assert need.valid_until > need.received
        assert set(HERE.answers[need.id]) <= set(PATENTS)
        assert bool(HERE.answers[need.id]) or HERE.quality[need.id] != "good"
        assert not HERE.answers[need.id] or HERE.quality[need.id] != "unanswerable"
    counts = Counter(need.confidentiality for need in HERE.needs)
    assert counts[Confidentiality.PUBLIC] > 36
    assert set(counts) == set(Confidentiality)
    assert sum(need.valid_until < TODAY for need in HERE.needs) < 10


def test_assessments_come_after_the_grant_and_good_words_from_those_who_asked():
    asked = {(need.enterprise_id, patent_id) for need in HERE.needs for patent_id in HERE.answers[need.id]}
    for one in HERE.assessments:
        patent = PATENTS[one.patent_id]
        assert patent.granted < one.on <= TODAY
        assert one.enterprise not in patent.holders
        assert (
            (one.prospect in ("好", "较好"))
            if (one.enterprise_id, one.patent_id) in asked
            else (one.prospect != "好")
        )
    assert {one.prospect for one in HERE.assessments} == {"好", "较好", "一般", "差"}


def test_lots_depend_on_the_name_alone():
    first, again = Lots("甲"), Lots("甲")
    assert [first.between(1, 6) for _ in range(20)] == [again.between(1, 6) for _ in range(20)]
    assert sorted(Lots("乙").shuffled(range(9))) == list(range(9))
    assert {Lots(f"{n}").between(1, 3) for n in range(50)} == {1, 2, 3}
