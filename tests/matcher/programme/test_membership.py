"""Groups of a real workspace: lists and events keep to them, quotas cap them, --base looks beyond 资源库."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from matcher import roadshows, usecases
from matcher.domain import Enterprise, Holder
from matcher.errors import InputError, NotFound
from matcher.events import Event, Pair, Scope
from matcher.groups import Dimension, Group, group_named, quota_named
from matcher.inventory import Act, Item, Stage, move
from matcher.programme.membership import Registry
from matcher.workspace import Workspace

DAY = roadshows.Day(date(2026, 9, 1), datetime(2026, 9, 1, 9, 0))
D = Dimension
KNOWN = (
    Enterprise(
        "e1", "河东电机股份有限公司", kinds=("央企", "高企"), department="省工信厅", registration="已注册"
    ),
    Enterprise("e2", "东港船舶修造有限公司", kinds=("专精特新“小巨人”企业",), region="河东省东港市"),
    Holder("东港大学", "东港大学", "高校", "河东省东港市", department="省教育厅"),
)


@pytest.fixture
def known(workspace: Workspace) -> Workspace:
    workspace.store.merge(KNOWN)
    return workspace


def listed(workspace: Workspace, *groups: str) -> list[tuple[str, str]]:
    request = usecases.ListRequest(DAY.as_of, DAY.made_at, groups=tuple(map(group_named, groups)))
    found = usecases.make_list(workspace, request)
    return [(item.need.id, match.patent.id) for item in found.needs for match in item.matches]


def test_every_record_has_a_group_of_every_dimension(known: Workspace) -> None:
    registry = Registry.of(known.store, known.settings.home)
    needs = {need.id: need for need in known.store.needs.all()}
    patents = {patent.id: patent for patent in known.store.patents.all()}
    assert sorted(registry.of_need(needs["n1"])) == [
        Group(D.ENTERPRISE_CITY, "河东省"),
        Group(D.ENTERPRISE_DEPARTMENT, "省工信厅"),
        Group(D.REGISTRATION, "已注册"),
        Group(D.QUALIFICATION, "央企"),
        Group(D.QUALIFICATION, "高新技术企业"),
        Group(D.NEED_INDUSTRY, "未归类"),
    ]
    assert sorted(registry.of_patent(patents["p5"])) == [
        Group(D.PATENT_INDUSTRY, "新材料"),
        Group(D.HOLDER_DEPARTMENT, "省教育厅"),
        Group(D.HOLDER_KIND, "高校"),
        Group(D.HOLDER_CITY, "东港市"),
    ]
    assert Group(D.HOLDER_KIND, "科研机构") in registry.of_patent(patents["p3"]), "by its name"
    assert Group(D.PATENT_INDUSTRY, "未归类") in registry.of_patent(patents["p3"])


def test_a_list_of_some_groups(known: Workspace) -> None:
    everything = listed(known)
    assert {need for need, _ in everything} == {"n1", "n2"}
    assert listed(known, "资质类型=专精特新小巨人") == [pair for pair in everything if pair[0] == "n2"]
    assert listed(known, "资质类型=央企", "注册状态=未注明", "注册状态=已注册") == [
        pair for pair in everything if pair[0] == "n1"
    ]
    assert listed(known, "单位类型=科研机构") == [("n1", "p3")]
    assert listed(known, "主管部门=省教育厅") == [("n2", "p5")]
    assert listed(known, "专利产业=新材料") == [("n2", "p4"), ("n2", "p5")]
    assert {need for need, _ in listed(known, "专利产业=未归类")} == {"n1"}
    with pytest.raises(NotFound, match="没有符合条件的需求"):
        listed(known, "资质类型=国有企业")
    with pytest.raises(InputError, match="重点产业表中没有“新才料”。可用：新能源与储能、高端装备制造"):
        listed(known, "专利产业=新才料")


def test_an_event_of_some_groups_with_a_quota(known: Workspace, event: Event) -> None:
    _, built = roadshows.build_list(known, event, DAY)
    assert {entry.pair for entry in built.entries} >= {Pair("n1", "p3"), Pair("n2", "p4"), Pair("n2", "p5")}
    rules = replace(event.rules, quotas=(quota_named("专利产业=新材料:1"), quota_named("资质类型=央企:1")))
    _, capped = roadshows.build_list(known, replace(event, rules=rules), DAY)
    assert [entry.pair for entry in capped.entries] == [Pair("n1", "p1"), Pair("n2", "p4")]
    assert {(one.cap, one.of) for one in capped.selection.binding} == {
        ("同一类别在清单中的条数上限", ("专利产业", "新材料")),
        ("同一类别在清单中的条数上限", ("资质类型", "央企")),
    }
    narrow = replace(event, scope=Scope(groups=(group_named("单位类型=科研机构"),)))
    _, found = roadshows.build_list(known, narrow, DAY)
    assert [entry.pair for entry in found.entries] == [Pair("n1", "p3")]
    pinned = replace(rules, pinned=(Pair("n1", "p1"),), quotas=(quota_named("资质类型=央企:0"),))
    with pytest.raises(
        InputError, match="同一类别在清单中的条数上限为 0（资质类型，央企），但指定列入了 1 对"
    ):
        roadshows.build_list(known, replace(event, rules=pinned), DAY)


def test_an_event_over_the_base_library(known: Workspace, event: Event) -> None:
    act = Act("专家组", datetime(2026, 8, 1))
    steps = (Stage.AWAITING, Stage.SELF_ASSESSED, Stage.CENTRAL, Stage.SCREENED)
    item = Item("p5")
    for stage in steps:
        made = move(item, stage, act)
        known.store.inventory.write([made])
        item = made.after
    _, library = roadshows.build_list(known, event, DAY)
    assert {entry.patent_id for entry in library.entries} == {"p5"}
    _, base = roadshows.build_list(known, replace(event, scope=Scope(base=True)), DAY)
    assert {entry.patent_id for entry in base.entries} == {"p1", "p3", "p4", "p5"}
