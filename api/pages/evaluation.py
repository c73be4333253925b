"""评估: the workspace's history replayed in the background, its figures with their intervals, two runs set against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Form, Path, Query, Response
from markupsafe import Markup

from api.access.policy import Extent, Operation, extent, require
from api.jobs.evaluations import REPORT_JSON, REPORT_PAGE
from api.pages.jobs import job_of
from api.pages.lists import attachment
from api.pages.posting import MayPost
from api.pages.rendering import page, see_other
from api.serving import May, Serving, caller_of
from api.store.jobs import Job
from eval import charts
from eval.comparison import Comparison, Interval
from eval.report import COMPARED, label, shown, system
from eval.stored import Document, between, under_test, unnamed
from matcher.errors import InputError, NotFound

router = APIRouter(include_in_schema=False)

KIND = "evaluation"
_RUNS = 30
_Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_Reading = Annotated[Serving, Depends(May(Operation.EVALUATE))]
_Starting = Annotated[Serving, Depends(MayPost(Operation.EVALUATE))]


@dataclass(frozen=True, slots=True)
class Run:
    """One run in the list; `figures` by label, empty until it is done."""

    job: Job
    period: str
    figures: Mapping[str, str]


@router.get("/evaluations")
def evaluations_page(serving: _Reading) -> Response:
    """The form that starts a run, and the runs, the newest first."""
    jobs = serving.services.worker.jobs.page([KIND], "", _RUNS)
    return page(serving, "evaluations.html", runs=[_run(serving, job) for job in jobs])


@router.post("/evaluations")
def start(
    serving: _Starting,
    since: Annotated[str, Form(max_length=10)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
    months: Annotated[int, Form(ge=1, le=120)] = 12,
    seed: Annotated[int, Form(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Queue a replay of the workspace's history; raises InputError for days that are none."""
    first, last = _day(since), _day(until)
    if first and last and first >= last:
        raise InputError("结束日期须晚于开始日期。", code="bad_period")
    task = {"since": since.strip(), "until": until.strip(), "months": months, "seed": seed}
    title = f"历史回放评估（每 {months} 个月）"
    job = serving.services.worker.add(KIND, title, caller_of(serving).actor, task)
    serving.note("开始评估", job.id)
    return see_other(f"/jobs/{job.id}")


@router.get("/evaluations/compare")
def compared_page(
    serving: _Reading,
    run: Annotated[list[Annotated[str, Query(pattern="^[0-9a-f]{32}$")]], Query(max_length=50)] = [],  # noqa: B006
) -> Response:
    """Two runs, the later against the earlier, over the needs that both have. Raises InputError, NotFound."""
    if len(set(run)) != 2:
        raise InputError(
            f"请勾选两次已完成的评估再比较；现在勾选了 {len(set(run))} 次。", code="compare_count"
        )
    first, second = sorted((_done(serving, id_) for id_ in set(run)), key=lambda job: job.id)
    before, after = _document(serving, first), _document(serving, second)
    found = between(before, after)
    bars = [charts.Bar(label(one.measure), one.difference) for one in found.comparisons]
    return page(
        serving,
        "evaluations_compared.html",
        runs=[(first, before["stamp"]), (second, after["stamp"])],
        found=found,
        head=("指标", "前一次 → 后一次（差值）", *COMPARED[3:]),
        rows=[_compared(one) for one in found.comparisons],
        chart=Markup(charts.intervals(bars, "后一次减前一次：差值与 95% 区间", zero=True)),
    )


@router.get("/evaluations/{id}")
def report_page(serving: _Reading, id: _Id) -> Response:
    """A finished run: every system's figures, the comparisons, and what may not be concluded."""
    job = _done(serving, id)
    document = _document(serving, job)
    measures = list(under_test(document)["measures"])
    main = measures[0]
    bars = [charts.Bar(system(one["run"]), Interval(**one["measures"][main])) for one in document["runs"]]
    named = _may_name(serving)
    return page(
        serving,
        "evaluation.html",
        job=job,
        document=document,
        measures=measures,
        label=label,
        system=system,
        figure=lambda value: shown(Interval(**value)),
        chart=Markup(charts.intervals(bars, f"{label(main)} 与 95% 区间")),
        remarks=(document if named else unnamed(document))["observations"],
        named=named,
    )


@router.get("/evaluations/{id}/report.html")
def report_file(serving: _Reading, id: _Id) -> Response:
    """The whole report as one file; it names records, and is for those who may read every need."""
    require(serving.caller, Operation.READ_NEED)
    if not _may_name(serving):
        raise NotFound("没有这份报告。")
    file = serving.services.worker.file(_done(serving, id), REPORT_PAGE)
    if file is None:
        raise NotFound(_GONE)
    serving.note("下载评估报告", id)
    return attachment(file.read_bytes(), REPORT_PAGE)


_GONE = "这次评估的报告已不在服务器上（任务结束 30 天后清除）。请重新评估。"


def _may_name(serving: Serving) -> bool:
    return extent(serving.caller, Operation.READ_NEED) is Extent.ALL


def _done(serving: Serving, id: str) -> Job:
    job = job_of(serving, id)
    if job.kind != KIND or not job.result:
        raise NotFound("没有这次评估，或它还没有完成。")
    return job


def _document(serving: Serving, job: Job) -> Document:
    file = serving.services.worker.file(job, REPORT_JSON)
    if file is None:
        raise NotFound(_GONE)
    document: dict[str, Any] = orjson.loads(file.read_bytes())
    return document


def _run(serving: Serving, job: Job) -> Run:
    task = orjson.loads(job.task)
    period = f"{task['since'] or '最早'} 至 {task['until'] or '最近'}，每 {task['months']} 个月"
    try:
        measures = under_test(_document(serving, job))["measures"] if job.result else {}
    except NotFound:
        measures = {}
    figures = {label(name): shown(Interval(**value)) for name, value in list(measures.items())[:3]}
    return Run(job, period, figures)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise InputError(f"“{text}”不是日期。请写成 2024-01-31 的样子，或留空。", code="bad_day") from error
    if day is not None and not 1985 <= day.year <= 2200:
        raise InputError(f"“{text}”应在 1985 年至 2200 年之间。", code="day_range")
    return day


def _compared(one: Comparison) -> tuple[str, ...]:
    gap = one.difference
    return (
        label(one.measure),
        f"{one.baseline_mean:.3f} → {one.mean:.3f}（{gap.mean:+.4f}）",
        f"{gap.low:+.4f} 至 {gap.high:+.4f}",
        f"{one.effect_size:+.2f}",
        f"{one.p_holm:.4f}",
        f"{one.wins}/{one.ties}/{one.losses}",
    )
