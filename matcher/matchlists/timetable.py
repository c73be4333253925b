"""对接洽谈日程 as a workbook: by table, by enterprise and by holder, or one party's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from matcher.errors import NotFound
from matcher.events import Event, Meeting, Schedule
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page, Report

HIDDEN = "匿名企业"
"""Shown to everybody for an enterprise whose need is not public."""


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One meeting as a sheet shows it."""

    number: int
    place: str
    matches: str
    meeting: Meeting


_SLOT = Column("时段", "meeting.slot", 12, Setting.CENTRE)
_TABLE = Column("洽谈桌", "place", 10, Setting.CENTRE)
_ENTERPRISE = Column("企业", "meeting.enterprise", 34)
_HOLDER = Column("权利人", "meeting.holder", 34)
_MATCHES = Column("对接编号", "matches", 16)
_NUMBER = Column("序号", "number", 6, Setting.CENTRE)


def timetable(event: Event, schedule: Schedule, made_at: datetime, reader: str = "") -> Report:
    """The schedule for `reader`: "" everybody (names that are not public are hidden), "内部", or one party's name.

    Raises NotFound for a party that has no meeting.
    """
    meetings, unplaced = schedule.meetings, schedule.unplaced
    note = f"{event.days}　{event.place}　清单 {schedule.list_id}"
    if reader and reader != "内部":
        own = tuple(m for m in meetings if reader in (m.enterprise, m.holder))
        if not own:
            raise NotFound(f"日程中没有“{reader}”的洽谈。请核对名称。")
        page = Page(
            "日程",
            (_NUMBER, _SLOT, _TABLE, _ENTERPRISE, _HOLDER, _MATCHES),
            _rows(own),
            f"{reader}　{note}",
        )
        return Report(f"{event.name}对接洽谈日程", (page,), made_at, event.organiser)
    if not reader:
        meetings, unplaced = tuple(map(_public, meetings)), ()
    else:
        note += "　内部使用，含未公开的企业名称"
    pages: tuple[Page, ...] = (
        Page("按洽谈桌", (_TABLE, _SLOT, _ENTERPRISE, _HOLDER, _MATCHES), _sorted(meetings, "table"), note),
        Page(
            "按企业", (_ENTERPRISE, _SLOT, _TABLE, _HOLDER, _MATCHES), _sorted(meetings, "enterprise"), note
        ),
        Page("按权利人", (_HOLDER, _SLOT, _TABLE, _ENTERPRISE, _MATCHES), _sorted(meetings, "holder"), note),
    )
    if unplaced:
        left = Page("未排上", (_NUMBER, _ENTERPRISE, _HOLDER, _MATCHES), _rows(unplaced), "可会后另约")
        pages = (*pages, left)
    return Report(f"{event.name}对接洽谈日程", pages, made_at, event.organiser)


def _public(meeting: Meeting) -> Meeting:
    return meeting if meeting.public else replace(meeting, enterprise=HIDDEN)


def _sorted(meetings: Iterable[Meeting], by: str) -> list[TimeRow]:
    """By a field of the meeting; within it in time (the meetings stand in time)."""
    return _rows(sorted(meetings, key=lambda meeting: getattr(meeting, by)))


def _rows(meetings: Iterable[Meeting]) -> list[TimeRow]:
    return [
        TimeRow(
            number, f"{meeting.table} 号桌" if meeting.table else "", "\n".join(meeting.match_ids), meeting
        )
        for number, meeting in enumerate(meetings, 1)
    ]
