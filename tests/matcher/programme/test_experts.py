"""Experts: who stands aside, even shares, the best total fit, and sheets that come back as assessments."""

from datetime import date, datetime

from openpyxl import load_workbook

from matcher.commissions import Commission, CommissionKind
from matcher.domain import Assessment, Expert, Prospect
from matcher.importing import RecordKind, read_records
from matcher.programme.assigning import assignment_pages, write_expert_sheets
from matcher.programme.experts import assign, conflict
from matcher.programme.given import returned
from tests.matcher.programme.inventory_examples import fill, patent

ONE, TWO, THREE = (patent(number) for number in ("201610000001.5", "201610000002.X", "201610000003.4"))
JIA = Expert("E1", "甲", "岱岳公司", focus=("阀门",), contact="0000-1")
YI = Expert("E2", "乙", "汶水公司", focus=("泵",))


def given(found):
    return [(one.expert.name, one.patent.id[-2:], one.fit) for one in found.assigned]


def test_an_expert_stands_aside_for_its_own_and_the_named_units():
    assert conflict(Expert("E", "甲", "泰山学院"), ONE) == "泰山学院"
    assert conflict(Expert("E", "甲", "岱岳公司", avoids=("泰山 学院",)), ONE) == "泰山 学院"
    assert conflict(JIA, ONE) == ""
    assert conflict(Expert("E", "甲", ""), patent("201610000001.5", holders=("",))) == ""


def test_the_load_is_even_although_one_fits_everything_better():
    fits = [[0.9, 0.8, 0.7], [0.1, 0.6, 0.1]]
    found = assign([JIA, YI], [ONE, TWO, THREE], fits, 1)
    assert given(found) == [("甲", "01", 0.9), ("乙", "02", 0.6), ("甲", "03", 0.7)]
    assert found.load() == {"甲（岱岳公司）": 2, "乙（汶水公司）": 1}
    assert found.short == {}


def test_each_patent_gets_several_experts_and_no_pair_twice():
    found = assign([JIA, YI], [ONE, TWO], [[0.9, 0.8], [0.1, 0.6]], 2)
    assert given(found) == [("甲", "01", 0.9), ("乙", "01", 0.1), ("甲", "02", 0.8), ("乙", "02", 0.6)]


def test_who_lacks_experts_is_told_why():
    aside = Expert("E3", "丙", "泰山学院", focus=("阀门",))
    found = assign([JIA, aside], [ONE], [[0.5], [1.0]], 2)
    assert given(found) == [("甲", "01", 0.5)]
    assert found.short == {ONE.id: "尚缺 1 位专家（专家 2 位，其中须回避 1 位）"}
    assert assign([aside], [ONE], [[1.0]], 1).assigned == ()


def test_what_was_given_before_stays_even_where_it_is_more_than_a_share():
    fits = [[0.9, 0.9, 0.1], [0.1, 0.1, 0.9]]
    before = frozenset({("E2", ONE.id), ("E2", TWO.id), ("E2", THREE.id)})
    found = assign([JIA, YI], [ONE, TWO, THREE], fits, 1, before)
    assert given(found) == [("乙", "01", 0.1), ("乙", "02", 0.1), ("乙", "03", 0.9)]
    more = assign([JIA, YI], [ONE, TWO, THREE], fits, 1, frozenset({("E2", ONE.id)}))
    assert given(more) == [("乙", "01", 0.1), ("甲", "02", 0.9), ("乙", "03", 0.9)]


def test_a_unit_that_has_assessed_since_has_sent_back():
    kind, day = CommissionKind.ASSESSMENT, date(2026, 5, 1)
    asked = [Commission(str(n), kind, "E1", one.id, day) for n, one in enumerate((ONE, TWO, THREE))]
    said = [
        Assessment("1", ONE.id, "91X", "岱岳 公司", on=date(2026, 5, 20)),
        Assessment("2", TWO.id, "91X", "岱岳公司", on=date(2026, 4, 30)),
        Assessment("3", THREE.id, "91Y", "汶水公司", on=date(2026, 5, 20)),
    ]
    assert returned(asked, [JIA], said) == {("E1", ONE.id)}


def test_a_sheet_comes_back_as_assessments(tmp_path):
    found = assign([JIA], [ONE, TWO], [[0.9, 0.8]], 1)
    back = frozenset({("E1", TWO.id), ("E1", ONE.id)})
    assert write_expert_sheets(found, tmp_path, datetime(2026, 5, 1), back) == []
    (path,) = write_expert_sheets(found, tmp_path, datetime(2026, 5, 1))
    assert path.name == "001-岱岳公司-甲.xlsx"
    page = load_workbook(path).worksheets[0]
    assert page.protection.sheet
    texts = [str(cell.value) for row in page.iter_rows() for cell in row]
    assert not any("0000-1" in text for text in texts), "no contact is handed out"
    answer = {
        "产业化前景": "较好",
        "技术改进需求": "补充耐久试验",
        "产学研合作意愿": "联合开发",
        "评价日期": "2026-05-20",
    }
    fill(path, {ONE.application_number: answer})
    reading = read_records(path, RecordKind.ASSESSMENTS)
    (one,) = [item.record for item in reading]
    assert (one.patent_id, one.enterprise, one.assessor) == (ONE.id, "岱岳公司", "甲")
    assert (one.prospect, one.improvement, one.cooperation) == (Prospect.FAIR, "补充耐久试验", "联合开发")
    assert [problem.message for problem in reading.problems] == [
        "没有填写任何评价（前景、改进需求、合作意愿、成熟度）。填好后重新导入。"
    ]


def test_the_report():
    rows = assignment_pages(assign([JIA, YI], [ONE, TWO], [[0.9, 0.8], [0.1, 0.6]], 1))[0].rows
    assert [(row.expert, row.number) for row in rows] == [
        ("甲", ONE.application_number),
        ("乙", TWO.application_number),
    ]
