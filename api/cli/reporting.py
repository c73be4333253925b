"""What the programme's commands share: the workspace they open, who acts when, and the reports they write."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from api.cli.options import now, read_day, read_settings

if TYPE_CHECKING:
    from matcher.inventory import Act
    from matcher.matchlists.exports.reports import Page
    from matcher.workspace import Workspace


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
