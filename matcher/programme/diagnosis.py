"""需求诊断: what an enterprise has said and what a match still has to be told, with the questions to ask it; pure functions.

Completeness is the weight of the stated aspects over that of all. Specificity is the mean of three parts, each in
[0, 1]: quantities (3 or more count as 1), characters of text (200 or more count as 1), and freedom from empty words
(none counts as 1, four or more in 100 characters as 0).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from matcher.domain import Need

_UNIT = (
    r"%|％|‰|℃|°C|度|mm|cm|dm|km|nm|μm|um|m|米|毫米|微米|纳米|厘米|g|kg|mg|克|千克|公斤|吨|t|L|mL|升|毫升|s|秒|分钟|min|h|小时|天|次|年|"
    r"Pa|kPa|MPa|GPa|N|kN|V|kV|A|mA|W|kW|MW|kWh|Wh|Hz|kHz|MHz|GHz|dB|rpm|r/min|ppm|ppb|倍|元|万元|目|级|赫兹|伏|瓦|帕|转|个|件|台|套|位"
)
_QUANTITY = re.compile(rf"\d+(?:\.\d+)?\s*(?:[-~～至—]\s*\d+(?:\.\d+)?\s*)?(?:{_UNIT})(?![A-Za-z])")
_EMPTY = re.compile(
    r"先进|高效|相关|提高|提升|优化|改进|改善|新型|智能化|绿色|一系列|进一步|全面|领先|一流|高质量|高性能|高端|多功能|创新|完善|增强|降低成本|等方面|等技术|各类|各种"
)
_PRESENT = re.compile(
    r"现有|目前|现用|当前|现阶段|现在|原工艺|原有|传统|已采用|正在使用|我公司采用|我司采用|现采用|一直使用"
)
_TROUBLE = re.compile(
    r"难|问题|瓶颈|不足|缺陷|无法|不能|易[于^\u4e00-\u9fff]?|过高|过低|偏|损|漏|裂|故障|不稳定|不均"
)
_USE = re.compile(r"用于|应用于|适用|工况|场合|场景|环境|对象|产线|生产线|设备上|产品上")
_TERM = re.compile(r"\d+\s*(?:个月|年)内|\d{4}\s*年|年底前|上半年|下半年|周期|工期|尽快")
_ENOUGH_QUANTITIES = 3
_ENOUGH_TEXT = 200
_TOO_MANY_EMPTY = 4.0
"""Empty words in 100 characters."""


class Readiness(StrEnum):
    """What can be done with a need as it stands."""

    READY = "可直接匹配"
    USABLE = "可匹配，建议补充"
    LACKING = "须补充后再匹配"


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that a match has to be told, and the question where it is missing."""

    name: str
    weight: float
    stated: Callable[[Need], bool]
    question: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Completeness and specificity in [0, 1]; `missing` and `questions` run in parallel, the weightiest first."""

    need: Need
    completeness: float
    specificity: float
    quantities: tuple[str, ...]
    empty_words: tuple[str, ...]
    missing: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def readiness(self) -> Readiness:
        """By the lower of the two: from 0.6 ready, from 0.35 usable."""
        lower = min(self.completeness, self.specificity)
        return Readiness.READY if lower >= 0.6 else Readiness.USABLE if lower >= 0.35 else Readiness.LACKING


def text_of(need: Need) -> str:
    """All that a need says in its own words."""
    return "\n".join(filter(None, (need.title, need.description, need.indicators, need.problem)))


ASPECTS: tuple[Aspect, ...] = (
    Aspect(
        "可量化的技术指标",
        3,
        lambda need: bool(_QUANTITY.search(text_of(need))),
        "要达到什么指标？请给出数值、单位和检测方法（例如：密封寿命不低于 2 年，泄漏率不高于 0.1%）。",
    ),
    Aspect(
        "现有工艺或产品",
        2,
        lambda need: bool(_PRESENT.search(text_of(need))),
        "现在用的是什么工艺、设备或产品？效果如何，差在哪里？",
    ),
    Aspect(
        "具体难题",
        2,
        lambda need: bool(need.problem) or bool(_TROUBLE.search(need.description)),
        "卡在哪个环节？出现过什么现象，已试过哪些办法，为什么不行？",
    ),
    Aspect(
        "用途和工况",
        1.5,
        lambda need: bool(_USE.search(text_of(need))),
        "用在什么产品或产线上？温度、压力、介质、尺寸、产量等条件是什么？",
    ),
    Aspect("预算", 1, lambda need: need.budget is not None, "拟投入多少经费（万元）？给个范围也可以。"),
    Aspect(
        "合作方式",
        1,
        lambda need: bool(need.modes or need.cooperation),
        "希望怎样取得技术：转让、许可、作价入股，还是联合开发、委托研发？",
    ),
    Aspect(
        "成熟度要求",
        0.5,
        lambda need: need.min_maturity is not None,
        "能接受实验室成果，还是须有中试或量产验证？",
    ),
    Aspect(
        "时限",
        0.5,
        lambda need: need.valid_until is not None or bool(_TERM.search(text_of(need))),
        "希望什么时候用上？",
    ),
)


def diagnose(need: Need) -> Diagnosis:
    """What is there, what is missing, and what to ask."""
    text = text_of(need)
    missing = sorted(
        (aspect for aspect in ASPECTS if not aspect.stated(need)), key=lambda aspect: -aspect.weight
    )
    total = sum(aspect.weight for aspect in ASPECTS)
    quantities = tuple(match[0] for match in _QUANTITY.finditer(text))
    empty = tuple(_EMPTY.findall(text))
    density = 100 * len(empty) / max(len(text), 1)
    parts = (
        min(1.0, len(quantities) / _ENOUGH_QUANTITIES),
        min(1.0, len(text) / _ENOUGH_TEXT),
        max(0.0, 1 - density / _TOO_MANY_EMPTY),
    )
    return Diagnosis(
        need,
        1 - sum(aspect.weight for aspect in missing) / total,
        sum(parts) / len(parts),
        quantities,
        tuple(dict.fromkeys(empty)),
        tuple(aspect.name for aspect in missing),
        tuple(aspect.question for aspect in missing),
    )
