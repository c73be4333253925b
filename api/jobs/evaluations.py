"""Evaluation runs: the workspace's history replayed, or a judgement set answered, under the settings of the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson

from api.jobs.work import Result, Work
from api.provenance import files_version, program, settings_version
from matcher.errors import InputError
from matcher.settings import Settings

if TYPE_CHECKING:
    from eval.report import Report, Stamp
    from eval.variation import Variation

REPORT_JSON, REPORT_PAGE = "评估.json", "评估.html"
MODES = {"judged": "只排已标注的候选", "full": "全库排序"}
_LARGEST = 20_000_000
"""Pairs of needs and patents that are scored where only judged candidates are ranked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run proves: a judgement set in a mode, or (no set) the lists of past days; `settings` as `Variation` has them."""

    judgements: str = ""
    mode: str = "judged"
    since: str = ""
    until: str = ""
    months: int = 12
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def variation(self) -> Variation:
        """What it sets differently from the workspace."""
        from eval.variation import Variation

        return Variation(**self.settings)

    @property
    def title(self) -> str:
        """What the job is called."""
        return (
            f"评估：标注集“{self.judgements}”"
            if self.judgements
            else f"历史回放评估（每 {self.months} 个月）"
        )

    @property
    def scope(self) -> str:
        """What it is about, in Chinese."""
        if self.judgements:
            return f"标注集“{self.judgements}”，{MODES[self.mode]}"
        return f"{self.since or '最早'} 至 {self.until or '最近'}，每 {self.months} 个月"


@dataclass(frozen=True, slots=True)
class _Proven:
    """What a run came to: its report, each need's enterprise where a need's name does not say it, and past days."""

    report: Report
    groups: Mapping[str, str] = field(default_factory=dict)
    cuts: int = 0


def task_of(asked: Asked, settings: Settings) -> dict[str, Any]:
    """The job's task; raises InputError for a set that is not there, days in the wrong order, settings not to be varied."""
    from eval.judged_sets import names

    if asked.judgements and asked.judgements not in names(settings.home):
        raise InputError(
            f"没有名为“{asked.judgements}”的标注集。现有：{'、'.join(names(settings.home))}。",
            code="unknown_set",
        )
    if asked.since and asked.until and asked.since >= asked.until:
        raise InputError("结束日期须晚于开始日期。", code="bad_period")
    asked.variation.applied(settings)
    return asdict(asked)


def asked_in(task: str) -> Asked:
    """What a stored job was asked."""
    return Asked(**json.loads(task))


def evaluate(work: Work) -> Result:
    """Prove what was asked for under its settings; two reports, for a replay 一页纸 besides."""
    from eval.html import as_html
    from eval.report import as_json
    from eval.stored import stored
    from eval.variation import stated

    asked = Asked(**work.task)
    settings = asked.variation.applied(work.workspace.settings)
    proven = (_judged if asked.judgements else _replayed)(work, asked, settings)
    report = proven.report
    document = stored(as_json(report), stated(settings), proven.groups)
    (work.folder / REPORT_JSON).write_bytes(orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS))
    (work.folder / REPORT_PAGE).write_text(as_html(report), encoding="utf-8")
    measures = {
        one.scores.run: {name: value.mean for name, value in one.intervals.items()}
        for one in report.evaluations
    }
    told = {"cuts": proven.cuts} if proven.cuts else {}
    return {"file": REPORT_PAGE, **told, "settings": stated(settings), "measures": measures}


def _replayed(work: Work, asked: Asked, settings: Settings) -> _Proven:
    """Stand on past days, make the lists of those days, look for the deals that followed."""
    from eval import usecases

    found = usecases.witnesses(work.workspace.store)
    first, last = (date.fromisoformat(day) if day else None for day in (asked.since, asked.until))
    cuts = usecases.cuts_of(found.past, first, last, asked.months)
    command = f"matcher eval history --from {cuts[0].on} --to {cuts[-1].until} --months {asked.months}"
    stamp = _stamp(work, asked, settings, cuts[-1].until, command)
    made = usecases.history(found, cuts, settings, stamp, progress=work.step("回放"))
    (work.folder / "一页纸.html").write_text(made.page, encoding="utf-8")
    return _Proven(made.report, cuts=len(cuts))


def _judged(work: Work, asked: Asked, settings: Settings) -> _Proven:
    """Answer the needs of a judgement set with the baselines and the product, and compare the orders."""
    from eval import judged_sets, usecases
    from eval.scoring import DEFAULT_MEASURES, Mode, Scheme

    on = work.at.date()
    store, home = work.workspace.store, work.workspace.settings.home
    work.say(0.02, "读取标注")
    collection = judged_sets.collection_of(usecases.witnesses(store), home, asked.judgements, on)
    mode = Mode(asked.mode)
    pairs = len(collection.needs) * len(collection.patents)
    if mode is Mode.JUDGED and pairs > _LARGEST:
        raise InputError(
            f"标注集“{asked.judgements}”有 {len(collection.needs)} 条需求、{len(collection.patents)} 件专利，"
            "只排已标注的候选需要逐对计算，超出了后台任务的限度。请改用“全库排序”，或用命令行 matcher eval run。",
            code="too_many_pairs",
        )
    question = usecases.of_collection(collection, Scheme(mode, DEFAULT_MEASURES))
    work.say(0.1, "基准方法")
    depth = None if mode is Mode.JUDGED else usecases.FULL_DEPTH
    runs = [*usecases.baselines(collection, seed=asked.seed, k=depth)]
    work.say(0.4, "现有引擎")
    runs += usecases.product_runs(collection, question, settings, on)
    work.say(0.8, "比较")
    groups = judged_sets.groups_of(collection)
    stamp = _stamp(work, asked, settings, on)
    title = f"标注集“{asked.judgements}”"
    report = usecases.report(title, runs, question, stamp, [runs[-1].name], groups)
    return _Proven(report, groups)


def _stamp(work: Work, asked: Asked, settings: Settings, on: date, command: str = "") -> Stamp:
    from eval.judged_sets import FOLDER
    from eval.report import Stamp

    home = work.workspace.settings.home
    data = f"{home.name}（{work.workspace.store.data_version()}）"
    file = home / FOLDER / asked.judgements
    if asked.judgements and file.exists():
        data += f" {files_version([file])}"
    if asked.settings or not command:
        command = f"POST /api/v1/evaluations {json.dumps(asdict(asked), ensure_ascii=False)}"
    return Stamp(data, settings_version(settings), asked.seed, command, program(), on.isoformat())
