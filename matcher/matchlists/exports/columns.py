"""The columns of every sheet, as data: title, the row's field, width and how the cell is set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter

from matcher.domain import LicensingMode
from matcher.matchlists.exports.presets import Preset, Sheet
from matcher.matchlists.exports.rows import (
    FOLLOW_UP,
    ExcludedRow,
    ListRows,
    MatchRow,
    NeedRow,
    PatentRow,
    ScoreRow,
)
from matcher.outcomes import Reason

INTEREST = ("是", "否", "待定")
"""是否有意向."""
Row = MatchRow | PatentRow | ExcludedRow | NeedRow | ScoreRow
Cell = str | int | float | date | None
"""None leaves the cell blank."""


class Setting(StrEnum):
    """How a cell is set."""

    TEXT = "text"
    CENTRE = "centre"
    DATE = "date"
    ENTRY = "entry"
    NUMBER = "number"
    AMOUNT = "amount"
    SHARE = "share"
    GRADE = "grade"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `field` is the row's attribute (dotted), `width` counts digits of the default font."""

    title: str
    field: str
    width: float
    setting: Setting = Setting.TEXT
    choices: tuple[str, ...] = ()
    """Offered in a drop-down; another value is warned of, not refused."""

    def cell(self, row: object) -> Cell:
        """The row's value in this column."""
        value: Cell = attrgetter(self.field)(row)
        return value


_MATCH = (
    Column("序号", "number", 3.8, Setting.CENTRE),
    Column("企业名称", "enterprise", 10),
    Column("统一社会信用代码", "credit_code", 9),
    Column("所属地市", "region", 5.8),
    Column("企业类型", "enterprise_kinds", 7),
    Column("需求编号", "need_id", 8.4),
    Column("需求名称", "need", 11.5),
    Column("推荐专利名称", "patent", 13),
    Column("专利号", "patent_number", 9.2),
    Column("专利类型", "patent_type", 3.9, Setting.CENTRE),
    Column("法律状态", "status", 6.8, Setting.CENTRE),
    Column("状态核验日期", "status_date", 9.6, Setting.DATE),
    Column("授权公告日", "granted", 9.6, Setting.DATE),
    Column("预计届满日", "expires", 9.6, Setting.DATE),
    Column("专利权人", "holder", 9),
    Column("共有权利人", "co_holders", 8),
    Column("所属产业", "industry", 6.8),
    Column("技术成熟度", "maturity", 8),
    Column("成熟度来源", "maturity_source", 3.9, Setting.CENTRE),
    Column("可行转化方式", "modes", 13),
    Column("费用及支付方式", "fee", 9),
    Column("推荐等级", "grade", 6.8, Setting.GRADE),
    Column("匹配理由", "reasons", 29),
    Column("风险提示", "risks", 15),
    Column("权利人联系部门", "contact", 9),
    Column("对接状态", "follow_up", 5.2, Setting.CENTRE, FOLLOW_UP),
    Column("同组专利", "family", 9),
    Column("对接编号", "match_id", 7, Setting.CENTRE),
)


def _to_fill(title: str, width: float, choices: tuple[str, ...] = ()) -> Column:
    return Column(title, "to_fill", width, Setting.ENTRY, choices)


_FEEDBACK = (
    Column("对接编号", "match_id", 12, Setting.CENTRE),
    Column("清单版本", "list_id", 9, Setting.CENTRE),
    Column("企业名称", "enterprise", 11),
    Column("需求名称", "need", 13),
    Column("推荐专利名称", "patent", 15),
    Column("专利号", "patent_number", 9.5),
    Column("专利权人", "holder", 10),
    Column("推荐等级", "grade", 6.8, Setting.GRADE),
    Column("当前状态", "follow_up", 7, Setting.CENTRE),
    _to_fill("是否有意向", 6, INTEREST),
    _to_fill("意向方式", 8, tuple(mode for mode in LicensingMode if mode is not LicensingMode.OWN_USE)),
    _to_fill("拟合作金额（万元）", 8),
    _to_fill("不合适原因", 10, tuple(Reason)),
    _to_fill("备注", 13),
    _to_fill("填表人", 6),
    _to_fill("填表日期", 9),
)
"""What comes back: the first two columns say of what, those to fill in say what."""


