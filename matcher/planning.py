"""Changes of an event once it is there: its facts, scope and rules, and where single matches stand; with who and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from matcher.errors import Conflict, InputError, NotFound
from matcher.events import Event, EventChange, ListState, Pair
from matcher.programme.membership import check_groups
from matcher.workspace import Workspace

_LABELS = {
    "name": "名称",
    "starts": "日期",
    "ends": "结束日期",
    "place": "地点",
    "organiser": "主办单位",
    "regions": "专利所在地区",
    "holders": "专利权人",
    "ipc": "IPC",
    "types": "专利类型",
    "modes": "转化方式",
    "industries": "专利所属产业",
    "min_maturity": "最低技术成熟度",
    "need_regions": "需求所在地区",
    "enterprises": "企业",
    "need_ids": "需求",
    "groups": "类别",
    "base": "从基础库选",
    "per_need": "每项需求最多几件",
    "per_patent": "每件专利最多列给几项需求",
    "per_holder_in_need": "每项需求中同一权利人最多几件",
    "per_holder": "同一权利人合计最多几条",
    "floor": "最低推荐等级",
    "min_probability": "最低概率",
    "no_repeat_months": "几个月内不重复",
    "candidates": "每项需求的候选数",
    "quotas": "类别条数上限",
}
"""Facts of an event, its scope and its rules as people call them."""
_LONGEST_NAME = 200
"""Characters of an event's name, which its files bear."""
_YEARS = range(1985, 2201)
"""In which events are: the law's time."""


class Place(StrEnum):
    """Where a match is to stand, whatever it is worth."""

    PINNED = "必须列入"
    BARRED = "不得列入"
    FREE = "由系统决定"


@dataclass(frozen=True, slots=True)
class Edit:
    """Who changes an event, when and why; `seen_version` is the one that the editor had before them."""

    by: str
    at: datetime
    reason: str
    seen_version: int | None = None


def edit_event(workspace: Workspace, event: Event, wanted: Event, edit: Edit) -> Event:
    """The event as `wanted`; the same object where nothing differs. Raises Conflict, InputError.

    Once a list is published only the rules may change, and they count for the next version.
    """
    _require_latest(event, edit)
    check(workspace, wanted)
    said = list(_differences(event, wanted))
    if not said:
        return event
    if replace(wanted, rules=event.rules) != event:
        _require_unpublished(workspace, event)
    return _changed(
        workspace, event, wanted, edit, EventChange(edit.at, edit.by, "；".join(said), edit.reason)
    )


def place_match(workspace: Workspace, event: Event, pair: Pair, place: Place, edit: Edit) -> Event:
    """The event with a match pinned, barred or let go, from its next version on; raises NotFound, Conflict, InputError."""
    _require_latest(event, edit)
    need, patent = workspace.store.needs.get(pair.need_id), workspace.store.patents.find(pair.patent_id)
    if need is None:
        raise NotFound(f"没有编号为“{pair.need_id}”的需求。")
    if patent is None:
        raise NotFound(f"没有找到专利“{pair.patent_id}”。")
    pair = Pair(need.id, patent.id)
    rules = with_place(event, pair, place).rules
    if rules == event.rules:
        return event
    what = f"需求 {need.id} 与专利 {patent.id}：{place}"
    change = EventChange(edit.at, edit.by, what, edit.reason, pair)
    return _changed(workspace, event, replace(event, rules=rules), edit, change)


def with_place(event: Event, pair: Pair, place: Place) -> Event:
    """The event with a match pinned, barred or let go, not stored."""
    pinned, excluded = {*event.rules.pinned} - {pair}, {*event.rules.excluded} - {pair}
    if place is Place.PINNED:
        pinned.add(pair)
    elif place is Place.BARRED:
        excluded.add(pair)
    rules = replace(event.rules, pinned=tuple(sorted(pinned)), excluded=tuple(sorted(excluded)))
    return replace(event, rules=rules)


def placed(event: Event) -> dict[Pair, EventChange]:
    """Who last said where a match is to stand, and why; of those that are pinned or barred."""
    standing = {*event.rules.pinned, *event.rules.excluded}
    return {
        change.pair: change for change in event.changes if change.pair is not None and change.pair in standing
    }


def _changed(workspace: Workspace, event: Event, after: Event, edit: Edit, change: EventChange) -> Event:
    if not edit.reason.strip():
        raise InputError(f"修改活动 {event.id} 须写明原因。", code="reason_missing")
    after = replace(after, changes=(*event.changes, replace(change, reason=edit.reason.strip())))
    workspace.store.roadshows.change(event, after)
    return after


def _require_latest(event: Event, edit: Edit) -> None:
    if edit.seen_version in (None, event.version):
        return
    last = event.changes[-1]
    raise Conflict(
        f"活动 {event.id} 已由{last.by}于 {last.at:%Y-%m-%d %H:%M} 修改（{last.what}），"
        "您看到的是修改前的内容。请核对后再改。"
    )


def _require_unpublished(workspace: Workspace, event: Event) -> None:
    for version in workspace.store.roadshows.lists(event.id):
        if version.state is ListState.PUBLISHED:
            raise InputError(
                f"清单 {version.id} 已发布，活动 {event.id} 的名称、日期、地点和范围不能再改。确需修改的，请先作废该清单。",
                code="published",
            )


def check(workspace: Workspace, wanted: Event) -> None:
    """Raise InputError for an event without a name or with one that no file can bear, at another time than people mean,
    that ends before it begins, or that asks for unknown groups."""
    if not wanted.name.strip():
        raise InputError("活动名称不能为空。", code="no_name")
    if len(wanted.name) > _LONGEST_NAME:
        raise InputError(f"活动名称请写在 {_LONGEST_NAME} 字以内。", code="long_name")
    for day in (wanted.starts, wanted.ends or wanted.starts):
        if day.year not in _YEARS:
            raise InputError(f"活动日期 {day} 应在 {_YEARS[0]} 年至 {_YEARS[-1]} 年之间。", code="day_range")
    if wanted.ends is not None and wanted.ends < wanted.starts:
        raise InputError(f"结束日期 {wanted.ends} 早于活动日期 {wanted.starts}。", code="day_order")
    check_groups(workspace, [*wanted.scope.groups, *(quota.group for quota in wanted.rules.quotas)])


def _differences(before: Event, after: Event) -> Iterator[str]:
    for was, now in ((before, after), (before.scope, after.scope), (before.rules, after.rules)):
        for field in fields(was):
            old, new = getattr(was, field.name), getattr(now, field.name)
            if field.name in _LABELS and old != new:
                yield f"{_LABELS[field.name]}由“{_said(old)}”改为“{_said(new)}”"


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(map(str, value)) or "不限"
    return "不限" if value is None else str(value) or "未填"
