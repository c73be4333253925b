"""Fills in what was handed out as the sample province's people would, faults included: for demonstrations.

Self-assessment sheets, experts' sheets, a panel sheet, or the feedback sheet of an event's list. What is answered depends
on the patent's number or the match alone. One unit in nine returns nothing, one row in ten stays empty, one
in twenty lacks a name, one in thirty has a day in the future.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

from matcher.errors import InputError
from matcher.importing.report import RowProblem
from matcher.matchlists.forms import FEEDBACK, Form, FormRow, read_forms
from matcher.programme import assigning, inventory_form, screening
from matcher.programme.fill_in import Entry, FillIn, write_fill_in
from matcher.replacing import replacing
from matcher.sample.lots import Lots
from matcher.settings import FileLimits

_REASONS = ("缺少中试条件", "未找到合适企业", "研究人员变动", "市场尚未成熟")
_MODES = ("转让；普通许可", "普通许可", "转让", "普通许可；开放许可", "转让；作价入股")
_FEES = ("20万元，一次总付", "面议", "入门费10万元，销售额提成3%", "")
_PROSPECTS = ("好", "较好", "较好", "一般", "差")
_HELD = ("技术已被替代", "权利要求范围过窄", "缺少可验证的数据")


def rehearse(source: Path, target: Path, on: date) -> int:
    """Fill in a folder of sheets, one panel sheet, or one list's feedback, into `target`; how many files were written."""
    if not source.exists():
        raise InputError(f"找不到“{source}”。请检查路径。", code="file_missing")
    if source.is_file():
        (_fill_feedback if _is_list(source) else _fill_panel)(source, target, on)
        return 1
    written = 0
    for path in sorted(source.rglob("*.xlsx")):
        if not Lots(f"returned {path.stem}").share(1 / 9):
            _fill_sheet(path, target / path.relative_to(source), on)
            written += 1
    if not written:
        raise InputError(
            f"“{source}”中没有盘点表或评价表。请先运行 matcher inventory split 或 assessments assign。"
        )
    return written


def _fill_sheet(path: Path, target: Path, on: date) -> None:
    """A unit's self-assessment, or an expert's assessments."""
    (form, rows) = _read(path, (inventory_form.SELF_FORM, assigning.SHEET))
    if form is assigning.SHEET:
        _write(target, assigning.ENTRIES, [_assessed(cells, on) for cells in rows], on)
    else:
        _write(target, inventory_form.ENTRIES, [_self_assessed(cells, on) for cells in rows], on)


def _fill_panel(path: Path, target: Path, on: date) -> None:
    _, rows = _read(path, (screening.REVIEW_FORM,))
    _write(target, screening.ENTRIES, [_decided(cells, on) for cells in rows], on)


def _is_list(path: Path) -> bool:
    try:
        _read(path, (FEEDBACK,))
    except InputError:
        return False
    return True


def _fill_feedback(path: Path, target: Path, on: date) -> None:
    """Two in five are interested, as many are not, the rest say nothing; the workbook stays as it is otherwise."""
    from openpyxl import load_workbook

    book = load_workbook(path)
    for sheet in book:
        titles: dict[str, int] = {}
        for row in sheet.iter_rows():
            if titles:
                for title, value in _answered(str(row[titles["对接编号"]].value)).items():
                    row[titles[title]].value = value
            elif {"对接编号", "是否有意向"} <= {str(cell.value) for cell in row}:
                titles = {str(cell.value): place for place, cell in enumerate(row)}
    with replacing(target) as temporary:
        book.save(temporary)


def _answered(match_id: str) -> dict[str, str]:
    lots = Lots(f"answered {match_id}")
    if lots.share(0.4):
        return {"是否有意向": "是", "意向方式": lots.pick(("普通许可", "转让"))}
    return (
        {"是否有意向": "否", "不合适原因": lots.pick(("技术不匹配", "时机不合适"))}
        if lots.share(2 / 3)
        else {}
    )


def _read(path: Path, forms: tuple[Form, ...]) -> tuple[Form, list[dict[str, str]]]:
    problems: list[RowProblem] = []
    found: list[FormRow] = read_forms(path, FileLimits(), problems, forms)
    return found[0].form if found else forms[0], [dict(row.cells.values) for row in found]


def _write(target: Path, entries: tuple[Entry, ...], rows: list[dict[str, str]], on: date) -> None:
    made_at = datetime.combine(on, time())
    write_fill_in(FillIn("填写", "已填写（虚构示例）", f"共 {len(rows)} 件", entries, rows, made_at), target)


def _self_assessed(printed: Mapping[str, str], on: date) -> dict[str, str]:
    lots = Lots(f"self {printed['patent']}")
    if lots.share(0.1):
        return dict(printed)
    implementation = printed.get("implementation") or "未实施"
    said = {
        "implementation": implementation,
        "unimplemented": lots.pick(_REASONS) if implementation == "未实施" else "",
        "maturity": lots.pick(("实验室", "小试", "中试", "量产")),
        "scenario": "见专利说明书的应用部分",
        "prospect": lots.pick(_PROSPECTS),
        "modes": lots.pick(_MODES),
        "fee": lots.pick(_FEES),
        "by": "" if lots.share(1 / 20) else printed.get("inventors", "").split("；")[0] or "联系人",
        "on": (on + timedelta(days=400 if lots.share(1 / 30) else 0)).isoformat(),
    }
    return {**printed, **said}


def _assessed(printed: Mapping[str, str], on: date) -> dict[str, str]:
    lots = Lots(f"assessed {printed['patent']} {printed['assessor']}")
    if lots.share(0.1):
        return dict(printed)
    prospect = lots.pick(_PROSPECTS)
    said = {
        "prospect": prospect,
        "maturity": lots.pick(("小试", "中试", "")),
        "improvement": lots.pick(("补充耐久试验", "按本企业工况标定", "降低成本", "")),
        "cooperation": "暂不考虑" if prospect == "差" else lots.pick(("技术许可", "联合开发", "")),
        "on": on.isoformat(),
    }
    return {**printed, **said}


def _decided(printed: Mapping[str, str], on: date) -> dict[str, str]:
    lots = Lots(f"panel {printed['patent']}")
    seen = printed.get("self_prospect", "")
    prospect = seen if lots.share(0.7) and seen else lots.pick(_PROSPECTS)
    held = prospect == "差" or (prospect == "一般" and lots.share(0.5))
    return {
        **printed,
        "prospect": prospect,
        "maturity": printed.get("self_maturity", ""),
        "verdict": "暂不入库" if held else "入库",
        "reason": lots.pick(_HELD) if held else "",
        "by": "河东省集中评价专家组",
        "on": on.isoformat(),
    }
