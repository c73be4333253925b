"""What may be asked over HTTP: parameters and bodies, checked field by field."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from api.http.group_fields import GROUPS, GroupLines, groups_of
from matcher.domain import LegalStatus, LicensingMode, PatentType
from matcher.groups import Group
from matcher.store.filters import NeedFilter, PatentFilter

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAX_K = 200
_FIRST = date(1985, 4, 1)
"""The day on which the Patent Law came into force."""
_LAST = date(2200, 12, 31)


def _iso_day(value: object) -> date | None:
    """Days are written in one way only; numbers are no dates."""
    day = value if value is None or isinstance(value, date) else None
    if isinstance(value, str) and _ISO.fullmatch(value):
        with suppress(ValueError):
            day = date.fromisoformat(value)
    if value is not None and day is None:
        raise PydanticCustomError("day", "a day as 2026-06-30")
    if day is not None and not _FIRST <= day <= _LAST:
        raise PydanticCustomError("day_range", "a day within the law's time")
    return day


Day = Annotated[date, BeforeValidator(_iso_day)]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=50)]


class Question(BaseModel):
    """Parameters of a request; an unknown one is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PageQuery(Question):
    """Which page of a list; `cursor` is what the page before gave out."""

    limit: int = Field(50, ge=1, le=_MAX_K, description="一页几项")
    cursor: str = Field("", max_length=500, description="上一页 next 中的游标；不写则从头开始")


class PatentFields(Question):
    """Which patents: of every stated field any one value; an empty field asks nothing."""

    region: Words = Field([], description="地区，按部分匹配，如 云州市")
    holder: Words = Field([], description="专利权人，全称")
    ipc: Words = Field([], description="IPC 开头，如 G06F、G06F 16")
    type: list[PatentType] = Field([], max_length=3, description="专利类型")
    status: list[LegalStatus] = Field([], max_length=30, description="法律状态")
    mode: list[LicensingMode] = Field([], max_length=7, description="权利人愿意的转化方式")

    def patents(self) -> PatentFilter:
        """The same as the store reads it."""
        return PatentFilter(
            regions=tuple(self.region),
            holders=tuple(self.holder),
            types=tuple(self.type),
            ipc=tuple(self.ipc),
            statuses=tuple(self.status),
            modes=tuple(self.mode),
        )


class PatentFilters(PatentFields):
    """Which patents to search, before the search, as they were on a day."""

    as_of: Day | None = Field(None, description="以哪一天的状态为准，默认今天")


class PatentsQuery(PatentFields, PageQuery):
    """A page of the patents that a filter keeps."""


class SearchBody(PatentFilters):
    """A need in free text, which is not stored."""

    text: StrictStr = Field(min_length=1, max_length=20_000, description="第一行为名称，其余为说明")
    k: StrictInt = Field(10, ge=1, le=_MAX_K, description="列几项")


class NeedMatchesQuery(PatentFilters):
    """How to list the patents of one need."""

    k: int = Field(10, ge=1, le=_MAX_K, description="列几项")


class PatentMatchesQuery(Question):
    """How to list the enterprises of one patent."""

    as_of: Day | None = Field(None, description="以哪一天的状态为准，默认今天")
    k: int = Field(10, ge=1, le=_MAX_K, description="列几项")


class EventListQuery(Question):
    """Which version, and for whom."""

    version: str = Field("", max_length=50, description="清单编号，如 HD001-02；默认为最新一版")
    preset: str = Field("", max_length=20, description="内部版、对外版、企业版、高校版；默认为本角色的版式")
    recipient: str = Field("", max_length=200, description="企业版、高校版交给谁")


class ListQuery(PatentFilters):
    """Which needs, which patents and for whom."""

    event: str = Field("", max_length=200, description="活动名称")
    organiser: str = Field("", max_length=200, description="编制单位")
    k: int = Field(10, ge=1, le=_MAX_K, description="每条需求最多列几件")
    need_region: Words = Field([], description="只对这些地区的需求")
    enterprise: Words = Field([], description="只对这些企业的需求：名称、统一社会信用代码或编号")
    group: GroupLines = Field([], description=f"只对这些类别：{GROUPS}", examples=[["资质类型=高新技术企业"]])
    preset: str = Field("", max_length=20, description="内部版、对外版、企业版、高校版；默认为本角色的版式")
    recipient: str = Field("", max_length=200, description="企业版、高校版交给谁")

    def groups(self) -> dict[str, Group]:
        """The groups that the needs and patents must belong to, by the path of their field."""
        return {f"query.group.{place}": group for place, group in enumerate(groups_of(self.group))}

    def needs(self) -> NeedFilter:
        """The same as the store reads it."""
        return NeedFilter(regions=tuple(self.need_region), enterprises=tuple(self.enterprise))
