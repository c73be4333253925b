"""The command that changes what an event is about: event scope."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from api.cli.options import Home, now, read_day, read_settings

_Several = list[str] | None


def scope(
    event: Annotated[str, typer.Argument(help="活动编号（如 HD001）或名称。", metavar="活动")],
    reason: Annotated[str, typer.Option("--reason", help="原因，记入历史。")],
    by: Annotated[str, typer.Option("--by", help="经办人，记入历史。")],
    on: Annotated[str | None, typer.Option("--on", help="活动日期。")] = None,
    place: Annotated[str | None, typer.Option("--place", help="地点。")] = None,
    need_region: Annotated[_Several, typer.Option("--need-region", help="只取这些地区的需求。")] = None,
    enterprise: Annotated[_Several, typer.Option("--enterprise", help="只取这些企业的需求。")] = None,
    region: Annotated[_Several, typer.Option("--region", help="只取这些地区的专利。")] = None,
    holder: Annotated[_Several, typer.Option("--holder", help="只取这些专利权人的专利。")] = None,
    industry: Annotated[_Several, typer.Option("--industry", help="只取这些产业的专利。")] = None,
    ipc: Annotated[_Several, typer.Option("--ipc", help="只取这些 IPC 开头的专利。")] = None,
    home: Home = None,
) -> None:
    """清单发布之前修改活动的日期、地点和范围；给了的项整项替换，写 "" 为不限，没给的不变。

    例：matcher event scope HD001 --need-region 云州市 --by 王芳 --reason 改在云州办
    """
    from matcher import planning, roadshows
    from matcher.workspace import Workspace

    given = {
        "need_regions": need_region,
        "enterprises": enterprise,
        "regions": region,
        "holders": holder,
        "industries": industry,
        "ipc": ipc,
    }
    changes: dict[str, Any] = {
        name: tuple(filter(None, values)) for name, values in given.items() if values is not None
    }
    with Workspace.open(read_settings(home)) as workspace:
        found = roadshows.event_named(workspace, event)
        wanted = replace(
            found,
            starts=read_day(on) if on else found.starts,
            place=found.place if place is None else place,
            scope=replace(found.scope, **changes),
        )
        after = planning.edit_event(workspace, found, wanted, planning.Edit(by, now(), reason))
    said = after.changes[-1].what if after is not found else "没有变化"
    typer.echo(f"{after.id}：{said}。已有的清单不变，须重新编制。")
