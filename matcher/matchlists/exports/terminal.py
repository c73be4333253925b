"""The list on the screen: the same lines as in the file, in the same order, in as many columns as fit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.matches import Grade
from matcher.matchlists.exports import cover
from matcher.matchlists.exports.columns import Cell, Column, columns_of
from matcher.matchlists.exports.presets import Sheet
from matcher.matchlists.exports.rows import ListRows, NeedRow

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_FILE_WIDTH = 160
_TITLES = (
    "序号",
    "推荐等级",
    "推荐专利名称",
    "专利号",
    "专利权人",
    "技术成熟度",
    "可行转化方式",
    "匹配理由",
    "风险提示",
)
_SHARES = {"推荐专利名称": 3, "匹配理由": 6, "风险提示": 3, "可行转化方式": 3, "专利权人": 2}
_STYLES = {Grade.STRONG: "bold green", Grade.RECOMMENDED: "green", Grade.POSSIBLE: "yellow"}


def write_terminal(rows: ListRows, path: Path) -> None:
    """Write what the screen would show as plain UTF-8 text, 160 columns wide."""
    from rich.console import Console

    with path.open("w", encoding="utf-8", newline="\n") as file:
        print_list(rows, Console(file=file, width=_FILE_WIDTH, color_system=None, legacy_windows=False))


def print_list(rows: ListRows, console: Console) -> None:
    """Print every need with its matches, then the needs without one and how to read the grades."""
    print_needs(rows, rows.needs, console)
    for row in rows.unanswered:
        console.print(f"暂无合适专利：{_heading(row)}　{row.note}", markup=False)
    listed = (
        f"共 {len(rows.needs)} 项需求，推荐 {len(rows.matches)} 条，暂无合适专利 {len(rows.unanswered)} 项。"
    )
    console.print(f"{listed}推荐等级{cover.grade_note(rows)}。", markup=False)


def print_needs(rows: ListRows, needs: Iterable[NeedRow], console: Console) -> None:
    """Print the matches of some needs of the list."""
    columns = [column for column in columns_of(Sheet.LIST, rows.preset) if column.title in _TITLES]
    for need in needs:
        if need.lines:
            console.print(_table(need, columns))


def _heading(need: NeedRow) -> str:
    return " ".join(part for part in (need.need_id, need.need, need.enterprise) if part)


def _table(need: NeedRow, columns: list[Column]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(_heading(need)), title_justify="left", show_lines=True, expand=True)
    for column in columns:
        table.add_column(column.title, overflow="fold", ratio=_SHARES.get(column.title), min_width=4)
    for row in need.lines:
        cells = [Text(_shown(column.cell(row))) for column in columns]
        for cell, column in zip(cells, columns, strict=True):
            if column.title == "推荐等级":
                cell.stylize(_STYLES.get(row.match.grade, "dim"))
        table.add_row(*cells)
    return table


def _shown(cell: Cell) -> str:
    from rich.control import strip_control_codes

    return strip_control_codes(str(cell))
