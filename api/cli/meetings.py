"""Commands for the day itself: event schedule, event documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Home, now, read_settings
from api.cli.terminal import progress

_Event = Annotated[str, typer.Argument(help="活动编号（如 HD001）或名称。", metavar="活动")]


def schedule(
    event: _Event,
    start: Annotated[str, typer.Option("--from", help="第一个时段的开始时间。")] = "09:00",
    end: Annotated[str, typer.Option("--to", help="结束时间。")] = "12:00",
    minutes: Annotated[int, typer.Option("--minutes", min=5, help="每个时段几分钟。")] = 30,
    slot: Annotated[
        list[str] | None,
        typer.Option("--slot", help="逐个写明时段（可重复，按先后），如“20日 09:00”；给了则不看起止时间。"),
    ] = None,
    tables: Annotated[int, typer.Option("--tables", min=1, help="洽谈桌数。")] = 10,
    out: Annotated[Path | None, typer.Option("--out", help="日程写成 xlsx。")] = None,
    reader: Annotated[
        str, typer.Option("--for", help="给谁看：不填为公开版，内部，或某家企业、权利人的名称。")
    ] = "",
    home: Home = None,
) -> None:
    """排对接洽谈日程：每家同一时段只有一场，先使总价值最大，再尽量减少各家的空档。

    例：matcher event schedule HD001 --from 09:00 --to 12:00 --minutes 30 --tables 6 --out 日程.xlsx
    """
    from matcher import meetings, roadshows
    from matcher.matchlists.exports.reports import write_report
    from matcher.matchlists.timetable import timetable
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home)) as workspace:
        found = roadshows.event_named(workspace, event)
        slots = tuple(slot) if slot else meetings.slots_between(start, end, minutes)
        made = meetings.schedule_event(workspace, found, slots, tables)
    if out is not None:
        write_report(timetable(found, made.schedule, now(), reader), out)
    typer.echo(
        f"{found.id}：{len(slots)} 个时段、{tables} 张桌，排上 {len(made.schedule.meetings)} 场，"
        f"未排上 {len(made.schedule.unplaced)} 场；各家空档合计 {made.gaps} 个。"
    )
    for remark in made.remarks:
        typer.echo(f"  {remark}")


def documents(
    event: _Event,
    out: Annotated[Path, typer.Option("--out", help="文件夹（全部文件），或 .docx、.pdf、.xlsx 文件。")],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help="路演手册、议程、签到表、参会回执、现场意向登记表、邀请名单、企业手册、高校手册、会后报告、典型案例；不给则全部。",
        ),
    ] = "",
    of: Annotated[str, typer.Option("--for", help="企业手册、高校手册给谁，或典型案例的对接编号。")] = "",
    home: Home = None,
) -> None:
    """会务文件：Word、PDF、Excel，按保密等级分别给公众、企业、权利人和内部。

    例：matcher event documents HD001 --out 会务文件；matcher event documents HD001 --kind 路演手册 --out 路演手册.pdf
    """
    from matcher import paperwork, roadshows
    from matcher.matchlists import documents as papers
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home)) as workspace:
        briefing = paperwork.brief(workspace, roadshows.event_named(workspace, event), now())
    if kind:
        papers.write(briefing, papers.kind_named(kind), out, of)
        typer.echo(f"已写出 {out}。")
        return
    with progress("会务文件") as show:
        written = paperwork.write_all(briefing, out, show)
    for file in written.files:
        typer.echo(f"已写出 {file}。")
    if written.refused:
        typer.echo(written.refused, err=True)


def monthly(
    month: Annotated[str, typer.Argument(help="月份，如 2026-11。", metavar="月份")],
    out: Annotated[Path, typer.Option("--out", help="写到哪里（.docx 或 .pdf）。")],
    home: Home = None,
) -> None:
    """月度信息报送稿：数字取自对接结果并附口径，其余标为待填。

    例：matcher event monthly 2026-11 --out 月度信息.docx
    """
    from matcher import paperwork
    from matcher.matchlists.documents import write_pages
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home)) as workspace:
        report = paperwork.monthly_report(workspace, month, now())
    write_pages(report, out)
    typer.echo(f"已写出 {out}。")
