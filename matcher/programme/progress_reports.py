"""The sheets of 进展: rates with numerator and denominator, months, milestones, 督办清单, and the rows behind them."""

from __future__ import annotations

from types import SimpleNamespace

from matcher.groups import UNSTATED, city_of, qualifications
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Line, Page, explaining
from matcher.programme.indicators import Indicator
from matcher.programme.inventory_form import number_of
from matcher.programme.milestones import MilestoneLine, State
from matcher.programme.participation import DENOMINATOR, NUMERATORS
from matcher.programme.progress import Progress
from matcher.programme.standing import Standing

_C = Setting.CENTRE
_RATE = (
    Column("分子（件）", "rate.numerator", 10, _C),
    Column("分母（件）", "rate.denominator", 10, _C),
    Column("比率", "rate.value", 9, Setting.SHARE),
)
_RATES = (
    Column("口径", "dimension", 12),
    Column("分组", "group", 34),
    Column("指标", "indicator", 20),
    *_RATE,
)
_PARTICIPATION = (
    Column("口径", "dimension", 12),
    Column("分组", "group", 34),
    Column("指标", "indicator", 14),
    Column("分子（家）", "rate.numerator", 10, _C),
    Column("分母（家）", "rate.denominator", 10, _C),
    Column("比率", "rate.value", 9, Setting.SHARE),
)
_DEALS = (
    Column("口径", "dimension", 12),
    Column("分组", "group", 30),
    Column("方式", "kind", 12, _C),
    Column("件数", "deals", 8, _C),
    Column("合同金额（万元）", "amount", 14, Setting.AMOUNT),
    Column("未注明金额件数", "unstated", 12, _C),
)
_MONTHS = (
    Column("月份", "month", 10, _C),
    Column("统计日", "day", 11, Setting.DATE),
    Column("指标", "indicator", 20),
    *_RATE,
)
_MILESTONES = (
    Column("节点", "milestone.name", 26),
    Column("截止日", "milestone.due", 11, Setting.DATE),
    Column("指标", "milestone.indicator", 14),
    Column("专利权人", "holder", 24),
    *_RATE,
    Column("目标", "milestone.target", 9, Setting.SHARE),
    Column("按进度应达", "expected", 10, Setting.SHARE),
    Column("尚差件数", "short", 9, _C),
    Column("状态", "state", 9, _C),
    Column("欠缺所在学院", "units", 36),
)
_DEAL_ROWS = (
    Column("日期", "transaction.on", 11, Setting.DATE),
    Column("方式", "transaction.kind", 12, _C),
    Column("专利", "transaction.patent_id", 20),
    Column("专利名称", "title", 34),
    Column("出让方", "holder", 24),
    Column("受让方", "transaction.buyer", 24),
    Column("金额（万元）", "amount", 12, Setting.AMOUNT),
)


def _detail(found: Progress, one: Standing, open_licence: bool) -> SimpleNamespace:
    """One patent and in which numbers it is counted; as many marks as there are rates."""
    return SimpleNamespace(
        standing=one,
        number=number_of(one.patent),
        industries="；".join(one.industries),
        implementation=str(one.patent.implementation or "不详"),
        open_licence="是" if open_licence else "",
        **{f"mark{place}": _mark(each, one) for place, each in enumerate(found.table)},
    )


def overdue_lines(found: Progress) -> list[MilestoneLine]:
    """督办清单: who lags, those who miss most first."""
    lagging = [line for line in found.milestones if line.state is State.LAGGING]
    return sorted(lagging, key=lambda line: (line.milestone.due, -line.short, line.holder))


