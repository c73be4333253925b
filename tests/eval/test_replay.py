from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from eval.history import Apart, SetApart
from eval.replay import FIXED, MASKED, SET_BACK, Past, leaks, offered, replay, require_no_leaks
from eval.splits import Cut
from matcher.domain import (
    Encumbrance,
    EncumbranceKind,
    Enterprise,
    FeeTerms,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    Need,
    Patent,
    PatentType,
    Transaction,
    TransactionKind,
)
from matcher.errors import InputError

CUT = Cut(date(2020, 1, 1), date(2021, 1, 1))


def _patent(identifier: str, **more: object) -> Patent:
    base = Patent(
        identifier,
        "轴承",
        type=PatentType.INVENTION,
        filed=date(2015, 1, 1),
        granted=date(2018, 1, 1),
        holders=("临江大学",),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def _moved(identifier: str, patent: str, on: date, **more: str) -> Transaction:
    values = {"seller": "临江大学", "buyer": "宏远轴承有限公司", "buyer_id": "e1", **more}
    return Transaction(identifier, patent, TransactionKind(values.pop("kind", "转让")), on, **values)


PAST = Past(
    [
        _patent(
            "bought",
            holders=("宏远轴承有限公司",),
            status=LegalStatus.TRANSFERRED,
            status_date=date(2020, 6, 1),
            modes=(LicensingMode.ASSIGNMENT,),
            fee=FeeTerms(amount=30),
            implementation=ImplementationStatus.ASSIGNED,
            encumbrances=(
                Encumbrance(EncumbranceKind.PLEDGE, since=date(2019, 1, 1)),
                Encumbrance(EncumbranceKind.PLEDGE, since=date(2020, 7, 1)),
                Encumbrance(EncumbranceKind.PLEDGE),
            ),
        ),
        _patent("unsold"),
        _patent("sold before"),
        _patent("not granted", granted=date(2020, 2, 1)),
        _patent("lapsed later", status=LegalStatus.LAPSED, status_date=date(2020, 5, 1)),
        _patent("lapsed before", status=LegalStatus.LAPSED, status_date=date(2019, 5, 1)),
        _patent("expired", type=PatentType.UTILITY_MODEL, filed=date(2010, 1, 1)),
    ],
    [
        Enterprise("e1", "宏远轴承有限公司", focus_areas=("滚动轴承",)),
        Enterprise("e2", "清源环保"),
        Enterprise("e3", "新材", focus_areas=("涂层",)),
    ],
    [
        Need("n1", "轴承寿命", "提高到 2 倍", enterprise_id="e1", received=date(2019, 3, 1)),
        Need("n2", "齿轮", enterprise_id="e1", received=date(2020, 3, 1)),
        Need("n3", "除磷", enterprise_id="e2"),
    ],
    [
        _moved("t1", "bought", date(2020, 6, 1)),
        _moved("t2", "sold before", date(2019, 6, 1)),
        _moved("t3", "not granted", date(2020, 6, 5)),
        _moved("t4", "unsold", date(2020, 6, 1), buyer="清源环保", buyer_id="e2", kind="普通许可"),
        _moved("t5", "unsold", date(2020, 6, 1), buyer="外省公司", buyer_id="", kind="普通许可"),
        _moved("t6", "unsold", date(2021, 6, 1), kind="普通许可"),
        _moved("t7", "lapsed later", date(2020, 3, 1), buyer="新材", buyer_id="e3"),
    ],
)


def test_every_field_of_a_patent_is_fixed_set_back_or_masked() -> None:
    assert FIXED | SET_BACK | set(MASKED) == {field.name for field in fields(Patent)}
    assert not FIXED & SET_BACK


def test_the_day_of_the_cut_is_set_up_again() -> None:
    found = replay(PAST, CUT)
    assert [patent.id for patent in found.patents] == ["bought", "lapsed later", "unsold"]
    bought = found.patents[0]
    assert bought.holders == ("临江大学",)
    assert (bought.status, bought.status_date) == (LegalStatus.GRANTED, CUT.on)
    assert (bought.modes, bought.fee, bought.implementation) == ((), None, None)
    assert bought.encumbrances == (Encumbrance(EncumbranceKind.PLEDGE, since=date(2019, 1, 1)),)
    assert [(need.id, need.title, need.description) for need in found.needs] == [
        ("e1", "轴承寿命", "提高到 2 倍"),
        ("e3", "涂层", ""),
    ]
    assert [(need.field, need.source) for need in found.needs] == [("滚动轴承", ""), ("", "关注领域")]
    assert {need: dict(row) for need, row in found.judgements.levels.items()} == {
        "e1": {"bought": 4},
        "e3": {"lapsed later": 4},
    }
    assert found.cold == {"e3"}
    assert set(found.apart) == {
        SetApart("t3", Apart.NOT_OFFERED),
        SetApart("t4", Apart.NO_TEXT),
        SetApart("t5", Apart.UNKNOWN_BUYER),
    }


def test_what_happened_later_changes_nothing_that_is_shown() -> None:
    bare = [
        replace(p, **{**MASKED, "status": None, "status_date": None})
        for p in PAST.patents
        if not p.id.startswith("lapsed")
    ]
    known = [p for p in PAST.patents if p.id.startswith("lapsed")]
    found = replay(replace(PAST, patents=[*bare, *known]), CUT)
    assert found.patents == replay(PAST, CUT).patents


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("implementation", ImplementationStatus.ASSIGNED),
        ("fee", FeeTerms(amount=30)),
        ("status", LegalStatus.TRANSFERRED),
        ("status_date", date(2020, 6, 1)),
        ("granted", date(2020, 6, 1)),
        ("holders", ("宏远轴承（有限公司）",)),
        ("encumbrances", (Encumbrance(EncumbranceKind.EXCLUSIVE_LICENCE, since=date(2020, 6, 1)),)),
    ],
)
def test_a_planted_field_of_after_the_deal_is_caught(field: str, value: object) -> None:
    clean = replay(PAST, CUT)
    planted = replace(clean, patents=(replace(clean.patents[0], **{field: value}), *clean.patents[1:]))
    assert leaks(clean) == ()
    with pytest.raises(InputError) as error:
        require_no_leaks(planted)
    assert str(error.value) == (
        f"评测数据泄露了时点 2020-01-01 之后的信息：共 1 处（例如 bought 的 {field}）。请屏蔽这些字段后再评测。"
    )
    assert error.value.code == "leak"


