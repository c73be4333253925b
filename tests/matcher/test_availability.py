from dataclasses import replace
from datetime import date

import pytest

from matcher.availability import ACQUIRABLE, TABLE, availability, feasibility, lapsed
from matcher.domain import (
    IN_FORCE,
    Encumbrance,
    EncumbranceKind,
    LegalStatus,
    LicensingMode,
    Patent,
    PatentType,
)
from matcher.matches import Feasibility

TODAY = date(2024, 6, 1)
FREE = Patent(
    "p",
    "轴承",
    type=PatentType.INVENTION,
    status=LegalStatus.GRANTED,
    filed=date(2018, 3, 1),
    holders=("某大学",),
)
SIGNS = {Feasibility.FEASIBLE: "可", Feasibility.CONSENT: "同", Feasibility.IMPOSSIBLE: "否"}


def burdened(kind, **terms):
    return replace(FREE, encumbrances=(Encumbrance(kind, **terms),))


def row(patent, as_of=TODAY):
    """One sign a mode: 转让 普通 排他 独占 开放 作价入股, then 自行实施."""
    items = [*availability(patent, as_of), feasibility(patent, LicensingMode.OWN_USE, as_of)]
    return "".join(SIGNS[item.feasibility] if item else "？" for item in items)


@pytest.mark.parametrize(
    ("patent", "expected"),
    [
        (FREE, "可可可可可可可"),
        (replace(FREE, status=LegalStatus.PRESERVED), "否同同同否否可"),
        (burdened(EncumbranceKind.PRESERVATION), "否同同同否否可"),
        (replace(FREE, status=LegalStatus.PLEDGED), "同同同同同同可"),
        (burdened(EncumbranceKind.PLEDGE), "同同同同同同可"),
        (burdened(EncumbranceKind.EXCLUSIVE_LICENCE), "可否否否否可否"),
        (burdened(EncumbranceKind.SOLE_LICENCE), "可否否否否可可"),
        (burdened(EncumbranceKind.ORDINARY_LICENCE), "可可同同可可可"),
        (replace(FREE, status=LegalStatus.LICENCE_RECORDED), "可同同同同可可"),
        (replace(FREE, status=LegalStatus.OPEN_LICENCE), "可可否否可可可"),
        (burdened(EncumbranceKind.OPEN_LICENCE), "可可否否可可可"),
        (replace(FREE, holders=("甲大学", "乙公司")), "同可同同同同可"),
        (
            replace(FREE, holders=("甲大学", "乙公司"), status=LegalStatus.OPEN_LICENCE),
            "同可否否可同可",
        ),
        (replace(FREE, status=LegalStatus.PENDING), "可可可可否可可"),
        (replace(FREE, status=LegalStatus.INVALIDATION_PENDING), "可可可可可可可"),
        (replace(FREE, type=PatentType.UTILITY_MODEL, evaluation_report=False), "可可可可否可可"),
        (replace(FREE, type=PatentType.UTILITY_MODEL, evaluation_report=None), "可可可可可可可"),
        (replace(FREE, type=PatentType.DESIGN, evaluation_report=True), "可可可可可可可"),
        (
            replace(
                FREE,
                type=PatentType.UTILITY_MODEL,
                evaluation_report=False,
                status=LegalStatus.OPEN_LICENCE,
            ),
            "可可否否可可可",
        ),
        *[
            (replace(FREE, status=status), "否否否否否否否")
            for status in LegalStatus
            if status not in IN_FORCE and status is not LegalStatus.PENDING
        ],
    ],
)
def test_the_table(patent, expected):
    assert row(patent) == expected


def test_unknown_status_answers_nothing():
    unknown = replace(FREE, status=None)
    assert availability(unknown, TODAY) == ()
    assert feasibility(unknown, LicensingMode.ASSIGNMENT, TODAY) is None


def test_a_term_that_is_over_is_known_even_where_the_status_is_not():
    assert row(replace(FREE, status=None, filed=date(2003, 1, 1))) == "否否否否否否否"


