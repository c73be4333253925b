"""The optimum by brute force on small cases; on larger ones caps, pins and bounds that must never break."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import InputError
from matcher.events import Pair, Rules
from matcher.groups import Dimension, Group, Quota
from matcher.matchlists.baselines import capped_top_k, greedy
from matcher.matchlists.selection import Cap, Choice, constraints, select

INDUSTRIES = (Group(Dimension.PATENT_INDUSTRY, "新材料"), Group(Dimension.PATENT_INDUSTRY, "节能环保"))
FEW_VALUES = st.sampled_from((0.2, 0.4, 0.4, 0.6, 0.600001, 0.9))
"""Few values make many ties."""


@st.composite
def problems(draw: st.DrawFn, size: int) -> tuple[list[Choice], Rules]:
    pairs = draw(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), unique=True, min_size=1, max_size=size)
    )
    holders = [draw(st.lists(st.sampled_from("xyz"), max_size=2, unique=True)) for _ in range(7)]
    groups = [draw(st.integers(0, 5)) for _ in range(7)]
    members = [draw(st.frozensets(st.sampled_from(INDUSTRIES))) for _ in range(7)]
    choices = [
        Choice(
            Pair(f"n{need}", f"p{patent}"),
            draw(FEW_VALUES),
            f"g{groups[patent]}",
            tuple(holders[patent]),
            members[patent],
        )
        for need, patent in pairs
    ]
    rules = Rules(
        per_need=draw(st.integers(1, 3)),
        per_patent=draw(st.none() | st.integers(1, 2)),
        per_holder_in_need=draw(st.none() | st.integers(1, 2)),
        per_holder=draw(st.none() | st.integers(1, 4)),
        quotas=tuple(
            Quota(group, draw(st.integers(1, 4))) for group in draw(st.sets(st.sampled_from(INDUSTRIES)))
        ),
        pinned=tuple(Pair(f"n{n}", f"p{p}") for n, p in draw(st.lists(st.sampled_from(pairs), max_size=1))),
    )
    return choices, rules


def possible(chosen: frozenset[Pair], choices: list[Choice], rules: Rules) -> bool:
    caps = constraints(choices, rules)
    kept = all(sum(choices[place].pair in chosen for place in cap.members) <= cap.limit for cap in caps)
    return kept and chosen >= set(rules.pinned)


def by_brute_force(choices: list[Choice], rules: Rules) -> tuple[int, tuple[Pair, ...]]:
    """The largest value in millionths, and the smallest of the sets that reach it."""
    best: tuple[int, tuple[Pair, ...]] | None = None
    for size in range(len(choices) + 1):
        for chosen in combinations(choices, size):
            pairs = frozenset(choice.pair for choice in chosen)
            if possible(pairs, choices, rules):
                found = (-sum(round(choice.value * 1e6) for choice in chosen), tuple(sorted(pairs)))
                best = found if best is None else min(best, found)
    assert best is not None
    return -best[0], best[1]


@settings(max_examples=150, deadline=None)
@given(problems(size=9))
def test_the_optimum_and_of_equals_the_smallest_set(problem: tuple[list[Choice], Rules]) -> None:
    choices, rules = problem
    value, pairs = by_brute_force(choices, rules)
    found = select(choices, rules)
    assert found.pairs == pairs
    assert round(found.value * 1e6) == value
    assert found.gap == 0


@settings(max_examples=60, deadline=None)
@given(problems(size=30))
def test_no_list_breaks_a_rule_and_none_is_worse_than_greedy_or_capped_top_k(
    problem: tuple[list[Choice], Rules],
) -> None:
    choices, rules = problem
    found = select(choices, rules)
    assert possible(frozenset(found.pairs), choices, rules)
    worth = {choice.pair: round(choice.value * 1e6) for choice in choices}
    for other in (greedy(choices, rules), capped_top_k(choices, rules)):
        assert possible(frozenset(other), choices, rules)
        assert round(found.value * 1e6) >= sum(worth[pair] for pair in other)
    assert select(list(reversed(choices)), rules) == found


def test_what_a_cap_costs_is_its_price() -> None:
    choices = [
        Choice(Pair(need, "p1"), value, "p1") for need, value in (("n1", 0.9), ("n2", 0.7), ("n3", 0.5))
    ]
    found = select(choices, Rules(per_patent=1))
    assert found.pairs == (Pair("n1", "p1"),)
    (binding,) = found.binding
    assert (binding.cap, binding.of, binding.limit) == (Cap.PATENT, ("p1",), 1)
    # One more place is worth 0.7; the first is worth at least as much: every price in between is a valid one.
    assert 0.7 <= binding.price <= 0.9


def test_near_duplicates_share_one_cap() -> None:
    choices = [
        Choice(Pair("n1", "invention"), 0.9, "family"),
        Choice(Pair("n2", "utility model"), 0.8, "family"),
        Choice(Pair("n2", "other"), 0.5, "other"),
    ]
    found = select(choices, Rules(per_patent=1))
    assert found.pairs == (Pair("n1", "invention"), Pair("n2", "other"))


def test_clashes_are_all_named() -> None:
    choices = [Choice(Pair(need, "p1"), 0.5, "p1", ("云岭理工大学",)) for need in ("n1", "n2")]
    rules = Rules(
        per_patent=1,
        pinned=(Pair("n1", "p1"), Pair("n2", "p1"), Pair("n9", "p9"), Pair("n3", "p1")),
        excluded=(Pair("n3", "p1"),),
    )
    with pytest.raises(InputError) as caught:
        select(choices, rules)
    assert str(caught.value) == (
        "清单的要求互相矛盾，无法编制："
        "（需求 n3，专利 p1）既被指定必须列入，又被指定不得列入；"
        "指定列入的（需求 n9，专利 p9）不在候选之中（不符合活动范围、硬性条件、等级下限或不重复规则）；"
        "每件（组）专利的需求数上限为 1（p1），但指定列入了 2 对：（需求 n1，专利 p1）、（需求 n2，专利 p1）。"
        "请放宽上限或取消其中的指定。"
    )


def test_nothing_to_choose_from() -> None:
    assert select([], Rules()).pairs == ()
