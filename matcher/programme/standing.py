"""Where every patent of the inventory stands at the end of a day, with what it is counted by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from matcher.availability import lapsed
from matcher.domain import Holder, LegalStatus, Patent
from matcher.inventory import ASSESSED, Division, Stage
from matcher.programme.splitting import UNKNOWN_HOLDER, UNKNOWN_UNIT

OWN_UNITS = ("定州", "辛集", "雄安")
"""Places that are counted by themselves, not with the city around them."""
UNSTATED = "未注明"
_KINDS = (
    ("企业", ("公司", "集团", "厂")),
    ("医院", ("医院",)),
    ("科研机构", ("研究院", "研究所", "科学院", "研究中心")),
    ("高校", ("大学", "学院", "学校")),
)
_CITY = re.compile(r"(?:.*?(?:省|自治区))?(.+?(?:自治州|地区|盟|市))")


@dataclass(frozen=True, slots=True)
class Standing:
    """One patent on a day; `counted` is False for what is not granted or not in force then."""

    patent: Patent
    holder: str
    college: str
    city: str
    department: str
    kind: str
    """高校, 科研机构, 医院, 企业: as on record, else as the name says; "" where neither tells."""
    stage: Stage
    done: bool
    """已盘点."""
    assessed: bool
    """有企业评价."""
    dealt: bool
    """有转让、许可或作价入股的交易."""
    counted: bool
    granted_known: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What is known at the end of a day, by patent id."""

    as_of: date
    stages: Mapping[str, Stage]
    first_done: Mapping[str, date]
    """Patent id → the day on which it was first 已盘点."""
    assessed: frozenset[str]
    dealt: frozenset[str] = frozenset()


def standings(patents: Iterable[Patent], holders: Mapping[str, Holder], day: Day) -> list[Standing]:
    """Every patent on the day, in the order given."""
    return [_standing(patent, holders, day) for patent in patents]


def _standing(patent: Patent, holders: Mapping[str, Holder], day: Day) -> Standing:
    name = patent.holders[0] if patent.holders else UNKNOWN_HOLDER
    holder = holders.get(name)
    stage = day.stages.get(patent.id, Stage.NOT_STARTED)
    first = day.first_done.get(patent.id)
    ended = stage in (Stage.CONVERTED, Stage.DEAD)
    granted = patent.granted is None or patent.granted <= day.as_of
    return Standing(
        patent,
        name,
        patent.college or UNKNOWN_UNIT[Division.COLLEGE],
        city_of(holder.region if holder and holder.region else patent.region),
        (holder.department if holder else "") or UNSTATED,
        (holder.kind if holder else "") or kind_by_name(name),
        stage,
        stage in ASSESSED or (ended and first is not None and first <= day.as_of),
        patent.id in day.assessed,
        patent.id in day.dealt,
        granted and patent.status is not LegalStatus.PENDING and not lapsed(patent, day.as_of),
        patent.granted is not None,
    )


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
