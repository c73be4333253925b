"""The sample province from Excel files to a match list: what `matcher demo` shows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from api.cli.terminal import progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.matches import MatchList
    from matcher.matchlists.exports.rows import NeedRow

_AS_OF = datetime(2026, 6, 30, 9, 0)
"""The sample's own day: the demonstration prints the same list whenever it runs."""
_EVENT = "河东省高校专利供需对接会（虚构示例）"
_FILES = (
    ("patents", "专利盘点表.xlsx"),
    ("enterprises", "企业名录.xlsx"),
    ("needs", "技术需求征集汇总.xlsx"),
    ("assessments", "企业评价.xlsx"),
    ("transactions", "历史交易.csv"),
    ("holders", "高校院所名录.xlsx"),
    ("experts", "专家名录.xlsx"),
    ("services", "服务机构名录.xlsx"),
)


def run_demo(folder: Path, shown: int = 3) -> None:
    """Write the officer's files into `folder`, import them, build the index, make and export the list."""
    from matcher import usecases
    from matcher.landing import Manner
    from matcher.matchlists.exports import export
    from matcher.sample.workbooks import write_workbooks
    from matcher.settings import load_settings
    from matcher.workspace import Workspace

    files = folder / "示例文件"
    files.mkdir(parents=True, exist_ok=True)
    write_workbooks(files)
    typer.echo(f"一、虚构的河东省：示例文件在 {files}")
    settings = load_settings(home=folder / "工作区", organiser="河东省知识产权局（虚构示例）")
    with Workspace.open(settings) as workspace:
        typer.echo("二、导入（好的行入库，坏的行逐行说明）")
        for kind, name in _FILES:
            with progress(name) as show:
                report = usecases.import_file(
                    workspace, kind, files / name, Manner({}), at=_AS_OF, progress=show
                ).report
            typer.echo(
                f"   {name}：读取 {report.rows_read} = 新增 {report.landed} + 合并 {report.merged}"
                f" + 未导入 {report.refused}；提醒 {report.warnings} 处"
            )
            if report.problems:
                report.write_xlsx(folder / f"导入报告-{Path(name).stem}.xlsx", made_at=_AS_OF)
        with progress("建立索引") as show:
            usecases.build_index(workspace, _AS_OF, show)
        request = usecases.ListRequest(_AS_OF.date(), _AS_OF, _EVENT, settings.organiser, k=5)
        with progress("编制清单") as show:
            result = usecases.make_list(workspace, request, progress=show)
    _show(result, shown)
    typer.echo("四、交出去的文件")
    for preset in ("内部版", "对外版"):
        written = export(result, folder / f"对接清单-{preset}.xlsx", preset=preset)
        withheld = f"；{written.withheld} 条需求按保密等级未列入" if written.withheld else ""
        typer.echo(f"   {written.path}：{written.needs} 条需求，{written.matches} 项推荐{withheld}")


def _show(result: MatchList, detailed: int) -> None:
    """One need of each grade in full, as the list has it, then every need with its best patent in a line."""
    from rich.console import Console
    from rich.table import Table

    from matcher.matchlists.exports import list_rows, preset_named
    from matcher.matchlists.exports.terminal import print_needs

    console = Console(width=max(Console().width, 140))
    rows = list_rows(result, preset_named("内部版"))
    examples = _examples(rows.needs)[:detailed]
    typer.echo(f"三、对接清单（各推荐等级各举一条需求，共 {len(examples)} 条；其后为全部需求一览）")
    print_needs(rows, examples, console)
    table = Table(title="全部需求一览", title_justify="left")
    for header in ("需求编号", "需求名称", "推荐等级", "推荐专利", "专利权人"):
        table.add_column(header, overflow="fold")
    for need in rows.needs:
        best = need.lines[:1]
        cells = [
            (line.match.grade.value, line.match.patent.title, "、".join(line.match.patent.holders))
            for line in best
        ]
        table.add_row(need.need_id, need.need, *(cells[0] if cells else ("—", "暂无合适专利", "")))
    console.print(table)


def _examples(needs: Sequence[NeedRow]) -> list[NeedRow]:
    """The first need of each grade that its best patent has, the best grade first."""
    from matcher.matches import Grade

    first: dict[Grade, NeedRow] = {}
    for need in needs:
        if need.lines:
            first.setdefault(need.lines[0].match.grade, need)
    return [first[grade] for grade in Grade if grade in first]
