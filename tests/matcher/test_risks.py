from dataclasses import replace
from datetime import date

from matcher.domain import Encumbrance, EncumbranceKind, LegalStatus, Need, Patent, PatentType
from matcher.matches import Contribution, GateResult, Grade, Match, Verdict
from matcher.risks import risks

TODAY = date(2024, 6, 1)
PATENT = Patent(
    "p",
    "轴承",
    type=PatentType.INVENTION,
    status=LegalStatus.GRANTED,
    status_date=date(2024, 5, 1),
    filed=date(2018, 3, 1),
    holders=("某大学",),
)


def hints(need=None, gates=(), **change):
    patent = replace(PATENT, **change)
    return risks(Match(need or Need("n", "轴承"), patent, 0.5, Grade.POSSIBLE, (), gates=gates), TODAY)


def test_a_plain_patent_carries_no_warning():
    assert hints() == ()


def test_what_is_unknown_is_said():
    gate = GateResult("obtainable", "可得性", Verdict.UNKNOWN, "权利人未表明转化意愿")
    assert hints(gates=(gate,)) == ("可得性待核实：权利人未表明转化意愿",)


def test_twelve_months_to_the_end():
    assert hints(filed=date(2005, 6, 1)) == ("专利权将于 2025-06-01 届满，不足 12 个月",)
    assert hints(filed=date(2005, 6, 2)) == ()


def test_an_old_status_is_to_be_looked_up_again():
    assert hints(status_date=date(2023, 12, 4)) == ()
    assert hints(status_date=date(2023, 12, 3)) == ("法律状态核验于 2023-12-03，已超过 180 天，签约前须核验",)
    assert hints(status_date=None) == ("法律状态核验日期不详，签约前须核验",)


def test_law():
    assert hints(encumbrances=(Encumbrance(EncumbranceKind.PLEDGE, "某银行"),)) == (
        "专利权已质押，转让、许可须经质权人（某银行）同意",
    )
    assert hints(holders=("甲", "乙")) == ("共有专利，除普通许可外须全体共有人同意",)
    assert hints(type=PatentType.UTILITY_MODEL, evaluation_report=False) == (
        "实用新型未经实质审查，无专利权评价报告，权利稳定性须评估",
    )
    assert hints(type=PatentType.UTILITY_MODEL, evaluation_report=True) == ()


def test_a_licensee_is_told_of_its_own_licence_while_it_lasts():
    def licensed(until):
        return (Encumbrance(EncumbranceKind.ORDINARY_LICENCE, "甲公司", until=until),)

    mine = Need("n", "轴承", enterprise="甲公司")
    assert hints(mine, encumbrances=licensed(date(2024, 6, 1))) == (
        "本企业已取得该专利的普通许可，至 2024-06-01 届满，请先核对原合同",
    )
    assert hints(mine, encumbrances=licensed(date(2024, 5, 31))) == ()
    assert hints(Need("n", "轴承", enterprise="乙公司"), encumbrances=licensed(None)) == ()


def test_a_mode_that_is_not_offered_is_said_once():
    part = Contribution("modes", "转化方式", 0.05, 0.3, "企业可接受普通许可，权利人仅表示可转让")
    far = Contribution("region", "地域", 0.03, 0.0, "专利权人在甲，企业在乙")
    gate = GateResult("obtainable", "可得性", Verdict.UNKNOWN, "权利人表明的方式为转让，是否接受普通许可")
    match = Match(Need("n", "轴承"), PATENT, 0.5, Grade.POSSIBLE, (part, far))
    assert risks(match, TODAY) == (part.reason, far.reason)
    assert risks(replace(match, gates=(gate,)), TODAY) == (f"可得性待核实：{gate.reason}", far.reason)


def test_needs_that_are_over_and_texts_that_are_damaged():
    assert hints(Need("n", "轴承", valid_until=date(2024, 5, 31))) == (
        "需求已于 2024-05-31 过有效期，须向企业确认",
    )
    assert hints(abstract="一种锟斤拷轴承")[0].startswith("摘要疑似乱码（“")
