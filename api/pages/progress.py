"""进展 as the page shows it: rates with numerator and denominator, months, deals, milestones; and the rows behind each number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Response

from api.access.policy import Extent, Operation, extent
from api.pages.charts import Bar, Line, line
from api.pages.downloads import download
from api.pages.rendering import page
from api.serving import SeeingStatus, Serving, caller_of
from matcher.errors import InputError, PermissionDenied
from matcher.matchlists.exports.reports import Report, write_report
from matcher.programme.indicators import DIMENSIONS, Dimension, Indicator, RateLine, rate
from matcher.programme.milestones import Milestone, MilestoneLine, State
from matcher.programme.progress import MonthLine, Progress, month_ends, progress
from matcher.programme.progress_reports import overdue_lines, progress_pages
from matcher.workspace import Workspace

router = APIRouter(include_in_schema=False)

_Day = Annotated[str, Query(max_length=10)]
_Name = Annotated[str, Query(max_length=200)]
_Number = Annotated[int, Query(ge=1, le=100_000, alias="page")]
_PAGE = 50
_URGED = 30
T = TypeVar("T")
PARTS = ("分子", "分母", "未计入分子")
"""Which of an indicator's patents are listed; the last are what is still missing."""


@dataclass(frozen=True, slots=True)
class Period:
    """The day whose end is looked at, and the first day of the deals and months."""

    as_of: date
    since: date


@dataclass(frozen=True, slots=True)
class _Asked:
    """What figures depend on: the same folder in the same state has the same ones."""

    workspace: Workspace = field(compare=False)
    home: Path
    period: Period
    state: str


@dataclass(frozen=True, slots=True)
class Pace:
    """One milestone with how many holders stand where."""

    number: int
    milestone: Milestone
    counts: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dimension and one indicator of it chosen, all else in the whole."""

    period: Period
    table: tuple[Indicator, ...]
    whole: tuple[RateLine, ...]
    dimensions: tuple[str, ...]
    by: str
    chosen: Indicator
    groups: tuple[RateLine, ...]
    months: Sequence[str]
    lines: tuple[Line, ...]
    monthly: Mapping[str, Mapping[str, MonthLine]]
    deals: Progress
    pace: tuple[Pace, ...]
    urged: tuple[MilestoneLine, ...]
    lagging: int


def period_of(serving: Serving, as_of: str, since: str) -> Period:
    """The period asked for, this year up to today where nothing is said; raises InputError."""
    today = serving.at.date()
    until = _day(as_of, "统计日") if as_of else today
    start = _day(since, "起始日") if since else date(until.year, 1, 1)
    if until > today:
        raise InputError(f"统计日 {until} 还没有到。请选今天或以前的日期。", code="future_day")
    if not start <= until:
        raise InputError(f"起始日 {start} 晚于统计日 {until}。", code="day_order")
    if (until - start).days > 3_700:
        raise InputError("起始日至统计日请不超过十年。", code="long_period")
    return Period(until, start)


def dashboard(serving: Serving, period: Period, by: str, indicator: str) -> Dashboard:
    """What the page shows; raises InputError for a dimension or indicator that is not there."""
    found = _progress(serving, period)
    dimension, chosen = _dimension(by or "地市"), _indicator(found, indicator)
    monthly: dict[str, dict[str, MonthLine]] = {}
    for each in found.months:
        monthly.setdefault(each.month, {})[each.indicator] = each
    names = tuple(dict.fromkeys(each.indicator for each in found.months))
    groups = [
        each for each in found.rates if (each.dimension, each.indicator) == (dimension.name, chosen.name)
    ]
    lagging = overdue_lines(found)
    return Dashboard(
        period,
        found.table,
        tuple(RateLine("全部", "全部", each.name, rate(each, found.found)) for each in found.table),
        tuple(each.name for each in DIMENSIONS if each.name != "全部"),
        dimension.name,
        chosen,
        tuple(sorted(groups, key=lambda each: (-(each.rate.value or 0.0), each.group))),
        list(monthly),
        tuple(line(name, [month[name].rate.value for month in monthly.values()]) for name in names),
        monthly,
        found,
        tuple(_paces(found)),
        tuple(lagging[:_URGED]),
        len(lagging),
    )


def months(found: Progress) -> list[Bar]:
    """How many deals each month has, in time."""
    counts = Counter(f"{deal.transaction.on:%Y-%m}" for deal in found.deals)
    names = [f"{day:%Y-%m}" for day in month_ends(found.since, found.as_of)]
    most = max(counts.values(), default=1)
    return [Bar(name, counts[name], counts[name] / most) for name in names]


@router.get("/status/patents")
def patent_rows(
    serving: SeeingStatus,
    as_of: _Day = "",
    by: _Name = "全部",
    group: _Name = "全部",
    indicator: _Name = "",
    part: Annotated[str, Query(max_length=10)] = "分母",
    number: _Number = 1,
) -> Response:
    """The patents that a number counts, fifty a page."""
    period = period_of(serving, as_of, "")
    found = _progress(serving, period)
    dimension, chosen = _dimension(by), _indicator(found, indicator)
    if part not in PARTS:
        raise InputError(f"不认识的“{part}”。可选：{'、'.join(PARTS)}。", code="unknown_part")
    within = [one for one in found.found if group in dimension.of(one) and chosen.within(one)]
    rows = [one for one in within if part == "分母" or chosen.counts(one) is (part == "分子")]
    return page(
        serving,
        "progress_patents.html",
        period=period,
        by=by,
        group=group,
        chosen=chosen,
        part=part,
        kinds=PARTS,
        total=len(rows),
        rows=[(one, chosen.counts(one)) for one in _sheet(rows, number)],
        number=number,
        pages=_pages(rows),
    )


@router.get("/status/deals")
def deal_rows(
    serving: SeeingStatus,
    as_of: _Day = "",
    since: _Day = "",
    kind: _Name = "",
    month: _Day = "",
    number: _Number = 1,
) -> Response:
    """The transactions that a number counts; for those who may see everybody's."""
    _require_history(serving)
    period = period_of(serving, as_of, since)
    rows = [
        deal
        for deal in _progress(serving, period).deals
        if kind in ("", deal.transaction.kind) and month in ("", f"{deal.transaction.on:%Y-%m}")
    ]
    serving.note("查看交易明细", f"{period.since} 至 {period.as_of}")
    return page(
        serving,
        "progress_deals.html",
        period=period,
        kind=kind,
        month=month,
        total=len(rows),
        rows=_sheet(rows, number),
        number=number,
        pages=_pages(rows),
    )


