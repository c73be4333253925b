from __future__ import annotations

from datetime import date

import pytest

from eval.history import (
    Apart,
    SetApart,
    assessed,
    deals,
    followed,
    party_name,
    related,
    require_deals,
    sentences,
)
from eval.judgements import Judgement
from matcher.domain import Assessment, Enterprise, Patent, Prospect, Transaction, TransactionKind
from matcher.errors import InputError
from matcher.outcomes import Outcome, Reason, State

PATENTS = [Patent("p1", "轴承", filed=date(2015, 1, 1)), Patent("p2", "除磷"), Patent("p3", "涂层")]
ENTERPRISES = [Enterprise("e1", "宏远轴承（集团）有限公司")]


def _sold(identifier: str, patent: str, on: date | None, **more: str) -> Transaction:
    fields = {"seller": "临江大学", "buyer": "宏远轴承(集团)有限公司", **more}
    return Transaction(identifier, patent, TransactionKind(fields.pop("kind", "转让")), on, **fields)


def test_one_contract_over_several_days_is_one_package_with_the_first_day() -> None:
    rows = [
        _sold("t2", "p2", date(2019, 1, 10)),
        _sold("t1", "p1", date(2018, 12, 20)),
        _sold("t3", "p3", date(2019, 6, 1)),
        _sold("t4", "p3", date(2019, 1, 5), kind="普通许可"),
    ]
    found = deals(rows, PATENTS, ENTERPRISES).packages
    assert [(deal.on, deal.kind, [part.patent_id for part in deal.transactions]) for deal in found] == [
        (date(2018, 12, 20), "转让", ["p1", "p2"]),
        (date(2019, 1, 5), "普通许可", ["p3"]),
        (date(2019, 6, 1), "转让", ["p3"]),
    ]
    assert {deal.buyer for deal in found} == {"e1"}


def test_what_is_no_deal_is_set_apart_with_its_reason() -> None:
    day = date(2019, 1, 1)
    rows = [
        _sold("ok", "p2", day),
        _sold("name", "p2", day, kind="名称变更"),
        _sold("pledge", "p2", day, kind="质押"),
        _sold("house", "p2", day, buyer="临江大学科技园有限公司"),
        _sold("joint", "p2", day, seller="宏远轴承(集团)有限公司；临江大学"),
        _sold("undated", "p2", None),
        _sold("unknown", "p9", day),
        _sold("early", "p1", date(2014, 12, 31)),
        _sold("nobody", "p2", day, buyer=""),
    ]
    found = deals(rows, PATENTS, ENTERPRISES)
    assert [part.id for deal in found.packages for part in deal.transactions] == ["ok"]
    assert found.apart == (
        SetApart("early", Apart.BEFORE_FILING),
        SetApart("house", Apart.RELATED),
        SetApart("joint", Apart.RELATED),
        SetApart("name", Apart.NO_DEAL),
        SetApart("nobody", Apart.NO_BUYER),
        SetApart("pledge", Apart.NO_DEAL),
        SetApart("undated", Apart.NO_DATE),
        SetApart("unknown", Apart.UNKNOWN_PATENT),
    )
    assert sentences(found.apart)[:2] == (
        "2 条记录未计入：名称、地址变更或质押，不是交易（例如 name、pledge）。",
        "2 条记录未计入：集团内部或权利人与其关联企业之间的转移（例如 house、joint）。",
    )


def test_a_past_without_deals_says_why() -> None:
    with pytest.raises(InputError) as error:
        require_deals(deals([_sold("t", "p9", date(2019, 1, 1))], PATENTS))
    assert str(error.value) == "没有可用的历史交易。1 条记录未计入：专利编号在数据中找不到（例如 t）。"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("江南大学", "江南大学技术转移有限公司", True),
        ("北京某某科技（集团）有限公司", "北京某某科技有限公司", True),
        ("宏远轴承有限公司", "宏远轴承智能装备有限公司", True),
        ("山东科技大学", "山东科技有限公司", False),
        ("临江大学", "宏远轴承有限公司", False),
        ("", "宏远轴承有限公司", False),
    ],
)
def test_relations_by_name(first: str, second: str, expected: bool) -> None:
    assert related(first, second, {}) is expected
    assert related(second, first, {}) is expected


def test_relations_that_names_do_not_show_come_from_the_groups() -> None:
    groups = {party_name("临江大学"): "临江", party_name("清源环保"): "临江"}
    assert related("临江大学", "清源环保", groups)


def test_assessments_become_levels_and_the_latest_word_holds() -> None:
    rows = [
        Assessment("a1", "p1", "e1", prospect=Prospect.POOR, on=date(2019, 1, 1)),
        Assessment("a2", "p1", "e1", prospect=Prospect.FAIR, on=date(2019, 5, 1)),
        Assessment("a3", "p1", "e1", prospect=Prospect.GOOD, on=date(2020, 1, 1)),
        Assessment("a4", "p2", "e1", prospect=Prospect.AVERAGE),
        Assessment("a5", "p3", "e1"),
    ]
    assert assessed(rows) == [Judgement("e1", "p1", 4), Judgement("e1", "p2", 2)]
    assert assessed(rows, until=date(2019, 12, 31)) == [Judgement("e1", "p1", 3)]


def _outcome(identifier: str, state: State, reason: Reason | None = None, day: int = 1) -> Outcome:
    return Outcome(
        identifier, "v1", "n1", f"p-{identifier}", "l1", state, changed_on=date(2024, 1, day), reason=reason
    )


def test_outcomes_of_lists_become_levels() -> None:
    found, apart = followed(
        [
            _outcome("signed", State.SIGNED),
            _outcome("talks", State.NEGOTIATING),
            _outcome("unfit", State.UNSUITABLE, Reason.TECHNOLOGY),
            _outcome("dear", State.UNSUITABLE, Reason.PRICE),
            _outcome("pushed", State.PUSHED),
            _outcome("late", State.SIGNED, day=9),
        ],
        until=date(2024, 1, 5),
    )
    assert found == [
        Judgement("n1", "p-signed", 4),
        Judgement("n1", "p-talks", 3),
        Judgement("n1", "p-unfit", 1),
    ]
    assert apart == [
        SetApart("dear", Apart.SAYS_NOTHING),
        SetApart("pushed", Apart.SAYS_NOTHING),
        SetApart("late", Apart.LATER),
    ]
