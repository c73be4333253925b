"""What a signed match obliges to, until when and by which rule: data, and the dates that follow from it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from matcher.domain import LicensingMode
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page, Report
from matcher.outcomes import Basis, Duty, Outcome

_M = LicensingMode
_LICENCES = frozenset({_M.ORDINARY_LICENCE, _M.SOLE_LICENCE, _M.EXCLUSIVE_LICENCE})
_TRANSFERS = frozenset({_M.ASSIGNMENT, _M.INVESTMENT})
_ALL = _LICENCES | _TRANSFERS | {_M.OPEN_LICENCE}


@dataclass(frozen=True, slots=True)
class Rule:
    """One duty: due `months` and `days` after the contract takes effect."""

    kind: str
    modes: frozenset[LicensingMode]
    basis: Basis
    source: str
    months: int = 0
    days: int = 0
    remind: int = 15
    """Days before the due date from which it is shown as due soon."""


RULES: tuple[Rule, ...] = (
    Rule(
        "许可合同备案",
        _LICENCES,
        Basis.STATUTE,
        "自合同生效之日起 3 个月内（专利法实施细则第15条第2款；2010 年修订本第14条第2款）",
        months=3,
        remind=30,
    ),
    Rule(
        "专利权转让登记",
        _TRANSFERS,
        Basis.CONTRACT,
        "转让自登记之日起生效，法律未规定期限（专利法第10条第3款），按合同约定；此处按 30 日提醒",
        days=30,
    ),
    Rule(
        "协议定价公示核对",
        _ALL,
        Basis.ADVICE,
        "高校院所协议定价的，应在本单位公示成果名称和拟交易价格（促进科技成果转化法第18条），公示在签约前完成；"
        "此处核对公示材料是否归档，非高校院所或以挂牌、拍卖定价的不适用",
        days=7,
        remind=7,
    ),
    Rule(
        "交易信息反馈",
        _ALL,
        Basis.ADVICE,
        "向盘活工作平台或主管部门反馈签约信息，时限以当地通知为准；此处按 15 日提醒",
        days=15,
    ),
    Rule(
        "许可费首期支付",
        _LICENCES | {_M.OPEN_LICENCE},
        Basis.CONTRACT,
        "首期到期日以合同为准；此处按 30 日提醒",
        days=30,
    ),
    Rule(
        "转让价款支付",
        frozenset({_M.ASSIGNMENT}),
        Basis.CONTRACT,
        "到期日以合同为准；此处按 30 日提醒",
        days=30,
    ),
    Rule(
        "专利密集型产品备案",
        _ALL,
        Basis.ADVICE,
        "自愿备案，产品上市并有销售数据后办理，无法定期限；此处按 12 个月提醒",
        months=12,
        remind=30,
    ),
)


def duties_of(outcome: Outcome) -> tuple[Duty, ...]:
    """The duties of a signed match, in the order of their dates; none where no effective day is known."""
    start = outcome.effective
    if start is None or outcome.mode is None:
        return ()
    found = []
    for rule in RULES:
        if outcome.mode in rule.modes:
            due = months_later(start, rule.months) + timedelta(days=rule.days)
            remind = due - timedelta(days=rule.remind)
            found.append(
                Duty(f"{outcome.id}-{rule.kind}", outcome.id, rule.kind, due, rule.basis, rule.source, remind)
            )
    return tuple(sorted(found, key=lambda duty: (duty.due, duty.kind)))


def due_this_week(duties: tuple[Duty, ...], day: date) -> tuple[Duty, ...]:
    """Open duties due up to the Sunday of the day's week, overdue ones first."""
    sunday = day + timedelta(days=6 - day.weekday())
    return tuple(
        sorted(
            (duty for duty in duties if duty.done is None and duty.due <= sunday), key=lambda d: (d.due, d.id)
        )
    )


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty as a sheet shows it."""

    number: int
    days: int
    """Days left, negative once overdue."""
    patent: str
    duty: Duty
    to_fill: str = ""


_COLUMNS = (
    Column("序号", "number", 5, Setting.CENTRE),
    Column("到期日", "duty.due", 11, Setting.DATE),
    Column("剩余天数", "days", 8, Setting.CENTRE),
    Column("事项", "duty.kind", 18),
    Column("对接编号", "duty.match_id", 14),
    Column("专利名称", "patent", 30),
    Column("期限性质", "duty.basis", 12),
    Column("依据", "duty.source", 50),
    Column("办理情况", "to_fill", 18, Setting.ENTRY),
)


def duty_report(duties: Sequence[Duty], titles: Mapping[str, str], day: date, made_at: datetime) -> Report:
    """The duties as a sheet, in the order given; `titles` of the patents by match id."""
    rows = [
        DutyRow(number, (duty.due - day).days, titles.get(duty.match_id, ""), duty)
        for number, duty in enumerate(duties, 1)
    ]
    note = f"截至 {day.isoformat()}；标“法定期限”的依法办理，其余以合同或当地通知为准"
    return Report("签约后应办事项", (Page("应办事项", _COLUMNS, rows, note),), made_at)


def months_later(day: date, months: int) -> date:
    """The corresponding day, or the last of a month that has none (专利法实施细则第5条)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
