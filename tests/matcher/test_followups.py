"""Forms that come back: sorted, cut, renamed, half-filled, foreign and twice; outcomes, deals and duties."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from matcher import followups, roadshows
from matcher.domain import LicensingMode, TransactionKind
from matcher.errors import Conflict, InputError, NotFound
from matcher.events import Event, ListState, ListVersion, Pair, match_id
from matcher.matchlists.exports import export
from matcher.matchlists.lifecycle import Move
from matcher.outcomes import Change, Reason, State
from matcher.workspace import Workspace

DAY = roadshows.Day(date(2026, 9, 1), datetime(2026, 9, 1, 9, 0))
AT = datetime(2026, 10, 21, 18, 0)
N1P1, N1P3, N2P4 = (match_id("HD001", Pair(*pair)) for pair in (("n1", "p1"), ("n1", "p3"), ("n2", "p4")))


@pytest.fixture
def published(workspace: Workspace, event: Event) -> ListVersion:
    version, _ = roadshows.build_list(workspace, event, DAY, "王芳")
    for state, by in ((ListState.REVIEW, "王芳"), (ListState.PUBLISHED, "李强")):
        version = roadshows.move_list(workspace, version, Move(state, by, date(2026, 9, 2)), DAY.made_at)
    return version


@pytest.fixture
def filled(workspace: Workspace, published: ListVersion, tmp_path: Path) -> Callable[..., Path]:
    """The exported feedback sheet, as an enterprise sends it back: one sheet of another name, rows in another order."""

    def fill(*answers: tuple[str, dict[str, Any]], name: str = "反馈.xlsx") -> Path:
        exported = tmp_path / "清单.xlsx"
        export(roadshows.shown_list(workspace, published), exported, preset="内部版")
        rows = list(load_workbook(exported)["对接反馈"].iter_rows(values_only=True))
        header = [str(cell) for cell in rows[2]]
        by_id = {row[0]: dict(zip(header, row, strict=True)) for row in rows[3:]}
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "我公司填的"
        sheet.append(["某某公司反馈"])
        sheet.append(header)
        for id_, answer in reversed(answers):
            sheet.append([{**by_id.get(id_, {"对接编号": id_}), **answer}.get(title) for title in header])
        book.save(tmp_path / name)
        return tmp_path / name

    return fill


def state_of(workspace: Workspace, id_: str) -> State:
    return workspace.store.outcomes.many([id_])[id_].state


def test_the_sheet_to_fill_in_names_match_and_version(
    workspace: Workspace, published: ListVersion, tmp_path: Path
) -> None:
    export(roadshows.shown_list(workspace, published), tmp_path / "l.xlsx", preset="对外版")
    book = load_workbook(tmp_path / "l.xlsx")
    sheet = book["对接反馈"]
    assert [sheet.cell(row, 9).value for row in (3, 4, 5)] == ["当前状态", "第1次", "第1次"]  # not what it is
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[2][:2] == ("对接编号", "清单版本")
    assert [row[:2] for row in rows[3:]] == [(N1P1, "HD001-01"), (N1P3, "HD001-01")]  # n2 is not for outside
    assert {str(v.formula1).strip('"') for v in sheet.data_validations.dataValidation} == {
        "是,否,待定",
        "转让,普通许可,排他许可,独占许可,开放许可,作价入股",
        ",".join(Reason),
    }
    assert "东港船舶" not in str([list(page.iter_rows(values_only=True)) for page in book])


def test_answers_come_back_whatever_happened_to_the_sheet(
    workspace: Workspace, filled: Callable[..., Path]
) -> None:
    file = filled(
        (N1P1, {"是否有意向": "是", "意向方式": "普通许可", "拟合作金额（万元）": 30, "填表人": "张工"}),
        (N2P4, {"是否有意向": "否", "不合适原因": "价格分歧", "备注": "超出预算"}),
        (N1P3, {}),
    )
    report = followups.import_forms(workspace, file, AT)
    assert (report.landed, report.merged, report.refused, report.problems) == (2, 1, 0, ())
    wanted = workspace.store.outcomes.many([N1P1])[N1P1]
    assert (wanted.state, wanted.mode, wanted.amount, wanted.by, wanted.version) == (
        State.INTERESTED,
        LicensingMode.ORDINARY_LICENCE,
        30,
        "张工",
        2,
    )
    refused = workspace.store.outcomes.many([N2P4])[N2P4]
    assert (refused.state, refused.reason, refused.note) == (State.UNSUITABLE, Reason.PRICE, "超出预算")
    assert state_of(workspace, N1P3) is State.PUSHED

    again = followups.import_forms(workspace, file, AT)
    assert (again.landed, again.merged, again.refused) == (0, 3, 0)
    assert [s.after for s in followups.history(workspace, N1P1)] == [State.PUSHED, State.INTERESTED]


def test_bad_rows_are_explained_and_good_ones_land(workspace: Workspace, filled: Callable[..., Path]) -> None:
    file = filled(
        (N1P1, {"是否有意向": "是"}),
        (N1P3, {"不合适原因": "时机不合适"}),
        (N2P4, {"是否有意向": "否"}),
        ("M22222222222", {"是否有意向": "是"}),
        (match_id("HD009", Pair("n1", "p1")), {"是否有意向": "是"}),
    )
    report = followups.import_forms(workspace, file, AT)
    assert (report.landed, report.refused) == (1, 4)
    found = {(p.sheet, p.row, p.column): p.message for p in report.problems}
    assert found == {
        ("我公司填的", 3, "对接编号"): "本工作区没有这个对接编号：可能出自另一工作区，或清单尚未发布。",
        ("我公司填的", 4, "对接编号"): "不是有效的对接编号（可能抄错或被截断）。请从原表复制。",
        ("我公司填的", 5, "不合适原因"): f"没有意向时须填写不合适原因：{'、'.join(Reason)}。",
        ("我公司填的", 6, "是否有意向"): "填写了其他项，但“是否有意向”为空。请补填：是、否、待定。",
    }
    assert state_of(workspace, N1P1) is State.INTERESTED


def test_a_row_whose_state_moved_on_is_reported(workspace: Workspace, filled: Callable[..., Path]) -> None:
    file = filled((N1P1, {"是否有意向": "否", "不合适原因": "资金不足"}))
    followups.change_outcome(workspace, N1P1, Change(State.NEGOTIATING, "李强", AT))
    report = followups.import_forms(workspace, file, AT)
    assert (report.landed, report.refused) == (0, 1)
    assert report.problems[0].message == (
        f"对接 {N1P1} 已由李强改为“洽谈中”（第 2 次），您看到的是第 1 次的状态。请核对后再改。"
    )
    assert state_of(workspace, N1P1) is State.NEGOTIATING


def test_a_row_pasted_under_another_list_is_refused(
    workspace: Workspace, filled: Callable[..., Path]
) -> None:
    file = filled(
        (N1P1, {"是否有意向": "是", "清单版本": "HD007-01"}),
        (N1P3, {"是否有意向": "是", "清单版本": "HD001-02"}),
    )
    event = workspace.store.roadshows.find("HD001")
    assert event is not None
    roadshows.build_list(workspace, event, DAY)  # HD001-02, a draft
    messages = [p.message for p in followups.import_forms(workspace, file, AT).problems]
    assert messages == [
        "清单 HD001-02 处于“拟稿”，尚未发布。",
        "没有编号为“HD007-01”的清单，这一行可能出自别的系统。",
    ]


def test_an_answer_is_traced_to_the_version_that_was_answered(
    workspace: Workspace, filled: Callable[..., Path], event: Event
) -> None:
    file = filled((N1P1, {"是否有意向": "是"}))
    version, _ = roadshows.build_list(workspace, event, DAY, "王芳")
    for state, by in ((ListState.REVIEW, "王芳"), (ListState.PUBLISHED, "李强")):
        version = roadshows.move_list(workspace, version, Move(state, by, date(2026, 9, 9)), AT)
    assert followups.import_forms(workspace, file, AT).landed == 1
    assert workspace.store.outcomes.many([N1P1])[N1P1].list_id == "HD001-02"
    assert [s.list_id for s in followups.history(workspace, N1P1)] == ["HD001-01", "HD001-01"]


def test_a_file_that_is_no_form(workspace: Workspace, tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["企业名称", "需求"])
    book.save(tmp_path / "别的.xlsx")
    with pytest.raises(InputError, match="没有可回收的表"):
        followups.import_forms(workspace, tmp_path / "别的.xlsx", AT)


def sheet(tmp_path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "表.xlsx")
    return tmp_path / "表.xlsx"


def test_replies_and_sign_ups(
    workspace: Workspace, published: ListVersion, event: Event, tmp_path: Path
) -> None:
    replies = sheet(
        tmp_path,
        ["活动编号", "单位类别", "单位名称", "是否参会", "参会人员", "参会人数", "可洽谈时段"],
        ["HD001", "企业", "河东电机股份有限公司", "是", "张工", 2, "09:00；09:30"],
        ["HD001", "高校院所", "北岸研究所", "否", "", None, ""],
        ["HD404", "企业", "无名公司", "是", "甲", 1, ""],
    )
    report = followups.import_forms(workspace, replies, AT)
    assert (report.landed, report.refused) == (2, 1)
    assert report.problems[0].message == "没有编号为“HD404”的活动。"
    comes = followups.participants(workspace, event)
    assert [(p.kind, p.party, p.attends, p.count, p.slots) for p in comes] == [
        ("企业", "河东电机股份有限公司", True, 2, ("09:00", "09:30")),
        ("权利人", "北岸研究所", False, None, ()),
    ]
    assert followups.import_forms(workspace, replies, AT).landed == 0

    wishes = sheet(
        tmp_path,
        ["活动编号", "企业名称", "专利号", "意向方式", "联系人"],
        ["HD001", "河东电机股份有限公司", "ZL202110000003.2", "许可", "张工"],
        ["HD001", "河东电机股份有限公司", "ZL202110000004.3", "", ""],
        ["HD001", "河东电机股份有限公司", "", "", ""],
    )
    report = followups.import_forms(workspace, wishes, AT)
    assert (report.landed, report.refused) == (1, 2)
    assert state_of(workspace, N1P3) is State.INTERESTED
    assert "没有“河东电机股份有限公司”与这件专利的对接" in report.problems[0].message
    assert followups.import_forms(workspace, wishes, AT).landed == 0


def test_a_signed_match_is_a_transaction_with_duties(workspace: Workspace, published: ListVersion) -> None:
    signed = Change(
        State.SIGNED,
        "李强",
        AT,
        mode=LicensingMode.EXCLUSIVE_LICENCE,
        amount=50,
        effective=date(2026, 11, 30),
    )
    followups.change_outcome(workspace, N1P1, signed)
    (deal,) = workspace.store.transactions.all()
    assert (deal.patent_id, deal.kind, deal.on, deal.buyer_id, deal.seller) == (
        "p1",
        TransactionKind.EXCLUSIVE_LICENCE,
        date(2026, 11, 30),
        "e1",
        "河东理工大学",
    )
    duties = {duty.kind: duty for duty in workspace.store.outcomes.duties()}
    filing = duties["许可合同备案"]
    assert (filing.due, filing.basis, filing.remind_from) == (
        date(2027, 2, 28),  # three months from the last day of November
        "法定期限",
        date(2027, 1, 29),
    )
    assert "专利权转让登记" not in duties
    assert [d.kind for d in followups.duties_this_week(workspace, date(2026, 12, 15))] == [
        "协议定价公示核对",
        "交易信息反馈",
    ]
    assert workspace.store.outcomes.fulfil(f"{N1P1}-交易信息反馈", date(2026, 12, 10))
    assert [d.kind for d in followups.duties_this_week(workspace, date(2026, 12, 15))] == ["协议定价公示核对"]


def test_changes_are_checked(workspace: Workspace, published: ListVersion) -> None:
    def change(state: State, **facts: Any) -> None:
        followups.change_outcome(workspace, N1P1, Change(state, "李强", AT, **facts))

    with pytest.raises(InputError, match="改为“已签约”须填写转化方式"):
        change(State.SIGNED)
    with pytest.raises(InputError, match="须填写合同生效日"):
        change(State.SIGNED, mode=LicensingMode.ASSIGNMENT)
    with pytest.raises(InputError, match="改为“不合适”须填写原因"):
        change(State.UNSUITABLE)
    with pytest.raises(InputError, match="原因为“其他”，须填写说明"):
        change(State.ON_HOLD, reason=Reason.OTHER)
    change(State.SIGNED, mode=LicensingMode.ASSIGNMENT, effective=date(2026, 11, 1))
    with pytest.raises(InputError, match=r"不能由“已签约”改为“洽谈中”。可改为：无（已是最终状态）"):
        change(State.NEGOTIATING)
    with pytest.raises(Conflict, match="您看到的是第 1 次"):
        followups.change_outcome(workspace, N1P1, Change(State.SIGNED, "赵敏", AT, amount=3), seen_version=1)
    with pytest.raises(NotFound):
        followups.change_outcome(workspace, "M404", Change(State.SEEN, "李强", AT))
