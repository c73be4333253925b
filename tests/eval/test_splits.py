from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.splits import Cut, Split, add_months, by_need, by_time, folds, rolling
from matcher.errors import InputError


def test_rolling_cuts_follow_each_other_and_stay_inside() -> None:
    assert rolling(date(2018, 8, 31), date(2019, 8, 30), 6) == (Cut(date(2018, 8, 31), date(2019, 2, 28)),)
    assert rolling(date(2018, 1, 1), date(2019, 1, 1), 6) == (
        Cut(date(2018, 1, 1), date(2018, 7, 1)),
        Cut(date(2018, 7, 1), date(2019, 1, 1)),
    )
    with pytest.raises(InputError, match="2018-01-01 到 2018-03-01 不足 6 个月"):
        rolling(date(2018, 1, 1), date(2018, 3, 1), 6)


def test_months_end_where_the_month_ends() -> None:
    assert add_months(date(2020, 1, 31), 1) == date(2020, 2, 29)
    assert add_months(date(2019, 12, 5), 13) == date(2021, 1, 5)


@given(st.integers(2, 5), st.integers(0, 3), st.integers(8, 30))
def test_folds_hold_each_need_once_and_keep_enterprises_together(count: int, seed: int, needs: int) -> None:
    ids = [f"n{i:02d}" for i in range(needs)]
    groups = {need: f"e{i // 2}" for i, need in enumerate(ids) if i < 4}
    parts = folds(ids, count, seed, groups)
    assert sorted(need for part in parts for need in part) == ids
    for first, second in (("n00", "n01"), ("n02", "n03")):
        assert any(first in part and second in part for part in parts)
    assert max(map(len, parts)) - min(map(len, parts)) <= 2
    assert folds(ids, count, seed, groups) == parts


def test_more_folds_than_needs_are_refused() -> None:
    with pytest.raises(InputError, match="只有 2 组需求，不能分成 3 份"):
        folds(["a", "b"], 3)


def test_later_days_are_held_out_with_all_earlier_ones_to_learn_from() -> None:
    times = {"a": date(2020, 1, 1), "b": date(2021, 1, 1), "c": date(2021, 1, 1), "d": date(2022, 1, 1)}
    assert by_time(times, 5) == (
        Split(frozenset("a"), frozenset("bc")),
        Split(frozenset("abc"), frozenset("d")),
    )
    assert by_time(times, 1) == (Split(frozenset("abc"), frozenset("d")),)
    with pytest.raises(InputError, match="只有一个时点的证据"):
        by_time({"a": date(2020, 1, 1)}, 5)


def test_needs_of_an_enterprise_are_on_one_side() -> None:
    owners = {f"n{i}": f"e{i % 5}" for i in range(20)}
    for split in by_need(owners, 5, 0, owners):
        assert not {owners[need] for need in split.training} & {owners[need] for need in split.held}
        assert split.training | split.held == owners.keys()
