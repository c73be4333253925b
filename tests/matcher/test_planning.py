"""An event changed after it was made: who, why, by whom first; and what other rules would make of its list."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from matcher import roadshows
from matcher.errors import Conflict, InputError, NotFound, NotReady
from matcher.events import Event, EventChange, ListState, Pair
from matcher.matchlists.differences import Kind
from matcher.matchlists.lifecycle import Move
from matcher.planning import Edit, Place, edit_event, place_match, placed
from matcher.tuning import preview
from matcher.workspace import Workspace
from tests.matcher.conftest import DAY

AT = datetime(2026, 9, 2, 10, 0)


def edit(reason: str, seen: int | None = None, by: str = "王芳") -> Edit:
    return Edit(by, AT, reason, seen)


def test_every_change_is_kept_with_who_and_why(workspace: Workspace, event: Event) -> None:
    wanted = replace(event, place="会展中心", scope=replace(event.scope, need_regions=("河东省",)))
    after = edit_event(workspace, event, wanted, edit("场地变更", 1))
    what = "地点由“省科技馆”改为“会展中心”；需求所在地区由“不限”改为“河东省”"
    assert after.changes == (EventChange(AT, "王芳", what, "场地变更"),)
    assert workspace.store.roadshows.find("HD001") == after
    assert edit_event(workspace, after, after, edit("")) is after  # nothing new asks for no reason
    with pytest.raises(InputError, match="修改活动 HD001 须写明原因"):
        edit_event(workspace, after, replace(after, place=""), edit(" "))
    with pytest.raises(InputError, match="结束日期 2026-10-19 早于活动日期 2026-10-20"):
        edit_event(workspace, after, replace(after, ends=after.starts.replace(day=19)), edit("改期"))
    assert workspace.store.roadshows.find("HD001") == after


def test_the_second_of_two_editors_is_told_and_changes_nothing(workspace: Workspace, event: Event) -> None:
    first = edit_event(workspace, event, replace(event, place="会展中心"), edit("场地变更", 1))
    with pytest.raises(Conflict, match="已由王芳于 2026-09-02 10:00 修改（地点由“省科技馆”改为“会展中心”）"):
        edit_event(workspace, first, replace(first, place="大礼堂"), edit("换场地", 1, "李强"))
    with pytest.raises(Conflict, match="刚被他人修改"):  # both read it before either wrote
        edit_event(workspace, event, replace(event, place="大礼堂"), edit("换场地", 1, "李强"))
    assert workspace.store.roadshows.find("HD001") == first


def test_what_a_published_list_says_of_its_event_stays(workspace: Workspace, event: Event) -> None:
    version, _ = roadshows.build_list(workspace, event, DAY, "王芳")
    for state, by in ((ListState.REVIEW, "王芳"), (ListState.PUBLISHED, "李强")):
        version = roadshows.move_list(workspace, version, Move(state, by, AT.date()), AT)
    with pytest.raises(InputError, match="清单 HD001-01 已发布，活动 HD001 的名称、日期、地点和范围不能再改"):
        edit_event(workspace, event, replace(event, place="会展中心"), edit("场地变更"))
    narrower = replace(event, rules=replace(event.rules, per_need=1))
    narrower = edit_event(workspace, event, narrower, edit("会期缩短"))  # of the next version
    roadshows.move_list(workspace, version, Move(ListState.VOID, "李强", AT.date(), "场地有误"), AT)
    moved = edit_event(workspace, narrower, replace(narrower, place="会展中心"), edit("场地变更"))
    assert moved.version == 3


def test_where_a_match_stands_and_who_said_so(workspace: Workspace, event: Event) -> None:
    pair = Pair("n1", "p3")
    event = place_match(workspace, event, pair, Place.BARRED, edit("权利人已另行签约", 1))
    assert (event.rules.pinned, event.rules.excluded) == ((), (pair,))
    event = place_match(workspace, event, pair, Place.PINNED, edit("签约未成", 2, "李强"))
    assert (event.rules.pinned, event.rules.excluded) == ((pair,), ())
    change = placed(event)[pair]
    assert (change.by, change.reason) == ("李强", "签约未成")
    assert place_match(workspace, event, pair, Place.PINNED, edit("")) is event
    event = place_match(workspace, event, pair, Place.FREE, edit("不再指定"))
    assert (event.rules.pinned, event.rules.excluded, placed(event)) == ((), (), {})
    with pytest.raises(NotFound, match="没有找到专利“p9”"):
        place_match(workspace, event, Pair("n1", "p9"), Place.PINNED, edit("试试"))
    assert workspace.store.roadshows.find("HD001") == event


def test_other_rules_are_tried_before_they_are_kept(workspace: Workspace, event: Event) -> None:
    version, built = roadshows.build_list(workspace, event, DAY)
    same = preview(workspace, event, version)
    assert (same.changes, same.value_before) == ((), built.selection.value)
    one = preview(workspace, replace(event, rules=replace(event.rules, per_need=1)), version)
    gone = [(change.kind, change.match.patent.id) for change in one.changes]
    kept = sorted(pair.patent_id for pair in one.listed)
    assert [kind for kind, _ in gone] == [Kind.REMOVED, Kind.REMOVED]
    assert sorted([*kept, *(patent for _, patent in gone)]) == ["p1", "p3", "p4", "p5"]
    assert one.built.selection.value < one.value_before == built.selection.value
    rebuilt, _ = roadshows.build_list(workspace, replace(event, rules=replace(event.rules, per_need=1)), DAY)
    made = workspace.store.roadshows.snapshot(rebuilt)
    assert made.needs == one.built.match_list.needs  # the preview is what building makes
    with pytest.raises(NotReady, match="HD001-01 的候选不在本机"):  # an older version's were replaced
        preview(workspace, event, version)
    elsewhere = replace(event, scope=replace(event.scope, holders=("东港大学",)))
    with pytest.raises(NotReady, match="编制清单 HD001-02 后，活动范围已修改"):
        preview(workspace, elsewhere, rebuilt)
