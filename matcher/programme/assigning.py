"""Experts of a workspace and the patents of its library: who assesses what, the sheets they get, what came back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

from matcher.commissions import Commission, CommissionKind, commission_id
from matcher.corpus import FOCUS
from matcher.domain import Expert, Need, Patent
from matcher.errors import NotFound
from matcher.inventory import Act
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page
from matcher.matchlists.forms import Form
from matcher.programme.experts import Assigned, Assignment, assign
from matcher.programme.fill_in import Entry, FillIn, write_fill_in
from matcher.programme.inventory_form import PROSPECTS, number_of, row_key
from matcher.programme.promotion import library
from matcher.programme.splitting import in_a_name
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace

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
SHEET = Form(
    "企业评价表", {entry.field: entry.title for entry in ENTRIES}, ("patent", "enterprise", "prospect")
)
"""An expert's sheet as it comes back."""
_ABSTRACT = 400
_C = Setting.CENTRE


def assign_experts(workspace: Workspace, per_patent: int, holders: Sequence[str], act: Act) -> Assignment:
    """Experts of the store for the patents of the screened library, kept as commissions; what was given before stays.

    Raises NotFound where there are no experts or the library is empty, NotReady without an index.
    """
    store = workspace.store
    experts = list(store.experts.all())
    if not experts:
        raise NotFound("还没有专家。请先运行 matcher import experts 专家名录.xlsx。", code="no_experts")
    screened = library(store.inventory.all())
    patents = [one for one in store.patents.all(PatentFilter(holders=tuple(holders))) if one.id in screened]
    if not patents:
        raise NotFound("资源库中没有专利。请先完成盘点和筛选（matcher inventory screen）。")
    before = store.commissions.all(CommissionKind.ASSESSMENT)
    already = frozenset((one.party_id, one.patent_id) for one in before)
    found = assign(experts, patents, _fits(workspace, experts, patents), per_patent, already)
    store.commissions.add(_commission(one, act) for one in found.assigned)
    return found


def _commission(one: Assigned, act: Act) -> Commission:
    kind = CommissionKind.ASSESSMENT
    id_ = commission_id(kind, one.expert.id, one.patent.id)
    reason = f"关注领域：{'、'.join(one.expert.focus)}"
    return Commission(id_, kind, one.expert.id, one.patent.id, act.at.date(), reason=reason, by=act.by)


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


def write_expert_sheets(
    found: Assignment, folder: Path, made_at: datetime, returned: frozenset[tuple[str, str]] = frozenset()
) -> list[Path]:
    """One protected sheet per expert, importable as it comes back; no contact stands in it.

    What has come back already (`returned`: expert id, patent id) is not asked again.
    """
    by_expert: dict[Expert, list[Patent]] = {}
    for one in found.assigned:
        if (one.expert.id, one.patent.id) not in returned:
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
        "patent": row_key(patent),
        "title": patent.title,
        "holders": "；".join(patent.holders),
        "abstract": patent.abstract[:_ABSTRACT],
        "enterprise": expert.unit,
        "assessor": expert.name,
    }


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
