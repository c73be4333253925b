"""The self-assessment sheet of one unit, as data: which columns are printed, which are filled in, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from matcher.domain import ImplementationStatus, Patent, Prospect
from matcher.inventory import Task
from matcher.matchlists.exports.wording import unnumbered
from matcher.matchlists.forms import Form
from matcher.programme.fill_in import Entry, FillIn

YES_NO = ("是", "否")
STAGES = tuple(str(status) for status in ImplementationStatus)
PROSPECTS = tuple(str(prospect) for prospect in Prospect)
ENTRIES: tuple[Entry, ...] = (
    Entry("任务编号", "task", 16, True),
    Entry("专利号", "patent", 20, True),
    Entry("专利名称", "title", 32, True),
    Entry("发明人", "inventors", 20, True),
    Entry("所属学院", "college", 16, True),
    Entry("授权公告日", "granted", 12, True),
    Entry("是否财政资助", "funded", 9, choices=YES_NO, note="是否属于财政资助科研项目形成的专利"),
    Entry("项目编号", "project", 16, note="财政资助的填写项目编号"),
    Entry("实施状态", "implementation", 11, choices=STAGES, note="从列表中选择", mandatory=True),
    Entry("未实施原因", "unimplemented", 18, note="实施状态为“未实施”的必填"),
    Entry("技术成熟度", "maturity", 12, note="TRL 1–9 级，或研发、小试、中试、量产等说法"),
    Entry("应用场景", "scenario", 26, note="可以用在哪里、解决什么问题"),
    Entry("产业化前景", "prospect", 10, choices=PROSPECTS, note="好、较好、一般、差", mandatory=True),
    Entry(
        "转化意愿",
        "modes",
        18,
        note="可多选，用“；”分隔：转让、普通许可、排他许可、独占许可、开放许可、作价入股、自行实施",
    ),
    Entry("预期费用与支付方式", "fee", 18, note="如：20万元，一次总付；面议"),
    Entry("自评人", "by", 10, note="填写人姓名", mandatory=True),
    Entry("自评日期", "on", 12, note="如 2026-03-15，不得晚于今天", mandatory=True),
)
PRINTED = tuple(entry for entry in ENTRIES if entry.printed)
PREFILLED = frozenset({"funded", "project", "implementation"})
"""Entries in which what is known already stands; they alone do not make a row an answer."""
ANSWERS = tuple(entry.field for entry in ENTRIES if not entry.printed and entry.field not in PREFILLED)
SELF_FORM = Form(
    "盘点自评表", {entry.field: entry.title for entry in ENTRIES}, ("task", "patent", "prospect", "by")
)


def printed_cells(task: str, patent: Patent) -> tuple[str, ...]:
    """The protected cells of a patent's row, in the order of PRINTED."""
    return (
        task,
        row_key(patent),
        patent.title,
        "；".join(patent.inventors),
        patent.college,
        patent.granted.isoformat() if patent.granted else "",
    )


def prefilled(patent: Patent) -> dict[str, str]:
    """What is known of the entries, as the sheet shows it."""
    funded = "" if patent.funded is None else YES_NO[0] if patent.funded else YES_NO[1]
    return {
        "funded": funded,
        "project": patent.project,
        "implementation": str(patent.implementation or ""),
    }


def number_of(patent: Patent) -> str:
    """The number by which people know a patent, or that it has none."""
    return patent.application_number or patent.publication_number or unnumbered(patent)


def row_key(patent: Patent) -> str:
    """What is printed in a sheet that comes back: the row is met again by it, also where there is no number."""
    return patent.application_number or patent.publication_number or patent.own_id or patent.id


@cache
def title_of(field: str) -> str:
    """The column's title."""
    return next(entry.title for entry in ENTRIES if entry.field == field)


def inventory_sheet(task: Task, patents: Sequence[Patent], organiser: str, made_at: datetime) -> FillIn:
    """One unit's sheet; `patents` in the order of the task's rows."""
    due = f"　请于 {task.due:%Y-%m-%d} 前交回" if task.due else ""
    made = f"编制单位：{organiser}　" if organiser else ""
    fields = [entry.field for entry in PRINTED]
    rows = [
        {**dict(zip(fields, line.cells, strict=True)), **prefilled(patent)}
        for line, patent in zip(task.rows, patents, strict=True)
    ]
    return FillIn(
        "盘点表",
        f"{task.holder}　{task.unit}　存量专利盘点表（自评）",
        f"{made}任务编号：{task.id}　共 {len(task.rows)} 件{due}",
        ENTRIES,
        rows,
        made_at,
    )
