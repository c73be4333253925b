"""Fills in self-assessment and panel sheets as the sample province's people would, faults included: for demonstrations.

What is answered depends on the patent's number alone. One unit in nine returns nothing, one row in ten stays empty, one
in twenty lacks a name, one in thirty has a day in the future.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

from matcher.errors import InputError
from matcher.importing.report import RowProblem
from matcher.matchlists.forms import Form, FormRow, read_forms
from matcher.programme import inventory_form, screening
from matcher.programme.fill_in import Entry, FillIn, write_fill_in
from matcher.sample.lots import Lots
from matcher.settings import FileLimits

_REASONS = ("缺少中试条件", "未找到合适企业", "研究人员变动", "市场尚未成熟")
_MODES = ("转让；普通许可", "普通许可", "转让", "普通许可；开放许可", "转让；作价入股")
_FEES = ("20万元，一次总付", "面议", "入门费10万元，销售额提成3%", "")
_PROSPECTS = ("好", "较好", "较好", "一般", "差")
_HELD = ("技术已被替代", "权利要求范围过窄", "缺少可验证的数据")


def rehearse(source: Path, target: Path, on: date) -> int:
    """Fill in a folder of self-assessment sheets, or one panel sheet, into `target`; how many files were written."""
    if source.is_file():
        _fill_panel(source, target, on)
        return 1
    written = 0
    for path in sorted(source.rglob("*.xlsx")):
        if not Lots(f"returned {path.stem}").share(1 / 9):
            _fill_unit(path, target / path.relative_to(source), on)
            written += 1
    if not written:
        raise InputError(f"“{source}”中没有盘点表。请先运行 matcher inventory split。")
    return written


def _fill_unit(path: Path, target: Path, on: date) -> None:
    rows = [_self_assessed(cells, on) for cells in _rows(path, inventory_form.SELF_FORM)]
    _write(target, inventory_form.ENTRIES, rows, on)


def _fill_panel(path: Path, target: Path, on: date) -> None:
    rows = [_decided(cells, on) for cells in _rows(path, screening.REVIEW_FORM)]
    _write(target, screening.ENTRIES, rows, on)


def _rows(path: Path, form: Form) -> list[dict[str, str]]:
    problems: list[RowProblem] = []
    found: list[FormRow] = read_forms(path, FileLimits(), problems, (form,))
    return [dict(row.cells.values) for row in found]


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
