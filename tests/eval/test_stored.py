"""Two stored reports set against each other over what both measured."""

from __future__ import annotations

import pytest

from eval.stored import between, stored, under_test, unnamed
from eval.variation import Difference
from matcher.errors import InputError


def document(values: dict[str, float]) -> dict:
    """A report whose system under test has these values, behind a baseline that is not looked at."""
    table = {need: {"hit@10": value, "mrr": value / 2} for need, value in values.items()}
    return {"runs": [{"run": "random", "per_need": {}}, {"run": "full", "per_need": table}]}


def test_the_later_minus_the_earlier_over_common_needs() -> None:
    before = document({"a@1": 0.0, "a@2": 0.0, "b@1": 1.0, "c@1": 1.0})
    after = document({"a@1": 1.0, "a@2": 1.0, "b@1": 1.0, "d@1": 0.0})
    assert under_test(before)["run"] == "full"
    found = between(before, after)
    assert (found.only_before, found.only_after) == (1, 1)
    hits, ranks = found.comparisons
    assert (hits.measure, hits.needs, hits.groups, hits.wins, hits.losses) == ("hit@10", 3, 2, 2, 0)
    assert (hits.baseline_mean, hits.mean) == pytest.approx((1 / 3, 1.0))
    assert (ranks.measure, ranks.difference.mean) == ("mrr", pytest.approx(1 / 3))


def test_runs_over_other_days_cannot_be_compared() -> None:
    with pytest.raises(InputError, match="没有共同的需求"):
        between(document({"a@1": 1.0}), document({"a@2": 1.0}))


def test_enterprises_are_drawn_together_and_runs_of_another_kind_are_refused() -> None:
    def judged(values: dict[str, float], candidates: int, title: str = "标注集“甲”") -> dict:
        found = document(values) | {"title": title, "scheme": {"mode": "judged"}}
        settings = {"model": "m", "candidates": candidates, "weights": {"semantic": 0.4}}
        return dict(stored(found, settings, {"N1": "E1", "N2": "E1", "N3": "E2"}))

    before, after = judged({"N1": 0, "N2": 0, "N3": 1}, 200), judged({"N1": 1, "N2": 1, "N3": 1}, 50)
    found = between(before, after)
    assert (found.comparisons[0].needs, found.comparisons[0].groups) == (3, 2)
    assert found.settings == (Difference("每个通道的召回候选数", "200", "50"),)
    assert "enterprises" not in unnamed(before | {"comparisons": [], "observations": []})
    with pytest.raises(InputError, match="检验方式不同（标注集“甲” 与 历史回放）"):
        between(before, judged({"N1": 1.0}, 50, "历史回放"))
