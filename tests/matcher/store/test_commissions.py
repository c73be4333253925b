"""Experts, service institutions and what they were given are kept."""

from datetime import date

import pytest

from matcher.commissions import Commission, CommissionKind, commission_id
from matcher.domain import Expert, Patent, ServiceInstitution
from matcher.identifiers import check_digit
from matcher.store.database import Store

DAY, LATER = date(2026, 5, 1), date(2026, 6, 1)
EXPERT = Expert("赵一（青屿公司）", "赵一", "青屿公司", focus=("储能",))


@pytest.fixture
def store(store: Store) -> Store:
    store.merge([EXPERT, ServiceInstitution("云泽创投", "云泽创投", "投资机构")], DAY)
    return store


def given(kind: CommissionKind, party: str, patent: str, on: date, service: str = "") -> Commission:
    return Commission(commission_id(kind, party, patent, service), kind, party, patent, on, service)


def test_an_expert_told_of_again_keeps_its_id_and_grows(store: Store) -> None:
    again = Expert("赵一（青屿公司）", "赵一", "青屿公司", "教授", ("电池",), ("甲大学",))
    (outcome,) = store.merge([again], LATER)
    assert outcome.changed == ("title", "focus", "avoids")
    assert list(store.experts.all()) == [
        Expert("赵一（青屿公司）", "赵一", "青屿公司", "教授", ("储能", "电池"), ("甲大学",))
    ]


def test_parties_are_found_by_id_and_by_a_name_that_only_one_has(store: Store) -> None:
    assert store.services.find("云泽 创投") is not None
    assert store.experts.find("赵一") == EXPERT
    store.merge([Expert("赵一（乙公司）", "赵一", "乙公司", focus=("焊接",))])
    assert store.experts.find("赵一") is None
    assert store.experts.find("赵一（青屿公司）") == EXPERT


def test_what_is_given_twice_keeps_its_first_day(store: Store) -> None:
    service = CommissionKind.SERVICE
    first = given(service, "云泽创投", "CN202310000001", DAY, "投资")
    assert store.commissions.add([first, given(service, "云泽创投", "CN202310000002", DAY, "投资")]) == 2
    assert store.commissions.add([given(service, "云泽创投", "CN202310000001", LATER, "投资")]) == 0
    expert = given(CommissionKind.ASSESSMENT, EXPERT.id, "CN202310000001", LATER)
    assert store.commissions.add([expert]) == 1
    assert store.commissions.all(service, "云泽创投")[0] == first
    assert store.commissions.all(as_of=DAY)[-1].patent_id == "CN202310000002"
    assert store.commissions.all(party_id=EXPERT.id) == [expert]
    assert len(store.commissions.all()) == 3


def test_a_commission_follows_its_patent(store: Store) -> None:
    """The patent was known by its publication first, and goes by its application number now."""
    known = Patent("PNCN118000001", "甲", publication_number="CN118000001A")
    store.merge([known])
    store.commissions.add([given(CommissionKind.SERVICE, "云泽创投", known.id, DAY, "投资")])
    number = f"CN202310000001.{check_digit('202310000001')}"
    store.merge(
        [Patent("CN202310000001", "甲", application_number=number, publication_number="CN118000001A")]
    )
    assert [one.patent_id for one in store.commissions.all()] == ["CN202310000001"]
