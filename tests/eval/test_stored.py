"""Two stored reports set against each other over what both measured."""

from __future__ import annotations

import pytest

from eval.stored import between, under_test
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
