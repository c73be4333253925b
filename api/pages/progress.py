"""进展 as the page shows it: rates with numerator and denominator, months, deals, milestones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from api.pages.charts import Bar, Line, line
from api.serving import Serving
from matcher.commissions import CommissionKind
from matcher.errors import InputError
from matcher.programme.indicators import DIMENSIONS, Dimension, Indicator, Rate, RateLine, rate
from matcher.programme.milestones import Milestone, MilestoneLine, State
from matcher.programme.progress import MonthLine, Progress, month_ends, progress
from matcher.programme.progress_reports import overdue_lines
from matcher.workspace import Workspace

_URGED = 30


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
class TakingPart:
    """Enterprises of one group, and how far they take part: a rate by its name."""

    dimension: str
    group: str
    rates: Mapping[str, Rate]


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
    participation: tuple[TakingPart, ...]


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
    found = figures(serving, period)
    dimension, chosen = dimension_named(by or "地市"), indicator_named(found, indicator)
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
        tuple(paces(found)),
        tuple(lagging[:_URGED]),
        len(lagging),
        tuple(taking_part(found)),
    )


def taking_part(found: Progress) -> list[TakingPart]:
    """Every group of enterprises, all of them together first."""
    rates: dict[tuple[str, str], dict[str, Rate]] = {}
    for each in found.participation:
        rates.setdefault((each.dimension, each.group), {})[each.indicator] = each.rate
    return [TakingPart(dimension, group, mine) for (dimension, group), mine in rates.items()]


def months(found: Progress) -> list[Bar]:
    """How many deals each month has, in time."""
    counts = Counter(f"{deal.transaction.on:%Y-%m}" for deal in found.deals)
    names = [f"{day:%Y-%m}" for day in month_ends(found.since, found.as_of)]
    most = max(counts.values(), default=1)
    return [Bar(name, counts[name], counts[name] / most) for name in names]


def figures(serving: Serving, period: Period) -> Progress:
    """All figures of a period, counted once for each state of the records and rules."""
    workspace = serving.workspace
    store = workspace.store
    rules = sorted((workspace.settings.home / "programme").glob("*.toml"))
    given = len(store.commissions.all(CommissionKind.ASSESSMENT))
    state = (
        store.data_version(),
        store.inventory.revision(),
        given,
        *(file.stat().st_mtime_ns for file in rules),
    )
    return _counted(_Asked(workspace, workspace.settings.home, period, " ".join(map(str, state))))


@lru_cache(4)
def _counted(asked: _Asked) -> Progress:
    """Counted once for each state of the records and rules: at a province's size that takes seconds."""
    return progress(asked.workspace, asked.period.as_of, asked.period.since)


def paces(found: Progress) -> list[Pace]:
    """Every milestone that concerns anybody, numbered from 1, in the order of the table."""
    counts: dict[Milestone, Counter[State]] = {}
    for each in found.milestones:
        counts.setdefault(each.milestone, Counter())[each.state] += 1
    return [Pace(number, milestone, states) for number, (milestone, states) in enumerate(counts.items(), 1)]


def _day(text: str, label: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{label}“{text}”应写成 2026-06-30 的形式。", code="bad_day") from error


def dimension_named(name: str) -> Dimension:
    """The dimension of that name; raises InputError."""
    for dimension in DIMENSIONS:
        if dimension.name == name:
            return dimension
    names = "、".join(each.name for each in DIMENSIONS)
    raise InputError(f"没有按“{name}”的统计。可选：{names}。", code="unknown_dimension")


def indicator_named(found: Progress, name: str) -> Indicator:
    """The indicator of that name, the first where none is named; raises InputError."""
    for indicator in found.table:
        if indicator.name == (name or found.table[0].name):
            return indicator
    names = "、".join(each.name for each in found.table)
    raise InputError(f"没有名为“{name}”的指标。可选：{names}。", code="unknown_indicator")
