"""Which patents are offered as one, and which only look alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain import Patent, PatentType
from matcher.matchlists.families import families

TEXT = "本发明公开一种稀土永磁电机转子，采用分段磁钢和灌封散热结构，降低高速运行的涡流损耗和温升，适用于主轴电机。"
FIRST = Patent(
    "a",
    "一种永磁电机转子",
    TEXT,
    type=PatentType.INVENTION,
    filed=date(2021, 3, 4),
    holders=("河东理工大学",),
    inventors=("甲", "乙", "丙"),
)


def grouped(*patents: Patent) -> list[tuple[str, ...]]:
    return sorted(set(families(patents).values()))


def test_an_invention_and_a_utility_model_of_one_day() -> None:
    second = replace(FIRST, id="b", type=PatentType.UTILITY_MODEL, abstract="", inventors=("丁",))
    assert grouped(FIRST, second) == [("a", "b")]
    assert grouped(FIRST, replace(second, filed=date(2021, 3, 5))) == [("a",), ("b",)]
    assert grouped(FIRST, replace(second, holders=("东港大学",))) == [("a",), ("b",)]


def test_two_shared_inventors_and_almost_the_same_text() -> None:
    variant = replace(
        FIRST, id="b", title="一种永磁电机定子", filed=date(2022, 1, 1), abstract=TEXT.replace("主轴", "水泵")
    )
    assert grouped(FIRST, variant) == [("a", "b")]
    assert grouped(FIRST, replace(variant, inventors=("甲", "戊"))) == [("a",), ("b",)]
    assert grouped(FIRST, replace(variant, abstract="")) == [("a",), ("b",)]
    assert grouped(FIRST, replace(variant, abstract="一种耐海水腐蚀的船舶防污涂层及其制备方法。")) == [
        ("a",),
        ("b",),
    ]


def test_a_joint_holder_suffices_and_groups_grow_through_members() -> None:
    joint = replace(FIRST, id="b", holders=("东港大学", "河东理工大学"))
    third = replace(FIRST, id="c", holders=("东港大学",))
    assert grouped(FIRST, joint, third) == [("a", "b", "c")]
    assert grouped(FIRST, third) == [("a",), ("c",)]


def test_a_patent_without_holder_or_day_stands_alone() -> None:
    blank = Patent("b", FIRST.title, TEXT)
    assert grouped(blank, replace(blank, id="c")) == [("b",), ("c",)]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("xy"), st.sampled_from((None, 1, 2)), st.sampled_from(("甲乙", "乙丙", "甲"))
        ),
        max_size=8,
    )
)
def test_groups_are_disjoint_and_do_not_depend_on_order(facts: list[tuple[str, int | None, str]]) -> None:
    patents = [
        replace(
            FIRST,
            id=f"p{number}",
            holders=(holder,),
            filed=None if day is None else date(2020, 1, day),
            inventors=tuple(team),
        )
        for number, (holder, day, team) in enumerate(facts)
    ]
    found = families(patents)
    assert families(patents[::-1]) == found
    assert all(found[member] == group for group in found.values() for member in group)
