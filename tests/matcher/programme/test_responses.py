"""R&D orders and wishes for improvement: what may follow what, what each step needs, and the history."""

from datetime import date, datetime

import pytest

from matcher.commissions import Commission, CommissionKind
from matcher.domain import Assessment, Need, ServiceInstitution
from matcher.errors import Conflict, InputError, NotFound
from matcher.programme.given import given
from matcher.programme.responding import respond
from matcher.responses import NEXT, OPENING, Subject, Turn, advance, opening
from tests.matcher.programme.inventory_examples import PATENTS

AT = datetime(2026, 6, 30, 9)
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


def test_responses_are_kept_with_their_history(store):
    store.merge([Need("N1", "阀门")])
    said = Assessment("A1", PATENTS[0].id, "E1", "岱岳公司", improvement="补充试验")
    store.merge([said, Assessment("A2", PATENTS[0].id, "E2", "汶水公司")])
    assert respond(store, "研发线索", "N1", turn("已认领", unit="河东大学")).version == 1
    assert respond(store, "研发线索", "N1", turn("立项", note="校企联合")).unit == "河东大学"
    assert [one.state for one in store.responses.history("N1")] == ["已认领", "立项"]
    respond(store, "改进需求", "A1", turn("拟改进", due=date(2026, 12, 31)))
    found = store.responses.many(["A1", "A2"], Subject.WISH)
    assert (found["A1"].state, found["A1"].due, found["A2"].state) == ("拟改进", date(2026, 12, 31), "待回应")
    stale = opening("N1", Subject.ORDER)
    with pytest.raises(Conflict, match="刚被他人改动"):
        store.responses.change(stale, advance(stale, turn("已认领", unit="乙")))


def test_an_institution_says_what_it_does_as_of_a_day(store):
    kind, patent = CommissionKind.SERVICE, PATENTS[0]
    store.merge([patent, ServiceInstitution("S1", "望川银行", "银行")])
    store.commissions.add([Commission("W1", kind, "S1", patent.id, date(2026, 6, 1), "质押融资")])
    respond(store, "服务对接", "W1", Turn("已联系", "李某", datetime(2026, 6, 10)), 0)
    offer = Turn("提供服务", "李某", datetime(2026, 6, 20), note="质押贷款")
    with pytest.raises(Conflict, match="服务对接 W1 刚被他人改动"):
        respond(store, "服务对接", "W1", offer, 0)
    respond(store, "服务对接", "W1", offer, 1)
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
def test_slips_are_told(subject, number, state, facts, error, message, store):
    store.merge([Need("N1", "阀门")])
    store.merge([Assessment("A2", PATENTS[0].id, "E2", "汶水公司")])
    store.commissions.add([Commission("W2", CommissionKind.ASSESSMENT, "专家", PATENTS[0].id, AT.date())])
    with pytest.raises(error, match=message):
        respond(store, subject, number, turn(state, **facts))
