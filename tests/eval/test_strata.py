from __future__ import annotations

import pytest

from eval.judgements import Judgement, Run, judgements
from eval.scoring import Mode, Scheme, score
from eval.strata import by_need, by_patent, popularity_groups, weighted_recall

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


def test_popular_and_long_tail_patents() -> None:
    groups = popularity_groups(KNOWN, {"a": 3, "d": 1})
    assert groups == {"a": "热门", "b": "长尾", "c": "长尾", "d": "热门"}
    found = by_patent(RUN, KNOWN, SCHEME, groups)
    assert [(one.name, one.needs, one.mean.mean) for one in found] == [("热门", 2, 1.0), ("长尾", 2, 0.0)]


def test_inverse_propensity_counts_the_long_tail_more() -> None:
    # n1: a found (weight ½), b not (weight 1)
    assert weighted_recall(RUN, KNOWN, {"a": 3}, k=2).tolist() == pytest.approx(
        [(1 / 2) / (1 / 2 + 1), 0.0, 1.0]
    )
