"""Commands of the feed: feed pull, feed sources."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import AsJson, Home, now, read_settings
from api.cli.terminal import print_json, progress

app = typer.Typer(
    help="可转化专利和公开需求的变动：从设置中的来源拉取，断点续传，重复拉取不改变任何数据。",
    no_args_is_help=True,
)

_SHOWN = 12


@app.command("pull")
def pull(
    source: Annotated[str | None, typer.Argument(help="来源名称；不写则拉取设置中的全部来源。")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """拉取来源的变动：新增和修改的入库，撤下的更新其状态；来源的地址在 matcher.toml，密钥在环境变量。

    例：FEED_KEY=密钥 matcher feed pull 省平台
    """
    from api.pulling import pull as pull_
    from api.store.database import open_service
    from api.store.sources import Sources
    from matcher.errors import SettingsError
    from matcher.workspace import Workspace

    settings = read_settings(home)
    names = [source] if source else list(settings.feeds)
    if not names:
        raise SettingsError('设置中没有来源。请在 matcher.toml 中写 [feeds."来源名称"] 和 address。')
    reports = []
    with Workspace.open(settings) as workspace, progress("拉取") as show:
        sources, done = Sources(open_service(settings)), 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            show(done, done)

        reports = [pull_(workspace, sources, name, now, more) for name in names]
    if as_json:
        print_json([asdict(replace(report, problems=report.problems[:200])) for report in reports])
        return
    for report in reports:
        typer.echo(
            f"{report.source}：{report.pages} 页，提供 {report.offered} 条，撤下 {report.withdrawn} 条；"
            f"新增 {report.landed}，合并 {report.merged}，未导入 {report.refused}。"
        )
        for problem in report.problems[:_SHOWN]:
            typer.echo(f"  {problem.line(file=True)}")


@app.command("sources")
def sources(home: Home = None, as_json: AsJson = False) -> None:
    """设置中的来源，各有多少条专利或需求来自它、其中多少已被撤下。

    例：matcher feed sources
    """
    from api.store.database import open_service
    from api.store.sources import Sources

    settings = read_settings(home)
    Path(settings.home).mkdir(parents=True, exist_ok=True)
    kept = Sources(open_service(settings))
    found = [
        {
            "source": name,
            "address": feed.address,
            "records": len(records),
            "gone": sum(one.gone for one in records),
        }
        for name, feed in settings.feeds.items()
        for records in [kept.records(name)]
    ]
    if as_json:
        print_json(found)
        return
    for one in found:
        typer.echo(f"{one['source']}（{one['address']}）：{one['records']} 条，其中已撤下 {one['gone']} 条。")
    if not found:
        typer.echo("设置中没有来源。")
