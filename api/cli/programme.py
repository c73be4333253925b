"""Commands of the programme around the match: tiers, transfers, rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.inventory import acting, open_workspace, write_pages
from api.cli.options import AsJson, AsOf, Home, read_day
from api.cli.terminal import print_json, progress

_Out = Annotated[Path | None, typer.Option("--out", help="报告文件（.xlsx）。")]
_Holders = Annotated[list[str] | None, typer.Option("--holder", help="只对这些专利权人（可重复），写全称。")]


def tiers(
    out: _Out = None,
    holder: _Holders = None,
    everything: Annotated[bool, typer.Option("--all", help="对全部有效专利，而不只是资源库。")] = False,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """分层推广：按可修改的规则给每件专利定推广层级，逐条写明理由；并列出公开转移转化清单。

    例：matcher tiers --out 分层推广.xlsx
    """
    from matcher.programme.promotion import promote, public_transfers
    from matcher.programme.promotion_reports import tier_counts, tier_pages, transfer_pages
    from matcher.programme.transfer_list import Listing

    day = read_day(as_of)
    with open_workspace(home) as workspace, progress("分层") as show:
        found = promote(workspace, day, show, holder or (), everything=everything)
        transfers = public_transfers(workspace.store, day, holder or ())
        pages = (*tier_pages(found), *transfer_pages(transfers, day))
        write_pages(out, "专利分层推广", pages, acting("", as_of).at, workspace)
    listings = {each.value: sum(line.listing is each for line in transfers) for each in Listing}
    if as_json:
        print_json({"tiers": tier_counts(found), "public_transfers": listings, "patents": len(found.patents)})
        return
    counts = "，".join(f"{tier} {count}" for tier, count in sorted(tier_counts(found).items()))
    typer.echo(f"{found.pool}，共 {len(found.patents)} 件；{found.demand}。")
    typer.echo(f"分层：{counts or '无'}。")
    typer.echo("公开转移转化清单：" + "，".join(f"{name} {count}" for name, count in listings.items()) + "。")


def rules(home: Home = None) -> None:
    """把可修改的规则表（分层推广、进展节点、重点产业）复制到工作区；已有的不动。

    例：matcher rules
    """
    from api.cli.options import read_settings
    from matcher.programme.rulebook import write_copies

    folder = read_settings(home).home
    made = write_copies(folder)
    for path in made:
        typer.echo(f"已写出 {path}，可用记事本修改，下次运行即生效。")
    if not made:
        typer.echo(f"{folder / 'programme'} 中已有全部规则表，未改动。")
