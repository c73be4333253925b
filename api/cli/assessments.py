"""Commands of the enterprises' assessments: assessments assign, summary."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import AsJson, AsOf, Home, read_day
from api.cli.reporting import acting, open_workspace, write_pages
from api.cli.terminal import print_json

app = typer.Typer(help="企业评价：按关注领域把资源库的专利分给企业专家，汇总评价结果。", no_args_is_help=True)

_Holders = Annotated[list[str] | None, typer.Option("--holder", help="只对这些专利权人（可重复），写全称。")]


@app.command("assign")
def assign(
    folder: Annotated[Path, typer.Argument(help="评价表写到哪个文件夹，每位专家一份。")],
    experts: Annotated[
        Path,
        typer.Option(
            "--experts", help="专家名录：姓名、单位、职称、关注领域、推荐日期、回避单位、联系方式。"
        ),
    ],
    per_patent: Annotated[int, typer.Option("--per-patent", min=1, help="每件专利请几位专家。")] = 2,
    holder: _Holders = None,
    out: Annotated[Path | None, typer.Option("--out", help="分配情况（.xlsx）。")] = None,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """把资源库的专利按关注领域分给专家，任务量均衡，该回避的不分。填好后用 matcher import assessments 导入。

    例：matcher assessments assign 评价表 --experts 专家名录.xlsx --per-patent 2
    """
    from matcher.importing.report import RowProblem
    from matcher.programme.assessing import (
        assign_experts,
        assignment_pages,
        read_experts,
        write_expert_sheets,
    )

    problems: list[RowProblem] = []
    made_at = acting("", as_of).at
    with open_workspace(home) as workspace:
        known = read_experts(experts, workspace.settings.limits, problems)
        found = assign_experts(workspace, known, per_patent, holder or ())
        files = write_expert_sheets(found, folder, made_at)
        write_pages(out, "企业评价任务分配", assignment_pages(found), made_at, workspace)
    if as_json:
        print_json(
            {
                "experts": len(known),
                "assigned": len(found.assigned),
                "files": len(files),
                "short": dict(found.short),
            }
        )
        return
    for problem in problems:
        typer.echo(f"  {problem.sheet} 第 {problem.row} 行：{problem.message}", err=True)
    typer.echo(
        f"专家 {len(known)} 位，分配 {len(found.assigned)} 件次，写出 {len(files)} 份评价表；{len(found.short)} 件专利专家不足。"
    )


@app.command("summary")
def summary(
    out: Annotated[Path | None, typer.Option("--out", help="汇总表（.xlsx）。")] = None,
    holder: _Holders = None,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """每件专利的企业评价汇总：几家评价、前景分布、改进需求原文、合作意愿；不写企业名称，可交高校院所。

    例：matcher assessments summary --holder 河东大学 --out 企业评价汇总.xlsx
    """
    from matcher.programme.assessing import summarise, summary_page, wish_page, wishes

    with open_workspace(home) as workspace:
        found = summarise(workspace, read_day(as_of), holder or ())
        pages = (summary_page(found), wish_page(wishes(workspace, found)))
        write_pages(out, "企业评价汇总", pages, acting("", as_of).at, workspace)
    if as_json:
        print_json(
            [
                {"patent": one.patent.id, "enterprises": one.enterprises, "prospects": one.prospects}
                for one in found
            ]
        )
        return
    typer.echo(f"有企业评价的专利 {len(found)} 件，评价 {sum(len(one.said) for one in found)} 条。")
