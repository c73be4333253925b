"""The command of 我想了解: whose answers are overdue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import AsJson, AsOf, Home, read_day
from api.cli.reporting import acting, open_workspace, write_pages
from api.cli.terminal import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.interests import Owed
    from matcher.matchlists.exports.reports import Page


def interests(
    out: Annotated[Path | None, typer.Option("--out", help="催办清单文件（.xlsx）。")] = None,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """“我想了解”的催办清单：哪些专利权人逾期没有答复企业的意向；不写企业名称，可以发给专利权人。

    例：matcher interests --out 意向催办.xlsx
    """
    from api.interests import owed
    from api.store.database import open_service
    from api.store.interests import Interests

    with open_workspace(home) as workspace:
        kept = Interests(open_service(workspace.settings))
        lines = owed(workspace.store, kept, read_day(as_of))
        write_pages(out, "意向催办清单", (_page(lines),), acting("", as_of).at, workspace)
    if as_json:
        print_json(lines)
        return
    for line in lines:
        typer.echo(f"{line.holder}　{line.patent} {line.title}　意向 {line.interest}　逾期 {line.late} 天")
    typer.echo(f"共 {len(lines)} 项逾期未答复。")


def _page(lines: Sequence[Owed]) -> Page:
    from matcher.matchlists.exports.columns import Column, Setting
    from matcher.matchlists.exports.reports import Page

    columns = (
        Column("专利权人", "holder", 26),
        Column("意向编号", "interest", 18),
        Column("专利号", "patent", 20),
        Column("专利名称", "title", 36),
        Column("提出日期", "asked", 12, Setting.DATE),
        Column("答复期限", "due", 12, Setting.DATE),
        Column("逾期天数", "late", 10, Setting.CENTRE),
    )
    return Page("意向催办", columns, lines, "逾期天数为自然日；请专利权人登录后在“意向”页答复")
