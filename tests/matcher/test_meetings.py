"""The schedule of an event: who may be placed, who comes, and what everybody may read of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from matcher import followups, meetings, roadshows
from matcher.errors import InputError, NotFound, NotReady
from matcher.events import Event, ListState, ListVersion, Pair, Participation, Party, match_id
from matcher.matchlists.exports.reports import write_report
from matcher.matchlists.lifecycle import Move
from matcher.matchlists.timetable import timetable
from matcher.outcomes import Change, State
from matcher.workspace import Workspace

DAY = roadshows.Day(date(2026, 9, 1), datetime(2026, 9, 1, 9, 0))
AT = datetime(2026, 10, 1, 9, 0)
SLOTS = meetings.slots_between("09:00", "10:30", 30)
MOTOR, SHIP = "河东电机股份有限公司", "东港船舶修造有限公司"


@pytest.fixture
def published(workspace: Workspace, event: Event) -> ListVersion:
    version, _ = roadshows.build_list(workspace, event, DAY, "王芳")
    for state, by in ((ListState.REVIEW, "王芳"), (ListState.PUBLISHED, "李强")):
        version = roadshows.move_list(workspace, version, Move(state, by, date(2026, 9, 2)), DAY.made_at)
    return version


def placed(found: meetings.Scheduled) -> list[tuple[str, str]]:
    return sorted((m.enterprise, m.holder) for m in found.schedule.meetings)


def test_slots() -> None:
    assert SLOTS == ("09:00", "09:30", "10:00")
    with pytest.raises(InputError, match="排不下一个 30 分钟的时段"):
        meetings.slots_between("09:00", "09:20", 30)
    with pytest.raises(InputError, match="不能识别"):
        meetings.slots_between("九点", "10:00", 30)


def test_a_need_that_is_not_public_is_placed_only_when_its_enterprise_wants_it(
    workspace: Workspace, event: Event, published: ListVersion
) -> None:
    first = meetings.schedule_event(workspace, event, SLOTS, 3)
    assert placed(first) == [(MOTOR, "北岸研究所"), (MOTOR, "河东理工大学")]
    assert first.remarks == ("2 条需求不公开且企业尚未表示意向，未排。",)
    wanted = match_id(event.id, Pair("n2", "p4"))
    followups.change_outcome(workspace, wanted, Change(State.INTERESTED, SHIP, AT))
    second = meetings.schedule_event(workspace, event, SLOTS, 3)
    assert (SHIP, "河东理工大学") in placed(second)
    assert workspace.store.roadshows.schedule(event.id) == second.schedule


def test_who_is_away_is_not_called(workspace: Workspace, event: Event, published: ListVersion) -> None:
    workspace.store.roadshows.put_participations(
        [
            Participation("r1", event.id, Party.HOLDER, "北岸研究所", attends=False),
            Participation(
                "r2", event.id, Party.HOLDER, "河东理工大学", attends=True, slots=("10:00", "14:00")
            ),
        ]
    )
    found = meetings.schedule_event(workspace, event, SLOTS, 3)
    assert [(m.slot, m.table, m.holder) for m in found.schedule.meetings] == [("10:00", 1, "河东理工大学")]
    assert found.remarks[0] == (
        "河东理工大学回执中的时段“14:00”不在日程内，未采用；可选：09:00、09:30、10:00。"
    )
    assert "1 组因一方不参会未排。" in found.remarks


def test_everybody_reads_public_names_only(
    workspace: Workspace, event: Event, published: ListVersion, tmp_path: Path
) -> None:
    followups.change_outcome(
        workspace, match_id(event.id, Pair("n2", "p4")), Change(State.INTERESTED, SHIP, AT)
    )
    schedule = meetings.schedule_event(workspace, event, SLOTS, 3).schedule

    def cells(reader: str) -> str:
        write_report(timetable(event, schedule, AT, reader), tmp_path / "t.xlsx")
        return str([list(page.iter_rows(values_only=True)) for page in load_workbook(tmp_path / "t.xlsx")])

    assert SHIP not in cells("")
    assert "匿名企业" in cells("")
    assert SHIP in cells("内部")
    assert MOTOR not in cells(SHIP)
    assert MOTOR in cells("北岸研究所")
    with pytest.raises(NotFound, match="日程中没有“东港大学”的洽谈"):
        timetable(event, schedule, AT, "东港大学")


def test_a_draft_is_not_scheduled(workspace: Workspace, event: Event) -> None:
    roadshows.build_list(workspace, event, DAY)
    with pytest.raises(NotReady, match="最新一版 HD001-01 处于“拟稿”"):
        meetings.schedule_event(workspace, event, SLOTS, 3)
