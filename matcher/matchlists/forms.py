"""The forms that come back filled in, as data, and the reading of their rows by headers, whatever the sheets are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from matcher.errors import InputError
from matcher.importing.cells import Cells
from matcher.importing.delimited import read_delimited
from matcher.importing.files import FileFormat, format_of
from matcher.importing.headers import LOOKED_AT, header_key
from matcher.importing.report import RowProblem
from matcher.importing.rows import Notes, Row, Sheet, cell_text, stated
from matcher.importing.workbooks import read_workbook
from matcher.settings import FileLimits


@dataclass(frozen=True, slots=True)
class Form:
    """One form: field → its headers, separated by blanks; a sheet is this form if it has all `marks`."""

    name: str
    fields: Mapping[str, str]
    marks: tuple[str, ...]


FEEDBACK = Form(
    "对接反馈表",
    {
        "match_id": "对接编号",
        "list_id": "清单版本 清单编号",
        "state": "当前状态",
        "interest": "是否有意向 有无意向 意向",
        "mode": "意向方式 合作方式 意向转化方式",
        "amount": "拟合作金额(万元) 拟合作金额",
        "reason": "不合适原因 原因",
        "note": "备注 说明",
        "by": "填表人",
        "on": "填表日期",
    },
    ("match_id", "interest"),
)
SIGN_UP = Form(
    "现场意向登记表",
    {
        "event": "活动编号",
        "enterprise": "企业名称 单位名称",
        "patent": "专利号 意向专利号",
        "match_id": "对接编号",
        "mode": "意向方式 合作方式",
        "amount": "拟合作金额(万元) 拟合作金额",
        "note": "意向说明 备注",
        "by": "联系人 填表人",
        "on": "登记日期 填表日期",
    },
    ("enterprise", "patent", "event"),
)
REPLY = Form(
    "参会回执",
    {
        "event": "活动编号",
        "kind": "单位类别 单位类型",
        "party": "单位名称",
        "attends": "是否参会 是否参加",
        "people": "参会人员 参会人员(姓名、职务) 参会人",
        "count": "参会人数 人数",
        "contact": "联系电话 联系方式",
        "slots": "可洽谈时段 可参加时段",
        "note": "备注",
    },
    ("event", "party", "attends"),
)
_ANSWERS = frozenset({"interest", "attends"})
"""Where 无 is an answer."""
FORMS = (FEEDBACK, REPLY, SIGN_UP)


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row that holds anything, of one form."""

    form: Form
    cells: Cells


def read_forms(
    path: Path, limits: FileLimits, problems: list[RowProblem], forms: Sequence[Form] = FORMS
) -> list[FormRow]:
    """The rows of every sheet that is one of the forms; sheets that are none are passed over.

    What cells say wrongly is added to `problems` when they are read. Raises InputError where no sheet is a form.
    """
    notes = Notes()
    sheets = _sheets(path, limits, notes)
    found: list[FormRow] = []
    recognised = False
    for sheet in sheets:
        top = list(islice(sheet.rows, LOOKED_AT))
        placed = _placed(top, forms)
        rest = chain((row for row in top if placed is not None and row.number > placed.row), sheet.rows)
        if placed is None:
            for _ in rest:
                pass
            continue
        recognised = True
        for row in rest:
            values = placed.values(row)
            if values:
                cells = Cells(values, placed.headers, path.name, sheet.name, row.number, problems)
                found.append(FormRow(placed.form, cells))
    if not recognised:
        names = "、".join(form.name for form in forms)
        marks = "".join(f"“{forms[0].fields[mark].split()[0]}”" for mark in forms[0].marks)
        raise InputError(
            f"文件“{path.name}”中没有可回收的表。请使用本系统导出的{names}，并保留表头（如{marks}）。",
            code="form_unrecognised",
        )
    return found


@dataclass(frozen=True, slots=True)
class _Placed:
    """A form found in a sheet: where its header is and which column is which field."""

    form: Form
    row: int
    columns: Mapping[int, str]
    headers: Mapping[str, str]

    def values(self, row: Row) -> dict[str, str]:
        """The stated cells of a row, by field."""
        found = {}
        for index, field in self.columns.items():
            cell = row.cells[index] if index < len(row.cells) else ""
            text = cell_text(cell).strip() if field in _ANSWERS else stated(cell, field)
            if text:
                found[field] = text
        return found


def _sheets(path: Path, limits: FileLimits, notes: Notes) -> Iterator[Sheet]:
    format_ = format_of(path)
    if format_ is FileFormat.WORKBOOK:
        return read_workbook(path, limits, notes)
    if format_ is FileFormat.DELIMITED:
        return read_delimited(path, notes)
    raise InputError(f"文件“{path.name}”不是表格。请提供 .xlsx、.xls 或 .csv 文件。", code="file_foreign")


def _placed(rows: Sequence[Row], forms: Sequence[Form]) -> _Placed | None:
    """The first row that has all marks of a form; of several forms the one that knows more of its columns."""
    best: _Placed | None = None
    for row in rows:
        labels = [cell_text(cell).strip() for cell in row.cells]
        for form in forms:
            columns: dict[int, str] = {}
            for index, label in enumerate(labels):
                field = _fields(form).get(header_key(label)) if label else None
                if field and field not in columns.values():
                    columns[index] = field
            if set(form.marks) <= set(columns.values()) and (
                best is None or len(columns) > len(best.columns)
            ):
                headers = {field: labels[index] for index, field in columns.items()}
                best = _Placed(form, row.number, columns, headers)
        if best is not None:
            return best
    return None


def _fields(form: Form) -> dict[str, str]:
    return {header_key(word): field for field, words in form.fields.items() for word in words.split()}
