"""Which patents a day leaves out: the same from those few that came later as from the ids of all others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from matcher import usecases
from matcher.domain import Patent
from matcher.settings import Settings
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace

AT = datetime(2026, 11, 1, 9, 0)
FIRST = date(2020, 1, 1)
PATENTS = [
    Patent("p0", "一种永磁电机转子", "分段磁钢。"),
    Patent("p1", "一种防污涂层", "石墨烯。", filed=FIRST),
    Patent("p2", "一种轴承", "陶瓷滚珠。", filed=FIRST, granted=FIRST + timedelta(days=2)),
    Patent("p3", "一种阀门", "耐腐蚀。", filed=FIRST, published=FIRST + timedelta(days=1)),
]


def test_a_day_leaves_out_what_came_later(tmp_path: Path) -> None:
    days = [FIRST + timedelta(days=number) for number in range(-1, 4)]
    with Workspace.open(Settings(home=tmp_path), serving=True) as workspace:
        workspace.store.merge(PATENTS, AT.date())
        assert usecases.build_index(workspace, AT)
        found = {day: rows(workspace, day) for day in days}
        assert list(found.values()) == [[0], [0, 1], [0, 1, 3], [0, 1, 2, 3], [0, 1, 2, 3]]
        # From now on the store holds one more than the index, which goes on serving.
        workspace.store.merge([replace(PATENTS[0], id="p22", title="一种泵")], AT.date())
        assert {day: rows(workspace, day) for day in days} == found


def rows(workspace: Workspace, day: date) -> list[int]:
    """The rows that the day allows; of each, `later` and `ids` say the opposite."""
    collection, store = workspace.matching().collection, workspace.store.patents
    assert sorted({*store.later(day), *store.ids(as_of=day)}) == store.ids()
    assert not {*store.later(day)} & {*store.ids(as_of=day)}
    return np.flatnonzero(workspace.allowed(collection, PatentFilter(), day)).tolist()
