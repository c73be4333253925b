"""Commands of the programme around the match: tiers, transfers, rules."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import AsJson, AsOf, Home, read_day
from api.cli.reporting import acting, open_workspace, write_pages
from api.cli.terminal import print_json, progress

_Out = Annotated[Path | None, typer.Option("--out", help="报告文件（.xlsx）。")]
_Holders = Annotated[list[str] | None, typer.Option("--holder", help="只对这些专利权人（可重复），写全称。")]


def tiers(
    out: _Out = None,
    holder: _Holders = None,
    everything: Annotated[bool, typer.Option("--all", help="对全部有效专利，而不只是资源库。")] = False,
    assign: Annotated[
        bool, typer.Option("--assign", help="把匹配的专利分派给服务机构（记入工作区，机构可见）。")
    ] = False,
    operator: Annotated[str, typer.Option("--operator", help="经办人，记入分派记录。")] = "经办人",
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """分层推广：按可修改的规则给每件专利定推广层级、匹配服务机构，逐条写明理由；并列出公开转移转化清单。

    例：matcher tiers --out 分层推广.xlsx --assign
    """
    from matcher.programme.promotion import answered, commission_services, promote, public_transfers
    from matcher.programme.promotion_reports import (
        industry_pages,
        service_pages,
        tier_counts,
        tier_pages,
        transfer_pages,
    )
    from matcher.programme.transfer_list import Listing

    day = read_day(as_of)
    with open_workspace(home) as workspace, progress("分层") as show:
        found = promote(workspace, day, show, holder or (), everything=everything)
        transfers = public_transfers(workspace.store, day, holder or ())
        act = acting(operator, as_of)
        given = commission_services(workspace.store, found, act) if assign else 0
        said = answered(workspace.store, found)
        pages = (
            *tier_pages(found),
            *service_pages(found, said),
            *transfer_pages(transfers, day),
            *industry_pages(found),
        )
        write_pages(out, "专利分层推广", pages, act.at, workspace)
    states = dict(Counter(one.state for one in said.values()))
    listings = {each.value: sum(line.listing is each for line in transfers) for each in Listing}
    served = sum(any(offer.institution for offer in one.offers) for one in found.patents)
    if as_json:
        counted = {"tiers": tier_counts(found), "public_transfers": listings, "patents": len(found.patents)}
        print_json({**counted, "served": served, "assigned": given, "answers": states})
        return
    counts = "，".join(f"{tier} {count}" for tier, count in sorted(tier_counts(found).items()))
    typer.echo(f"{found.pool}，共 {len(found.patents)} 件；{found.demand}。")
    typer.echo(f"分层：{counts or '无'}。")
    typer.echo(f"匹配到服务机构的专利 {served} 件；本次新分派 {given} 件次。")
    if states:
        typer.echo(
            "服务机构的回应：" + "，".join(f"{name} {count}" for name, count in sorted(states.items())) + "。"
        )
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
    """进展：盘点率、入库率、专家分派率、企业评价率、实施率、产业化率和交易，按地市、主管部门、单位、学院、月份；节点与督办清单。

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
        taking_part = {
            f"{line.dimension} {line.group} {line.indicator}": [line.rate.numerator, line.rate.denominator]
            for line in found.participation
        }
        print_json(
            {
                "rates": rates,
                "participation": taking_part,
                "deals": deals,
                "open_licences": len(found.open_licences),
                "milestones": states,
            }
        )
        return
    for line in whole:
        typer.echo(f"{line.indicator}：{line.rate.numerator}/{line.rate.denominator} = {line.rate.value:.1%}")
    undated = sum(one.counted and not one.granted_known for one in found.found)
    if undated:
        typer.echo(f"另有 {undated} 件有效专利没有授权公告日，不计入盘点率。")
    for deal in found.deal_lines:
        if deal.dimension == "全部":
            typer.echo(f"{deal.kind}：{deal.deals} 件，{deal.amount:g} 万元（{deal.unstated} 件未注明金额）")
    typer.echo(f"开放许可声明：{len(found.open_licences)} 件")
    typer.echo("节点：" + "，".join(f"{state} {count}" for state, count in states.items()))
    for lag in overdue_lines(found)[:10]:
        typer.echo(
            f"  督办：{lag.holder} {lag.milestone.name}，{lag.rate.numerator}/{lag.rate.denominator}，差 {lag.short} 件"
        )


