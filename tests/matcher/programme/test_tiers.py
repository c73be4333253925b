"""Tier rules: what they read, what is unknown, and the sentences for slips in the table."""

from dataclasses import replace
from datetime import date

import pytest

from matcher.domain import (
    Assessment,
    Encumbrance,
    EncumbranceKind,
    LicensingMode,
    Maturity,
    MaturityScale,
    PatentType,
    Prospect,
)
from matcher.errors import InputError
from matcher.groups import UNCLASSIFIED
from matcher.inventory import Appraisal, Item
from matcher.matches import Verdict
from matcher.programme.industries import Industry, Tag, need_tags, patent_tags, read_industries
from matcher.programme.patent_facts import Known, facts
from matcher.programme.tiers import REST, Condition, Rule, decide, read_rules
from tests.matcher.programme.inventory_examples import patent

DAY = date(2026, 6, 30)
GOOD = Condition("prospect", "is", ("好",))
RIPE = Condition("maturity", "at_least", 6)
RULES = (Rule("重点推介", ("路演",), (GOOD, RIPE)), Rule("中试", (), (Condition("maturity", "at_most", 5),)))


@pytest.mark.parametrize(
    ("condition", "value", "verdict", "reason"),
    [
        (GOOD, "好", Verdict.SATISFIED, "产业化前景：好（要求为好）"),
        (GOOD, "一般", Verdict.VIOLATED, "产业化前景：一般（要求为好）"),
        (GOOD, None, Verdict.UNKNOWN, "产业化前景不详（要求为好）"),
        (RIPE, 6, Verdict.SATISFIED, "技术成熟度：6（要求不小于6）"),
        (RIPE, 5, Verdict.VIOLATED, "技术成熟度：5（要求不小于6）"),
        (Condition("maturity", "at_most", 5), 5, Verdict.SATISFIED, "技术成熟度：5（要求不大于5）"),
        (Condition("modes", "includes", ("转让", "普通许可")), ("转让",), Verdict.SATISFIED, "转化意愿：转让（要求含转让、普通许可）"),
        (Condition("modes", "includes", ("转让",)), ("普通许可",), Verdict.VIOLATED, "转化意愿：普通许可（要求含转让）"),
        (Condition("encumbrances", "excludes", ("保全",)), (), Verdict.SATISFIED, "权利负担：无（要求不含保全）"),
        (Condition("encumbrances", "excludes", ("保全",)), ("保全",), Verdict.VIOLATED, "权利负担：保全（要求不含保全）"),
        (Condition("industries", "stated", True), (), Verdict.VIOLATED, "重点产业：无（要求有）"),
        (Condition("industries", "stated", False), (), Verdict.SATISFIED, "重点产业：无（要求无）"),
    ],
)  # fmt: skip
def test_conditions(condition, value, verdict, reason):
    assert (condition.verdict(value), condition.reason(value)) == (verdict, reason)


def shown(found):
    return [(one.tier, one.verdict, one.missing) for one in decide(found, RULES)]


def test_all_conditions_must_hold_and_the_unknown_is_named():
    assert shown({"prospect": "好", "maturity": 7}) == [("重点推介", Verdict.SATISFIED, ())]
    assert shown({"prospect": None, "maturity": 7}) == [
        ("重点推介", Verdict.UNKNOWN, ("产业化前景",)),
        (REST, Verdict.SATISFIED, ()),
    ]
    assert shown({"prospect": "差", "maturity": 7}) == [(REST, Verdict.SATISFIED, ())]
    assert shown({"prospect": "好", "maturity": 4}) == [("中试", Verdict.SATISFIED, ())]


def test_of_two_rules_of_a_tier_the_one_that_holds_counts():
    rules = (RULES[0], Rule("重点推介", (), (Condition("interested", "at_least", 3),)))
    (found,) = decide({"prospect": None, "maturity": 7, "interested": 3}, rules)
    assert (found.verdict, found.reasons) == (Verdict.SATISFIED, ("有需求或好评的企业数：3（要求不小于3）",))


