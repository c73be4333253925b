"""The inventory's reports: what came back of a batch, who owes what, and the register with both appraisals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matcher.domain import Patent
from matcher.importing.report import SEVERITY_LABELS, RowProblem
from matcher.inventory import Appraisal, Item, Stage
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page
from matcher.programme.inventory import Entered, Received, Screening, Update
from matcher.programme.inventory_form import number_of
from matcher.programme.overdue import TaskLine
from matcher.store.merging import shown

_C = Setting.CENTRE
_FILES = (
    Column("文件", "file", 40),
    Column("任务编号", "tasks", 18),
    Column("单位", "units", 30),
    Column("行数", "rows", 7, _C),
    Column("已填", "answered", 7, _C),
    Column("空白", "blank", 7, _C),
    Column("有误", "wrong", 7, _C),
    Column("未读取的原因", "refused", 50),
)
_OVERDUE = (
    Column("专利权人", "holder", 24),
    Column("单位", "unit", 20),
    Column("任务编号", "task", 18),
    Column("状态", "state", 10, _C),
    Column("应填件数", "total", 8, _C),
    Column("已填件数", "answered", 8, _C),
    Column("未填件数", "open", 8, _C),
    Column("交回期限", "due", 11, Setting.DATE),
    Column("逾期天数", "overdue", 8, _C),
    Column("交回日期", "returned_on", 11, Setting.DATE),
    Column("发出的文件", "file", 44),
)
_CLASHES = (
    Column("专利", "patent_id", 20),
    Column("栏目", "field", 14),
    Column("填报一", "first", 26),
    Column("位置", "first_place", 34),
    Column("填报二", "second", 26),
    Column("位置", "second_place", 34),
)
_EDITS = (
    Column("文件", "file", 40),
    Column("工作表", "sheet", 10),
    Column("行", "row", 6, _C),
    Column("栏目", "column", 14),
    Column("发出时", "printed", 36),
    Column("交回时", "found", 36),
)
_PROBLEMS = (
    Column("文件", "problem.file", 34),
    Column("工作表", "problem.sheet", 10),
    Column("行", "problem.row", 6, _C),
    Column("栏目", "problem.column", 14),
    Column("值", "problem.value", 22),
    Column("结果", "result", 8, _C),
    Column("原因", "problem.message", 60),
)
_UPDATES = (
    Column("专利", "patent_id", 22),
    Column("栏目", "field", 16),
    Column("原值", "before", 40),
    Column("现值", "after", 40),
)


@dataclass(frozen=True, slots=True)
class _Problem:
    problem: RowProblem

    @property
    def result(self) -> str:
        return SEVERITY_LABELS[self.problem.severity]


def received_pages(received: Received) -> tuple[Page, ...]:
    """Everything that a collected folder came to."""
    found = received.collected
    return (
        Page("交回文件", _FILES, found.files, f"批次 {received.batch}"),
        overdue_page([line for line in received.lines if line.open], received.batch),
        Page("填报冲突", _CLASHES, found.clashes, "同一专利有不同填报，均未采用；请单位确认后只交一份"),
        problems_page(found.problems),
        Page("被改动的单元格", _EDITS, found.edits, "灰色单元格被改动，仍以发出时为准"),
        updates_page(received.updates),
    )


def screening_pages(found: Screening) -> tuple[Page, ...]:
    """What a panel's sheet came to, besides its counts."""
    return (problems_page(found.problems), updates_page(found.updates))


def overdue_page(lines: Sequence[TaskLine], batch: str = "") -> Page:
    """催办清单."""
    return Page("催办清单", _OVERDUE, lines, f"批次 {batch}" if batch else "")


def problems_page(problems: Iterable[RowProblem]) -> Page:
    """Rows that were refused or are to be looked at."""
    return Page("问题行", _PROBLEMS, [_Problem(each) for each in problems], "未导入的行请更正后重新交回")


def updates_page(updates: Sequence[Update]) -> Page:
    """Values of patents that were replaced."""
    return Page("更新的专利信息", _UPDATES, updates, "以新填报为准，原值在此备查")


_REGISTER = (
    Column("专利号", "number", 20),
    Column("专利名称", "patent.title", 30),
    Column("专利权人", "holders", 20),
    Column("所属学院", "patent.college", 14),
    Column("授权公告日", "patent.granted", 11, Setting.DATE),
    Column("盘点状态", "stage", 11, _C),
    Column("变更日期", "item.changed_on", 11, Setting.DATE),
    Column("经办", "item.by", 10),
    Column("原因", "item.reason", 20),
    Column("自评前景", "self_prospect", 8, _C),
    Column("集中评价前景", "central_prospect", 8, _C),
    Column("自评成熟度", "self_maturity", 10, _C),
    Column("集中评价成熟度", "central_maturity", 10, _C),
    Column("未实施原因", "unimplemented", 18),
    Column("自评人", "self_by", 10),
    Column("自评日期", "self_on", 11, Setting.DATE),
    Column("评价人", "central_by", 12),
    Column("评价日期", "central_on", 11, Setting.DATE),
)


@dataclass(frozen=True, slots=True)
class _RegisterLine:
    """One patent of the register as its columns read it."""

    entered: Entered

    @property
    def patent(self) -> Patent:
        return self.entered.patent

    @property
    def item(self) -> Item:
        return self.entered.item

    @property
    def stage(self) -> str:
        return self.entered.stage.value

    @property
    def number(self) -> str:
        return number_of(self.patent)

    @property
    def holders(self) -> str:
        return "；".join(self.patent.holders)

    @property
    def self_prospect(self) -> str:
        return _prospect(self.item.self_assessment)

    @property
    def central_prospect(self) -> str:
        return _prospect(self.item.central)

    @property
    def self_maturity(self) -> str:
        return _maturity(self.item.self_assessment)

    @property
    def central_maturity(self) -> str:
        return _maturity(self.item.central)

    @property
    def unimplemented(self) -> str:
        return self.item.self_assessment.unimplemented if self.item.self_assessment else ""

    @property
    def self_by(self) -> str:
        return self.item.self_assessment.by if self.item.self_assessment else ""

    @property
    def self_on(self) -> date | None:
        return self.item.self_assessment.on if self.item.self_assessment else None

    @property
    def central_by(self) -> str:
        return self.item.central.by if self.item.central else ""

    @property
    def central_on(self) -> date | None:
        return self.item.central.on if self.item.central else None


def _prospect(said: Appraisal | None) -> str:
    return shown(said.prospect) if said else ""


def _maturity(said: Appraisal | None) -> str:
    return said.maturity.text if said and said.maturity else ""


@dataclass(frozen=True, slots=True)
class _Count:
    stage: str
    patents: int


def register_pages(register: Sequence[Entered]) -> tuple[Page, ...]:
    """How many patents stand where, and every one of them."""
    lines = [_RegisterLine(one) for one in register]
    counts = count_stages(register)
    columns = (Column("盘点状态", "stage", 20), Column("件数", "patents", 12, _C))
    rows = [_Count(stage, count) for stage, count in counts.items()]
    return (
        Page("汇总", columns, [*rows, _Count("合计", len(lines))]),
        Page("盘点清册", _REGISTER, lines, "自评与集中评价并列"),
    )


def count_stages(register: Iterable[Entered]) -> Mapping[str, int]:
    """Patents by state, in the order of the states; states without patents count 0."""
    counts = dict.fromkeys((stage.value for stage in Stage), 0)
    for one in register:
        counts[one.stage.value] += 1
    return counts