def unmet(
    out: _Out = None,
    handout: Annotated[
        Path | None, typer.Option("--handout", help="另写一份发给高校院所的（.xlsx，每个单位一个工作表）。")
    ] = None,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """订单式研发线索：没有合适专利的需求按方向归并，写明最接近的权利人和团队、没有专利覆盖的部分。

    例：matcher unmet --out 研发线索.xlsx --handout 研发线索-高校版.xlsx
    """
    from matcher.programme.order_reports import order_pages, university_pages
    from matcher.programme.orders import unmet as unmet_of

    day = read_day(as_of)
    with open_workspace(home) as workspace, progress("匹配") as show:
        found = unmet_of(workspace, day, show)
        made_at = acting("", as_of).at
        write_pages(out, "订单式研发线索", order_pages(found), made_at, workspace)
        pages = university_pages(found)
        if pages:
            write_pages(handout, "订单式研发线索（高校院所版）", pages, made_at, workspace)
        elif handout is not None:
            typer.echo("没有可对外提供的线索，未写高校版。", err=True)
    if as_json:
        clusters = [
            {"name": one.name, "needs": [lead.need.id for lead in one.leads], "enterprises": one.enterprises}
            for one in found.clusters
        ]
        print_json(
            {"needs": found.needs, "leads": found.leads, "clusters": clusters, "vague": len(found.vague)}
        )
        return
    typer.echo(
        f"有效需求 {found.needs} 项，暂无合适专利 {found.leads} 项，归为 {len(found.clusters)} 个方向；另有 {len(found.vague)} 项须先补充。"
    )
    for one in found.clusters[:10]:
        typer.echo(f"  {one.number}. {one.name}：需求 {one.needs} 项，企业 {one.enterprises} 家")


def diagnose(
    need: Annotated[list[str] | None, typer.Argument(help="需求编号；不写则全部。")] = None,
    out: _Out = None,
    as_of: AsOf = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """需求诊断：写得全不全、具体不具体，缺什么，该向企业问什么。

    例：matcher diagnose --out 需求诊断.xlsx；matcher diagnose HD2025-001
    """
    from matcher.programme.diagnosis import Readiness
    from matcher.programme.order_reports import diagnosis_pages
    from matcher.programme.orders import diagnose_needs

    with open_workspace(home) as workspace:
        found = diagnose_needs(workspace, read_day(as_of), need or ())
        write_pages(out, "企业技术需求诊断", diagnosis_pages(found), acting("", as_of).at, workspace)
    if as_json:
        keys = ("completeness", "specificity", "readiness", "missing", "questions")
        print_json([{"id": one.need.id, **{key: getattr(one, key) for key in keys}} for one in found])
        return
    for one in found if need else ():
        typer.echo(
            f"{one.need.id} {one.need.title}：{one.readiness}（完整度 {one.completeness:.0%}，具体度 {one.specificity:.0%}）"
        )
        for number, question in enumerate(one.questions, 1):
            typer.echo(f"  {number}. {question}")
    typer.echo(
        "，".join(f"{each} {sum(one.readiness is each for one in found)} 项" for each in Readiness) + "。"
    )


def assess(
    draft: Annotated[Path, typer.Argument(help="申请文件底稿（.docx）：有发明名称，有摘要或发明内容。")],
    out: Annotated[Path, typer.Option("--out", help="评估写到哪里（.docx）。")],
    holder: Annotated[str, typer.Option("--holder", help="申请人（高校院所全称）。")] = "",
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """申请前产业化前景评估：谁可能需要、本单位和全省最接近的专利、需求提到而底稿没有的；两页，不构成专利性结论。

    例：matcher assess 底稿.docx --holder 河东大学 --out 评估.docx
    """
    from matcher.errors import InputError
    from matcher.matchlists.documents.docx_file import write_docx
    from matcher.programme.before_filing import assess_draft, outlook_document

    if out.suffix.lower() != ".docx":
        raise InputError(f"评估是 Word 文件，请把 {out.name} 改为以 .docx 结尾的文件名。", code="not_docx")
    with open_workspace(home) as workspace:
        found = assess_draft(workspace, draft, holder, read_day(as_of))
        write_docx(outlook_document(found, workspace.settings.organiser, acting("", as_of).at), out)
    typer.echo(
        f"“{found.draft.title}”：相近需求 {len(found.needs)} 项，本单位相近专利 {len(found.own)} 件，其他单位 {len(found.others)} 件。已写出 {out}。"
    )


def export(
    kind: Annotated[str, typer.Option("--format", help="盘点、企业评价 或 交易反馈。")],
    out: Annotated[Path, typer.Option("--out", help="写到哪里（.xlsx）。")],
    template: Annotated[
        Path | None, typer.Option("--template", help="主管部门下发的模板（.xlsx）；不给则写出一份示例模板。")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="只写完整的行，缺必填项的行略去。")] = False,
    since: Annotated[
        str | None, typer.Option("--since", help="交易反馈从哪天起，默认当年 1 月 1 日。", metavar="日期")
    ] = None,
    holder: _Holders = None,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """按主管部门的模板上报：按表头填写，需要代码的按代码表；先列出缺必填项的行，再写。

    例：matcher export --format 盘点 --template 省局模板.xlsx --out 上报.xlsx
    """
    from datetime import date

    from matcher.programme.submissions import write_example
    from matcher.programme.submitting import Scope, kind_named, prepare, submit

    chosen = kind_named(kind)
    if template is None:
        write_example(chosen, out)
        typer.echo(f"已写出示例模板 {out}（非官方）。")
        return
    day = read_day(as_of)
    scope = Scope(read_day(since) if since else date(day.year, 1, 1), day, tuple(holder or ()))
    with open_workspace(home) as workspace:
        made = prepare(workspace, chosen, template, scope)
    if made.template.unknown:
        typer.echo(f"模板中没有对应数据的列（留空）：{'、'.join(made.template.unknown)}", err=True)
    for lack in made.filled.lacking[:20]:
        typer.echo(f"  {lack.patent} {lack.header}：{lack.reason}")
    if len(made.filled.lacking) > 20:
        typer.echo(f"  …… 共 {len(made.filled.lacking)} 处。")
    written = submit(made, out, partial=partial)
    typer.echo(f"已写出 {out}：{written} 行；略去 {made.filled.omitted} 行。")


def respond(
    subject: Annotated[str, typer.Argument(help="研发线索、改进需求 或 服务对接。")],
    number: Annotated[str, typer.Argument(help="需求编号、评价编号或分派编号。")],
    state: Annotated[
        str, typer.Argument(help="改为什么状态，如 已认领、立项；拟改进、不采纳；已联系、提供服务、不适合。")
    ],
    unit: Annotated[str, typer.Option("--unit", help="认领单位。")] = "",
    note: Annotated[str, typer.Option("--note", help="说明、原因或服务方式。")] = "",
    patent: Annotated[str, typer.Option("--patent", help="形成的专利号或申请号。")] = "",
    due: Annotated[str | None, typer.Option("--due", help="期限，如 2026-12-31。", metavar="日期")] = None,
    operator: Annotated[str, typer.Option("--operator", help="经办人，记入历史。")] = "经办人",
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """登记研发线索的认领和进展、专利权人对改进需求的回应，或服务机构对分派专利的回应；每一步留下历史。

    例：matcher respond 研发线索 HD2025-001 已认领 --unit 河东大学；matcher respond 改进需求 评价编号 拟改进 --due 2026-12-31
    """
    from matcher.programme.responding import respond as respond_
    from matcher.responses import Turn

    act = acting(operator, as_of)
    turn = Turn(state, act.by, act.at, unit, note, patent, read_day(due) if due else None)
    with open_workspace(home) as workspace:
        after = respond_(workspace, subject, number, turn)
    typer.echo(f"{after.subject} {after.id}：{after.state}{f'（{after.unit}）' if after.unit else ''}。")
