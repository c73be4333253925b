"""Whether both sides are at home in the same city or province."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from matcher.domain import Need
from matcher.signals.contract import Candidate, Context, Reading

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|"
    "四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_MUNICIPALITIES = frozenset({"北京", "天津", "上海", "重庆"})
_PROVINCE = re.compile(
    rf"({_PROVINCES})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?|([^省区市县]{{2,3}})省"
)
"""Known provinces with or without their suffix, others by it."""
_CITY = re.compile(r"[^省区市县]{2,10}?(?:市|自治州|地区|盟)")
_SAME_CITY, _SAME_PROVINCE, _ELSEWHERE = 1.0, 0.75, 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Province and city of an address, "" where it names none."""

    province: str = ""
    city: str = ""


@lru_cache(maxsize=50_000)
def place(region: str) -> Place:
    """Province (short name) and city of `山东省泰安市…`, `山东泰安市`, `泰安市`, `上海市浦东新区`."""
    text = re.sub(r"\s+", "", region)
    match = _PROVINCE.match(text)
    province = match[1] or match[2] if match else ""
    if province in _MUNICIPALITIES:
        return Place(province, f"{province}市")
    city = _CITY.match(text, match.end() if match else 0)
    return Place(province, city[0] if city else "")


@dataclass(frozen=True, slots=True)
class Region:
    """Where the need (else its enterprise) and the patent are; unknown where the names cannot be compared."""

    name: str = "region"
    label: str = "地域"
    default_weight: float = 0.03
    textual: bool = False

    def concerns(self, need: Need, context: Context) -> bool:
        """Needs that are somewhere."""
        return bool(_region(need, context))

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """1 in the same city, 0.75 in the same province, 0 in different provinces."""
        region = _region(need, context)
        if not region or not candidate.patent.region:
            return None
        mine, theirs = place(region), place(candidate.patent.region)
        apart = mine.province and theirs.province and mine.province != theirs.province
        if mine.city and mine.city == theirs.city and not apart:
            return Reading(_SAME_CITY, lambda: f"专利权人与企业同在{mine.city}")
        if not mine.province or not theirs.province:
            return None
        if mine.province == theirs.province:
            return Reading(_SAME_PROVINCE, lambda: f"专利权人与企业同在{mine.province}")
        return Reading(_ELSEWHERE, lambda: f"专利权人在{theirs.province}，企业在{mine.province}")


def _region(need: Need, context: Context) -> str:
    """The need's, else its enterprise's; "" where neither is known."""
    if need.region:
        return need.region
    enterprise = context.enterprise(need)
    return enterprise.region if enterprise else ""
