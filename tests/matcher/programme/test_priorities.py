"""What to inventory first, when the next annual fee is due, and the advice before it."""

from dataclasses import replace
from datetime import date

import pytest

from matcher.domain import LegalStatus, Need, PatentType, Prospect, Transaction, TransactionKind
from matcher.inventory import Item, Stage
from matcher.matches import Grade, Match
from matcher.programme.industries import Tag
from matcher.programme.priorities import Advice, Wanted, fee_advice, next_fee, priorities, remaining
from tests.matcher.programme.inventory_examples import patent

DAY = date(2026, 6, 30)
ONE = patent("201610000001.5")
TWO = patent("201610000002.X")
THREE = patent("201610000003.4", filed=date(2014, 1, 4))


def matches(one, *enterprises):
    return tuple(
        Match(Need(f"N{place}", "阀门", enterprise=name), one, 0.8, Grade.RECOMMENDED, ())
        for place, name in enumerate(enterprises)
    )


def test_the_order_of_the_inventory():
    wanted = {
        ONE.id: Wanted(matches(ONE, "甲", "甲", "甲")),
        TWO.id: Wanted(matches(TWO, "甲", "乙"), tags=(Tag("储能", "关键词“储能”"),)),
    }
    found = priorities([ONE, TWO, THREE], {}, wanted, DAY)
    assert [(one.patent.id, one.enterprises, one.needs) for one in found] == [
        (TWO.id, 2, 2),
        (ONE.id, 1, 3),
        (THREE.id, 0, 0),
    ]
    assert found[0].reason == "2 家企业的 2 项需求达到推荐；储能（关键词“储能”）；剩余保护期 9.5 年"
    assert found[2].reason == "暂无达到推荐的需求；剩余保护期 7.5 年"
    done = {ONE.id: Item(ONE.id, Stage.SELF_ASSESSED, 1)}
    assert [one.patent.id for one in priorities([ONE, TWO], done, wanted, DAY)] == [TWO.id]


@pytest.mark.parametrize(
    ("filed", "as_of", "due"),
    [
        (date(2016, 7, 1), date(2026, 6, 30), date(2026, 7, 1)),
        (date(2016, 6, 30), date(2026, 6, 30), date(2026, 6, 30)),
        (date(2016, 6, 29), date(2026, 6, 30), date(2027, 6, 29)),
        (date(2016, 2, 29), date(2026, 2, 28), date(2026, 2, 28)),
        (date(2016, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (date(2006, 9, 1), date(2025, 9, 2), None),
        (date(2026, 3, 1), date(2026, 6, 30), date(2027, 3, 1)),
        (None, DAY, None),
    ],
)
def test_the_next_annual_fee(filed, as_of, due):
    assert next_fee(replace(ONE, filed=filed), as_of) == due


def advice(one, item=None, demand=None):
    (found,) = fee_advice([one], {one.id: item} if item else {}, {one.id: demand} if demand else {}, DAY)
    return found.advice, found.reason


def test_the_advice_and_its_reasons():
    good = replace(ONE, prospect=Prospect.FAIR)
    deal = Transaction("t", ONE.id, TransactionKind.ORDINARY_LICENCE, date(2024, 1, 1))
    assert advice(ONE, demand=Wanted(matches(ONE, "甲"), 2, (deal,))) == (
        Advice.KEEP,
        "1 项需求达到推荐、2 家企业评价好或较好、已有转化交易",
    )
    assert advice(ONE) == (Advice.KEEP, "无需求，但尚无产业化前景评价，建议先完成自评再定")
    kind, reason = advice(good)
    assert (kind, reason.split("：")[0]) == (Advice.OPEN, "无需求；产业化前景较好；开放许可")
    assert advice(replace(ONE, prospect=Prospect.POOR)) == (Advice.DROP, "无需求；产业化前景为差")
    held = Item(ONE.id, Stage.HELD, 3, reason="技术已被替代")
    assert advice(good, held) == (Advice.DROP, "无需求；暂不入库：技术已被替代")
    old = replace(good, filed=date(2007, 6, 30))
    assert advice(old) == (Advice.DROP, "无需求；剩余保护期仅 1.0 年")
    assert advice(replace(good, status=None))[1] == "无需求；产业化前景较好；不能开放许可（法律状态不详）"


def test_pledges_are_no_deals_and_applications_pay_no_fee():
    pledge = Transaction("t", ONE.id, TransactionKind.PLEDGE, date(2024, 1, 1))
    assert advice(ONE, demand=Wanted(deals=(pledge,)))[1].startswith("无需求")
    assert fee_advice([replace(ONE, status=LegalStatus.PENDING)], {}, {}, DAY) == []


def test_the_remaining_term():
    assert remaining(replace(ONE, filed=date(2006, 6, 30)), DAY) == 0.0
    assert remaining(
        replace(ONE, type=PatentType.UTILITY_MODEL, filed=date(2017, 6, 30)), DAY
    ) == pytest.approx(365 / 365.25)
    assert remaining(replace(ONE, filed=None), DAY) is None
