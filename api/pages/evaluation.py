"""评估: history replayed or a judgement set answered in the background, under settings of the run; two runs compared."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, File, Form, Path, Query, Response, UploadFile
from markupsafe import Markup

from api.access.policy import Extent, Operation, extent, require
from api.admission import Admitted
from api.handing_in import LARGEST, hand_in
from api.jobs.evaluations import MODES, REPORT_JSON, REPORT_PAGE, Asked, asked_in, task_of
from api.pages.jobs import job_of
from api.pages.lists import attachment
from api.pages.posting import MayPost
from api.pages.rendering import page, see_other
from api.serving import May, Serving, caller_of
from api.store.jobs import Job
from eval import charts
from eval.comparison import Comparison, Interval
from eval.judged_sets import names
from eval.report import COMPARED, label, shown, system
from eval.stored import Document, between, under_test, unnamed
from eval.variation import LARGEST_WEIGHT, differing, models, stated
from matcher.errors import Conflict, InputError, NotFound
from matcher.settings import Settings
from matcher.signals.table import SIGNALS

router = APIRouter(include_in_schema=False, route_class=Admitted)

UPLOAD = "/evaluations/judgements"
KIND = "evaluation"
_RUNS, _MOST = 30, 100_000
_Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_Reading = Annotated[Serving, Depends(May(Operation.EVALUATE))]
_Starting = Annotated[Serving, Depends(MayPost(Operation.EVALUATE))]


@dataclass(frozen=True, slots=True)
class Run:
    """One run in the list; `figures` by label, empty until it is done."""

    job: Job
    scope: str
    changes: str
    """Settings that differ from the workspace's."""
    figures: Mapping[str, str]


@router.get("/evaluations")
def evaluations_page(serving: _Reading, chosen: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The form that starts a run, with a judgement set where one is `chosen`, and the runs, the newest first."""
    return _evaluations(serving, chosen=chosen)


def _evaluations(serving: Serving, status: int = 200, *, chosen: str = "", trouble: str = "") -> Response:
    jobs, settings = serving.services.worker.jobs.page([KIND], "", _RUNS), serving.workspace.settings
    now = stated(settings)
    return page(
        serving,
        "evaluations.html",
        status,
        trouble=trouble,
        chosen=chosen,
        largest=LARGEST // 1_000_000,
        runs=[_run(serving, job) for job in jobs],
        sets=names(settings.home),
        modes=MODES,
        models=models(settings),
        candidates=now["candidates"],
        weights=[(signal.label, now["weights"][signal.name]) for signal in SIGNALS],
    )


def _variation(
    model: Annotated[str, Form(max_length=200)] = "",
    candidates: Annotated[str, Form(max_length=10)] = "",
    weight: Annotated[list[Annotated[str, Form(max_length=20)]], Form(max_length=50)] = [],  # noqa: B006
) -> dict[str, Any]:
    """What the form sets differently; boxes left empty stay as they are. Weights come in the table's order."""
    found: dict[str, Any] = {"model": model} if model else {}
    if candidates.strip():
        found["candidates"] = _count(candidates)
    weights = {
        signal.name: _weight(signal.label, text)
        for signal, text in zip(SIGNALS, weight, strict=False)
        if text.strip()
    }
    return found | ({"weights": weights} if weights else {})


@router.post("/evaluations")
def start(
    serving: _Starting,
    settings: Annotated[dict[str, Any], Depends(_variation)],
    judgements: Annotated[str, Form(max_length=200)] = "",
    mode: Annotated[Literal["judged", "full"], Form()] = "judged",
    since: Annotated[str, Form(max_length=10)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
    months: Annotated[int, Form(ge=1, le=120)] = 12,
    seed: Annotated[int, Form(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Queue a run; raises InputError for days that are none and settings that may not be varied so."""
    asked = Asked(judgements, mode, _day(since), _day(until), months, seed, settings)
    task = task_of(asked, serving.workspace.settings)
    job = serving.services.worker.add(KIND, asked.title, caller_of(serving).actor, task)
    serving.note("开始评估", job.id)
    return see_other(f"/jobs/{job.id}")


@router.post(UPLOAD)
def take_judgements(
    serving: _Starting,
    file: Annotated[UploadFile, File()],
    replace: Annotated[bool, Form()] = False,
) -> Response:
    """Keep a file of blind judging as a judgement set, or say what to mend in it."""

    def save(path: FilePath) -> None:
        with path.open("wb") as stream:
            shutil.copyfileobj(file.file, stream)

    try:
        given = hand_in(serving, file.filename or "", save, replace=replace)
    except (InputError, Conflict) as error:
        return _evaluations(serving, 409 if isinstance(error, Conflict) else 422, trouble=str(error))
    return see_other(f"/evaluations?chosen={quote(given.name)}#judgements")


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
    asked = asked_in(job.task)
    try:
        measures = under_test(_document(serving, job))["measures"] if job.result else {}
    except NotFound:
        measures = {}
    figures = {label(name): shown(Interval(**value)) for name, value in list(measures.items())[:3]}
    return Run(job, asked.scope, _changes(asked, serving.workspace.settings), figures)


def _changes(asked: Asked, settings: Settings) -> str:
    """What the run set differently from the workspace, in words."""
    try:
        found = differing(stated(settings), stated(asked.variation.applied(settings)))
    except InputError:  # a model that may be used no more
        return "其他设置"
    return "、".join(f"{one.setting} {one.after}" for one in found)


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise InputError(f"“{text}”不是日期。请写成 2024-01-31 的样子，或留空。", code="bad_day") from error
    if day is not None and not 1985 <= day.year <= 2200:
        raise InputError(f"“{text}”应在 1985 年至 2200 年之间。", code="day_range")
    return day.isoformat() if day else ""


def _count(text: str) -> int:
    if not text.strip().isdecimal() or not 1 <= int(text) <= _MOST:
        raise InputError(f"召回候选数应为 1 至 {_MOST} 的整数，收到的是“{text}”。", code="candidates")
    return int(text)


def _weight(label: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise InputError(f"“{label}”的权重应为不小于 0 的数，收到的是“{text}”。", code="weights") from error
    if not 0 <= value <= LARGEST_WEIGHT:
        raise InputError(f"“{label}”的权重应为 0 至 {LARGEST_WEIGHT:g}，收到的是“{text}”。", code="weights")
    return value


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
