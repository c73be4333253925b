"""企业评价 of a workspace: sheets for experts, and what all assessments say of each patent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

from matcher.corpus import FOCUS
from matcher.domain import Assessment, Need, Patent, Prospect
from matcher.errors import InputError, NotFound
from matcher.importing.cells import Cells, RowRefused, split_names, split_phrases
from matcher.importing.report import RowProblem, Severity
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page
from matcher.matchlists.forms import Form, read_forms
from matcher.programme.experts import Assignment, Expert, assign
from matcher.programme.fill_in import Entry, FillIn, write_fill_in
from matcher.programme.inventory_form import PROSPECTS, number_of
from matcher.programme.promotion import library
from matcher.programme.splitting import in_a_name
from matcher.responses import Response, Subject
from matcher.settings import FileLimits
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace

EXPERT_FORM = Form(
    "专家名录",
    {
        "name": "姓名 专家姓名 专家",
        "unit": "单位 工作单位 所在单位 推荐企业 企业名称",
        "title": "职称 职务",
        "focus": "关注领域 技术领域 研究方向 擅长领域",
        "recommended": "推荐日期",
        "avoids": "回避单位 需回避单位",
        "contact": "联系方式 联系电话",
    },
    ("name", "unit", "focus"),
)
ENTRIES = (
    Entry("专利号", "patent", 20, True),
    Entry("专利名称", "title", 30, True),
    Entry("专利权人", "holders", 20, True),
    Entry("摘要", "abstract", 60, True),
    Entry("评价企业", "enterprise", 22, True),
    Entry("评价人", "assessor", 10, True),
    Entry("产业化前景", "prospect", 10, choices=PROSPECTS, note="好、较好、一般、差", mandatory=True),
    Entry("技术成熟度", "maturity", 12, note="TRL 1–9 级，或研发、小试、中试、量产等说法"),
    Entry("技术改进需求", "improvement", 30, note="希望补充或改进什么"),
    Entry("产学研合作意愿", "cooperation", 18, note="希望怎样合作，如技术许可、联合开发；无意愿填“暂不考虑”"),
    Entry("评价日期", "on", 12, note="如 2026-05-20", mandatory=True),
)
_ABSTRACT = 400
_C = Setting.CENTRE


def read_experts(path: Path, limits: FileLimits, problems: list[RowProblem]) -> list[Expert]:
    """The experts of a file; a row without name or unit is a problem. Raises InputError where there is none."""
    found = []
    for row in read_forms(path, limits, problems, (EXPERT_FORM,)):
        try:
            found.append(_expert(row.cells))
        except RowRefused as reason:
            row.cells.problem(reason.field, str(reason), Severity.REFUSED)
    if not found:
        raise InputError(f"文件“{path.name}”中没有可用的专家。每位专家须有姓名、单位和关注领域。")
    return found


def _expert(cells: Cells) -> Expert:
    for field, label in (("name", "姓名"), ("unit", "单位"), ("focus", "关注领域")):
        if not cells.raw(field):
            raise RowRefused(f"没有{label}，未采用。", field)
    avoids = cells.raw("avoids")
    return Expert(
        cells.raw("name"),
        cells.raw("unit"),
        cells.raw("title"),
        split_phrases(cells.raw("focus")),
        split_names(avoids) if avoids else (),
        cells.date("recommended"),
        cells.raw("contact"),
    )


def assign_experts(
    workspace: Workspace, experts: Sequence[Expert], per_patent: int, holders: Sequence[str]
) -> Assignment:
    """Experts for the patents of the screened library; raises NotFound where it is empty, NotReady without an index."""
    items = workspace.store.inventory.all()
    screened = library(items)
    patents = [
        patent
        for patent in workspace.store.patents.all(PatentFilter(holders=tuple(holders)))
        if patent.id in screened
    ]
    if not patents:
        raise NotFound("资源库中没有专利。请先完成盘点和筛选（matcher inventory screen）。")
    return assign(experts, patents, _fits(workspace, experts, patents), per_patent)


def _fits(workspace: Workspace, experts: Sequence[Expert], patents: Sequence[Patent]) -> list[list[float]]:
    """Per expert the text value of each patent under its focus areas, as a need for them would be matched."""
    matching = workspace.matching()
    place = {id_: row for row, id_ in enumerate(matching.collection.ids)}
    wanted = [Need(str(number), "；".join(one.focus), source=FOCUS) for number, one in enumerate(experts)]
    fits = []
    for asked in matching.ask(wanted):
        found = matching.score_all(asked)
        values = dict(zip(found.rows.tolist(), found.fused.tolist(), strict=True))
        fits.append([float(values.get(place.get(patent.id, -1), 0.0)) for patent in patents])
    return fits


def write_expert_sheets(found: Assignment, folder: Path, made_at: datetime) -> list[Path]:
    """One protected sheet per expert, importable as it comes back; no contact stands in it."""
    by_expert: dict[Expert, list[Patent]] = {}
    for one in found.assigned:
        by_expert.setdefault(one.expert, []).append(one.patent)
    written = []
    for number, (expert, patents) in enumerate(by_expert.items(), 1):
        path = folder / f"{number:03d}-{in_a_name(expert.unit)}-{in_a_name(expert.name)}.xlsx"
        rows = [_row(expert, patent) for patent in patents]
        title = f"{expert.unit}　{expert.name}　企业评价表"
        write_fill_in(FillIn("企业评价表", title, f"共 {len(rows)} 件", ENTRIES, rows, made_at), path)
        written.append(path)
    return written


def _row(expert: Expert, patent: Patent) -> dict[str, str]:
    return {
        "patent": number_of(patent),
        "title": patent.title,
        "holders": "；".join(patent.holders),
        "abstract": patent.abstract[:_ABSTRACT],
        "enterprise": expert.unit,
        "assessor": expert.name,
    }


@dataclass(frozen=True, slots=True)
class Summary:
    """What enterprises said of one patent."""

    patent: Patent
    said: tuple[Assessment, ...]

    @property
    def enterprises(self) -> int:
        """Distinct enterprises."""
        return len({one.enterprise_id for one in self.said})

    @property
    def prospects(self) -> str:
        """好 2、一般 1."""
        counts = Counter(one.prospect for one in self.said if one.prospect)
        return "、".join(f"{prospect} {counts[prospect]}" for prospect in Prospect if counts[prospect])


def summarise(workspace: Workspace, as_of: date, holders: Sequence[str]) -> list[Summary]:
    """Every assessed patent of the holders (of all), the most assessed first."""
    patents = list(workspace.store.patents.all(PatentFilter(holders=tuple(holders))))
    by_patent = workspace.store.assessments.by_patent((patent.id for patent in patents), as_of)
    found = [
        Summary(patent, tuple(sorted(by_patent[patent.id], key=lambda one: (one.on or date.min, one.id))))
        for patent in patents
        if patent.id in by_patent
    ]
    return sorted(found, key=lambda one: (-one.enterprises, one.patent.id))


def assignment_pages(found: Assignment) -> tuple[Page, ...]:
    """Who assesses what, the load of each, and what lacks experts."""
    rows = [
        SimpleNamespace(
            expert=one.expert.name,
            unit=one.expert.unit,
            focus="；".join(one.expert.focus),
            number=number_of(one.patent),
            title=one.patent.title,
            holders="；".join(one.patent.holders),
        )
        for one in found.assigned
    ]
    rows.sort(key=lambda row: (row.unit, row.expert, row.number))
    load = [SimpleNamespace(expert=name, patents=count) for name, count in sorted(found.load().items())]
    short = [SimpleNamespace(patent=id_, why=why) for id_, why in sorted(found.short.items())]
    return (
        Page("分配明细", (
            Column("专家", "expert", 10), Column("单位", "unit", 24), Column("关注领域", "focus", 30), Column("专利号", "number", 20),
            Column("专利名称", "title", 34), Column("专利权人", "holders", 24),
        ), rows, "按关注领域分配，任务量均衡，本单位和回避单位的专利不分配"),
        Page("任务量", (Column("专家", "expert", 40), Column("件数", "patents", 8, _C)), load),
        Page("专家不足", (Column("专利", "patent", 22), Column("说明", "why", 60)), short),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish for improvement with what has become of it."""

    patent: Patent
    said: Assessment
    response: Response


