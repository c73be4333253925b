"""The rows behind the numbers of 进展: patents, deals, milestones; and everything as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Response

from api.access.policy import Extent, Operation, extent
from api.pages.downloads import download
from api.pages.progress import dimension_named, figures, indicator_named, paces, period_of
from api.pages.rendering import page
from api.serving import SeeingStatus, Serving, caller_of
from matcher.errors import InputError, PermissionDenied
from matcher.matchlists.exports.reports import Report, write_report
from matcher.programme.milestones import State
from matcher.programme.progress_reports import progress_pages

router = APIRouter(include_in_schema=False)

_Day = Annotated[str, Query(max_length=10)]
_Name = Annotated[str, Query(max_length=200)]
_Number = Annotated[int, Query(ge=1, le=100_000, alias="page")]
_PAGE = 50
T = TypeVar("T")
PARTS = ("分子", "分母", "未计入分子")
"""Which of an indicator's patents are listed; the last are what is still missing."""


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
    found = figures(serving, period)
    dimension, chosen = dimension_named(by), indicator_named(found, indicator)
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
        for deal in figures(serving, period).deals
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
    found = figures(serving, period)
    named = [each.milestone for each in paces(found)]
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
    report = Report(title, progress_pages(figures(serving, period)), serving.at, organiser)
    serving.note("导出进展", str(period.as_of))
    return download(f"{title}.xlsx", lambda path: write_report(report, path))


def _require_history(serving: Serving) -> None:
    caller = caller_of(serving)
    if extent(caller, Operation.READ_HISTORY) is not Extent.ALL:
        raise PermissionDenied(f"“{caller.role}”不能查看交易明细，只能查看汇总数。")


def _sheet(rows: Sequence[T], number: int) -> Sequence[T]:
    return rows[(number - 1) * _PAGE : number * _PAGE]


def _pages(rows: Sequence[object]) -> int:
    return max(1, -(-len(rows) // _PAGE))
