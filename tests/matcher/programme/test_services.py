"""Service institutions: who suits a patent in its tiers, in what order, with what reason; the slips in the table."""

import pytest

from matcher.domain import ServiceInstitution
from matcher.errors import InputError
from matcher.programme.services import Asking, Service, offers, read_services
from matcher.programme.tiers import read_rules

TABLE = {
    "投资": Service("投资", ("投资", "基金"), ("保全",), 2),
    "质押融资": Service("质押融资", ("银行", "质押"), ("质押", "保全")),
}
FUND = ServiceInstitution("云泽创投", "云泽创投", "投资机构", ("新材料",), region="河东省云泽市")
WIDE = ServiceInstitution("河东基金", "河东基金", "基金", region="河东省青岚市")
BANK = ServiceInstitution("青岚农商行", "青岚农商行", "银行", ("储能",))
LENDER = ServiceInstitution("望川科技", "望川科技", "服务商", products=("专利质押贷", "咨询"))


def asking(id_, services, industries=("新材料",), burdens=(), region="河东省云泽市"):
    return Asking(id_, dict.fromkeys(services, "重点推介"), industries, burdens, region)


def shown(found):
    return [(one.patent_id, one.service, one.institution and one.institution.id, one.reason) for one in found]


def test_who_follows_the_industry_comes_first_and_each_offer_says_why():
    found = offers([asking("P1", ["投资", "质押融资"])], [WIDE, FUND, BANK, LENDER], TABLE)
    assert shown(found) == [
        ("P1", "投资", "云泽创投", "机构类型“投资机构”；关注产业含“新材料”；同在云泽市"),
        ("P1", "投资", "河东基金", "机构类型“基金”；未限定产业"),
        ("P1", "质押融资", "望川科技", "产品“专利质押贷”；未限定产业"),
    ]
    assert {one.tier for one in found} == {"重点推介"}


def test_who_follows_other_industries_is_not_named_and_the_reason_says_so():
    found = offers([asking("P1", ["质押融资"])], [BANK], TABLE)
    assert shown(found) == [("P1", "质押融资", None, "提供质押融资的 1 家关注的产业都不符")]
    found = offers([asking("P1", ["质押融资"])], [FUND], TABLE)
    assert shown(found) == [("P1", "质押融资", None, "没有提供质押融资的机构")]


def test_a_pledged_patent_is_not_offered_to_a_bank():
    found = offers([asking("P1", ["质押融资"], burdens=("质押", "普通许可"))], [LENDER], TABLE)
    assert shown(found) == [("P1", "质押融资", None, "专利有质押，暂不对接质押融资")]


def test_equal_ones_share_the_patents_evenly():
    two = [ServiceInstitution(id_, id_, "银行") for id_ in ("甲行", "乙行")]
    found = offers([asking(f"P{n}", ["质押融资"]) for n in range(4)], two, TABLE)
    assert [one.institution.id for one in found] == ["乙行", "甲行", "乙行", "甲行"]


def test_an_industry_is_met_by_a_part_of_its_name_either_way():
    part = ServiceInstitution("甲行", "甲行", "银行", ("储能",))
    found = offers([asking("P1", ["质押融资"], ("新能源与储能",))], [part], TABLE)
    assert found[0].reason == "机构类型“银行”；关注产业含“新能源与储能”"


def test_every_service_of_the_shipped_tiers_is_in_the_shipped_table(tmp_path):
    asked = {service for rule in read_rules(tmp_path) for service in rule.services}
    assert asked == {"投资", "质押融资", "保险", "运营", "评价报告", "中试"}
    assert asked <= read_services(tmp_path).keys()


def test_an_unknown_service_is_told():
    with pytest.raises(
        InputError, match="层级“重点推介”要求的服务“信托”不在服务对接规则中。可用：投资、质押融资"
    ):
        offers([asking("P1", ["信托"])], [FUND], TABLE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[service]]\nname = '投资'", "第 1 段须有 name（服务名称）和 words"),
        (
            "[[service]]\nname = '投资'\nwords = ['投']\nper_patent = 0",
            "per_patent 应为不小于 1 的整数，写的是“0”",
        ),
        ("[[service]]\nname = '投资'\nwords = ['投']\nlimit = 1", "不认识的项 limit"),
    ],
)
def test_a_slip_in_the_table_is_told(text, message, tmp_path):
    (tmp_path / "programme").mkdir()
    (tmp_path / "programme" / "services.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_services(tmp_path)
