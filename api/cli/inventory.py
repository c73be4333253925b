"""Commands of the inventory: inventory split, collect, overdue, panel, screen, list, set, justify."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import AsJson, AsOf, Home, now, read_day, read_settings
from api.cli.terminal import print_json, progress

if TYPE_CHECKING:
    from matcher.inventory import Act
    from matcher.matchlists.exports.reports import Page
    from matcher.workspace import Workspace

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
        value = f"“{problem.value}”" if problem.value else ""
        typer.echo(
            f"  {problem.file} {problem.sheet} 第 {problem.row} 行 {problem.column}{value}：{problem.message}"
        )


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
        typer.echo(f"  {problem.sheet} 第 {problem.row} 行 {problem.column}：{problem.message}")


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


@app.command("set")
def set_(
    number: Annotated[str, typer.Argument(help="专利号。")],
    stage: Annotated[str, typer.Argument(help="改为什么状态，如 已转化、暂不入库。")],
    reason: Annotated[str, typer.Option("--reason", help="原因（暂不入库必填）。")] = "",
    operator: _By = "经办人",
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """手工改一件专利的盘点状态，记入历史。

    例：matcher inventory set ZL201610123456.7 暂不入库 --reason 技术已被替代
    """
    from matcher.programme.inventory import set_stage

    with open_workspace(home) as workspace:
        item = set_stage(workspace.store, number, stage, reason, acting(operator, as_of))
    typer.echo(f"{number}：{item.stage}（第 {item.version} 次变更）。")


@app.command("justify")
def justify(
    number: Annotated[str, typer.Argument(help="专利号。")],
    reason: Annotated[str, typer.Option("--reason", help="未实施的正当理由。")],
    accepted_by: Annotated[str, typer.Option("--accepted-by", help="认定单位或人员；未认定的不填。")] = "",
    accepted_on: Annotated[
        str | None, typer.Option("--accepted-on", help="认定日期，如 2026-05-10。", metavar="日期")
    ] = None,
    operator: _By = "经办人",
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """记录未实施的正当理由；经认定的不列入公开转移转化清单。

    例：matcher inventory justify ZL201610123456.7 --reason 涉密 --accepted-by 省科技厅 --accepted-on 2026-05-10
    """
    from matcher.inventory import Justification
    from matcher.programme.inventory import justify as justify_

    said = Justification(reason, accepted_by, read_day(accepted_on) if accepted_on else None)
    with open_workspace(home) as workspace:
        justify_(workspace.store, number, said, acting(operator, as_of))
    typer.echo(f"{number}：已记录正当理由{'（已认定）' if accepted_by else '（尚未认定）'}。")


def open_workspace(home: Path | None) -> Workspace:
    """The workspace named on the command line."""
    from matcher.workspace import Workspace

    return Workspace.open(read_settings(home))


def acting(operator: str, as_of: str | None) -> Act:
    """Who acts and when: on the day named, at the beginning of it, else now."""
    from matcher.inventory import Act

    return Act(operator, datetime.combine(read_day(as_of), datetime.min.time()) if as_of else now())


def write_pages(
    out: Path | None, title: str, pages: tuple[Page, ...], made_at: datetime, workspace: Workspace
) -> None:
    """Write a report where one is asked for, and say so."""
    from matcher.errors import InputError
    from matcher.matchlists.exports.reports import Report, write_report

    if out is None:
        return
    if out.suffix.lower() != ".xlsx":
        raise InputError(f"报告是 Excel 文件，请把 {out.name} 改为以 .xlsx 结尾的文件名。", code="not_xlsx")
    write_report(Report(title, pages, made_at, workspace.settings.organiser), out)
    typer.echo(f"已写出 {out}。", err=True)


@app.command("prioritise")
def prioritise(
    holder: Annotated[list[str], typer.Option("--holder", help="专利权人全称（可重复）。")],
    maintain: Annotated[
        bool, typer.Option("--maintain", help="改为列出有效专利的下次年费期限和维持建议。")
    ] = False,
    out: _Report = None,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """以需求定先后：先盘点哪些专利；或在缴年费前看哪些专利没有需求（是否维持由权利人决定）。

    例：matcher inventory prioritise --holder 河东大学 --out 盘点次序.xlsx
    """
    from matcher.programme.holder_work import annual_fees, fee_page, inventory_priorities, priority_page

    day = read_day(as_of)
    name = "、".join(holder)
    with open_workspace(home) as workspace, progress("匹配") as show:
        if maintain:
            advice = annual_fees(workspace, day, holder, show)
            page, title = fee_page(advice), f"{name}年费与维持建议"
        else:
            page, title = priority_page(inventory_priorities(workspace, day, holder, show)), f"{name}盘点次序"
        write_pages(out, title, (page,), acting("", as_of).at, workspace)
    if as_json:
        print_json([vars(row) for row in page.rows])
        return
    typer.echo(f"{title}：{len(page.rows)} 件。")
    for row in page.rows[:10]:
        cells = [str(value) for value in vars(row).values() if value not in (None, "")]
        typer.echo("  " + "｜".join(cells))


@app.command("rehearse")
def rehearse(
    source: Annotated[Path, typer.Argument(help="发出的盘点表文件夹，或一份集中评价表。")],
    target: Annotated[Path, typer.Argument(help="填好的写到哪里。")],
    as_of: AsOf = None,
) -> None:
    """演示用：按虚构的河东省替各单位（或专家组）填好表，含漏填、错填和不交的单位。不要用于真实数据。

    例：matcher inventory rehearse demo/盘点表 demo/交回 --as-of 2026-03-20
    """
    from matcher.programme.rehearsal import rehearse as rehearse_

    written = rehearse_(source, target, read_day(as_of))
    typer.echo(f"已写出 {written} 份填好的表：{target}（虚构的答案）。")


@app.command("history")
def history(
    number: Annotated[str, typer.Argument(help="专利号。")], home: Home = None, as_json: AsJson = False
) -> None:
    """一件专利在盘点中的每一步：何时、由谁、从什么状态到什么状态、依据哪个文件。

    例：matcher inventory history ZL201610123456.7
    """
    from matcher.programme.inventory import history as history_

    with open_workspace(home) as workspace:
        steps = history_(workspace.store, number)
    if as_json:
        print_json(steps)
        return
    for step in steps:
        reason = f"，{step.reason}" if step.reason else ""
        source = f"（{step.source}）" if step.source else ""
        typer.echo(f"{step.at:%Y-%m-%d %H:%M} {step.by}：{step.before} → {step.after}{reason}{source}")
    if not steps:
        typer.echo(f"{number}：未盘点。")
