"""Who a list is made for, as data: which sheets and columns it has and which needs may stand in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from matcher.errors import InputError


class Sheet(StrEnum):
    """The sheets of a list, named as people see them."""

    COVER = "封面"
    LIST = "对接清单"
    BY_PATENT = "按专利"
    UNANSWERED = "暂无合适专利的需求"
    EXCLUDED = "排除清单"
    FEEDBACK = "对接反馈"
    """To be filled in and sent back; only in lists of events, whose lines have numbers."""
    NEEDS = "需求一览"
    SCORES = "评分明细"


class Recipient(StrEnum):
    """Whom a version is handed to, where it is one party."""

    NOBODY = ""
    ENTERPRISE = "企业"
    HOLDER = "权利人"


@dataclass(frozen=True, slots=True)
class Preset:
    """One version (版) of a list.

    Only an `internal` preset shows needs that are 仅主管部门, names behind 匿名 needs, raw scores, 不推荐 and
    enterprises' contacts.
    """

    name: str
    purpose: str
    sheets: tuple[Sheet, ...]
    omitted: frozenset[str] = frozenset()
    """Titles of the columns that this version leaves out of every sheet."""
    internal: bool = False
    recipient: Recipient = Recipient.NOBODY


PRESETS: tuple[Preset, ...] = (
    Preset(
        "内部版",
        "供主管部门内部使用，含未公开的需求、评分明细和排除清单，请勿外传",
        (
            Sheet.COVER,
            Sheet.LIST,
            Sheet.BY_PATENT,
            Sheet.UNANSWERED,
            Sheet.EXCLUDED,
            Sheet.FEEDBACK,
            Sheet.NEEDS,
            Sheet.SCORES,
        ),
        internal=True,
    ),
    Preset(
        "对外版",
        "供路演和对接活动公开发放，只列入可公开的需求",
        (Sheet.COVER, Sheet.LIST, Sheet.BY_PATENT, Sheet.UNANSWERED, Sheet.FEEDBACK),
        frozenset({"统一社会信用代码", "企业类型", "状态核验日期", "授权公告日", "成熟度来源", "对接状态"}),
    ),
    Preset(
        "企业版",
        "供一家企业查看本企业需求可用的专利",
        (Sheet.COVER, Sheet.LIST, Sheet.UNANSWERED, Sheet.EXCLUDED, Sheet.FEEDBACK),
        frozenset({"统一社会信用代码", "所属地市", "企业类型", "对接状态"}),
        recipient=Recipient.ENTERPRISE,
    ),
    Preset(
        "高校版",
        "供高校、科研机构查看本单位专利适合的企业，以及尚无专利回应的需求",
        (Sheet.COVER, Sheet.BY_PATENT, Sheet.LIST, Sheet.UNANSWERED, Sheet.FEEDBACK),
        frozenset({"统一社会信用代码"}),
        recipient=Recipient.HOLDER,
    ),
)


NUMBERED = frozenset({"对接编号", "同组专利"})
"""Columns that only the list of an event has."""


def of_unnumbered(preset: Preset) -> Preset:
    """The version for a list whose lines have no numbers to be followed by."""
    sheets = tuple(sheet for sheet in preset.sheets if sheet is not Sheet.FEEDBACK)
    return replace(preset, sheets=sheets, omitted=preset.omitted | NUMBERED)


def preset_named(name: str) -> Preset:
    """The preset of that name; raises InputError naming those there are."""
    for preset in PRESETS:
        if preset.name == name:
            return preset
    names = "、".join(preset.name for preset in PRESETS)
    raise InputError(f"没有名为“{name}”的清单版本。可选：{names}。", code="unknown_preset")
