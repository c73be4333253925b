"""Commands of the inventory's rounds: inventory split, collect, overdue, panel, screen, list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import AsJson, AsOf, Home, read_day
from api.cli.reporting import acting, open_workspace, write_pages
from api.cli.terminal import print_json

if TYPE_CHECKING:
    pass

app = typer.Typer(help="存量专利盘点与筛选：拆分、回收、催办、集中评价、入库。", no_args_is_help=True)

_Holders = Annotated[list[str] | None, typer.Option("--holder", help="只对这些专利权人（可重复），写全称。")]
_By = Annotated[str, typer.Option("--operator", help="经办人，记入盘点历史。")]
_Report = Annotated[Path | None, typer.Option("--out", help="报告文件（.xlsx）。")]


@app.command("split")
def split(
    folder: Annotated[Path, typer.Argument(help="盘点表写到哪个文件夹，每个单位一份。")],
    by: Annotated[str, typer.Option("--by", help="按什么拆分：学院 或 第一发明人。")] = "学院",
    holder: _Holders = None,
    due: Annotated[
        str | None, typer.Option("--due", help="交回期限，如 2026-03-31。", metavar="日期")
    ] = None,
    operator: _By = "经办人",
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """把待盘点的专利按单位拆成带下拉选项、锁定底稿的盘点表。

    例：matcher inventory split 盘点表 --by 学院 --holder 河东大学 --due 2026-03-31
    """
    from matcher.errors import InputError
    from matcher.inventory import Division
    from matcher.programme.inventory import SplitRequest
    from matcher.programme.inventory import split as split_

    known = {division.value: division for division in Division}
    if by not in known:
        raise InputError(f"--by 应为 {' 或 '.join(known)}，收到的是“{by}”。")
    with open_workspace(home) as workspace:
        organiser = workspace.settings.organiser
        request = SplitRequest(known[by], tuple(holder or ()), read_day(due) if due else None, organiser)
        tasks = split_(workspace.store, request, folder, acting(operator, as_of))
    patents = sum(len(task.rows) for task in tasks)
    if as_json:
        print_json(
            {"batch": tasks[0].batch, "tasks": [_task_json(task) for task in tasks], "patents": patents}
        )
        return
    typer.echo(f"批次 {tasks[0].batch}：{len(tasks)} 份盘点表，共 {patents} 件专利，写在 {folder}。")


def _task_json(task: object) -> dict[str, object]:
    from matcher.inventory import Task

    assert isinstance(task, Task)
    return {
        "id": task.id,
        "holder": task.holder,
        "unit": task.unit,
        "file": task.file,
        "patents": len(task.rows),
    }


@app.command("collect")
def collect(
    folder: Annotated[Path, typer.Argument(help="交回的盘点表所在的文件夹（含下级文件夹）。")],
    batch: Annotated[str, typer.Option("--batch", help="批次，默认最近一次。")] = "",
    out: _Report = None,
    operator: _By = "经办人",
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """回收盘点表：填好的入库，冲突、填错、交错、被改动的逐条列出，附催办清单。

    例：matcher inventory collect 交回 --out 回收情况.xlsx
    """
    from matcher.programme.inventory import collect_folder
    from matcher.programme.inventory_reports import received_pages

    act = acting(operator, as_of)
    with open_workspace(home) as workspace:
        received = collect_folder(workspace.store, folder, batch, act, workspace.settings.limits)
        write_pages(
            out, f"存量专利盘点回收情况（{received.batch}）", received_pages(received), act.at, workspace
        )
    found = received.collected
    counts = {
        "batch": received.batch,
        "files": len(found.files),
        "unreadable": sum(bool(line.refused) for line in found.files),
        "taken": len(found.taken),
        "repeated": found.repeated,
        "clashes": len({clash.patent_id for clash in found.clashes}),
        "problems": len(found.problems),
        "edited_cells": len(found.edits),
        "open_units": sum(bool(line.open) for line in received.lines),
        "open_patents": sum(line.open for line in received.lines),
    }
    if as_json:
        print_json(counts)
        return
    typer.echo(
        f"批次 {received.batch}：读取 {counts['files']} 个文件（{counts['unreadable']} 个读不了），采用自评 {counts['taken']} 件，"
        f"与已有相同 {counts['repeated']} 件，冲突 {counts['clashes']} 件，问题 {counts['problems']} 处，"
        f"被改动的单元格 {counts['edited_cells']} 处；尚有 {counts['open_units']} 个单位欠 {counts['open_patents']} 件。"
    )
    for line in found.files:
        if line.refused:
            typer.echo(f"  {line.refused}")
    for problem in found.problems[:10]:
        typer.echo(f"  {problem.line(file=True)}")


@app.command("overdue")
def overdue(
    out: _Report = None,
    batch: Annotated[str, typer.Option("--batch", help="批次，默认全部。")] = "",
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """催办清单：哪些单位还欠多少件，逾期几天。

    例：matcher inventory overdue --out 催办清单.xlsx
    """
    from matcher.programme.inventory import overdue as overdue_
    from matcher.programme.inventory_reports import overdue_page

    with open_workspace(home) as workspace:
        lines = [line for line in overdue_(workspace.store, batch, read_day(as_of)) if line.open]
        write_pages(
            out, "存量专利盘点催办清单", (overdue_page(lines, batch),), acting("", as_of).at, workspace
        )
    if as_json:
        print_json(lines)
        return
    for line in lines:
        late = f"，逾期 {line.overdue} 天" if line.overdue else ""
        typer.echo(f"{line.holder} {line.unit}：{line.state}，欠 {line.open}/{line.total} 件{late}")
    typer.echo(f"共 {len(lines)} 个单位，{sum(line.open for line in lines)} 件。")


@app.command("panel")
def panel(
    path: Annotated[Path, typer.Argument(help="集中评价表写到哪里（.xlsx）。")],
    holder: _Holders = None,
    operator: _By = "经办人",
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """写出集中评价与筛选表：自评结果并列，评价结论待填。

    例：matcher inventory panel 集中评价表.xlsx --holder 河东大学
    """
    from matcher.programme.inventory import hand_to_panel

    with open_workspace(home) as workspace:
        count = hand_to_panel(workspace.store, holder or (), path, acting(operator, as_of))
    typer.echo(f"已写出 {path}：{count} 件。填好后运行 matcher inventory screen {path.name}。")


@app.command("screen")
def screen(
    path: Annotated[Path, typer.Argument(help="填好的集中评价表。")],
    out: _Report = None,
    operator: _By = "经办人",
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """导入集中评价结论：入库的进资源库，暂不入库的记下原因。

    例：matcher inventory screen 集中评价表.xlsx
    """
    from matcher.programme.inventory import screen as screen_
    from matcher.programme.inventory_reports import screening_pages

    act = acting(operator, as_of)
    with open_workspace(home) as workspace:
        found = screen_(workspace.store, path, act, workspace.settings.limits)
        write_pages(out, "集中评价导入情况", screening_pages(found), act.at, workspace)
    if as_json:
        print_json({"screened": found.screened, "held": found.held, "problems": len(found.problems)})
        return
    typer.echo(
        f"入库 {found.screened} 件，暂不入库 {found.held} 件，与已有相同 {found.unchanged} 件，未填 {found.blank} 件，"
        f"问题 {len(found.problems)} 处。"
    )
    for problem in found.problems[:10]:
        typer.echo(f"  {problem.line()}")


@app.command("list")
def list_(
    out: _Report = None,
    holder: _Holders = None,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """盘点清册：每件专利的盘点状态，自评与集中评价并列。

    例：matcher inventory list --out 盘点清册.xlsx
    """
    from matcher.programme.inventory import register
    from matcher.programme.inventory_reports import count_stages, register_pages

    with open_workspace(home) as workspace:
        lines = register(workspace.store, holder or (), read_day(as_of))
        write_pages(out, "存量专利盘点清册", register_pages(lines), acting("", as_of).at, workspace)
    counts = count_stages(lines)
    if as_json:
        print_json(dict(counts))
        return
    typer.echo("，".join(f"{stage} {count}" for stage, count in counts.items()) + f"；合计 {len(lines)} 件。")
