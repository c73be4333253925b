from __future__ import annotations

from datetime import date

import pytest

from eval.evidence import Witnesses
from eval.history import Apart, SetApart
from eval.labels import Source, gather
from eval.replay import Past
from matcher.domain import Assessment, Enterprise, Patent, Prospect, Transaction, TransactionKind
from matcher.errors import InputError
from matcher.outcomes import Outcome, State

KIND = TransactionKind.ORDINARY_LICENCE
PATENTS = [Patent(f"p{number}", "轴承", filed=date(2015, 1, 1)) for number in range(4)]
ENTERPRISES = [Enterprise("e1", "宏远"), Enterprise("e2", "清源")]
DEALS = [
    Transaction("t0", "p0", KIND, date(2019, 6, 1), "临江大学", "宏远", "e1"),
    Transaction("t1", "p1", KIND, date(2019, 6, 20), "临江大学", "宏远", "e1"),
    Transaction("t2", "p2", KIND, date(2021, 1, 1), "临江大学", "清源", "e2"),
    Transaction("t3", "p2", KIND, date(2014, 1, 1), "临江大学", "清源", "e2"),
    Transaction("t4", "p9", KIND, date(2019, 1, 1), "临江大学", "清源", "e2"),
    Transaction("t5", "p3", TransactionKind.NAME_CHANGE, date(2019, 1, 1), "临江大学", "新名大学"),
    Transaction("t6", "p3", KIND, date(2019, 1, 1), "临江大学", "外省公司"),
]
SAID = [
    Assessment("a0", "p0", "e1", prospect=Prospect.AVERAGE, on=date(2019, 1, 1)),
    Assessment("a1", "p3", "e2", prospect=Prospect.FAIR, on=date(2019, 1, 1)),
    Assessment("a2", "p1", "e2", prospect=Prospect.GOOD),
]
OUTCOMES = [Outcome("m1", "v", "n1", "p1", "l", State.SIGNED, changed_on=date(2020, 1, 1))]
FOUND = Witnesses(Past(PATENTS, ENTERPRISES, [], DEALS), SAID, OUTCOMES)


def test_all_sources_are_joined_and_nothing_is_silently_dropped() -> None:
    found = gather(FOUND, until=date(2020, 6, 1))
    assert {need: dict(judged) for need, judged in found.judgements.levels.items()} == {
        "e1": {"p0": 4, "p1": 4},
        "e2": {"p3": 3},
        "n1": {"p1": 4},
    }
    assert found.counts == {Source.TRANSACTIONS: 2, Source.OUTCOMES: 1, Source.ASSESSMENTS: 2}
    assert found.packages == 1
    assert set(found.apart) == {
        SetApart("t2", Apart.LATER),
        SetApart("t3", Apart.BEFORE_FILING),
        SetApart("t4", Apart.UNKNOWN_PATENT),
        SetApart("t5", Apart.NO_DEAL),
        SetApart("t6", Apart.UNKNOWN_BUYER),
        SetApart("a2", Apart.LATER),
    }
    assert {one.record_id for one in found.apart} | {"t0", "t1", "a0", "a1", "m1"} == {
        *(one.id for one in DEALS),
        *(one.id for one in SAID),
        *(one.id for one in OUTCOMES),
    }


def test_the_report_counts_and_gives_examples() -> None:
    assert gather(FOUND, until=date(2020, 6, 1)).sentences() == (
        "历史交易：2 对。",
        "对接结果：1 对。",
        "企业评价：2 对。",
        "交易归并为 1 笔（同一双方同类交易相隔不超过 30 天的为一笔，不跨时点拆分）。",
        "共 3 个查询、4 对标注：4 强相关 3，3 较相关 1。",
        "1 对在不同来源中等级不同（例如 e1 × p0：4 与 2），以成交为先、对接结果次之、评价最后。",
        "1 条记录未计入：名称、地址变更或质押，不是交易（例如 t5）。",
        "1 条记录未计入：专利编号在数据中找不到（例如 t4）。",
        "1 条记录未计入：交易日期早于专利申请日（例如 t3）。",
        "1 条记录未计入：受让方或被许可方不在企业库中（例如 t6）。",
        "2 条记录未计入：发生在截止日期之后，或没有日期（例如 t2、a2）。",
    )


def test_a_package_that_began_before_the_day_is_whole() -> None:
    found = gather(FOUND, [Source.TRANSACTIONS], until=date(2019, 6, 10))
    assert dict(found.judgements.levels["e1"]) == {"p0": 4, "p1": 4}


def test_single_sources() -> None:
    assert dict(gather(FOUND, [Source.ASSESSMENTS]).judgements.levels) == {
        "e1": {"p0": 2},
        "e2": {"p1": 4, "p3": 3},
    }
    assert dict(gather(FOUND, [Source.OUTCOMES]).judgements.levels) == {"n1": {"p1": 4}}


def test_sources_that_say_nothing_are_refused_with_their_reasons() -> None:
    with pytest.raises(InputError) as error:
        gather(Witnesses(Past(PATENTS, ENTERPRISES, [], DEALS[4:5])), [Source.TRANSACTIONS])
    assert str(error.value) == (
        "没有可用的标注：历史交易中没有可判定的记录。1 条记录未计入：专利编号在数据中找不到（例如 t4）。"
    )
    assert error.value.code == "empty"