def _of_row(*titles: str) -> tuple[Column, ...]:
    """The named columns of 对接清单, read through a row that holds a line of it."""
    known = {column.title: column for column in _MATCH}
    return tuple(
        Column(column.title, f"row.{column.field}", column.width, column.setting)
        for column in (known[title] for title in titles)
    )


_NUMBER = Column("序号", "number", 5, Setting.CENTRE)
_COLUMNS: dict[Sheet, tuple[Column, ...]] = {
    Sheet.LIST: _MATCH,
    Sheet.BY_PATENT: (
        _NUMBER,
        *_of_row("推荐专利名称", "专利号", "专利类型", "法律状态", "专利权人", "所属产业", "技术成熟度"),
        *_of_row("可行转化方式", "费用及支付方式"),
        Column("匹配需求数", "needs", 5, Setting.CENTRE),
        *_of_row("企业名称", "所属地市", "需求编号", "需求名称", "推荐等级", "匹配理由", "权利人联系部门"),
    ),
    Sheet.UNANSWERED: (
        _NUMBER,
        Column("企业名称", "enterprise", 26),
        Column("所属地市", "region", 10),
        Column("需求编号", "need_id", 14),
        Column("需求名称", "need", 40),
        Column("所属行业", "industry", 14),
        Column("情况说明", "note", 40),
    ),
    Sheet.EXCLUDED: (
        _NUMBER,
        *_of_row("企业名称", "需求编号", "需求名称", "推荐专利名称", "专利号", "专利类型", "法律状态"),
        *_of_row("状态核验日期", "专利权人"),
        Column("未列入原因", "why", 40),
    ),
    Sheet.FEEDBACK: _FEEDBACK,
    Sheet.NEEDS: (
        _NUMBER,
        Column("需求编号", "need_id", 12),
        Column("需求名称", "need", 34),
        Column("企业名称", "enterprise", 24),
        Column("所属地市", "region", 9),
        Column("所属行业", "industry", 12),
        Column("企业联系方式", "contact", 18),
        Column("公开范围", "confidentiality", 11, Setting.CENTRE),
        Column("对外编号", "alias", 10, Setting.CENTRE),
        Column("推荐专利数", "matches", 8, Setting.CENTRE),
        Column("排除专利数", "excluded", 8, Setting.CENTRE),
        Column("有效期至", "valid_until", 11, Setting.DATE),
    ),
    Sheet.SCORES: (
        Column("清单序号", "number", 6.5, Setting.CENTRE),
        Column("需求编号", "need_id", 11),
        Column("专利号", "patent_number", 18),
        Column("推荐等级", "grade", 9, Setting.GRADE),
        Column("总分", "score", 8, Setting.NUMBER),
        Column("资料完整度", "completeness", 8, Setting.NUMBER),
        Column("信号", "signal", 14),
        Column("权重", "weight", 8, Setting.NUMBER),
        Column("取值", "value", 8, Setting.NUMBER),
        Column("权重×取值", "part", 8, Setting.NUMBER),
        Column("依据", "reason", 46),
        Column("缺失的信号", "missing", 20),
    ),
}


def columns_of(sheet: Sheet, preset: Preset) -> tuple[Column, ...]:
    """The sheet's columns in this version."""
    return tuple(column for column in _COLUMNS[sheet] if column.title not in preset.omitted)


def rows_of(sheet: Sheet, rows: ListRows) -> tuple[Row, ...]:
    """The sheet's rows (封面 has none)."""
    match sheet:
        case Sheet.LIST | Sheet.FEEDBACK:
            return rows.matches
        case Sheet.BY_PATENT:
            return rows.by_patent
        case Sheet.UNANSWERED:
            return rows.unanswered
        case Sheet.EXCLUDED:
            return rows.excluded
        case Sheet.NEEDS:
            return rows.needs
        case Sheet.SCORES:
            return rows.scores
        case Sheet.COVER:
            return ()
