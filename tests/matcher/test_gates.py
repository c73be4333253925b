from dataclasses import replace
from datetime import date

import pytest

from matcher.domain import Enterprise, LegalStatus, LicensingMode, Need, Patent, PatentType
from matcher.gates import gates, not_own, obtainable, right_in_force, violated
from matcher.matches import Verdict
from matcher.signals.contract import Context

CONTEXT = Context(date(2024, 6, 1))
NEED = Need("n", "磁悬浮轴承", enterprise="某某（山东）轴承有限公司")
PATENT = Patent(
    "p",
    "轴承",
    type=PatentType.INVENTION,
    status=LegalStatus.GRANTED,
    status_date=date(2024, 5, 1),
    filed=date(2018, 3, 1),
    holders=("某大学",),
)
M = LicensingMode


@pytest.mark.parametrize(
    ("change", "verdict", "reason"),
    [
        ({}, Verdict.SATISFIED, "法律状态为授权（2024-05-01 核验）"),
        ({"status_date": None}, Verdict.SATISFIED, "法律状态为授权（核验日期不详）"),
        ({"status": LegalStatus.PENDING}, Verdict.UNKNOWN, "尚在申请中，未授权（2024-05-01 核验）"),
        ({"status": None}, Verdict.UNKNOWN, "法律状态不详"),
        (
            {"status": None, "publication_number": "CN105123456A"},
            Verdict.UNKNOWN,
            "所据为申请公布文本，是否授权不详",
        ),
        ({"status": LegalStatus.LAPSED}, Verdict.VIOLATED, "法律状态为未缴年费终止（2024-05-01 核验）"),
        ({"filed": date(2004, 6, 1)}, Verdict.VIOLATED, "发明专利保护期已于 2024-06-01 届满"),
        ({"filed": date(2004, 6, 2)}, Verdict.SATISFIED, "法律状态为授权（2024-05-01 核验）"),
        (
            {"filed": date(2004, 4, 1)},
            Verdict.UNKNOWN,
            "按申请日推算已于 2024-04-01 届满，登记状态为授权（2024-05-01 核验），是否有期限补偿",
        ),
        (
            {"filed": date(2000, 1, 1), "status": LegalStatus.EXPIRED},
            Verdict.VIOLATED,
            "法律状态为期限届满（2024-05-01 核验）",
        ),
    ],
)
def test_the_right(change, verdict, reason):
    result = right_in_force(replace(PATENT, **change), CONTEXT)
    assert (result.verdict, result.reason) == (verdict, reason)


def test_a_patent_is_excluded_only_if_every_accepted_mode_is_barred():
    declared = replace(PATENT, status=LegalStatus.OPEN_LICENCE)
    exclusive = replace(NEED, modes=(M.EXCLUSIVE_LICENCE,))
    either = replace(NEED, modes=(M.EXCLUSIVE_LICENCE, M.ASSIGNMENT))
    result = obtainable(exclusive, declared, CONTEXT)
    assert result.verdict is Verdict.VIOLATED
    assert result.reason == "独占许可不可行：实行开放许可期间不得给予独占或者排他许可（专利法第51条第3款）"
    assert obtainable(either, declared, CONTEXT).verdict is Verdict.UNKNOWN


def test_what_the_holder_offers_satisfies():
    offered = replace(PATENT, modes=(M.ORDINARY_LICENCE,))
    assert obtainable(NEED, offered, CONTEXT).reason == "可普通许可"
    pledged = replace(offered, status=LegalStatus.PLEDGED)
    result = obtainable(NEED, pledged, CONTEXT)
    assert (result.verdict, result.reason) == (Verdict.SATISFIED, "需征得质权人同意：普通许可")


def test_silence_and_other_offers_are_to_be_verified():
    assert obtainable(NEED, PATENT, CONTEXT).reason == "权利人未表明转化意愿"
    other = obtainable(
        replace(NEED, modes=(M.EXCLUSIVE_LICENCE,)), replace(PATENT, modes=(M.ASSIGNMENT,)), CONTEXT
    )
    assert (other.verdict, other.reason) == (Verdict.UNKNOWN, "权利人表明的方式为转让，是否接受独占许可")
    unknown = obtainable(NEED, replace(PATENT, status=None), CONTEXT)
    assert unknown.verdict is Verdict.UNKNOWN


def test_an_open_licence_answers_who_takes_ordinary_ones():
    declared = replace(PATENT, status=LegalStatus.OPEN_LICENCE)
    result = obtainable(replace(NEED, modes=(M.ORDINARY_LICENCE,)), declared, CONTEXT)
    assert (result.verdict, result.reason) == (Verdict.SATISFIED, "可普通许可、开放许可")


def test_modes_of_the_enterprise_stand_in_for_those_of_the_need():
    context = Context(
        date(2024, 6, 1), enterprises={"e": Enterprise("e", "甲公司", modes=(M.EXCLUSIVE_LICENCE,))}
    )
    declared = replace(PATENT, status=LegalStatus.OPEN_LICENCE)
    assert violated(replace(NEED, enterprise_id="e"), declared, context)
    assert not violated(replace(NEED, enterprise_id="e", modes=(M.ORDINARY_LICENCE,)), declared, context)


def test_own_patents_are_excluded_whatever_the_brackets():
    own = replace(PATENT, holders=("某大学", "某某(山东)轴承有限公司"))
    assert not_own(NEED, own, CONTEXT).verdict is Verdict.VIOLATED
    assert not_own(NEED, own, CONTEXT).reason == "本企业自有专利"
    assert not_own(NEED, PATENT, CONTEXT).verdict is Verdict.SATISFIED
    assert not_own(NEED, replace(PATENT, holders=()), CONTEXT).verdict is Verdict.UNKNOWN
    assert not_own(replace(NEED, enterprise=""), own, CONTEXT) is None


def test_gates_that_do_not_apply_are_left_out():
    assert [gate.label for gate in gates(NEED, PATENT, CONTEXT)] == ["权利有效", "可得性", "非自有专利"]
    assert [gate.label for gate in gates(Need("n", "轴承"), PATENT, CONTEXT)] == ["权利有效", "可得性"]


@pytest.mark.parametrize("status", [None, *LegalStatus])
def test_a_pair_is_violated_just_where_one_of_its_gates_is(status):
    own = ("某大学", "某某(山东)轴承有限公司")
    found = []
    for modes in [(), *((mode,) for mode in M)]:
        for holders in ((), ("某大学",), own):
            for filed in (date(1999, 1, 1), date(2018, 3, 1)):
                patent = replace(PATENT, status=status, holders=holders, filed=filed)
                need = replace(NEED, modes=modes)
                one = any(gate.verdict is Verdict.VIOLATED for gate in gates(need, patent, CONTEXT))
                assert violated(need, patent, CONTEXT) is one
                found.append(one)
    assert any(found)
