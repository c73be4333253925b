from __future__ import annotations

import math

import pytest

from eval.judgements import Judgement, Run, judgements
from eval.scoring import Mode, Scheme, score
from eval.strata import by_need, by_need_groups, by_pair, by_patent_groups, popularity, quality, weighted
from matcher.corpus import FOCUS
from matcher.domain import Need
from matcher.groups import Dimension, Group

KNOWN = judgements(
    [
        Judgement("n1", "a", 4),
        Judgement("n1", "b", 4),
        Judgement("n2", "b", 4),
        Judgement("n3", "c", 1),
        Judgement("n3", "d", 4),
    ]
)
RUN = Run.in_order("r", {"n1": ["a", "x", "b"], "n2": ["x", "y", "b"], "n3": ["d"]})
SCHEME = Scheme(Mode.FULL, ("recall@2",))


def test_groups_of_needs() -> None:
    found = by_need(score(RUN, KNOWN, SCHEME), "recall@2", {"n1": "甲市", "n3": "甲市"})
    assert [(one.name, one.needs, one.mean.mean) for one in found] == [("未知", 1, 0.0), ("甲市", 2, 0.75)]


def test_a_need_of_two_groups_counts_in_both() -> None:
    central, high = Group(Dimension.QUALIFICATION, "央企"), Group(Dimension.QUALIFICATION, "高新技术企业")
    members = {"n1": [central, high], "n2": [high], "n3": [Group(Dimension.REGISTRATION, "未注明")]}
    found = by_need_groups(score(RUN, KNOWN, SCHEME), "recall@2", members)
    assert [(one.name, one.needs, one.mean.mean) for one in found] == [
        ("注册状态：未注明", 1, 1.0),
        ("资质类型：央企", 1, 0.5),
        ("资质类型：高新技术企业", 2, 0.25),
    ]


def test_a_patent_of_two_industries_counts_in_both() -> None:
    new, green = Group(Dimension.PATENT_INDUSTRY, "新材料"), Group(Dimension.PATENT_INDUSTRY, "节能环保")
    found = by_patent_groups(RUN, KNOWN, SCHEME, {"a": [new, green], "b": [green], "x": [new]})
    assert [(one.name, one.needs, one.mean.mean) for one in found] == [
        ("专利产业：新材料", 1, 1.0),
        ("专利产业：节能环保", 2, 0.25),
    ]


def test_popular_and_long_tail_patents() -> None:
    sold = {"n1": {"a": 3}, "n3": {"d": 1}}
    found = by_pair(RUN, KNOWN, SCHEME, lambda need, patent: popularity(sold.get(need, {}).get(patent, 0)))
    assert [(one.name, one.needs, one.mean.mean) for one in found] == [
        ("热门专利", 2, 1.0),
        ("长尾专利", 2, 0.0),
    ]


def test_a_patent_is_popular_only_from_its_first_deal_on() -> None:
    sold = {"n2": {"b": 1}}
    found = by_pair(RUN, KNOWN, SCHEME, lambda need, patent: popularity(sold.get(need, {}).get(patent, 0)))
    assert [(one.name, one.needs) for one in found] == [("热门专利", 1), ("长尾专利", 2)]


def test_inverse_propensity_counts_the_long_tail_more() -> None:
    # n1: a found (weight ½), b not (weight 1)
    found = weighted(RUN, KNOWN, {"n1": {"a": 3}}, "recall@2")
    assert found.tolist() == pytest.approx([(1 / 2) / (1 / 2 + 1), 0.0, 1.0])
    # ideally b (1) stands before a (½)
    found = weighted(RUN, KNOWN, {"n1": {"a": 3}}, "ndcg@2")
    assert found.tolist() == pytest.approx([0.5 / (1 + 0.5 / math.log2(3)), 0.0, 1.0])


def test_without_deals_the_weighted_recall_is_the_recall() -> None:
    plain = score(RUN, KNOWN, SCHEME).values["recall@2"]
    assert weighted(RUN, KNOWN, {}, "recall@2").tolist() == pytest.approx(plain.tolist())


@pytest.mark.parametrize(
    ("need", "said"),
    [
        (Need("n", "轴承", source=FOCUS), "只有关注领域"),
        # no quantity, two of 200 characters, no empty word: (0 + 0.01 + 1) / 3
        (Need("n", "轴承"), "需求笼统"),
        # one quantity of three: (1/3 + 8/200 + 1) / 3
        (Need("n", "轴承", indicators="5000 h"), "需求较具体"),
        # two of three: (2/3 + 18/200 + 1) / 3 = 0.59; three: 0.70
        (Need("n", "轴承", indicators="5000 h，80 ℃，3 倍"), "需求具体"),
    ],
)
def test_the_quality_of_a_need(need: Need, said: str) -> None:
    assert quality(need) == said
