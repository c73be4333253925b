"""核验清单 and 差异清单 as workbooks: columns as data over rows of worded facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.events import ListVersion
from matcher.matchlists.differences import Difference
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page, Report
from matcher.matchlists.exports.wording import patent_number
from matcher.matchlists.verification import Finding


@dataclass(frozen=True, slots=True)
class VerificationRow:
    """One thing to look up, and room for what was found."""

    number: int
    patent_number: str
    holders: str
    matches: str
    finding: Finding
    to_fill: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One line that differs."""

    number: int
    patent_number: str
    holders: str
    difference: Difference


_VERIFICATION = (
    Column("序号", "number", 5, Setting.CENTRE),
    Column("专利号", "patent_number", 18),
    Column("专利名称", "finding.patent.title", 30),
    Column("专利权人", "holders", 20),
    Column("核验事项", "finding.check", 16),
    Column("情况", "finding.what", 40),
    Column("涉及对接编号", "matches", 14),
    Column("核验结果", "to_fill", 16, Setting.ENTRY),
    Column("核验人", "to_fill", 9, Setting.ENTRY),
    Column("核验日期", "to_fill", 11, Setting.ENTRY),
)
_DIFFERENCES = (
    Column("序号", "number", 5, Setting.CENTRE),
    Column("变化", "difference.kind", 9, Setting.CENTRE),
    Column("需求名称", "difference.match.need.title", 28),
    Column("专利名称", "difference.match.patent.title", 30),
    Column("专利号", "patent_number", 18),
    Column("专利权人", "holders", 20),
    Column("原等级", "difference.grade_before", 9, Setting.CENTRE),
    Column("新等级", "difference.grade_after", 9, Setting.CENTRE),
    Column("原因", "difference.reason", 44),
)


def verification_report(found: Sequence[Finding], version: ListVersion, made_at: datetime) -> Report:
    """核验清单 with columns in which the result is written by hand."""
    rows = [
        VerificationRow(
            number,
            patent_number(item.patent),
            "、".join(item.patent.holders),
            "、".join(item.matches),
            item,
        )
        for number, item in enumerate(found, 1)
    ]
    note = f"清单 {version.id}，发布前须逐项核验，共 {len(rows)} 项"
    return Report("发布前核验清单", (Page("核验清单", _VERIFICATION, rows, note),), made_at)


def difference_report(
    found: Sequence[Difference], old: ListVersion, new: ListVersion | None, made_at: datetime
) -> Report:
    """差异清单 between two versions (`new` None: a fresh run that is not stored)."""
    rows = [
        DifferenceRow(number, patent_number(item.match.patent), "、".join(item.match.patent.holders), item)
        for number, item in enumerate(found, 1)
    ]
    after = new.id if new is not None else f"{made_at:%Y-%m-%d} 的重新编制（未保存）"
    note = f"由 {old.id} 到 {after}；内部使用，含未公开的需求"
    return Report("对接清单差异", (Page("差异清单", _DIFFERENCES, rows, note),), made_at)
