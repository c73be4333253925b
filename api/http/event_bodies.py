"""Events as programs write and read them: what an event is about, and what its lists may hold."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from api.http.bodies import Line, Lines, Modes
from api.http.group_fields import GROUPS, GroupLine, GroupLines, groups_of
from api.http.questions import Day
from matcher.domain import PatentType
from matcher.events import Event, ListVersion, Pair, Rules, Scope
from matcher.groups import Group, Quota, group_named
from matcher.matches import Grade

_Count = Annotated[StrictInt, Field(ge=1, le=1000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PairBody(_Part):
    """One need and one patent."""

    need_id: Line
    patent_id: Line


class QuotaBody(_Part):
    """How many lines of a list may be of one group."""

    group: GroupLine = Field(description=GROUPS)
    at_most: _Count


class ScopeBody(_Part):
    """Which patents and needs an event is about; an empty field asks nothing."""

    regions: Lines = []
    holders: Lines = []
    ipc: Lines = []
    types: Annotated[list[PatentType], Field(max_length=3)] = []
    modes: Modes = []
    industries: Lines = []
    min_maturity: Annotated[StrictInt, Field(ge=1, le=9)] | None = None
    need_regions: Lines = []
    enterprises: Lines = []
    need_ids: Lines = []
    groups: GroupLines = Field([], description=GROUPS)
    base: StrictBool = Field(False, description="从基础库选；默认有专利入库后只从资源库选")

    def scope(self) -> Scope:
        """The same as the store keeps it."""
        lists = {name: tuple(value) for name, value in self if isinstance(value, list) and name != "groups"}
        return Scope(**lists, groups=groups_of(self.groups), min_maturity=self.min_maturity, base=self.base)


class RulesBody(_Part):
    """What a list may hold; null: no cap."""

    per_need: _Count = 5
    per_patent: _Count | None = 3
    per_holder_in_need: _Count | None = 2
    per_holder: _Count | None = None
    floor: Grade = Grade.POSSIBLE
    min_probability: Annotated[float, Field(ge=0, le=1)] | None = None
    no_repeat_months: Annotated[StrictInt, Field(ge=0, le=600)] = 0
    candidates: _Count = 20
    pinned: Annotated[list[PairBody], Field(max_length=1000)] = []
    excluded: Annotated[list[PairBody], Field(max_length=1000)] = []
    quotas: Annotated[list[QuotaBody], Field(max_length=100)] = []

    def rules(self) -> Rules:
        """The same as the store keeps it."""
        plain = {name: value for name, value in self if name not in ("pinned", "excluded", "quotas")}
        return Rules(
            **plain,
            pinned=_pairs(self.pinned),
            excluded=_pairs(self.excluded),
            quotas=tuple(Quota(group_named(quota.group), quota.at_most) for quota in self.quotas),
        )


_EXAMPLE: dict[str, Any] = {
    "name": "2026年秋季路演",
    "starts": "2026-10-20",
    "scope": {"regions": ["云州市"], "groups": ["单位类型=高校"]},
    "rules": {"per_need": 5, "quotas": [{"group": "专利产业=新材料", "at_most": 20}]},
}


class EventBody(_Part):
    """路演活动."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Annotated[Line, Field(min_length=1)]
    starts: Day
    ends: Day | None = None
    place: Line = ""
    organiser: Line = ""
    scope: ScopeBody = ScopeBody()
    rules: RulesBody = RulesBody()

    def event(self, id: str = "", organiser: str = "") -> Event:
        """The event under an id; `organiser` where the body names none."""
        named = self.organiser or organiser
        scope, rules = self.scope.scope(), self.rules.rules()
        return Event(id, self.name.strip(), self.starts, self.ends, self.place, named, scope, rules)

    def groups(self) -> dict[str, Group]:
        """Every group that the body names, by the path of its field."""
        of = {f"body.scope.groups.{place}": name for place, name in enumerate(self.scope.groups)}
        of |= {f"body.rules.quotas.{place}.group": q.group for place, q in enumerate(self.rules.quotas)}
        return {path: group_named(name) for path, name in of.items()}


class EventChangeBody(EventBody):
    """The event as it is to be, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "reason": "场地变小"}]})

    reason: Annotated[Line, Field(min_length=1, description="为什么修改，记入活动的历史")]


def brief(event: Event) -> dict[str, Any]:
    """What everybody who sees events may know of one."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(event))
    return {name: document[name] for name in ("id", "name", "starts", "ends", "place", "organiser")}


def full(event: Event) -> dict[str, Any]:
    """What those who run events see: what it is about, its rules and their history."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(event))
    document["scope"]["groups"] = list(map(str, event.scope.groups))
    document["rules"]["quotas"] = [
        {"group": str(quota.group), "at_most": quota.at_most} for quota in event.rules.quotas
    ]
    return {**document, "version": event.version}


def version_document(version: ListVersion) -> dict[str, Any]:
    """One version of an event's list and where it stands in its life."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(asdict(version)))
    del document["request"]
    return document


def _pairs(pairs: list[PairBody]) -> tuple[Pair, ...]:
    return tuple(sorted(Pair(pair.need_id, pair.patent_id) for pair in pairs))
