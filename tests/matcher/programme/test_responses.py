"""R&D orders and wishes for improvement: what may follow what, what each step needs, and the history."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from matcher.commissions import Commission, CommissionKind
from matcher.domain import Assessment, Need, ServiceInstitution
from matcher.errors import Conflict, InputError, NotFound
from matcher.programme.given import given
from matcher.programme.responding import respond
from matcher.responses import NEXT, OPENING, Subject, Turn, advance, opening
from tests.matcher.conftest import MAGNET

AT = datetime(2026, 6, 30, 9)
ORDER = Need(
    "N1",
    "啤酒发酵罐酵母残留在线检测",
    "现有发酵罐清洗后残留酵母只能取样镜检，每次停产 2 小时，无法连续检测。用于 50 t 啤酒发酵罐。"
    "希望用电容或近红外探头在线检测，误差不大于 5%。",
)
FULL = {"unit": "河东大学", "note": "原因", "patent": "CN201610000001.5"}


def turn(state, **facts):
    return Turn(state, "王某", AT, **facts)


@pytest.mark.parametrize("subject", list(Subject))
def test_every_allowed_step_and_no_other(subject):
    for before, allowed in NEXT[subject].items():
        for after in NEXT[subject]:
            at = opening("N1", subject)
            at = at if before == OPENING[subject] else type(at)("N1", subject, before, 1)
            if after in allowed:
                found = advance(at, turn(after, **FULL))
                assert (found.state, found.version, found.changed_on) == (
                    after,
                    at.version + 1,
                    date(2026, 6, 30),
                )
            else:
                with pytest.raises(InputError, match=f"不能由“{before}”改为“{after}”"):
                    advance(at, turn(after, **FULL))


@pytest.mark.parametrize(
    ("subject", "before", "state", "message"),
    [
        (Subject.ORDER, "待认领", "已认领", "须写明认领单位"),
        (Subject.ORDER, "洽谈", "终止", "须写明原因"),
        (Subject.ORDER, "立项", "形成专利", "须写明专利号"),
        (Subject.WISH, "待回应", "不采纳", "须写明原因"),
        (Subject.WISH, "联合攻关", "已形成新专利", "须写明专利号"),
        (Subject.SERVICE, "待联系", "不适合", "须写明原因"),
        (Subject.SERVICE, "已联系", "提供服务", "须写明服务方式"),
        (Subject.WISH, "待回应", "完成", "不认识的状态“完成”。改进需求的状态有：待回应、拟改进"),
    ],
)
def test_what_a_step_needs(subject, before, state, message):
    at = type(opening("N1", subject))("N1", subject, before, 1)
    with pytest.raises(InputError, match=message):
        advance(at, turn(state))


def test_what_is_given_back_has_no_taker():
    taken = advance(opening("N1", Subject.ORDER), turn("已认领", unit="河东大学", due=date(2026, 12, 31)))
    assert (taken.unit, taken.due) == ("河东大学", date(2026, 12, 31))
    assert advance(taken, turn("洽谈")).unit == "河东大学"
    assert advance(taken, turn("待认领")).unit == ""


def test_responses_are_kept_with_their_history(workspace):
    store = workspace.store
    store.merge([ORDER])
    said = Assessment("A1", "p1", "E1", "岱岳公司", improvement="补充试验")
    store.merge([said, Assessment("A2", "p1", "E2", "汶水公司")])
    assert respond(workspace, "研发线索", "N1", turn("已认领", unit="河东大学")).version == 1
    assert respond(workspace, "研发线索", "N1", turn("立项", note="校企联合")).unit == "河东大学"
    assert [one.state for one in store.responses.history("N1")] == ["已认领", "立项"]
    respond(workspace, "改进需求", "A1", turn("拟改进", due=date(2026, 12, 31)))
    found = store.responses.many(["A1", "A2"], Subject.WISH)
    assert (found["A1"].state, found["A1"].due, found["A2"].state) == ("拟改进", date(2026, 12, 31), "待回应")
    stale = opening("N1", Subject.ORDER)
    with pytest.raises(Conflict, match="刚被他人改动"):
        store.responses.change(stale, advance(stale, turn("已认领", unit="乙")))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"valid_until": date(2026, 6, 29)}, "需求 N1 已于 2026-06-29 过期，不是研发线索。"),
        ({"title": "阀门", "description": ""}, "需求 N1 还写得不清楚，应先请企业补充"),
        (
            {
                "title": "高速永磁电机转子散热",
                "description": f"现有电机温升高 40 ℃、噪声 75 dB，无法连续运行 8 h，用于压缩机。{MAGNET}",
            },
            "需求 N1 已有专利可以对接（一种",
        ),
    ],
)
def test_a_need_that_is_no_order_is_not_taken_up_as_one(changed, message, workspace):
    workspace.store.merge([replace(ORDER, **changed)])
    with pytest.raises(InputError, match=message):
        respond(workspace, "研发线索", "N1", turn("已认领", unit="河东大学"))
    assert workspace.store.responses.history("N1") == []


def test_an_order_goes_on_when_a_patent_has_come_meanwhile(workspace):
    workspace.store.merge([ORDER])
    respond(workspace, "研发线索", "N1", turn("已认领", unit="河东大学"))
    workspace.store.merge([replace(ORDER, title="高速永磁电机转子散热", description=MAGNET)], prefer_new=True)
    assert respond(workspace, "研发线索", "N1", turn("洽谈")).state == "洽谈"


def test_an_institution_says_what_it_does_as_of_a_day(workspace):
    kind, store = CommissionKind.SERVICE, workspace.store
    store.merge([ServiceInstitution("S1", "望川银行", "银行")])
    store.commissions.add([Commission("W1", kind, "S1", "p1", date(2026, 6, 1), "质押融资")])
    respond(workspace, "服务对接", "W1", Turn("已联系", "李某", datetime(2026, 6, 10)), 0)
    offer = Turn("提供服务", "李某", datetime(2026, 6, 20), note="质押贷款")
    with pytest.raises(Conflict, match="服务对接 W1 刚被他人改动"):
        respond(workspace, "服务对接", "W1", offer, 0)
    respond(workspace, "服务对接", "W1", offer, 1)
    days = (date(2026, 6, 9), date(2026, 6, 10), date(2026, 6, 30))
    found = [given(store, day, "望川银行")[0] for day in days]
    assert [(one.state, one.back, one.answer.note) for one in found] == [
        ("待联系", False, ""),
        ("已联系", True, ""),
        ("提供服务", True, "质押贷款"),
    ]


@pytest.mark.parametrize(
    ("subject", "number", "state", "facts", "error", "message"),
    [
        ("研发线索", "N9", "已认领", {"unit": "甲"}, NotFound, "没有编号为“N9”的需求"),
        ("改进需求", "A9", "拟改进", {}, NotFound, "没有编号为“A9”的企业评价"),
        ("服务对接", "W9", "已联系", {}, NotFound, "没有编号为“W9”的服务对接"),
        ("服务对接", "W2", "已联系", {}, NotFound, "没有编号为“W2”的服务对接"),
        ("改进需求", "A2", "拟改进", {}, InputError, "没有提出改进需求"),
        ("合同", "N1", "已认领", {}, InputError, "不认识的对象“合同”。可选：研发线索、改进需求、服务对接"),
        (
            "研发线索",
            "N1",
            "已认领",
            {"unit": "甲", "patent": "好专利"},
            InputError,
            "“好专利”不是能识别的专利号",
        ),
    ],
)
def test_slips_are_told(subject, number, state, facts, error, message, workspace):
    workspace.store.merge([ORDER, Assessment("A2", "p1", "E2", "汶水公司")])
    given_out = Commission("W2", CommissionKind.ASSESSMENT, "专家", "p1", AT.date())
    workspace.store.commissions.add([given_out])
    with pytest.raises(error, match=message):
        respond(workspace, subject, number, turn(state, **facts))
