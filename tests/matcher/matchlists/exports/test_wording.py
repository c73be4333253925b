"""How facts read in cells."""

from dataclasses import replace
from datetime import date

import pytest

from matcher.availability import availability
from matcher.domain import (
    FeeKind,
    FeeTerms,
    LegalStatus,
    LicensingMode,
    Maturity,
    MaturityScale,
    Patent,
    PatentType,
)
from matcher.matches import Availability, Feasibility
from matcher.matchlists.exports import wording

TODAY = date(2026, 11, 1)
PATENT = Patent(id="p", title="t", application_number="CN201810234567.8")


@pytest.mark.parametrize(
    ("patent", "number"),
    [
        (replace(PATENT, status=LegalStatus.GRANTED), "ZL201810234567.8"),
        (replace(PATENT, status=LegalStatus.LAPSED, granted=date(2020, 1, 1)), "ZL201810234567.8"),
        (replace(PATENT, status=LegalStatus.PENDING), "CN201810234567.8"),
        (PATENT, "CN201810234567.8"),
        (replace(PATENT, application_number="", publication_number="CN108123456A"), "CN108123456A"),
        (Patent(id="p9", title="t", own_id="A-7"), "无号码（编号 A-7）"),
        (Patent(id="p9", title="t"), "无号码（编号 p9）"),
    ],
)
def test_patent_number(patent, number):
    assert wording.patent_number(patent) == number


@pytest.mark.parametrize(
    ("maturity", "text"),
    [
        (None, "未注明"),
        (Maturity(7, "TRL7", MaturityScale.TRL9), "TRL 7"),
        (Maturity(5, "中试", MaturityScale.STAGE), "TRL 5（原述“中试”）"),
        (Maturity(8, "产品级", MaturityScale.LEVEL13), "TRL 8（原述“产品级”，13级）"),
    ],
)
def test_maturity(maturity, text):
    assert wording.maturity_text(maturity) == text


@pytest.mark.parametrize(
    ("fee", "text"),
    [
        (None, "未注明"),
        (FeeTerms(), "未注明"),
        (FeeTerms(FeeKind.LUMP_SUM, 35), "35 万元，一次总付"),
        (FeeTerms(FeeKind.LUMP_SUM, 12345678.5), "12345678.5 万元，一次总付"),
        (FeeTerms(FeeKind.FREE), "免费"),
        (FeeTerms(FeeKind.FREE, 0), "免费"),
        (FeeTerms(None, 0), "免费"),
        (FeeTerms(FeeKind.LUMP_SUM, 3, "一次总付3万元"), "一次总付3万元"),
        (FeeTerms(FeeKind.INSTALMENTS, 8, "8；分期付款"), "8 万元，分期付款"),
        (FeeTerms(FeeKind.LUMP_SUM, 25, "250000元；一次总付"), "25 万元，一次总付"),
        (FeeTerms(FeeKind.LUMP_SUM, 25, "20-25万元；一次总付"), "20-25万元；一次总付"),
        (FeeTerms(FeeKind.ROYALTY, 10, "按年结算"), "10 万元，提成支付，按年结算"),
    ],
)
def test_fee(fee, text):
    assert wording.fee_text(fee) == text


def item(mode, feasibility, reason="", consent=""):
    return Availability(LicensingMode(mode), Feasibility(feasibility), reason, consent)


def test_modes_are_grouped_by_who_must_consent():
    known = (
        item("转让", "需征得同意", "共有", "共有权利人"),
        item("普通许可", "可行"),
        item("开放许可", "可行"),
        item("独占许可", "需征得同意", "共有", "共有权利人"),
        item("作价入股", "需征得同意", "质押", "质权人"),
        item("自行实施", "不可行", "x"),
    )
    willing = replace(PATENT, modes=(LicensingMode.ORDINARY_LICENCE,))
    assert wording.modes_text(known, willing, TODAY) == (
        "可行：普通许可、开放许可（须先声明）\n需征得共有权利人同意：转让、独占许可\n"
        "需征得质权人同意：作价入股\n权利人意愿：普通许可"
    )


def test_a_declared_open_licence_stands_without_remark():
    patent = replace(PATENT, status=LegalStatus.OPEN_LICENCE)
    assert wording.modes_text((item("开放许可", "可行"),), patent, TODAY) == "可行：开放许可"


def test_modes_as_the_law_has_them():
    patent = replace(
        PATENT, status=LegalStatus.PLEDGED, type=PatentType.INVENTION, holders=("甲大学", "乙公司")
    )
    assert wording.modes_text(availability(patent, TODAY), patent, TODAY) == (
        "需征得质权人、全体共有人同意：转让、排他许可、独占许可、开放许可（须先声明）、作价入股\n"
        "需征得质权人同意：普通许可"
    )


def test_modes_unknown_and_impossible():
    assert wording.modes_text((), PATENT, TODAY) == "待核实"
    assert wording.modes_text(
        (item("转让", "不可行", "已保全"), item("普通许可", "不可行", "已保全")), PATENT, TODAY
    ) == ("均不可行：已保全")


def test_reasons_come_by_their_part_of_the_score_without_idle_ones(match_list):
    match = match_list.needs[1].matches[0]
    lines = wording.reasons_text(match).split("\n")
    assert [line[:5] for line in lines] == ["①专利摘要", "②共有术语"]


def test_exclusion_names_gate_and_reason(match_list):
    assert wording.exclusion_text(match_list.needs[3].excluded[0]).startswith("权利有效：未缴年费终止")


def test_risks_are_numbered_only_when_there_are_several():
    assert wording.risks_text(("甲", " ", "甲")) == "甲"
    assert wording.risks_text(("甲", "乙")) == "①甲\n②乙"