def wishes(workspace: Workspace, found: Sequence[Summary]) -> list[Wish]:
    """Every wish among the assessments, open ones first, then by patent and day."""
    said = [(one.patent, each) for one in found for each in one.said if each.improvement]
    states = workspace.store.responses.many((each.id for _, each in said), Subject.WISH)
    rows = [Wish(patent, each, states[each.id]) for patent, each in said]
    return sorted(
        rows, key=lambda row: (row.response.version > 0, row.patent.id, row.said.on or date.min, row.said.id)
    )


def wish_page(rows: Sequence[Wish]) -> Page:
    """The wishes one by one, with the number under which they are answered; no enterprise is named."""
    columns = (
        Column("评价编号", "said.id", 26),
        Column("专利号", "number", 20),
        Column("专利名称", "patent.title", 30),
        Column("专利权人", "holders", 20),
        Column("改进需求原文", "said.improvement", 40),
        Column("提出日期", "said.on", 11, Setting.DATE),
        Column("回应状态", "response.state", 10, _C),
        Column("期限", "response.due", 11, Setting.DATE),
        Column("说明", "response.note", 24),
        Column("新专利", "response.patent", 20),
    )
    shown = [
        SimpleNamespace(
            patent=row.patent,
            said=row.said,
            response=row.response,
            number=number_of(row.patent),
            holders="；".join(row.patent.holders),
        )
        for row in rows
    ]
    return Page("改进需求", columns, shown, "回应：matcher respond 改进需求 评价编号 拟改进")


def summary_page(found: Sequence[Summary]) -> Page:
    """What enterprises said, patent by patent, for the holder: their words without their names."""
    rows = [
        SimpleNamespace(
            number=number_of(one.patent),
            title=one.patent.title,
            holders="；".join(one.patent.holders),
            college=one.patent.college,
            enterprises=one.enterprises,
            prospects=one.prospects,
            improvement="\n".join(dict.fromkeys(each.improvement for each in one.said if each.improvement)),
            cooperation="、".join(dict.fromkeys(each.cooperation for each in one.said if each.cooperation)),
            latest=max((each.on for each in one.said if each.on), default=None),
        )
        for one in found
    ]
    columns = (
        Column("专利号", "number", 20),
        Column("专利名称", "title", 30),
        Column("专利权人", "holders", 20),
        Column("所属学院", "college", 14),
        Column("评价企业数", "enterprises", 9, _C),
        Column("前景分布", "prospects", 16),
        Column("改进需求原文", "improvement", 44),
        Column("合作意愿", "cooperation", 24),
        Column("最近评价", "latest", 11, Setting.DATE),
    )
    return Page("企业评价汇总", columns, rows, "不写企业名称；改进需求为原文")
