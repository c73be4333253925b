"""The merge rules, one known answer each, and what must hold of any records."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain import (
    Encumbrance,
    EncumbranceKind,
    Enterprise,
    FeeKind,
    FeeTerms,
    LegalStatus,
    LicensingMode,
    Maturity,
    MaturityScale,
    MaturitySource,
    Need,
    Patent,
    PatentType,
)
from matcher.store.merging import Conflict, Merged, merge, shown

OLD, NEW = date(2020, 1, 1), date(2022, 1, 1)
PLEDGE = Encumbrance(EncumbranceKind.PLEDGE, "丙银行", since=OLD)
LICENCE = Encumbrance(EncumbranceKind.ORDINARY_LICENCE, "甲厂")
GRANTED, LAPSED, PENDING = LegalStatus.GRANTED, LegalStatus.LAPSED, LegalStatus.PENDING


def patent(**values: Any) -> Patent:
    return Patent(**{"id": "P", "title": "散热膜", **values})


@pytest.mark.parametrize(
    ("stored", "new", "expected"),
    [
        # an emptier field never erases; a fuller one fills
        ({"abstract": "薄膜。"}, {}, {"abstract": "薄膜。"}),
        ({}, {"abstract": "薄膜。", "funded": False}, {"abstract": "薄膜。", "funded": False}),
        # differences of form are none
        ({"holders": ("甲厂（集团）",)}, {"holders": ("甲厂(集团) ",)}, {"holders": ("甲厂（集团）",)}),
        ({"holders": ("甲", "乙")}, {"holders": ("乙", "甲")}, {"holders": ("甲", "乙")}),
        (
            {"fee": FeeTerms(FeeKind.LUMP_SUM, 8.0, "8万元；一次总付")},
            {"fee": FeeTerms(FeeKind.LUMP_SUM, 8.0, "80000元；一次总付")},
            {"fee": FeeTerms(FeeKind.LUMP_SUM, 8.0, "8万元；一次总付")},
        ),
        # another language is no conflict, Chinese stands
        ({"title": "Heat film"}, {"title": "散热膜"}, {"title": "散热膜"}),
        ({"title": "散热膜"}, {"title": "Heat film"}, {"title": "散热膜"}),
        ({"inventors": ("Li Si", "Wang Wu")}, {"inventors": ("李四",)}, {"inventors": ("李四",)}),
        # the list or text that contains the other
        (
            {"ipc": ("G06F 16/68",)},
            {"ipc": ("H04L 9/32", "G06F 16/68")},
            {"ipc": ("H04L 9/32", "G06F 16/68")},
        ),
        (
            {"ipc": ("H04L 9/32", "G06F 16/68")},
            {"ipc": ("G06F 16/68",)},
            {"ipc": ("H04L 9/32", "G06F 16/68")},
        ),
        (
            {"abstract": "一种薄膜，…"},
            {"abstract": "一种薄膜，含石墨烯。"},
            {"abstract": "一种薄膜，含石墨烯。"},
        ),
        ({"region": "浙江省杭州市"}, {"region": "浙江省"}, {"region": "浙江省杭州市"}),
        ({"region": "浙江省杭州市"}, {"region": "杭州市"}, {"region": "浙江省杭州市"}),
        ({"region": "杭州市"}, {"region": "浙江省杭州市"}, {"region": "浙江省杭州市"}),
        ({"keywords": ("散热",)}, {"keywords": ("石墨烯", "散热")}, {"keywords": ("散热", "石墨烯")}),
        # status follows the later day
        (
            {"status": GRANTED, "status_date": OLD},
            {"status": LAPSED, "status_date": NEW},
            {"status": LAPSED, "status_date": NEW},
        ),
        (
            {"status": LAPSED, "status_date": NEW},
            {"status": GRANTED, "status_date": OLD},
            {"status": LAPSED, "status_date": NEW},
        ),
        (
            {"status": GRANTED, "status_date": OLD},
            {"status": GRANTED, "status_date": NEW},
            {"status": GRANTED, "status_date": NEW},
        ),
        ({"status": GRANTED}, {"status": LAPSED, "status_date": OLD}, {"status": LAPSED, "status_date": OLD}),
        ({"status": PENDING}, {"status": GRANTED}, {"status": GRANTED}),
        ({"status": GRANTED}, {"status": PENDING}, {"status": GRANTED}),
        (
            {"status": GRANTED, "status_date": OLD},
            {"status": PENDING},
            {"status": GRANTED, "status_date": OLD},
        ),
        (
            {"status": GRANTED, "status_date": OLD, "encumbrances": (LICENCE,)},
            {"status": GRANTED, "status_date": NEW, "encumbrances": (PLEDGE,)},
            {"status": GRANTED, "status_date": NEW, "encumbrances": (PLEDGE,)},
        ),
        (
            {"encumbrances": (PLEDGE,)},
            {"encumbrances": (replace(PLEDGE, until=NEW), LICENCE)},
            {"encumbrances": (replace(PLEDGE, until=NEW), LICENCE)},
        ),
        # the two publications of one patent
        (
            {"publication_number": "CN1051234A", "published": OLD, "status": GRANTED},
            {"publication_number": "CN1051234B", "published": NEW, "status": LAPSED, "first_claim": "膜。"},
            {"publication_number": "CN1051234B", "published": OLD, "status": LAPSED, "first_claim": "膜。"},
        ),
        (
            {"publication_number": "CN1051234B", "published": NEW},
            {"publication_number": "CN1051234A", "published": OLD, "title": "膜"},
            {"publication_number": "CN1051234B", "published": OLD},
        ),
        (
            {"publication_number": "CN1051234"},
            {"publication_number": "CN1051234A"},
            {"publication_number": "CN1051234A"},
        ),
        ({"published": NEW}, {"published": OLD}, {"published": OLD}),
        # the number with its check digit says more
        (
            {"application_number": "CN201610123456"},
            {"application_number": "CN201610123456.7"},
            {"application_number": "CN201610123456.7"},
        ),
        # maturity: the stronger source
        (
            {"maturity": Maturity(4, "小试", MaturityScale.STAGE, MaturitySource.TEXT)},
            {"maturity": Maturity(6, "中试", MaturityScale.STAGE)},
            {"maturity": Maturity(6, "中试", MaturityScale.STAGE)},
        ),
        (
            {"source": "甲.xlsx", "own_id": "1"},
            {"source": "乙.xlsx", "own_id": "2"},
            {"source": "甲.xlsx", "own_id": "1"},
        ),
    ],
)
def test_no_conflict(stored: dict[str, Any], new: dict[str, Any], expected: dict[str, Any]) -> None:
    merged = merge(patent(**stored), patent(**new))
    assert merged.conflicts == ()
    assert merged.record == patent(**expected)
    assert set(merged.changed) == {
        field.name
        for field in fields(Patent)
        if getattr(merged.record, field.name) != getattr(patent(**stored), field.name)
    }


@pytest.mark.parametrize(
    ("stored", "new", "conflict"),
    [
        ({"title": "散热膜"}, {"title": "导热膜"}, Conflict("title", "散热膜", "导热膜")),
        ({"holders": ("甲", "乙")}, {"holders": ("甲", "丙")}, Conflict("holders", "甲；乙", "甲；丙")),
        (
            {"type": PatentType.DESIGN},
            {"type": PatentType.INVENTION},
            Conflict("type", "外观设计", "发明专利"),
        ),
        ({"filed": OLD}, {"filed": NEW}, Conflict("filed", "2020-01-01", "2022-01-01")),
        ({"funded": True}, {"funded": False}, Conflict("funded", "是", "否")),
        ({"status": GRANTED}, {"status": LAPSED}, Conflict("status", "授权", "未缴年费终止")),
        (
            {"status": GRANTED, "status_date": OLD},
            {"status": LAPSED, "status_date": OLD},
            Conflict("status", "授权", "未缴年费终止"),
        ),
        (
            {"status": GRANTED, "status_date": OLD},
            {"status": LAPSED},
            Conflict("status", "授权", "未缴年费终止"),
        ),
        (
            {"publication_number": "CN1051234A"},
            {"publication_number": "CN1059999A"},
            Conflict("publication_number", "CN1051234A", "CN1059999A"),
        ),
        (
            {"modes": (LicensingMode.ASSIGNMENT, LicensingMode.INVESTMENT)},
            {"modes": (LicensingMode.ASSIGNMENT,)},
            Conflict("modes", "转让；作价入股", "转让"),
        ),
        (
            {"fee": FeeTerms(FeeKind.LUMP_SUM, 5.0)},
            {"fee": FeeTerms(FeeKind.FREE)},
            Conflict("fee", "一次总付 5.0", "免费"),
        ),
        (
            {"maturity": Maturity(4, "小试", MaturityScale.STAGE)},
            {"maturity": Maturity(6, "中试", MaturityScale.STAGE)},
            Conflict("maturity", "4 小试 阶段 自评", "6 中试 阶段 自评"),
        ),
    ],
)
def test_a_conflict_keeps_the_stored_value(
    stored: dict[str, Any], new: dict[str, Any], conflict: Conflict
) -> None:
    before, after = patent(**stored), patent(**new)
    assert merge(before, after) == Merged(before, (), (conflict,))
    chosen = merge(before, after, prefer_new=True)
    assert getattr(chosen.record, conflict.field) == getattr(after, conflict.field)
    assert chosen.conflicts == (conflict,)


def test_a_title_changed_by_the_grant_is_no_conflict() -> None:
    published = patent(publication_number="CN1051234A", title="散热膜", ipc=("A01B 1/00", "A01B 3/00"))
    grant = patent(publication_number="CN1051234B", title="石墨烯散热膜", ipc=("A01B 1/00",))
    assert merge(published, grant) == Merged(grant, ("title", "publication_number", "ipc"), ())
    assert merge(grant, published) == Merged(grant, (), ())


def test_other_records() -> None:
    enterprise = Enterprise("E", "甲厂", focus_areas=("散热",), kinds=("高新技术企业",))
    more = Enterprise("E", "甲厂", focus_areas=("石墨烯",), region="泰安市")
    assert merge(enterprise, more).record == replace(
        enterprise, focus_areas=("散热", "石墨烯"), region="泰安市"
    )
    assert merge(Need("N", "膜", budget=50.0), Need("N", "膜", budget=80.0)).conflicts == (
        Conflict("budget", "50.0", "80.0"),
    )


def test_values_are_shown_in_words() -> None:
    assert [shown(value) for value in (None, True, OLD, GRANTED, ("甲", "乙"), 3)] == [
        "", "是", "2020-01-01", "授权", "甲；乙", "3",
    ]  # fmt: skip


DAYS = st.sampled_from([None, OLD, date(2021, 1, 1), NEW])
WORDS = st.sampled_from(["", "膜", "膜片", "导热膜", "Film", "film ", "7"])
LISTS = st.lists(WORDS.filter(bool), max_size=3, unique=True).map(tuple)
PATENTS = st.builds(
    Patent,
    id=st.just("P"),
    title=WORDS,
    abstract=WORDS,
    application_number=st.sampled_from(["", "CN201610123456", "CN201610123456.7"]),
    publication_number=st.sampled_from(["", "CN1051234", "CN1051234A", "CN1051234B", "CN1059999C"]),
    type=st.sampled_from([None, *PatentType]),
    status=st.sampled_from([None, PENDING, GRANTED, LAPSED]),
    status_date=DAYS,
    published=DAYS,
    granted=DAYS,
    holders=LISTS,
    ipc=LISTS,
    keywords=LISTS,
    maturity=st.none() | st.builds(Maturity, st.integers(1, 9), WORDS, st.sampled_from(MaturityScale)),
    modes=st.lists(st.sampled_from(LicensingMode), max_size=2, unique=True).map(tuple),
    encumbrances=st.lists(
        st.builds(Encumbrance, st.sampled_from(EncumbranceKind), WORDS, DAYS, DAYS), max_size=2, unique=True
    ).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(PATENTS, PATENTS)
def test_merging_again_changes_nothing_and_nothing_is_erased(a: Patent, b: Patent) -> None:
    merged = merge(a, b).record
    assert merge(merged, a).changed == ()
    assert merge(merged, b).changed == ()
    for field in fields(Patent):
        if getattr(a, field.name) not in (None, "", ()):
            assert getattr(merged, field.name) not in (None, "", ()), field.name


@settings(max_examples=150, deadline=None)
@given(st.lists(PATENTS, min_size=2, max_size=4))
def test_a_file_that_contradicts_itself_settles(rows: list[Patent]) -> None:
    record = rows[0]
    # A publication number may settle first and, with its stage, decide the other fields in the next round.
    for row in rows * (len(rows) + 1):
        record = merge(record, row).record
    for row in rows:
        assert merge(record, row).changed == ()
