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


def progress_(
    out: _Out = None,
    since: Annotated[
        str | None, typer.Option("--since", help="交易和分月从哪天起计，默认当年 1 月 1 日。", metavar="日期")
    ] = None,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """进展：盘点率、入库率、企业评价率、实施率、产业化率和交易，按地市、主管部门、单位、学院、月份；节点与督办清单。

    例：matcher progress --as-of 2026-06-30 --out 进展.xlsx
    """
    from matcher.programme.milestones import State
    from matcher.programme.progress import progress as progress_of
    from matcher.programme.progress_reports import overdue_lines, progress_pages

    day = read_day(as_of)
    with open_workspace(home) as workspace:
        found = progress_of(workspace, day, read_day(since) if since else None)
        write_pages(
            out, f"存量专利盘活进展（截至 {day}）", progress_pages(found), acting("", as_of).at, workspace
        )
    whole = [line for line in found.rates if line.dimension == "全部"]
    states = {state.value: sum(line.state is state for line in found.milestones) for state in State}
    if as_json:
        rates = {
            line.indicator: {"numerator": line.rate.numerator, "denominator": line.rate.denominator}
            for line in whole
        }
        deals = {
            line.kind.value: {"deals": line.deals, "amount": line.amount}
            for line in found.deal_lines
            if line.dimension == "全部"
        }
        print_json(
            {"rates": rates, "deals": deals, "open_licences": len(found.open_licences), "milestones": states}
        )
        return
    for line in whole:
        typer.echo(f"{line.indicator}：{line.rate.numerator}/{line.rate.denominator} = {line.rate.value:.1%}")
    for deal in found.deal_lines:
        if deal.dimension == "全部":
            typer.echo(f"{deal.kind}：{deal.deals} 件，{deal.amount:g} 万元（{deal.unstated} 件未注明金额）")
    typer.echo(f"开放许可声明：{len(found.open_licences)} 件")
    typer.echo("节点：" + "，".join(f"{state} {count}" for state, count in states.items()))
    for lag in overdue_lines(found)[:10]:
        typer.echo(
            f"  督办：{lag.holder} {lag.milestone.name}，{lag.rate.numerator}/{lag.rate.denominator}，差 {lag.short} 件"
        )
