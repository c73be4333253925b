"""Rates with their numerators and denominators, milestones to the day, months, and where patents are counted."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from matcher.domain import Holder, ImplementationStatus, LegalStatus
from matcher.errors import InputError
from matcher.groups import city_of, kind_by_name
from matcher.inventory import Act, Item, Stage, move
from matcher.programme.indicators import indicators, rate, rate_lines
from matcher.programme.milestones import Milestone, Milestones, State, milestone_lines, read_milestones
from matcher.programme.progress import month_ends
from matcher.programme.standing import Day, standings
from tests.matcher.programme.inventory_examples import patent

DAY = date(2026, 6, 30)
STOCK = [patent(f"20161000000{n}.5", college="机械学院" if n < 4 else "材料学院") for n in range(1, 6)]
LATER = patent("201610000006.8", granted=date(2024, 1, 1))
EDGE = patent("201610000007.2", granted=date(2023, 12, 31))
DEAD = patent("201610000008.7", status=LegalStatus.LAPSED)
UNDATED = patent("201610000009.1", granted=None)
ALL = [*STOCK, LATER, EDGE, DEAD, UNDATED]


def on(day=DAY, stages=None, first=None, assessed=()):
    return Day(day, stages or {}, first or {}, frozenset(assessed))


def rates(found):
    return {one.name: (rate(one, found).numerator, rate(one, found).denominator) for one in indicators()}


def test_the_rates_and_what_they_count():
    stages = {
        STOCK[0].id: Stage.SELF_ASSESSED,
        STOCK[1].id: Stage.SCREENED,
        STOCK[2].id: Stage.SCREENED,
        STOCK[3].id: Stage.AWAITING,
        LATER.id: Stage.HELD,
        DEAD.id: Stage.DEAD,
    }
    used = {STOCK[0].id: ImplementationStatus.LICENSED, STOCK[1].id: ImplementationStatus.INDUSTRIALISED}
    patents = [replace(one, implementation=used.get(one.id, one.implementation)) for one in ALL]
    day = replace(on(stages=stages, assessed=[STOCK[1].id, STOCK[0].id]), assigned=frozenset({STOCK[2].id}))
    found = standings(patents, {}, day)
    assert rates(found) == {
        "盘点率": (3, 6),
        "盘点率（其后授权）": (1, 1),
        "入库率": (2, 4),
        "专家分派率": (1, 2),
        "企业评价率": (1, 2),
        "实施率": (2, 8),
        "产业化率": (1, 8),
    }


def test_what_was_converted_after_its_self_assessment_stays_done():
    stages = dict.fromkeys((STOCK[0].id, STOCK[1].id), Stage.CONVERTED)
    first = {STOCK[0].id: date(2026, 6, 30), STOCK[2].id: date(2026, 5, 1)}
    found = standings(STOCK[:3], {}, on(stages=stages, first=first))
    assert [one.done for one in found] == [True, False, False], "sent back to 未盘点 is not done either"


def test_a_deal_is_use():
    found = standings(STOCK[:2], {}, replace(on(), dealt=frozenset({STOCK[1].id})))
    assert (rates(found)["实施率"], rates(found)["产业化率"]) == ((1, 2), (0, 2))


def test_a_patent_is_counted_from_its_grant_on():
    later = replace(LATER, granted=date(2026, 7, 1))
    assert [one.counted for one in standings([later, DEAD, UNDATED], {}, on())] == [False, False, True]
    assert [one.counted for one in standings([later], {}, on(date(2026, 7, 1)))] == [True]


def test_groups_come_from_the_holders_record_and_the_patent():
    holder = Holder("泰山学院", "泰山学院", "高校", "山东省泰安市", department="省教育厅")
    (one,) = standings([STOCK[0]], {"泰山学院": holder}, on())
    assert (one.city, one.department, one.kind) == ("泰安市", "省教育厅", "高校")
    (one,) = standings([replace(STOCK[0], holders=("岱岳阀门有限公司",), region="山东省济南市")], {}, on())
    assert (one.city, one.department, one.kind) == ("济南市", "未注明", "企业")
    lines = rate_lines(standings(STOCK, {"泰山学院": holder}, on()), indicators())
    assert [
        (line.dimension, line.group, line.rate.denominator) for line in lines if line.indicator == "盘点率"
    ] == [
        ("全部", "全部", 5),
        ("地市", "泰安市", 5),
        ("主管部门", "省教育厅", 5),
        ("单位类型", "高校", 5),
        ("专利权人", "泰山学院", 5),
        ("学院", "泰山学院 机械学院", 3),
        ("学院", "泰山学院 材料学院", 2),
        ("重点产业", "未归类", 5),
    ]


def test_a_patent_of_two_industries_counts_in_both_and_the_rest_in_neither():
    industries = {STOCK[0].id: ("新材料", "储能"), STOCK[1].id: ("储能",)}
    lines = rate_lines(standings(STOCK, {}, on(), industries), indicators())
    counted = {
        line.group: line.rate.denominator
        for line in lines
        if line.dimension == "重点产业" and line.indicator == "盘点率"
    }
    assert counted == {"储能": 2, "新材料": 1, "未归类": 3}


@pytest.mark.parametrize(
    ("region", "city"),
    [
        ("河北省保定市", "保定市"),
        ("河北省保定市定州市", "定州"),
        ("辛集市", "辛集"),
        ("河北雄安新区", "雄安"),
        ("内蒙古自治区锡林郭勒盟", "锡林郭勒盟"),
        ("云南省大理白族自治州", "大理白族自治州"),
        ("北京市", "北京市"),
        ("", "未注明"),
    ],
)
def test_cities(region, city):
    assert city_of(region) == city


@pytest.mark.parametrize(
    ("name", "kind"),
    [("河东大学", "高校"), ("甲研究院有限公司", "企业"), ("甲医科大学附属医院", "医院"), ("甲科学院乙研究所", "科研机构"), ("张三", "")],
)  # fmt: skip
def test_kinds_by_name(name, kind):
    assert kind_by_name(name) == kind


TARGET = Milestone("甲", date(2026, 3, 31), "盘点率", 0.6, start=date(2026, 1, 1))


def states(done, as_of, milestone=TARGET):
    stages = dict.fromkeys([one.id for one in STOCK[:done]], Stage.SELF_ASSESSED)
    table = Milestones((milestone,), date(2023, 12, 31))
    (line,) = milestone_lines(table, standings(STOCK, {}, on(as_of, stages)), as_of)
    return line.state, line.short, line.units


@pytest.mark.parametrize(
    ("done", "as_of", "state", "short"),
    [
        (3, date(2026, 2, 1), State.COMPLETE, 0),
        (3, date(2026, 4, 1), State.COMPLETE, 0),
        (2, date(2026, 3, 30), State.LAGGING, 1),
        (2, date(2026, 3, 31), State.LAGGING, 1),
        (2, date(2026, 2, 28), State.ON_TIME, 1),
        (1, date(2026, 1, 30), State.ON_TIME, 2),
        (1, date(2026, 1, 31), State.LAGGING, 2),
        (0, date(2026, 1, 1), State.ON_TIME, 3),
        (0, date(2026, 1, 2), State.LAGGING, 3),
    ],
)
def test_milestones_to_the_day(done, as_of, state, short):
    """Of 5 patents 3 are needed; with 1 of them (20 %) the pace is kept for 29 of the 89 days."""
    assert states(done, as_of)[:2] == (state, short)


def test_without_a_start_only_the_due_day_decides():
    milestone = replace(TARGET, start=None)
    assert states(0, date(2026, 3, 30), milestone)[0] is State.ON_TIME
    assert states(0, date(2026, 3, 31), milestone) == (State.LAGGING, 3, "机械学院 3、材料学院 2")


def test_scopes():
    assert replace(TARGET, holders=("甲",)).concerns("甲", "高校")
    assert not replace(TARGET, holders=("甲",)).concerns("乙", "高校")
    assert not replace(TARGET, without=("甲",)).concerns("甲", "高校")
    assert not replace(TARGET, kinds=("高校",)).concerns("甲", "企业")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "甲"\ndate = 2026-03-31\nindicator = "合格率"\ntarget = 1.0', "第 1 段的指标“合格率”不存在。可用：盘点率"),
        ('name = "甲"\ndate = 2026-03-31\nindicator = "盘点率"\ntarget = 60', "target 应为 0 到 1 之间的比例，写的是“60”"),
        ('name = "甲"\ndate = "三月"\nindicator = "盘点率"\ntarget = 1', "须有 name（名称）和 date"),
        ('name = "甲"\nstart = 2026-04-01\ndate = 2026-03-31\nindicator = "盘点率"\ntarget = 1', "start 应为早于 date 的日期"),
        ('name = "甲"\ndue = 2026-03-31', "不认识的项 due"),
    ],
)  # fmt: skip
def test_a_slip_in_the_table_is_told(text, message, tmp_path):
    (tmp_path / "programme").mkdir()
    (tmp_path / "programme" / "milestones.toml").write_text(f"[[milestone]]\n{text}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_milestones(tmp_path)


def test_the_shipped_milestones(tmp_path):
    table = read_milestones(tmp_path)
    assert [(one.due, one.target) for one in table.entries] == [
        (date(2026, 3, 31), 1.0),
        (date(2026, 6, 30), 1.0),
        (date(2026, 6, 30), 0.6),
        (date(2026, 10, 31), 1.0),
        (date(2026, 5, 31), 1.0),
        (date(2026, 12, 31), 0.8),
    ]


def test_month_ends():
    assert month_ends(date(2026, 1, 15), date(2026, 3, 10)) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 10),
    ]
    assert month_ends(date(2024, 2, 1), date(2024, 2, 29)) == [date(2024, 2, 29)]
    assert month_ends(date(2026, 3, 2), date(2026, 3, 1)) == []


def test_an_earlier_day_is_counted_as_it_was(store):
    first = move(Item(STOCK[0].id), Stage.SELF_ASSESSED, Act("甲", datetime(2026, 2, 10)))
    store.inventory.write([first])
    store.inventory.write([move(first.after, Stage.SCREENED, Act("甲", datetime(2026, 3, 10)))])
    assert store.inventory.first_assessed() == {STOCK[0].id: date(2026, 2, 10)}
    seen = {}
    for day in (date(2026, 2, 9), date(2026, 2, 10), date(2026, 3, 10)):
        found = standings(STOCK, {}, Day(day, store.inventory.stages_at(day), {}, frozenset()))
        seen[day] = rates(found)["盘点率"][0], rates(found)["入库率"]
    assert seen == {
        date(2026, 2, 9): (0, (0, 0)),
        date(2026, 2, 10): (1, (0, 1)),
        date(2026, 3, 10): (1, (1, 1)),
    }
