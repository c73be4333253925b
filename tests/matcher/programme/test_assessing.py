"""What a university reads of the assessments of its patents: no enterprise named, and what became of the wishes."""

from datetime import date, datetime

import pytest

from matcher.domain import Assessment, Enterprise, Prospect
from matcher.programme.assessing import summarise, summary_page, wish_page, wishes
from matcher.responses import Subject, Turn, advance
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.matcher.programme.inventory_examples import PATENTS

DAY = date(2026, 6, 30)
ONE, TWO = PATENTS[:2]


@pytest.fixture
def workspace(tmp_path):
    with Workspace.open(Settings(home=tmp_path)) as opened:
        said = [
            Assessment(
                "A1", ONE.id, "e1", "甲公司", Prospect.GOOD, "补充耐久试验", "联合开发", on=date(2026, 5, 2)
            ),
            Assessment("A2", ONE.id, "e2", "乙公司", Prospect.AVERAGE, "降低成本", "", on=date(2026, 6, 2)),
            Assessment("A3", TWO.id, "e1", "甲公司", Prospect.GOOD, on=date(2026, 7, 1)),
        ]
        opened.store.merge([ONE, TWO, Enterprise("e1", "甲公司"), Enterprise("e2", "乙公司"), *said])
        before = opened.store.responses.many(["A1"], Subject.WISH)["A1"]
        turn = Turn("拟改进", "王芳", datetime(2026, 6, 10), due=date(2026, 12, 31))
        opened.store.responses.change(before, advance(before, turn))
        yield opened


def test_per_patent_with_the_state_of_its_wishes(workspace):
    found = summarise(workspace, DAY, ())
    wished = wishes(workspace, found)
    (row,) = summary_page(found, wished).rows
    assert (row.enterprises, row.prospects, row.improvement) == (2, "好 1、一般 1", "补充耐久试验\n降低成本")
    assert (row.states, row.due, row.latest) == ("待回应 1、拟改进 1", date(2026, 12, 31), date(2026, 6, 2))
    assert [(each.said.id, each.response.state) for each in wish_page(wished).rows] == [
        ("A2", "待回应"),
        ("A1", "拟改进"),
    ]
    assert "公司" not in repr(summary_page(found, wished).rows)
