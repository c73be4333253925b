"""Groups: how qualifications and cities are named, how groups and quotas are read, what keeps a record."""

import pytest

from matcher.errors import InputError
from matcher.groups import Dimension, Group, Quota, group_named, kept, qualifications, quota_named

D = Dimension


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        (("高企", "国家高新技术企业"), ("高新技术企业",)),
        (("专精特新“小巨人”企业", "专精特新中小企业"), ("专精特新小巨人", "专精特新")),
        (
            ("国家知识产权优势企业", "省级知识产权示范企业"),
            ("国家级知识产权优势企业", "省级知识产权示范企业"),
        ),
        (("中央企业", "国有控股企业"), ("央企", "国有企业")),
        (("瞪羚企业",), ("瞪羚企业",)),
        ((), ("未注明",)),
        ((" ",), ("未注明",)),
    ],
)
def test_qualifications_as_the_programme_names_them(stated, named):
    assert qualifications(stated) == named


def test_groups_and_quotas_are_read():
    assert group_named("资质类型=高企") == Group(D.QUALIFICATION, "高新技术企业")
    assert group_named("属地＝定州") == Group(D.HOLDER_CITY, "定州")
    assert quota_named("专利产业=新材料:5") == Quota(Group(D.PATENT_INDUSTRY, "新材料"), 5)
    assert quota_named("专利产业=未归类：0") == Quota(Group(D.PATENT_INDUSTRY, "未归类"), 0)
    assert str(quota_named("归口部门=省工信厅:3")) == "归口部门=省工信厅:3"


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (
            group_named,
            "行业=钢铁",
            "应写成 口径=名称，如 资质类型=高新技术企业。可用的口径：资质类型、企业地市",
        ),
        (group_named, "资质类型", "应写成 口径=名称"),
        (group_named, "资质类型= ", "应写成 口径=名称"),
        (quota_named, "专利产业=新材料", "应写成 口径=名称:条数"),
        (quota_named, "专利产业=新材料:五", "应写成 口径=名称:条数"),
    ],
)
def test_a_slip_is_told(read, text, message):
    with pytest.raises(InputError, match=message):
        read(text)


def test_of_one_dimension_any_of_several_all():
    mine = frozenset(
        {Group(D.QUALIFICATION, "央企"), Group(D.QUALIFICATION, "国有企业"), Group(D.REGISTRATION, "已注册")}
    )
    central, high = Group(D.QUALIFICATION, "央企"), Group(D.QUALIFICATION, "高新技术企业")
    assert kept(mine, [])
    assert kept(mine, [central, high])
    assert not kept(mine, [high])
    assert kept(mine, [central, Group(D.REGISTRATION, "已注册")])
    assert not kept(mine, [central, Group(D.REGISTRATION, "未注册")])
