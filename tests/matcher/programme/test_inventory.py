"""Sheets go out by unit and come back; what clashes, is wrong or was changed is told and never stored."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from matcher.domain import (
    FeeKind,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    MaturitySource,
    Prospect,
)
from matcher.errors import InputError, NotFound
from matcher.inventory import Act, Division, Item, Justification, Stage
from matcher.programme.collecting import Edit
from matcher.programme.inventory import (
    SplitRequest,
    collect_folder,
    hand_to_panel,
    justify,
    overdue,
    screen,
    set_stage,
    split,
)
from matcher.programme.overdue import Return
from matcher.programme.splitting import shares
from matcher.settings import FileLimits
from tests.matcher.programme.inventory_examples import GOOD, PATENTS, fill

LIMITS = FileLimits()
FIRST, SECOND, THIRD, FOURTH, LAPSED, SOLD, PENDING = (one.id for one in PATENTS)
ONE, TWO, THREE = (one.application_number for one in PATENTS[:3])
"""As printed on the sheets."""
MECHANICS = "泰山学院/PD20260320-002-机械学院.xlsx"
MATERIALS = "泰山学院/PD20260320-003-材料学院.xlsx"


def handed_out(store, act, folder, **request):
    return split(store, SplitRequest(Division.COLLEGE, due=date(2026, 3, 10), **request), folder, act)


def test_shares_by_college_and_by_first_inventor():
    found = [
        (one.holder, one.unit, [each.id for each in one.patents])
        for one in shares(PATENTS[:4], Division.COLLEGE)
    ]
    assert found == [
        ("岱岳研究院", "未注明学院", [FOURTH]),
        ("泰山学院", "机械学院", [FIRST, SECOND]),
        ("泰山学院", "材料学院", [THIRD]),
    ]
    found = [(one.unit, [each.id for each in one.patents]) for one in shares(PATENTS[:3], Division.INVENTOR)]
    assert found == [("张三", [FIRST, THIRD]), ("王五", [SECOND])]
    joint = replace(PATENTS[0], holders=("泰山学院", "岱岳研究院"))
    assert [one.holder for one in shares([joint], Division.COLLEGE, ["岱岳研究院"])] == ["岱岳研究院"]
    assert [one.holder for one in shares([joint], Division.COLLEGE)] == ["泰山学院"]


def test_a_sheet_per_unit_with_locked_and_open_cells(store, act, tmp_path):
    tasks = handed_out(store, act, tmp_path / "out")
    assert [(task.id, task.holder, task.unit, len(task.rows)) for task in tasks] == [
        ("PD20260320-001", "岱岳研究院", "未注明学院", 1),
        ("PD20260320-002", "泰山学院", "机械学院", 2),
        ("PD20260320-003", "泰山学院", "材料学院", 1),
    ]
    page = load_workbook(tmp_path / "out" / MECHANICS)["盘点表"]
    assert page.protection.sheet
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=3)]
    assert rows[0] == [
        "任务编号", "专利号", "专利名称", "发明人", "所属学院", "授权公告日", "是否财政资助", "项目编号", "实施状态*", "未实施原因", "技术成熟度",
        "应用场景", "产业化前景*", "转化意愿", "预期费用与支付方式", "自评人*", "自评日期*",
    ]  # fmt: skip
    assert rows[1][:8] == [
        "PD20260320-002",
        ONE,
        "一种阀门01",
        "张三；李四",
        "机械学院",
        "2018-06-05",
        None,
        None,
    ]
    assert rows[2][6] == "是", "what is known already stands in the open cells"
    assert [page.cell(4, column).protection.locked for column in (1, 6, 7, 17)] == [True, True, False, False]
    lists = {
        str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation if rule.type == "list"
    }
    assert lists == {
        "G4:G5": '"是,否"',
        "I4:I5": '"未实施,自行实施,许可实施,已转让,作价入股,已产业化"',
        "M4:M5": '"好,较好,一般,差"',
    }


def test_what_is_handed_out_and_what_the_records_say_moves_the_states(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    assert {id_: item.stage for id_, item in store.inventory.all().items()} == {
        **dict.fromkeys((FIRST, SECOND, THIRD, FOURTH), Stage.AWAITING),
        LAPSED: Stage.DEAD,
        SOLD: Stage.CONVERTED,
    }
    again = handed_out(store, act, tmp_path / "out", holders=("泰山学院",))
    assert [(task.id, task.holder) for task in again] == [
        ("PD20260320.2-001", "泰山学院"),
        ("PD20260320.2-002", "泰山学院"),
    ]
    with pytest.raises(NotFound, match="没有未名大学 的专利"):
        handed_out(store, act, tmp_path / "out", holders=("未名大学",))


def test_answers_land_in_the_inventory_and_in_the_patents(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(tmp_path / "out" / MECHANICS, {ONE: GOOD})
    received = collect_folder(store, tmp_path / "out", "", act, LIMITS)
    assert [
        (line.file, line.rows, line.answered, line.blank, line.wrong) for line in received.collected.files
    ] == [
        ("岱岳研究院/PD20260320-001-未注明学院.xlsx", 1, 0, 1, 0),
        (MECHANICS, 2, 1, 1, 0),
        (MATERIALS, 1, 0, 1, 0),
    ]
    assert (received.collected.problems, received.collected.clashes, received.collected.edits) == ([], [], [])
    item = store.inventory.all()[FIRST]
    assert item.stage is Stage.SELF_ASSESSED
    said = item.self_assessment
    assert said is not None
    assert (said.by, said.on, said.prospect) == ("张三", date(2026, 3, 15), Prospect.FAIR)
    assert (said.unimplemented, said.funded, said.source) == ("缺少中试条件", None, MECHANICS)
    patent = store.patents.get(FIRST)
    assert patent.modes == (LicensingMode.ASSIGNMENT, LicensingMode.ORDINARY_LICENCE)
    assert (patent.fee.kind, patent.fee.amount) == (FeeKind.LUMP_SUM, 20.0)
    assert (patent.maturity.level, patent.maturity.source) == (4, MaturitySource.SELF)
    assert patent.implementation is ImplementationStatus.NOT_IMPLEMENTED
    assert [step.source for step in store.inventory.history([FIRST])] == ["", f"{MECHANICS} 盘点表 第 4 行"]


def test_who_owes_what(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(
        tmp_path / "out" / MECHANICS,
        {ONE: GOOD, TWO: {**GOOD, "是否财政资助": "是"}},
        tmp_path / "back" / "a.xlsx",
    )
    fill(tmp_path / "out" / MATERIALS, {}, tmp_path / "back" / "b.xlsx")
    received = collect_folder(store, tmp_path / "back", "PD20260320", act, LIMITS)
    assert [
        (line.unit, line.state, line.open, line.overdue, line.returned_on) for line in received.lines
    ] == [
        ("未注明学院", Return.NOTHING, 1, 10, None),
        ("材料学院", Return.NOTHING, 1, 10, date(2026, 3, 20)),
        ("机械学院", Return.COMPLETE, 0, None, date(2026, 3, 20)),
    ]
    assert [line.overdue for line in overdue(store, "PD20260320", date(2026, 3, 10))] == [None, None, None]
    assert [line.overdue for line in overdue(store, "PD20260320", date(2026, 3, 11))] == [1, 1, None]


def test_collecting_again_changes_nothing(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(tmp_path / "out" / MECHANICS, {ONE: GOOD})
    collect_folder(store, tmp_path / "out", "", act, LIMITS)
    before = store.inventory.revision(), store.data_version()
    later = Act("他人", datetime(2026, 4, 1))
    received = collect_folder(store, tmp_path / "out", "", later, LIMITS)
    assert (store.inventory.revision(), store.data_version()) == before
    assert (received.collected.repeated, received.collected.taken, received.updates) == (1, [], ())


def test_two_answers_for_one_patent_are_both_shown_and_neither_taken(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(tmp_path / "out" / MECHANICS, {ONE: GOOD}, tmp_path / "back" / "a.xlsx")
    fill(
        tmp_path / "out" / MECHANICS,
        {ONE: {**GOOD, "产业化前景": "差", "自评人": "李四"}},
        tmp_path / "back" / "b.xlsx",
    )
    received = collect_folder(store, tmp_path / "back", "", act, LIMITS)
    assert [
        (one.field, one.first, one.first_place, one.second, one.second_place)
        for one in received.collected.clashes
    ] == [
        ("自评人", "张三", "a.xlsx 盘点表 第 4 行", "李四", "b.xlsx 盘点表 第 4 行"),
        ("产业化前景", "较好", "a.xlsx 盘点表 第 4 行", "差", "b.xlsx 盘点表 第 4 行"),
    ]
    assert store.inventory.all()[FIRST].stage is Stage.AWAITING
    assert store.patents.get(FIRST).prospect is None


def test_an_answer_unlike_the_stored_one_is_told_and_not_taken(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(tmp_path / "out" / MECHANICS, {ONE: GOOD}, tmp_path / "back" / "a.xlsx")
    collect_folder(store, tmp_path / "back", "", act, LIMITS)
    fill(tmp_path / "out" / MECHANICS, {ONE: {**GOOD, "产业化前景": "好"}}, tmp_path / "back" / "a.xlsx")
    received = collect_folder(store, tmp_path / "back", "", act, LIMITS)
    (clash,) = received.collected.clashes
    assert (clash.field, clash.first, clash.second) == ("产业化前景", "较好", "好")
    assert clash.first_place == "库中自评（张三，2026-03-15，a.xlsx）"
    assert store.inventory.all()[FIRST].self_assessment.prospect is Prospect.FAIR


def test_what_is_sent_back_takes_another_answer(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(tmp_path / "out" / MECHANICS, {ONE: GOOD}, tmp_path / "back" / "a.xlsx")
    collect_folder(store, tmp_path / "back", "", act, LIMITS)
    assert set_stage(store, ONE, "待自评", "", act).assessed is False
    fill(tmp_path / "out" / MECHANICS, {ONE: {**GOOD, "产业化前景": "好"}}, tmp_path / "back" / "a.xlsx")
    received = collect_folder(store, tmp_path / "back", "", act, LIMITS)
    assert received.collected.clashes == []
    assert [(one.field, one.before, one.after) for one in received.updates] == [("产业化前景", "较好", "好")]
    item = store.inventory.all()[FIRST]
    assert (item.stage, item.self_assessment.prospect) == (Stage.SELF_ASSESSED, Prospect.GOOD)


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({"产业化前景": "非凡"}, "产业化前景*", "“非凡”不是能识别的产业化前景。可填：好、较好、一般、差。请更正后重新交回。"),
        ({"自评日期": "2026-03-21"}, "自评日期*", "日期 2026-03-21 晚于今天（2026-03-20）。请核对年份和月份。"),
        ({"自评人": None}, "自评人", "“自评人”未填写。请补填后重新交回。"),
        ({"未实施原因": None}, "未实施原因", "实施状态为“未实施”，“未实施原因”未填写。请补填后重新交回。"),
        ({"任务编号": "PD20260320-003"}, "任务编号",
         "这件专利属于 泰山学院 机械学院（任务 PD20260320-002），不属于 泰山学院 材料学院（任务 PD20260320-003）。请由所属单位填写。"),
        ({"任务编号": "PD20250101-001"}, "任务编号",
         "任务编号“PD20250101-001”不属于本批次（PD20260320）。请核对是否交错了表。"),
        ({"专利号": "CN201610000009.1"}, "专利号",
         "专利号“CN201610000009.1”不在本批次（PD20260320）的清单中，可能被改动。请从原表恢复。"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told_and_the_others_land(change, column, message, store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(tmp_path / "out" / MECHANICS, {TWO: GOOD, ONE: {**GOOD, **change}})
    received = collect_folder(store, tmp_path / "out", "", act, LIMITS)
    (problem,) = received.collected.problems
    assert (problem.file, problem.sheet, problem.row, problem.message) == (MECHANICS, "盘点表", 4, message)
    assert problem.column in (column, column.rstrip("*"), column + "*")
    assert store.inventory.all()[FIRST].stage is Stage.AWAITING
    assert store.inventory.all()[SECOND].stage is Stage.SELF_ASSESSED


def test_an_edited_protected_cell_is_told_and_the_printed_value_stands(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(tmp_path / "out" / MECHANICS, {ONE: {**GOOD, "专利名称": "一种好阀门", "所属学院": "材料学院"}})
    received = collect_folder(store, tmp_path / "out", "", act, LIMITS)
    assert received.collected.edits == [
        Edit(MECHANICS, "盘点表", 4, "专利名称", "一种阀门01", "一种好阀门"),
        Edit(MECHANICS, "盘点表", 4, "所属学院", "机械学院", "材料学院"),
    ]
    assert store.patents.get(FIRST).title == "一种阀门01"
    assert store.inventory.all()[FIRST].stage is Stage.SELF_ASSESSED, "the answer itself lands"


def test_files_that_are_no_sheets_are_named(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "说明.docx").write_bytes(b"PK")
    (tmp_path / "back" / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "back" / "~$锁.xlsx").write_bytes(b"")
    lines = collect_folder(store, tmp_path / "back", "", act, LIMITS).collected.files
    assert [line.file for line in lines] == ["坏.xlsx", "说明.docx"]
    assert "已损坏" in lines[0].refused
    assert "不是 Excel 表格" in lines[1].refused
    with pytest.raises(InputError, match="不是文件夹"):
        collect_folder(store, tmp_path / "none", "", act, LIMITS)
    with pytest.raises(NotFound, match="没有名为“PD1”的盘点批次。已有批次：PD20260320"):
        collect_folder(store, tmp_path / "back", "PD1", act, LIMITS)


def test_the_panel_sees_the_self_assessment_and_decides(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(tmp_path / "out" / MECHANICS, {ONE: GOOD, TWO: GOOD})
    fill(tmp_path / "out" / MATERIALS, {THREE: GOOD})
    collect_folder(store, tmp_path / "out", "", act, LIMITS)
    sheet = tmp_path / "评价.xlsx"
    assert hand_to_panel(store, ["泰山学院"], sheet, act) == 3
    page = load_workbook(sheet)["集中评价表"]
    assert [cell.value for cell in page[6]][:8] == [
        THREE, "一种阀门03", "泰山学院", "材料学院", "较好", "小试", "化工管道", "转让；普通许可",
    ]  # fmt: skip
    said = {"评价人": "专家组", "评价日期": "2026-03-20"}
    decisions = {
        ONE: {"集中评价产业化前景": "好", "集中评价成熟度": "中试", "筛选结论": "入库", **said},
        TWO: {"集中评价产业化前景": "差", "筛选结论": "暂不入库", "原因": "技术已被替代", **said},
        THREE: {"集中评价产业化前景": "一般", "筛选结论": "暂不入库", **said},
    }
    fill(sheet, decisions)
    found = screen(store, sheet, act, LIMITS)
    assert (found.screened, found.held, found.unchanged) == (1, 1, 0)
    assert [(one.row, one.message) for one in found.problems] == [
        (6, f"专利 {THIRD} 改为“暂不入库”须填写原因。"),
    ]
    items = store.inventory.all()
    assert (items[FIRST].stage, items[FIRST].central.prospect) == (Stage.SCREENED, Prospect.GOOD)
    assert items[FIRST].self_assessment.prospect is Prospect.FAIR, "both appraisals stand side by side"
    assert (items[SECOND].stage, items[SECOND].reason) == (Stage.HELD, "技术已被替代")
    patent = store.patents.get(FIRST)
    assert (patent.maturity.level, patent.maturity.source) == (6, MaturitySource.CENTRAL)
    fill(sheet, {THREE: {"原因": "缺少数据"}})
    again = screen(store, sheet, act, LIMITS)
    assert (again.screened, again.held, again.unchanged) == (0, 1, 2)


def test_a_patent_nobody_has_assessed_is_not_screened(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    fill(tmp_path / "out" / MECHANICS, {ONE: GOOD})
    collect_folder(store, tmp_path / "out", "", act, LIMITS)
    sheet = tmp_path / "评价.xlsx"
    hand_to_panel(store, [], sheet, act)
    row = {
        "专利号": TWO,
        "集中评价产业化前景": "好",
        "筛选结论": "入库",
        "评价人": "甲",
        "评价日期": "2026-03-20",
    }
    found = screen(store, fill(sheet, {ONE: row}), act, LIMITS)
    assert [one.message for one in found.problems] == [
        "盘点状态为“待自评”，发明人尚未自评，不能筛选。请先回收自评表。"
    ]


def test_states_and_justifications_by_hand(store, act):
    assert set_stage(store, "ZL201610000001.5", "待自评", "", act).stage is Stage.AWAITING
    with pytest.raises(InputError, match="不认识的盘点状态“好”。可选：未盘点、待自评"):
        set_stage(store, ONE, "好", "", act)
    accepted = Justification("涉及国家安全，不宜实施", "省局", date(2026, 3, 19))
    assert justify(store, ONE, accepted, act).justification == accepted
    with pytest.raises(InputError, match="晚于今天"):
        justify(store, ONE, replace(accepted, accepted_on=date(2026, 3, 21)), act)
    with pytest.raises(NotFound):
        justify(store, "CN209910000001.5", accepted, act)


def test_a_restored_right_begins_again(store, act, tmp_path):
    handed_out(store, act, tmp_path / "out")
    restored = replace(PATENTS[4], status=LegalStatus.RESTORED, status_date=date(2026, 3, 18))
    store.merge([restored])
    handed_out(store, act, tmp_path / "out")
    assert store.inventory.all()[LAPSED] == Item(
        LAPSED, Stage.AWAITING, 2, date(2026, 3, 20), "经办人", "法律状态为权利恢复"
    )
