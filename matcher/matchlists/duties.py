"""What a signed match obliges to, until when and by which rule: data, and the dates that follow from it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from matcher.domain import LicensingMode
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


def months_later(day: date, months: int) -> date:
    """The corresponding day, or the last of a month that has none (专利法实施细则第5条)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
