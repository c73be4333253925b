"""Commands for the day itself: event schedule, event documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Home, now, read_settings

_Event = Annotated[str, typer.Argument(help="活动编号（如 HD001）或名称。", metavar="活动")]


def schedule(
    event: _Event,
    start: Annotated[str, typer.Option("--from", help="第一个时段的开始时间。")] = "09:00",
    end: Annotated[str, typer.Option("--to", help="结束时间。")] = "12:00",
    minutes: Annotated[int, typer.Option("--minutes", min=5, help="每个时段几分钟。")] = 30,
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
        slots = meetings.slots_between(start, end, minutes)
        made = meetings.schedule_event(workspace, found, slots, tables)
    if out is not None:
        write_report(timetable(found, made.schedule, now(), reader), out)
    typer.echo(
        f"{found.id}：{len(slots)} 个时段、{tables} 张桌，排上 {len(made.schedule.meetings)} 场，"
        f"未排上 {len(made.schedule.unplaced)} 场；各家空档合计 {made.gaps} 个。"
    )
    for remark in made.remarks:
        typer.echo(f"  {remark}")