def test_a_need_of_after_the_cut_is_caught() -> None:
    clean = replay(PAST, CUT)
    late = replace(clean.needs[0], received=date(2020, 1, 2))
    assert [leak.record_id for leak in leaks(replace(clean, needs=(late,)))] == ["e1"]


def test_a_package_that_began_before_the_cut_is_sold_as_a_whole() -> None:
    rows = [
        _moved("t1", "bought", date(2019, 12, 20)),
        _moved("t2", "unsold", date(2020, 1, 5)),
        _moved("t7", "lapsed later", date(2020, 3, 1), buyer="新材", buyer_id="e3"),
    ]
    assert [patent.id for patent in replay(replace(PAST, transactions=rows), CUT).patents][:2] == [
        "lapsed later",
        "sold before",
    ]


def test_an_empty_split_is_refused() -> None:
    with pytest.raises(InputError, match="2022-01-01 之后到 2023-01-01 没有可评测的交易：0 笔交易"):
        replay(PAST, Cut(date(2022, 1, 1), date(2023, 1, 1)))


def test_terms_by_type() -> None:
    assert offered(_patent("x"), date(2034, 12, 31))
    assert not offered(_patent("x"), date(2035, 1, 1))
    assert not offered(_patent("x", granted=None), CUT.on)


@pytest.mark.parametrize("kind", ["转让", "作价入股"])
def test_a_buyer_who_holds_the_patent_today_did_not_before_the_deal(kind: str) -> None:
    past = replace(PAST, transactions=[_moved("t", "bought", date(2020, 6, 1), kind=kind)])
    found = replay(past, CUT)
    assert {p.id: p.holders for p in found.patents}["bought"] == ("临江大学",)
    assert found.judgements.levels == {"e1": {"bought": 4}}
