"""By whom and in which key industry patents and needs are: the groups of filters, quotas, progress and evaluation; no I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from matcher.errors import InputError

OWN_UNITS = ("定州", "辛集", "雄安")
"""Places that are counted by themselves, not with the city around them."""
UNSTATED = "未注明"
UNCLASSIFIED = "未归类"
"""In no key industry."""


class Dimension(StrEnum):
    """By what needs and patents are grouped; a need or patent may stand in several groups of one dimension."""

    QUALIFICATION = "资质类型"
    ENTERPRISE_CITY = "企业地市"
    ENTERPRISE_DEPARTMENT = "归口部门"
    REGISTRATION = "注册状态"
    NEED_INDUSTRY = "需求产业"
    HOLDER_KIND = "单位类型"
    HOLDER_DEPARTMENT = "主管部门"
    HOLDER_CITY = "属地"
    PATENT_INDUSTRY = "专利产业"


OF_NEEDS = frozenset(
    {
        Dimension.QUALIFICATION,
        Dimension.ENTERPRISE_CITY,
        Dimension.ENTERPRISE_DEPARTMENT,
        Dimension.REGISTRATION,
        Dimension.NEED_INDUSTRY,
    }
)
"""Dimensions of needs and their enterprises; the others are of patents and their holders."""
_QUALIFICATIONS = {
    "国家级知识产权示范企业": "国家知识产权示范企业 国家级知识产权示范企业",
    "国家级知识产权优势企业": "国家知识产权优势企业 国家级知识产权优势企业",
    "省级知识产权示范企业": "省知识产权示范企业 省级知识产权示范企业",
    "省级知识产权优势企业": "省知识产权优势企业 省级知识产权优势企业",
    "专精特新小巨人": "专精特新小巨人 专精特新小巨人企业 国家级专精特新小巨人 国家级专精特新小巨人企业 小巨人 小巨人企业",
    "专精特新": "专精特新 专精特新企业 专精特新中小企业 省级专精特新 省级专精特新中小企业 省专精特新中小企业",
    "高新技术企业": "高新技术企业 高企 国家高新技术企业 国家级高新技术企业",
    "国有企业": "国有企业 国企 地方国有企业 国有控股企业 国有独资企业",
    "央企": "央企 中央企业 央企子公司",
}
_QUOTES = re.compile(r"[\s“”\"'‘’「」()（）]+")


def _key(text: str) -> str:
    return _QUOTES.sub("", unicodedata.normalize("NFKC", text)).lower()


_CANONICAL = {_key(word): name for name, words in _QUALIFICATIONS.items() for word in words.split()}
_KINDS = (
    ("企业", ("公司", "集团", "厂")),
    ("医院", ("医院",)),
    ("科研机构", ("研究院", "研究所", "科学院", "研究中心")),
    ("高校", ("大学", "学院", "学校")),
)
QUALIFICATIONS, HOLDER_KINDS = tuple(_QUALIFICATIONS), tuple(kind for kind, _ in _KINDS)
"""Names that 资质类型 and 单位类型 have whatever is on record."""
_CITY = re.compile(r"(?:.*?(?:省|自治区))?(.+?(?:自治州|地区|盟|市))")


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """One group of one dimension, such as 资质类型 国有企业."""

    dimension: Dimension
    name: str

    def __str__(self) -> str:
        return f"{self.dimension}={self.name}"


@dataclass(frozen=True, slots=True, order=True)
class Quota:
    """How many lines of a list may be of one group."""

    group: Group
    at_most: int

    def __str__(self) -> str:
        return f"{self.group}:{self.at_most}"


def group_named(text: str) -> Group:
    """资质类型=国有企业 as a group, the name as records have it; raises InputError naming the dimensions."""
    dimension, sign, name = text.replace("＝", "=").partition("=")
    if not sign or not name.strip() or dimension.strip() not in Dimension.__members__.values():
        known = "、".join(Dimension)
        raise InputError(
            f"“{text}”应写成 口径=名称，如 资质类型=高新技术企业。可用的口径：{known}。", code="unknown_group"
        )
    found = Dimension(dimension.strip())
    name = name.strip()
    return Group(found, qualifications([name])[0] if found is Dimension.QUALIFICATION else name)


def quota_named(text: str) -> Quota:
    """专利产业=新材料:5 as a quota; raises InputError."""
    group, sign, limit = text.replace("：", ":").rpartition(":")
    if not sign or not limit.strip().isdecimal():
        raise InputError(f"“{text}”应写成 口径=名称:条数，如 专利产业=新材料:5。", code="bad_quota")
    return Quota(group_named(group), int(limit))


def kept(members: frozenset[Group], wanted: Iterable[Group]) -> bool:
    """Whether of every dimension that is asked for one of the groups asked for is a member's."""
    wanted = tuple(wanted)
    asked = {group.dimension for group in wanted}
    return asked == {group.dimension for group in wanted if group in members}


def qualifications(kinds: Iterable[str]) -> tuple[str, ...]:
    """资质类型 as the programme names them, each once; what it has no name for stays as stated; none: 未注明."""
    named = (_CANONICAL.get(_key(kind), kind.strip()) for kind in kinds if kind.strip())
    return tuple(dict.fromkeys(named)) or (UNSTATED,)


def kind_by_name(name: str) -> str:
    """What kind of holder a name speaks of; companies first, for a 研究院有限公司 is a company."""
    return next((kind for kind, words in _KINDS if any(word in name for word in words)), "")


def city_of(region: str) -> str:
    """The city of a region: 河北省保定市 → 保定市; 定州, 辛集 and 雄安 by themselves; 未注明 where none is named."""
    for own in OWN_UNITS:
        if own in region:
            return own
    match = _CITY.match(region)
    return match[1] if match else region or UNSTATED
