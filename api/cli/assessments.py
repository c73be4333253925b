"""Commands of the enterprises' assessments and of what is given out: assessments assign, summary; assigned."""

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
        Path | None,
        typer.Option("--experts", help="先导入这份专家名录；不写则用已导入的专家。"),
    ] = None,
    per_patent: Annotated[int, typer.Option("--per-patent", min=1, help="每件专利请几位专家。")] = 2,
    holder: _Holders = None,
    out: Annotated[Path | None, typer.Option("--out", help="分配情况（.xlsx）。")] = None,
    operator: Annotated[str, typer.Option("--operator", help="经办人，记入分派记录。")] = "经办人",
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """把资源库的专利按关注领域分给专家，任务量均衡，该回避的不分；已分过的不变。填好后用 matcher import assessments 导入。

    例：matcher assessments assign 评价表 --per-patent 2
    """
    from api.cli.records import summary as import_summary
    from matcher import usecases
    from matcher.landing import Manner
    from matcher.programme.assigning import assign_experts, assignment_pages, write_expert_sheets
    from matcher.programme.given import handed_back

    act = acting(operator, as_of)
    with open_workspace(home) as workspace:
        if experts is not None:
            imported = usecases.import_file(workspace, "experts", experts, Manner({}), at=act.at)
            typer.echo(import_summary(imported.report), err=True)
        found = assign_experts(workspace, per_patent, holder or (), act)
        files = write_expert_sheets(found, folder, act.at, handed_back(workspace.store, act.at.date()))
        write_pages(out, "企业评价任务分配", assignment_pages(found), act.at, workspace)
        known = workspace.store.experts.count()
    if as_json:
        counts = {"experts": known, "assigned": len(found.assigned), "files": len(files)}
        print_json({**counts, "short": dict(found.short)})
        return
    typer.echo(
        f"专家 {known} 位，分配 {len(found.assigned)} 件次，写出 {len(files)} 份评价表；{len(found.short)} 件专利专家不足。"
    )


def assigned(
    party: Annotated[str, typer.Argument(help="专家或服务机构的名称；不写则全部。")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="分派情况（.xlsx）。")] = None,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """分派给专家和服务机构的专利：谁、哪天、为什么，专家交回没有，服务机构怎样回应。

    例：matcher assigned --out 分派情况.xlsx；matcher assigned 云泽创业投资有限公司
    """
    from matcher.programme.given import OPEN, given, given_pages

    with open_workspace(home) as workspace:
        lines = given(workspace.store, read_day(as_of), party)
        write_pages(out, "分派情况", given_pages(lines), acting("", as_of).at, workspace)
    if as_json:
        keys = ("kind", "patent_id", "on", "service", "reason")
        print_json(
            [
                {
                    "id": one.commission.id,
                    "party": one.name,
                    "state": one.state,
                    "note": one.answer.note if one.answer else "",
                    **{key: getattr(one.commission, key) for key in keys},
                }
                for one in lines
            ]
        )
        return
    for one in lines if party else ():
        title = one.patent.title if one.patent else ""
        said = f"（{one.answer.note}）" if one.answer and one.answer.note else ""
        typer.echo(
            f"{one.commission.on} {one.commission.service or one.commission.kind} {one.commission.patent_id} {title}：{one.state}{said}"
        )
    typer.echo(
        f"共 {len(lines)} 件次，其中专家未交回 {sum(one.state == OPEN for one in lines)} 件次，"
        f"服务机构未回应 {sum(one.answer is not None and not one.back for one in lines)} 件次。"
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
        wished = wishes(workspace, found)
        pages = (summary_page(found, wished), wish_page(wished))
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
