"""Commands about single patents and one holder: inventory set, justify, history, prioritise; and the rehearsal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.inventory import app
from api.cli.options import AsJson, AsOf, Home, read_day
from api.cli.reporting import acting, open_workspace, write_pages
from api.cli.terminal import print_json, progress

__all__ = ["app"]

_By = Annotated[str, typer.Option("--operator", help="经办人，记入盘点历史。")]
_Report = Annotated[Path | None, typer.Option("--out", help="报告文件（.xlsx）。")]


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
    source: Annotated[
        Path,
        typer.Argument(
            help="发出的盘点表或企业评价表文件夹，或一份集中评价表，或一份对接清单（填其对接反馈）。"
        ),
    ],
    target: Annotated[Path, typer.Argument(help="填好的写到哪里。")],
    as_of: AsOf = None,
) -> None:
    """演示用：按虚构的河东省替各单位、专家、专家组或企业填好表，含漏填、错填和不交的单位。不要用于真实数据。

    例：matcher inventory rehearse demo/盘点表 demo/交回 --as-of 2026-03-20
    """
    from matcher.programme.rehearsal import rehearse as rehearse_

    written = rehearse_(source, target, read_day(as_of))
    typer.echo(f"已写出 {written} 份填好的表：{target}（虚构的答案）。")