def test_the_facts_of_a_patent():
    one = replace(
        patent("201610000001.5"),
        type=PatentType.UTILITY_MODEL,
        ipc=("H01M 10/0525",),
        modes=(LicensingMode.ORDINARY_LICENCE,),
        maturity=Maturity(4, "小试", MaturityScale.STAGE),
        prospect=Prospect.AVERAGE,
        encumbrances=(
            Encumbrance(EncumbranceKind.SOLE_LICENCE, until=date(2026, 6, 29)),
            Encumbrance(EncumbranceKind.PLEDGE),
        ),
    )
    said = [
        Assessment(str(n), one.id, f"E{n}", prospect=p)
        for n, p in enumerate((Prospect.GOOD, Prospect.FAIR, Prospect.POOR))
    ]
    item = Item(one.id, central=Appraisal("专家", DAY, Prospect.GOOD))
    known = Known(
        {one.id: item}, {one.id: said}, {one.id: frozenset({"E0", "E7"})}, (Industry("储能", ("H01M",)),), DAY
    )
    assert facts(one, known) == {
        "type": "实用新型", "prospect": "好", "maturity": 4, "modes": ("普通许可",), "implementation": None, "report": None,
        "favourable": 2, "wanting": 2, "interested": 3, "industries": ("储能",), "encumbrances": ("质押",), "holders": 1,
    }  # fmt: skip


def test_the_shipped_tables_are_read_and_the_workspace_replaces_them(tmp_path):
    assert [rule.tier for rule in read_rules(tmp_path)] == [
        "重点推介", "重点推介", "开放许可", "先出具评价报告", "技术验证与中试", "专利池候选",
    ]  # fmt: skip
    assert [one.name for one in read_industries(tmp_path)][:2] == ["新能源与储能", "高端装备制造"]
    (tmp_path / "programme").mkdir()
    own = tmp_path / "programme" / "tiers.toml"
    own.write_text('[[tier]]\nname = "甲"\nwhen = [{ fact = "maturity", at_least = 3 }]\n', encoding="utf-8")
    assert read_rules(tmp_path) == (Rule("甲", (), (Condition("maturity", "at_least", 3),)),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[[tier]]\nname = '甲'\nwhen = [{fact = 'age', is = ['1']}]",
            "第 1 段的事实“age”不存在。可用：type、prospect",
        ),
        ("[[tier]]\nname = '甲'\nwhen = [{fact = 'maturity', atleast = 3}]", "第 1 段有不认识的项 atleast"),
        (
            "[[tier]]\nname = '甲'\nwhen = [{fact = 'maturity', at_least = '高'}]",
            "at_least 应为整数，写的是“高”",
        ),
        ("[[tier]]\nname = '甲'\nwhen = [{fact = 'maturity'}]", "对“技术成熟度”须写一个要求"),
        ("[[tier]]\nname = '甲'", "须有 name（层级名称）和 when（条件）"),
        ("[[tier", "无法读取"),
    ],
)
def test_a_slip_in_the_table_is_told(text, message, tmp_path):
    (tmp_path / "programme").mkdir()
    (tmp_path / "programme" / "tiers.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_rules(tmp_path)


TABLE = (
    Industry("储能", ipc=("H01M", "H02J 7"), gbt4754=("384",), keywords=("储能", "锂电池", "钠离子")),
    Industry("海工", ipc=("B63",), region="青屿市"),
)


@pytest.mark.parametrize(
    ("facts_", "tags"),
    [
        ({"ipc": ("H01M 10/0525",)}, (Tag("储能", "IPC H01M 10/0525（H01M）"),)),
        ({"ipc": ("H02J 7/00",)}, (Tag("储能", "IPC H02J 7/00（H02J 7）"),)),
        ({"ipc": ("H02J 70/00",)}, ()),
        ({"title": "锂电池管理"}, (Tag("储能", "关键词“锂电池”"),)),
        ({"abstract": "用于储能。"}, ()),
        ({"abstract": "用于储能和锂电池。"}, (Tag("储能", "正文关键词“储能”“锂电池”"),)),
        ({"industry": "C3841 锂离子电池制造"}, (Tag("储能", "国民经济行业 3841（384）"),)),
        ({"ipc": ("B63B 1/00",)}, ()),
        ({"ipc": ("B63B 1/00",), "region": "云岭省青屿市"}, (Tag("海工", "IPC B63B 1/00（B63）"),)),
    ],
)
def test_industries_with_their_evidence(facts_, tags):
    assert patent_tags(replace(patent("201610000001.5", ipc=(), abstract=""), **facts_), TABLE) == tags


def test_needs_are_tagged_as_well():
    from matcher.domain import Need

    assert need_tags(Need("N1", "大容量储能电站", industry="电力"), TABLE) == (Tag("储能", "关键词“储能”"),)
    assert need_tags(Need("N1", "阀门"), TABLE) == ()
    assert UNCLASSIFIED == "未归类"
