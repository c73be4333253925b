"""Evaluation: what can be varied, a run in the background, its report, two runs set against each other."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field, StrictFloat, StrictInt

from api.access.policy import Extent, Operation, extent
from api.admission import UPLOAD, Admitted, Uploaded
from api.handing_in import hand_in
from api.http import evaluation_documents as examples
from api.http import examples as common
from api.http.bodies import Line, RecordBody
from api.http.jobs import accepted, job_of
from api.http.openapi import answered, problems
from api.http.operations import Evaluating
from api.http.questions import Day, Question
from api.jobs.evaluations import REPORT_JSON, Asked, task_of
from api.serving import Serving, caller_of, json_answer
from eval.judged_sets import names
from eval.stored import Document, between, unnamed
from eval.variation import models, stated
from matcher.errors import NotFound

router = APIRouter(prefix="/api/v1", tags=["评估"], route_class=Admitted)

JUDGEMENTS = "/api/v1/evaluations/judgements"
_ID = "^[0-9a-f]{32}$"
_Weight = Annotated[StrictFloat | StrictInt, Field(ge=0, le=1000)]


class VariedSettings(RecordBody):
    """What this run sets differently from the workspace; the service goes on as it is."""

    model: Line | None = Field(
        None, description="在用的模型，或 matcher.toml 中 evaluation_models 所列的模型"
    )
    candidates: Annotated[StrictInt, Field(ge=1, le=100_000)] | None = Field(
        None, description="每个通道的召回候选数"
    )
    weights: Annotated[dict[str, _Weight], Field(max_length=30)] = Field(
        default_factory=dict, description="信号权重，0 为不用；semantic 和 lexical 是两个文本通道"
    )


class EvaluationBody(RecordBody):
    """Which judgement set, or which past days to stand on, and under which settings."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"since": "2021-01-01", "months": 12, "settings": {"candidates": 50}}]
        }
    )

    judgements: Line = Field("", description="标注集的名称，见 GET /evaluations/choices；不写为历史回放")
    mode: Literal["judged", "full"] = Field("judged", description="标注集：只排已标注的候选，或全库排序")
    since: Day | None = Field(None, description="回放的第一个时点，默认最早一笔交易的前一天")
    until: Day | None = Field(None, description="回放到哪一天为止，默认最后一笔交易")
    months: Annotated[StrictInt, Field(ge=1, le=120)] = 12
    seed: Annotated[StrictInt, Field(ge=0, le=2**31)] = 0
    settings: VariedSettings = VariedSettings()


class JudgementsQuery(Question):
    """Under which name a judgement set is kept."""

    name: str = Field(
        min_length=1,
        max_length=200,
        description="文件名：标注集的名称，后缀决定格式（xlsx、xls、tsv、qrels）",
        examples=["专家评审.tsv"],
    )
    replace: bool = Field(False, description="替换同名的标注集；否则同名的回答 409")


class ComparisonQuery(Question):
    """Two finished runs."""

    before: str = Field(pattern=_ID, description="前一次评估的任务编号", examples=["0" * 32])
    after: str = Field(pattern=_ID, description="后一次评估的任务编号", examples=["1" * 32])


@router.get(
    "/evaluations/choices",
    summary="评估可以选择什么：标注集、模型、现用设置",
    responses=answered(examples.CHOICES) | problems(401, 403, 422, 503),
)
def choices(serving: Evaluating) -> Response:
    """The names that `POST /evaluations` takes, and the settings as they are."""
    settings = serving.workspace.settings
    found = {"judgements": names(settings.home), "models": models(settings), "settings": stated(settings)}
    return json_answer(found)


@router.post(
    "/evaluations/judgements",
    status_code=201,
    summary="上传一个标注集：填好的评审表（xlsx），或 tsv、qrels 文件",
    openapi_extra=UPLOAD,
    responses=answered(examples.JUDGEMENTS, 201) | problems(400, 401, 403, 409, 413, 422, 503),
)
def take_judgements(
    query: Annotated[JudgementsQuery, Query()], file: Uploaded, serving: Evaluating
) -> Response:
    """The body is the file. It is taken whole, or refused with every place that cannot be used."""
    given = hand_in(serving, query.name, lambda path: shutil.copyfile(file.path, path), replace=query.replace)
    known = given.judgements
    counts = {"needs": len(known.levels), "pairs": len(known), "open": given.open}
    return json_answer({"name": given.name, **counts}, 201)


@router.post(
    "/evaluations",
    status_code=202,
    summary="用标注集或历史交易检验清单，可指定这一次的设置（后台）",
    responses=answered(common.JOB, 202) | problems(400, 401, 403, 409, 413, 422, 503),
)
def evaluate(body: EvaluationBody, serving: Evaluating) -> Response:
    """The job's `result.measures` gives the means; the whole report is at /evaluations/{job_id}/report."""
    asked = Asked(
        body.judgements,
        body.mode,
        _day(body.since),
        _day(body.until),
        body.months,
        body.seed,
        body.settings.model_dump(exclude_defaults=True),
    )
    task = task_of(asked, serving.workspace.settings)
    job = serving.services.worker.add("evaluation", asked.title, caller_of(serving).actor, task)
    serving.note("开始评估", job.id)
    return accepted(job)


@router.get(
    "/evaluations/comparison",
    summary="两次评估的比较：差值及 95 % 区间，以及哪些设置不同",
    responses=answered(examples.COMPARISON) | problems(401, 403, 404, 422, 503),
)
def comparison(query: Annotated[ComparisonQuery, Query()], serving: Evaluating) -> Response:
    """The later minus the earlier over the needs that both have, needs of one enterprise drawn together."""
    found = between(_report(serving, query.before), _report(serving, query.after))
    shown = [
        {name: value for name, value in asdict(one).items() if name != "table"} for one in found.comparisons
    ]
    settings = [asdict(one) for one in found.settings]
    left_out = {"before": found.only_before, "after": found.only_after}
    return json_answer({"settings": settings, "left_out": left_out, "comparisons": shown})


@router.get(
    "/evaluations/{job_id}/report",
    summary="一次评估的报告",
    responses=answered(examples.EVALUATION) | problems(401, 403, 404, 422, 503),
)
def evaluation_report(
    job_id: Annotated[str, Path(pattern=_ID, description="任务编号", examples=["0" * 32])],
    serving: Evaluating,
) -> Response:
    """As `matcher eval … --json` prints it, without ids of enterprises for those who may not read every need.

    The page, for those who may, is at /jobs/{job_id}/file.
    """
    report = _report(serving, job_id)
    named = extent(caller_of(serving), Operation.READ_NEED) is Extent.ALL
    return json_answer(report if named else unnamed(report))


def _report(serving: Serving, job_id: str) -> Document:
    file = serving.services.worker.file(job_of(serving, job_id), REPORT_JSON)
    if file is None:
        raise NotFound("没有这次评估的报告：任务尚未完成，不是评估任务，或文件保存期已过。")
    report: dict[str, Any] = orjson.loads(file.read_bytes())
    return report


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
