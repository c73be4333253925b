"""Commands for what comes after a list is handed out: event import, outcomes, outcome, duties, done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.cli.options import AsJson, AsOf, Home, now, read_day, read_settings
from api.cli.terminal import print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matcher.domain import LicensingMode
    from matcher.outcomes import NextStep, Reason, State

T = TypeVar("T")
_By = Annotated[str, typer.Option("--by", help="经办人。")]


def import_(
    path: Annotated[
        Path, typer.Argument(help="填好的对接反馈、参会回执或现场意向登记表（xlsx、xls、csv）。")
    ],
    by: _By = "",
    report: Annotated[Path | None, typer.Option("--report", help="把未采用的行写成 xlsx。")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """收回填好的表：排序、删行、改工作表名都不影响；状态已变的行会指出；重复导入不改变任何数据。

    例：matcher event import 企业反馈.xlsx --report 反馈问题.xlsx
    """
    from api.cli.records import summary
    from matcher import followups
    from matcher.workspace import Workspace

    at = now()
    with Workspace.open(read_settings(home)) as workspace:
        found = followups.import_forms(workspace, path, at, by)
    if report is not None:
        found.write_xlsx(report, made_at=at)
    if as_json:
        print_json(found.to_json())
    else:
        typer.echo(summary(found))
    if found.rows_read and not found.landed + found.merged:
        raise typer.Exit(3)


def outcomes(
    event: Annotated[str, typer.Argument(help="活动编号或名称。", metavar="活动")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """各条对接现在的状态。

    例：matcher event outcomes HD001 --json
    """
    from collections import Counter

    from matcher import roadshows
    from matcher.outcomes import State
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home)) as workspace:
        found = workspace.store.outcomes.of_event(roadshows.event_named(workspace, event).id)
    if as_json:
        print_json(found)
        return
    counts = Counter(outcome.state for outcome in found)
    typer.echo("，".join(f"{state} {counts[state]}" for state in State if counts[state]) or "清单尚未发布。")
    for outcome in found:
        if outcome.state is not State.PUSHED:
            reason = f"（{outcome.reason}）" if outcome.reason else ""
            typer.echo(
                f"{outcome.id}　{outcome.state}{reason}　需求 {outcome.need_id}　专利 {outcome.patent_id}　{outcome.note}"
            )


def outcome(
    match_id: Annotated[str, typer.Argument(help="对接编号。", metavar="对接编号")],
    state: Annotated[
        str,
        typer.Argument(help="已查看、有意向、洽谈中、已签约、不合适、搁置、已失效、已撤回。", metavar="状态"),
    ],
    by: _By,
    reason: Annotated[str, typer.Option("--reason", help="不合适、搁置的原因。")] = "",
    note: Annotated[str, typer.Option("--note", help="说明。")] = "",
    mode: Annotated[str, typer.Option("--mode", help="转化方式；已签约时必填。")] = "",
    amount: Annotated[float | None, typer.Option("--amount", min=0, help="金额（万元）。")] = None,
    effective: Annotated[
        str | None, typer.Option("--effective", help="合同生效日；已签约时必填，备案等期限由此起算。")
    ] = None,
    next_step: Annotated[str, typer.Option("--next", help="约定的下一步，如 会后联系、现场考察。")] = "",
    version: Annotated[
        int | None, typer.Option("--version", help="您看到的是第几次的状态；他人已改则不覆盖。")
    ] = None,
    home: Home = None,
) -> None:
    """记下一条对接的进展；签约即生成交易记录和应办事项。

    例：matcher event outcome M2C8F5D3K4Q 已签约 --by 李强 --mode 普通许可 --amount 30 --effective 2026-11-01
    """
    from matcher import followups
    from matcher.outcomes import Change
    from matcher.workspace import Workspace

    change = Change(
        state=_state(state),
        by=by,
        at=now(),
        reason=_reason(reason),
        note=note,
        mode=_mode(mode),
        amount=amount,
        effective=read_day(effective) if effective else None,
        next_step=_next_step(next_step),
    )
    with Workspace.open(read_settings(home)) as workspace:
        after = followups.change_outcome(workspace, match_id.strip().upper(), change, version)
        duties = workspace.store.outcomes.duties([after.id])
    typer.echo(f"{after.id}：{after.state}（第{after.version}次）")
    for duty in duties:
        typer.echo(f"    {duty.due}　{duty.kind}　{duty.basis}")


def duties(
    week: Annotated[bool, typer.Option("--week", help="只列本周（至周日）到期和已逾期的。")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="写成 xlsx。")] = None,
    home: Home = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """签约后的应办事项：备案、登记、付款、反馈，各有期限和依据。

    例：matcher event duties --week --out 本周到期.xlsx
    """
    from matcher import followups
    from matcher.matchlists.duties import duty_report
    from matcher.matchlists.exports.reports import write_report
    from matcher.workspace import Workspace

    day = read_day(as_of)
    with Workspace.open(read_settings(home)) as workspace:
        open_ones = tuple(duty for duty in workspace.store.outcomes.duties() if duty.done is None)
        found = followups.duties_this_week(workspace, day) if week else open_ones
        followed = workspace.store.outcomes.many(duty.match_id for duty in found)
        patents = workspace.store.patents.many(outcome.patent_id for outcome in followed.values())
        titles = {id_: patents[o.patent_id].title for id_, o in followed.items() if o.patent_id in patents}
    if out is not None:
        write_report(duty_report(found, titles, day, now()), out)
    if as_json:
        print_json(found)
        return
    for duty in found:
        late = "　已逾期" if duty.due < day else ""
        typer.echo(f"{duty.due}　{duty.kind}　{duty.match_id}　{duty.basis}{late}　{duty.id}")
    typer.echo(f"共 {len(found)} 项。")


def done(
    duty_id: Annotated[str, typer.Argument(help="应办事项编号，如 M…-许可合同备案。", metavar="事项")],
    on: Annotated[str | None, typer.Option("--on", help="办结日期（默认今天）。")] = None,
    home: Home = None,
) -> None:
    """记下一项应办事项已办结。

    例：matcher event done M2C8F5D3K4Q-许可合同备案 --on 2026-12-05
    """
    from matcher.errors import NotFound
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home)) as workspace:
        if not workspace.store.outcomes.fulfil(duty_id, read_day(on)):
            raise NotFound(f"没有编号为“{duty_id}”的应办事项。用 matcher event duties 查看。")
    typer.echo(f"{duty_id} 已办结。")


def _state(text: str) -> State:
    from matcher.outcomes import State

    return _term(text, {state.value: state for state in State}, "对接状态")


def _reason(text: str) -> Reason | None:
    from matcher.outcomes import Reason

    return _term(text, {reason.value: reason for reason in Reason}, "原因") if text else None


def _next_step(text: str) -> NextStep | None:
    from matcher.outcomes import NextStep

    return _term(text, {step.value: step for step in NextStep}, "下一步") if text else None


def _mode(text: str) -> LicensingMode | None:
    from matcher.domain import LicensingMode

    return _term(text, {mode.value: mode for mode in LicensingMode}, "转化方式") if text else None


def _term(text: str, known: Mapping[str, T], label: str) -> T:
    from matcher.errors import InputError

    if text not in known:
        raise InputError(f"不认识的{label}“{text}”。可选：{'、'.join(known)}。")
    return known[text]