def progress_pages(found: Progress) -> tuple[Page, ...]:
    """Everything, the rows behind every number last."""
    note = f"截至 {found.as_of}"
    deals = f"{found.since} 至 {found.as_of} 登记的转让、许可、作价入股；金额只计注明的"
    return (
        Page("指标", _RATES, found.rates, note),
        Page("转化交易", _DEALS, found.deal_lines, deals),
        Page("企业参与", _PARTICIPATION, found.participation, "企业有几种资质的，在各种里都计；内部使用"),
        Page("分月", _MONTHS, found.months, "每月末的比率；当月未结束的为统计日"),
        Page(
            "节点",
            _MILESTONES,
            found.milestones,
            "已完成：达到目标；滞后：到期未达，或低于按进度应达的比率；其余按期",
        ),
        Page("督办清单", _MILESTONES, overdue_lines(found), "滞后的单位，差得多的在前"),
        explaining("指标口径", _definitions(found), ("指标", "分子÷分母")),
        _detail_page(found),
        _enterprise_page(found),
        Page("交易明细", _DEAL_ROWS, found.deals, deals),
    )


def _definitions(found: Progress) -> list[Line]:
    lines = [Line(one.name, f"分子：{one.numerator}。分母：{one.denominator}。") for one in found.table]
    unknown = sum(one.counted and not one.granted_known for one in found.found)
    return [
        *lines,
        Line(
            "开放许可声明数",
            f"统计日处于开放许可状态的有效专利：{len(found.open_licences)} 件，见专利明细末列。",
        ),
        Line("授权日不详", f"{unknown} 件有效专利没有授权公告日，不计入盘点率的分母。"),
        *(
            Line(name, f"分子：分母中{numerator}。分母：{DENOMINATOR}。")
            for name, numerator in NUMERATORS.items()
        ),
        Line(
            "按统计日当时的",
            "盘点状态、企业评价、需求、交易、权利负担各按其日期；统计日以后授权的不计；"
            f"法律状态在统计日以后才核验的（{found.unknown_then} 件）按当时不详、视为有效。",
        ),
        Line(
            "用现有记录的",
            "实施状态、所属学院、专利权人、高校院所名录、企业名录没有日期，用现在库中的记录；重点产业按现在的表归类。",
        ),
    ]


def _detail_page(found: Progress) -> Page:
    open_ones = {patent.id for patent in found.open_licences}
    rows = [_detail(found, one, one.patent.id in open_ones) for one in found.found]
    columns = (
        Column("专利号", "number", 20),
        Column("专利名称", "standing.patent.title", 28),
        Column("专利权人", "standing.holder", 20),
        Column("学院", "standing.college", 14),
        Column("地市", "standing.city", 10),
        Column("主管部门", "standing.department", 12),
        Column("单位类型", "standing.kind", 10, _C),
        Column("重点产业", "industries", 18),
        Column("授权公告日", "standing.patent.granted", 11, Setting.DATE),
        Column("盘点状态", "standing.stage", 11, _C),
        Column("实施状态", "implementation", 10, _C),
        *(Column(one.name, f"mark{place}", 9, _C) for place, one in enumerate(found.table)),
        Column("开放许可", "open_licence", 8, _C),
    )
    return Page("专利明细", columns, rows, "“分子”同时计入分母；“分母”只计入分母；空白不计")


def _enterprise_page(found: Progress) -> Page:
    rows = [
        SimpleNamespace(
            one=one.enterprise,
            qualifications="；".join(qualifications(one.enterprise.kinds)),
            city=city_of(one.enterprise.region),
            department=one.enterprise.department or UNSTATED,
            registration=one.enterprise.registration or UNSTATED,
            **{
                f"mark{place}": "分子" if name in one.done else "分母"
                for place, name in enumerate(NUMERATORS)
            },
        )
        for one in found.participants
    ]
    columns = (
        Column("企业名称", "one.name", 28),
        Column("资质类型", "qualifications", 24),
        Column("地市", "city", 10),
        Column("归口部门", "department", 18),
        Column("注册状态", "registration", 10, _C),
        *(Column(name, f"mark{place}", 10, _C) for place, name in enumerate(NUMERATORS)),
    )
    return Page("企业明细", columns, rows, "“分子”同时计入分母；内部使用")


def _mark(indicator: Indicator, one: Standing) -> str:
    if not indicator.within(one):
        return ""
    return "分子" if indicator.counts(one) else "分母"
