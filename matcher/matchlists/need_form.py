"""企业技术需求征集表 in Word: one page, a label beside each value, boxes where terms are to be ticked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from matcher.domain import Confidentiality, LicensingMode
from matcher.matchlists.exports.documents import heading, new_document, save, set_cell

_FIXED_TIME = datetime(1980, 1, 1)
_BOX = "□"
_MODES = "　".join(f"{_BOX}{mode}" for mode in LicensingMode if mode is not LicensingMode.OWN_USE)
_COOPERATION = "　".join(
    f"{_BOX}{way}" for way in ("联合开发", "委托研发", "技术许可", "成果转让", "作价入股", "技术服务")
)
_OPENNESS = "　".join(f"{_BOX}{each}" for each in Confidentiality)
PAIRS: tuple[tuple[str, str], ...] = (
    ("企业名称", "统一社会信用代码"),
    ("所在地区", "所属行业"),
)
"""Rows of two labels with their values."""
LINES: tuple[tuple[str, str], ...] = (
    ("需求名称", ""),
    ("技术领域", ""),
    ("需求描述（用途、工况、现有工艺）", "\n\n\n"),
    ("技术指标（可量化的要求）", "\n\n"),
    ("技术难题（已试过什么、难在哪里）", "\n\n"),
    ("成熟度要求", "□实验室　□小试　□中试　□量产"),
    ("预算（万元）", ""),
    ("合作方式（可多选）", _COOPERATION),
    ("可接受的转化方式（可多选）", _MODES),
    ("提出日期", ""),
    ("有效期", ""),
    ("公开范围（单选，不选按仅主管部门处理）", _OPENNESS),
)
"""Rows of one label and its value."""


def write_need_form(path: Path) -> None:
    """Write the form as .docx; every label is one that importing knows, and the same version writes the same bytes."""
    document = new_document("企业技术需求征集表", _FIXED_TIME)
    heading(document, "企业技术需求征集表", 16, centred=True)
    document.add_paragraph(
        "一项需求填一张表；多项需求可复制本表，放在同一个文件里。在所选项前的方框打勾（☑）。"
    )
    table = document.add_table(rows=0, cols=4)
    table.style = "Table Grid"
    for first, second in PAIRS:
        cells = table.add_row().cells
        for place, text in enumerate((first, "", second, "")):
            set_cell(cells[place], text, label=bool(text))
    for label, value in LINES:
        _add_line(table, label, value)
    save(document, path)


def _add_line(table: Any, label: str, value: str) -> None:  # noqa: ANN401 (a python-docx table)
    cells = table.add_row().cells
    set_cell(cells[0], label, label=True)
    set_cell(cells[1].merge(cells[3]), value)
