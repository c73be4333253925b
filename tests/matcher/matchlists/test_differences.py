"""What is said of a line that moved, came or went."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from matcher.domain import Need, Patent
from matcher.events import Pair, Rules
from matcher.matches import Contribution, Grade, Match, MatchList, NeedMatches, Provenance
from matcher.matchlists.differences import Kind, differences, only_new

NEED = Need("n1", "需求")


def match(patent: str, grade: Grade = Grade.RECOMMENDED, fee: float | None = 0.5) -> Match:
    parts = [Contribution("lexical", "用词相同", 0.6, 0.8, "")]
    if fee is not None:
        parts.append(Contribution("fee", "费用与预算", 0.4, fee, ""))
    missing = () if fee is not None else ("费用与预算",)
    return Match(NEED, Patent(patent, "专利"), 0.7, grade, tuple(parts), missing)


def of(*matches: Match) -> MatchList:
    made = Provenance(datetime(2026, 9, 1), date(2026, 9, 1))
    return MatchList(made, (NeedMatches(NEED, None, matches),))


def test_added_removed_and_regraded_in_the_order_of_the_pairs() -> None:
    old = of(match("p1"), match("p2"), match("p3"))
    new = of(match("p0"), match("p1", Grade.STRONG, fee=0.9), match("p3"))
    found = differences(old, new)
    assert [(d.kind, d.match.patent.id, d.grade_before, d.grade_after) for d in found] == [
        (Kind.ADDED, "p0", "", "推荐"),
        (Kind.GRADE, "p1", "推荐", "强烈推荐"),
        (Kind.REMOVED, "p2", "推荐", ""),
    ]
    assert [d.reason for d in found] == ["此前的清单没有这一对", "费用与预算上升", "未列入新清单"]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (None, 0.5, "新获知费用与预算"),
        (0.5, None, "费用与预算现已不明"),
        (0.9, 0.1, "费用与预算下降"),
        (0.5, 0.5, "评分或等级阈值的设置有变化"),
    ],
)
def test_why_a_grade_moved(before: float | None, after: float | None, reason: str) -> None:
    (found,) = differences(of(match("p1", Grade.STRONG, before)), of(match("p1", Grade.POSSIBLE, after)))
    assert found.reason == reason


def test_why_a_line_is_gone() -> None:
    old = of(match("p1"))
    gone = replace(old, needs=())
    barred = Rules(excluded=(Pair("n1", "p1"),))
    reasons = [
        differences(old, gone)[0].reason,
        differences(old, of(), barred)[0].reason,
        differences(old, of(), Rules(), pool=of(match("p1")))[0].reason,
        differences(old, of(), Rules(), pool=of())[0].reason,
    ]
    assert reasons == [
        "需求已不在活动范围内，或已撤回",
        "已指定不列入",
        "仍达到等级要求，因数量上限或不重复规则让位于总价值更高的组合，或并入同组专利",
        "已达不到列入等级，或专利已不在活动范围内",
    ]


def test_only_what_is_new() -> None:
    fresh = only_new(of(match("p1"), match("p2")), of(match("p1")))
    assert [m.patent.id for item in fresh.needs for m in item.matches] == ["p2"]
    assert only_new(of(match("p1")), of(match("p1"))).needs == ()