@router.get("/status/milestones")
def milestone_rows(
    serving: SeeingStatus,
    as_of: _Day = "",
    milestone: Annotated[int, Query(ge=0, le=1_000)] = 0,
    state: Annotated[str, Query(max_length=10)] = "",
    number: _Number = 1,
) -> Response:
    """Who stands where with a milestone (0: all), those who lag first."""
    period = period_of(serving, as_of, "")
    found = _progress(serving, period)
    named = [each.milestone for each in _paces(found)]
    wanted = named[milestone - 1] if 0 < milestone <= len(named) else None
    order = (State.LAGGING, State.ON_TIME, State.COMPLETE)
    rows = [
        each
        for each in found.milestones
        if (wanted is None or each.milestone == wanted) and state in ("", each.state)
    ]
    rows.sort(key=lambda each: (order.index(each.state), each.milestone.due, -each.short, each.holder))
    return page(
        serving,
        "progress_milestones.html",
        period=period,
        milestone=milestone,
        name=wanted.name if wanted else "全部节点",
        state=state,
        states=list(State),
        total=len(rows),
        rows=_sheet(rows, number),
        number=number,
        pages=_pages(rows),
    )


@router.get("/status/progress.xlsx")
def progress_workbook(serving: SeeingStatus, as_of: _Day = "", since: _Day = "") -> Response:
    """Everything with the rows behind it, as `matcher progress --out` writes it."""
    _require_history(serving)
    period = period_of(serving, as_of, since)
    title = f"存量专利盘活进展（截至 {period.as_of}）"
    organiser = serving.workspace.settings.organiser
    report = Report(title, progress_pages(_progress(serving, period)), serving.at, organiser)
    serving.note("导出进展", str(period.as_of))
    return download(f"{title}.xlsx", lambda path: write_report(report, path))


def _progress(serving: Serving, period: Period) -> Progress:
    workspace = serving.workspace
    store, rules = workspace.store, workspace.settings.home / "programme" / "milestones.toml"
    state = (
        store.data_version(),
        str(store.inventory.revision()),
        str(rules.stat().st_mtime_ns) if rules.is_file() else "",
    )
    return _counted(_Asked(workspace, workspace.settings.home, period, " ".join(state)))


@lru_cache(4)
def _counted(asked: _Asked) -> Progress:
    """Counted once for each state of the records and rules: at a province's size that takes seconds."""
    return progress(asked.workspace, asked.period.as_of, asked.period.since)


def _paces(found: Progress) -> list[Pace]:
    counts: dict[Milestone, Counter[State]] = {}
    for each in found.milestones:
        counts.setdefault(each.milestone, Counter())[each.state] += 1
    return [Pace(number, milestone, states) for number, (milestone, states) in enumerate(counts.items(), 1)]


def _day(text: str, label: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{label}“{text}”应写成 2026-06-30 的形式。", code="bad_day") from error


def _dimension(name: str) -> Dimension:
    for dimension in DIMENSIONS:
        if dimension.name == name:
            return dimension
    names = "、".join(each.name for each in DIMENSIONS)
    raise InputError(f"没有按“{name}”的统计。可选：{names}。", code="unknown_dimension")


def _indicator(found: Progress, name: str) -> Indicator:
    for indicator in found.table:
        if indicator.name == (name or found.table[0].name):
            return indicator
    names = "、".join(each.name for each in found.table)
    raise InputError(f"没有名为“{name}”的指标。可选：{names}。", code="unknown_indicator")


def _require_history(serving: Serving) -> None:
    caller = caller_of(serving)
    if extent(caller, Operation.READ_HISTORY) is not Extent.ALL:
        raise PermissionDenied(f"“{caller.role}”不能查看交易明细，只能查看汇总数。")


def _sheet(rows: Sequence[T], number: int) -> Sequence[T]:
    return rows[(number - 1) * _PAGE : number * _PAGE]


def _pages(rows: Sequence[object]) -> int:
    return max(1, -(-len(rows) // _PAGE))
