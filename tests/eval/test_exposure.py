from __future__ import annotations

import pytest

from eval.exposure import exposure, gini
from eval.judgements import Run
from matcher.errors import InputError

RUN = Run.in_order("r", {"n1": ["a", "b", "d"], "n2": ["a", "c"]})


def test_the_worked_example() -> None:
    found = exposure(
        RUN,
        ["d", "c", "b", "a"],
        k=2,
        holders={"a": "H", "b": "H", "c": "H", "d": "G"},
        deals={"a": 3, "b": 1},
    )
    assert found.coverage == 0.75
    assert found.gini_patents == pytest.approx(0.375)
    assert found.gini_holders == pytest.approx(0.5)
    assert found.novelty == pytest.approx(1.75)


def test_extremes() -> None:
    assert gini([5, 5, 5]) == pytest.approx(0.0)
    assert gini([0, 0, 0, 9]) == pytest.approx(0.75)
    assert gini([]) == gini([0, 0]) == 0.0


def test_a_result_outside_the_catalogue_is_refused() -> None:
    with pytest.raises(InputError, match="有 1 个专利编号在数据中找不到（例如 c）"):
        exposure(RUN, ["a", "b", "d"])
