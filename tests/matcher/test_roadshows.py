"""An event's list from draft to void, on a real workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from matcher import roadshows
from matcher.domain import LegalStatus
from matcher.errors import Conflict, InputError, MatcherError, NotFound
from matcher.events import Event, ListState, ListVersion, Pair, is_match_id
from matcher.matchlists.differences import Kind
from matcher.matchlists.lifecycle import Move
from matcher.matchlists.verification import Check
from matcher.planning import Edit, Place, edit_event, place_match
from matcher.workspace import Workspace

DAY = roadshows.Day(date(2026, 9, 1), datetime(2026, 9, 1, 9, 0))
AT = datetime(2026, 9, 2, 10, 0)
EDIT = Edit("王芳", AT, "试编后调整")


def published(workspace: Workspace, event: Event) -> ListVersion:
    version, _ = roadshows.build_list(workspace, event, DAY, "王芳")
    version = roadshows.move_list(workspace, version, Move(ListState.REVIEW, "王芳", AT.date()), AT)
    return roadshows.move_list(workspace, version, Move(ListState.PUBLISHED, "李强", AT.date()), AT)


def test_near_duplicates_stand_in_one_line_and_every_line_has_a_number(
    workspace: Workspace, event: Event
) -> None:
    version, built = roadshows.build_list(workspace, event, DAY, "王芳")
    assert (version.id, version.state, version.number) == ("HD001-01", ListState.DRAFT, 1)
    assert [entry.pair for entry in built.entries] == [
        Pair("n1", "p1"),
        Pair("n1", "p3"),
        Pair("n2", "p4"),
        Pair("n2", "p5"),
    ]
    assert built.entries[0].family == ("p2",)
    assert built.folded == 1
    assert all(is_match_id(entry.match_id) for entry in built.entries)
    stored = workspace.store.roadshows.snapshot(version)
    assert stored.provenance.list_id == "HD001-01"
    assert replace(stored, provenance=replace(stored.provenance, list_id="")) == built.match_list
    assert stored.needs[0].matches[0].family == ("ZL202110000002.1",)


def test_a_request_that_is_tried_again_writes_no_second_list(workspace: Workspace, event: Event) -> None:
    lists = workspace.store.roadshows.lists
    other, _ = roadshows.build_list(workspace, event, DAY, request="j0")
    first, _ = roadshows.build_list(workspace, event, DAY, request="j1")
    later = replace(DAY, made_at=DAY.made_at + timedelta(hours=1))
    again, built = roadshows.build_list(workspace, event, later, request="j1")
    assert (again.id, again.number, again.version, again.made_at) == (first.id, 2, 2, later.made_at)
    assert lists(event.id) == [other, again]
    assert len(workspace.store.roadshows.entries(again.id)) == len(built.entries)
    # Whoever had read the draft before signs nothing off that is no longer there.
    with pytest.raises(Conflict):
        roadshows.move_list(workspace, first, Move(ListState.REVIEW, "王芳", DAY.as_of), DAY.made_at)
    reviewed = roadshows.move_list(workspace, again, Move(ListState.REVIEW, "王芳", DAY.as_of), DAY.made_at)
    stays, _ = roadshows.build_list(workspace, event, DAY, request="j1")
    assert stays == reviewed
    assert lists(event.id) == [other, reviewed]


def test_the_same_day_makes_the_same_list(workspace: Workspace, event: Event) -> None:
    first, _ = roadshows.build_list(workspace, event, DAY)
    second, _ = roadshows.build_list(workspace, event, DAY)
    assert second.id == "HD001-02"
    assert [e.match_id for e in workspace.store.roadshows.entries(first.id)] == [
        e.match_id for e in workspace.store.roadshows.entries(second.id)
    ]
    assert roadshows.compare(workspace, first, second, DAY) == ()


def test_a_list_is_published_by_a_second_person_and_then_stays(workspace: Workspace, event: Event) -> None:
    version, _ = roadshows.build_list(workspace, event, DAY, "王芳")
    with pytest.raises(InputError, match="处于“拟稿”，不能改为“已发布”。下一步只能是：审核、作废。"):
        roadshows.move_list(workspace, version, Move(ListState.PUBLISHED, "李强", AT.date()), AT)
    review = roadshows.move_list(workspace, version, Move(ListState.REVIEW, "王芳", AT.date()), AT)
    with pytest.raises(InputError, match="须由另一人审核"):
        roadshows.move_list(workspace, review, Move(ListState.PUBLISHED, "王芳", AT.date()), AT)
    with pytest.raises(Conflict):  # the draft that an earlier page still shows
        roadshows.move_list(workspace, version, Move(ListState.REVIEW, "赵敏", AT.date()), AT)
    done = roadshows.move_list(workspace, review, Move(ListState.PUBLISHED, "李强", AT.date()), AT)
    assert (done.published_on, done.by, done.checksum) == (date(2026, 9, 2), "李强", version.checksum)
    assert [o.state for o in workspace.store.outcomes.of_event(event.id)] == ["已推送"] * 4
    with pytest.raises(InputError, match="下一步只能是：作废"):
        roadshows.move_list(workspace, done, Move(ListState.DRAFT, "李强", AT.date()), AT)
    with pytest.raises(InputError, match="须写明原因"):
        roadshows.move_list(workspace, done, Move(ListState.VOID, "李强", AT.date()), AT)


def test_the_next_published_version_voids_the_one_before(workspace: Workspace, event: Event) -> None:
    first = published(workspace, event)
    second = published(workspace, event)
    states = {
        version.id: (version.state, version.note) for version in workspace.store.roadshows.lists(event.id)
    }
    assert states == {
        first.id: (ListState.VOID, "由 HD001-02 取代"),
        second.id: (ListState.PUBLISHED, ""),
    }
    assert {o.list_id for o in workspace.store.outcomes.of_event(event.id)} == {"HD001-02"}


def test_publishing_happens_whole_or_not_at_all(workspace: Workspace, event: Event) -> None:
    first = published(workspace, event)
    second, _ = roadshows.build_list(workspace, event, DAY, "王芳")
    second = roadshows.move_list(workspace, second, Move(ListState.REVIEW, "王芳", AT.date()), AT)
    stale = replace(second, version=second.version - 1)
    with pytest.raises(Conflict):
        roadshows.move_list(workspace, stale, Move(ListState.PUBLISHED, "李强", AT.date()), AT)
    kept = workspace.store.roadshows.list_version(first.id)
    assert kept is not None
    assert kept.state is ListState.PUBLISHED
    assert {o.list_id for o in workspace.store.outcomes.of_event(event.id)} == {first.id}


def test_a_changed_snapshot_is_noticed(workspace: Workspace, event: Event) -> None:
    version, _ = roadshows.build_list(workspace, event, DAY)
    with pytest.raises(MatcherError, match="校验码不符"):
        workspace.store.roadshows.snapshot(replace(version, checksum="0" * 64))


def test_what_was_published_for_one_event_is_not_shown_at_the_next(
    workspace: Workspace, event: Event
) -> None:
    published(workspace, event)
    again = workspace.store.roadshows.add(
        replace(event, name="冬季路演", rules=replace(event.rules, no_repeat_months=6))
    )
    _, built = roadshows.build_list(workspace, again, replace(DAY, as_of=date(2027, 1, 10)))
    assert built.entries == ()
    assert built.repeated == 5  # 同组专利 were shown as well
    _, later = roadshows.build_list(workspace, again, replace(DAY, as_of=date(2027, 3, 10)))
    assert len(later.entries) == 4


def test_pins_and_exclusions_decide_over_the_score(workspace: Workspace, event: Event) -> None:
    event = edit_event(workspace, event, replace(event, rules=replace(event.rules, per_need=1)), EDIT)
    event = place_match(workspace, event, Pair("n1", "CN202110000003.2"), Place.PINNED, EDIT)
    event = place_match(workspace, event, Pair("n2", "p4"), Place.BARRED, EDIT)
    _, built = roadshows.build_list(workspace, event, DAY)
    assert [entry.pair for entry in built.entries] == [Pair("n1", "p3"), Pair("n2", "p5")]
    assert built.entries[0].pinned
    event = place_match(workspace, event, Pair("n1", "p1"), Place.PINNED, EDIT)
    with pytest.raises(InputError, match="每项需求的专利数上限为 1（n1），但指定列入了 2 对"):
        roadshows.build_list(workspace, event, DAY)
    event = place_match(workspace, event, Pair("n1", "p1"), Place.BARRED, EDIT)
    event = place_match(workspace, event, Pair("n1", "p5"), Place.PINNED, EDIT)
    with pytest.raises(InputError, match="不在候选之中"):  # on another subject: below the floor
        roadshows.build_list(workspace, event, DAY)
    with pytest.raises(NotFound, match="没有编号为“n9”的需求"):
        place_match(workspace, event, Pair("n9", "p1"), Place.PINNED, EDIT)


def test_the_scope_of_an_event(workspace: Workspace, event: Event) -> None:
    event = replace(event, scope=replace(event.scope, holders=("北岸研究所",), min_maturity=7))
    _, built = roadshows.build_list(workspace, event, DAY)
    assert [entry.pair for entry in built.entries] == [
        Pair("n1", "p3")
    ]  # its maturity is unknown: to be verified
    event = replace(event, scope=replace(event.scope, industries=("新材料",)))
    _, none = roadshows.build_list(workspace, event, DAY)
    assert none.entries == ()


def test_what_differs_after_a_patent_has_lapsed(workspace: Workspace, event: Event) -> None:
    old = published(workspace, event)
    patent = workspace.store.patents.get("p4")
    assert patent is not None
    lapsed = replace(patent, status=LegalStatus.LAPSED, status_date=date(2026, 9, 20))
    workspace.store.merge([lapsed], date(2026, 9, 20), prefer_new=True)
    roadshows.usecases.build_index(workspace, AT)
    (gone,) = roadshows.compare(workspace, old, None, replace(DAY, as_of=date(2026, 9, 21)))
    assert (gone.kind, gone.match.patent.id) == (Kind.REMOVED, "p4")
    assert "权利有效：法律状态为未缴年费终止（2026-09-20 核验）" in gone.reason


def test_only_what_is_new_for_a_need(workspace: Workspace, event: Event) -> None:
    pins = place_match(workspace, event, Pair("n1", "p3"), Place.BARRED, EDIT)
    old = published(workspace, pins)
    request = roadshows.usecases.ListRequest(DAY.as_of, DAY.made_at)
    made = roadshows.usecases.make_list(workspace, request)
    fresh = roadshows.new_since(workspace, made, old.id)
    assert [(m.need.id, m.patent.id) for item in fresh.needs for m in item.matches] == [
        ("n1", "p2"),
        ("n1", "p3"),
    ]


def test_what_to_verify_before_publishing(workspace: Workspace, event: Event) -> None:
    version, _ = roadshows.build_list(workspace, event, DAY)
    found = roadshows.check_list(workspace, version, date(2027, 1, 15))
    by_patent = [(item.check, item.patent.id, item.what) for item in found]
    assert by_patent[0] == (Check.STATUS_OLD, "p1", "核验于 2026-08-20，已 148 天")
    assert (Check.FEE_DUE, "p5", "下一年度年费应于 2027-02-03 前缴纳，须核对是否已缴") in by_patent
    assert [item.patent.id for item in found if item.check is Check.FEE_DUE] == ["p1", "p5"]
    assert roadshows.check_list(workspace, version, date(2026, 9, 1)) == ()