def test_the_right_stands_until_the_day_before_the_term_ends():
    old = replace(FREE, filed=date(2004, 6, 1))
    assert not lapsed(old, date(2024, 5, 31))
    assert lapsed(old, date(2024, 6, 1))


def test_an_invention_seen_in_force_after_its_term_may_have_been_compensated():
    old = replace(FREE, filed=date(2004, 5, 1), status_date=date(2024, 5, 20))
    assert not lapsed(old, TODAY)
    assert lapsed(replace(old, status_date=date(2024, 4, 30)), TODAY)
    assert lapsed(replace(old, type=PatentType.UTILITY_MODEL), TODAY)


def test_consent_names_who_and_the_basis():
    item = feasibility(
        burdened(EncumbranceKind.PLEDGE, party="某银行"), LicensingMode.EXCLUSIVE_LICENCE, TODAY
    )
    assert item.consent_of == "质权人（某银行）"
    assert item.basis == "民法典第444条"
    assert item.reason == "专利权已质押，未经质权人同意不得转让或者许可"


def test_several_consents_add_up_and_milder_rules_stay_as_notes():
    patent = replace(burdened(EncumbranceKind.PLEDGE, party="某银行"), holders=("甲大学", "乙公司"))
    assigned = feasibility(patent, LicensingMode.ASSIGNMENT, TODAY)
    assert assigned.consent_of == "质权人（某银行）、全体共有人"
    ordinary = feasibility(patent, LicensingMode.ORDINARY_LICENCE, TODAY)
    assert ordinary.consent_of == "质权人（某银行）"
    assert ordinary.reason.endswith("共有人可以单独给予普通许可，共有人另有约定的从其约定")
    assert ordinary.basis == "民法典第444条；专利法第14条第1款"


def test_what_is_barred_names_only_what_bars_it():
    patent = replace(
        FREE,
        encumbrances=(
            Encumbrance(EncumbranceKind.PLEDGE),
            Encumbrance(EncumbranceKind.OPEN_LICENCE),
        ),
    )
    item = feasibility(patent, LicensingMode.EXCLUSIVE_LICENCE, TODAY)
    assert (item.feasibility, item.consent_of) == (Feasibility.IMPOSSIBLE, "")
    assert item.reason == "实行开放许可期间不得给予独占或者排他许可"
    assert item.basis == "专利法第51条第3款"


@pytest.mark.parametrize(
    ("since", "until", "barred"),
    [
        (None, None, True),
        (date(2024, 6, 1), None, True),
        (date(2024, 6, 2), None, False),
        (None, date(2024, 6, 1), True),
        (None, date(2024, 5, 31), False),
    ],
)
def test_a_licence_bars_from_its_first_to_its_last_day(since, until, barred):
    patent = burdened(EncumbranceKind.EXCLUSIVE_LICENCE, since=since, until=until)
    assert row(patent) == ("可否否否否可否" if barred else "可可可可可可可")


def test_an_assignment_carries_the_licence_along():
    item = feasibility(burdened(EncumbranceKind.EXCLUSIVE_LICENCE), LicensingMode.ASSIGNMENT, TODAY)
    assert item.feasibility is Feasibility.FEASIBLE
    assert item.reason == "在先许可不受转让影响，继续有效"
    assert item.basis == "技术合同解释第24条"


def test_a_recorded_licence_of_known_kind_is_not_taken_for_an_unknown_one():
    patent = replace(burdened(EncumbranceKind.ORDINARY_LICENCE), status=LegalStatus.LICENCE_RECORDED)
    assert row(patent) == "可可同同可可可"


def test_every_rule_has_reason_and_basis_and_consent_names_somebody():
    rules = [rule for modes in TABLE.values() for rule in modes.values()]
    assert all(rule.reason and rule.basis for rule in rules)
    assert all(bool(rule.consent_of) == (rule.feasibility is Feasibility.CONSENT) for rule in rules)


def test_modes_come_in_one_order():
    assert tuple(item.mode for item in availability(FREE, TODAY)) == ACQUIRABLE
