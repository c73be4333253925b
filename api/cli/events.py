"""Commands for events and their lists: event new, list, show, pin, exclude, build, move, export, check, diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import followups, meetings
from api.cli.options import AsJson, AsOf, Home, Model, Preset, now, patent_filter, read_day, read_settings
from api.cli.terminal import print_json, progress

if TYPE_CHECKING:
    from matcher.domain import LicensingMode
    from matcher.events import Event, ListVersion, Rules
    from matcher.matches import Grade
    from matcher.matchlists.building import Built

app = typer.Typer(help="路演与对接会：活动、清单、日程、反馈、结果和会务文件。", no_args_is_help=True)

app.command("import")(followups.import_)
app.command("outcomes")(followups.outcomes)
app.command("outcome")(followups.outcome)
app.command("duties")(followups.duties)
app.command("done")(followups.done)
app.command("schedule")(meetings.schedule)
app.command("documents")(meetings.documents)
app.command("monthly")(meetings.monthly)

_Event = Annotated[str, typer.Argument(help="活动编号（如 HD001）或名称。", metavar="活动")]
_List = Annotated[
    str, typer.Argument(help="清单编号（如 HD001-02）；给活动编号或名称则为其最新一版。", metavar="清单")
]
_By = Annotated[str, typer.Option("--by", help="经办人。")]
_Out = Annotated[Path, typer.Option("--out", help="写到哪个文件。")]


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="活动名称。")],
    on: Annotated[str, typer.Option("--on", help="活动日期，如 2026-10-20。")],
    until: Annotated[str | None, typer.Option("--until", help="结束日期（一天以上的活动）。")] = None,
    place: Annotated[str, typer.Option("--place", help="地点。")] = "",
    organiser: Annotated[str | None, typer.Option("--organiser", help="主办单位。")] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="只取这些地区的专利。")] = None,
    holder: Annotated[list[str] | None, typer.Option("--holder", help="只取这些专利权人的专利。")] = None,
    ipc: Annotated[list[str] | None, typer.Option("--ipc", help="只取这些 IPC 开头的专利。")] = None,
    patent_type: Annotated[list[str] | None, typer.Option("--type", help="只取这些类型的专利。")] = None,
    industry: Annotated[list[str] | None, typer.Option("--industry", help="只取这些产业的专利。")] = None,
    min_maturity: Annotated[
        int | None, typer.Option("--min-maturity", min=1, max=9, help="最低技术成熟度（不明的照列）。")
    ] = None,
    mode: Annotated[
        list[str] | None, typer.Option("--mode", help="只取权利人接受这些转化方式的专利。")
    ] = None,
    need_region: Annotated[
        list[str] | None, typer.Option("--need-region", help="只取这些地区的需求。")
    ] = None,
    enterprise: Annotated[list[str] | None, typer.Option("--enterprise", help="只取这些企业的需求。")] = None,
    per_need: Annotated[int, typer.Option("--per-need", min=1, help="每项需求最多几件（组）专利。")] = 5,
    per_patent: Annotated[
        int | None, typer.Option("--per-patent", min=1, help="每件（组）专利最多列给几项需求；默认 3。")
    ] = 3,
    per_holder_in_need: Annotated[
        int | None, typer.Option("--per-holder-in-need", min=1, help="每项需求中同一权利人最多几件；默认 2。")
    ] = 2,
    per_holder: Annotated[
        int | None, typer.Option("--per-holder", min=1, help="同一权利人在整份清单中最多几条；默认不限。")
    ] = None,
    floor: Annotated[str, typer.Option("--floor", help="列入的最低推荐等级。")] = "可关注",
    min_probability: Annotated[
        float | None, typer.Option("--min-probability", min=0, max=1, help="列入的最低概率（须有校准）。")
    ] = None,
    no_repeat: Annotated[
        int, typer.Option("--no-repeat-months", min=0, help="最近几个月其他活动已发布过的对接不再列。")
    ] = 0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """新建一场活动：范围和编制规则。

    例：matcher event new 2026年秋季路演 --on 2026-10-20 --place 省科技馆 --per-need 5 --per-patent 3
    """
    from matcher.events import Event, Rules, Scope
    from matcher.workspace import Workspace

    settings = read_settings(home)
    chosen = patent_filter(region, holder, ipc, patent_type)
    event = Event(
        id="",
        name=name.strip(),
        starts=read_day(on),
        ends=read_day(until) if until else None,
        place=place,
        organiser=organiser or settings.organiser,
        scope=Scope(
            regions=chosen.regions,
            holders=chosen.holders,
            ipc=chosen.ipc,
            types=chosen.types,
            modes=_modes(mode or []),
            industries=tuple(industry or ()),
            min_maturity=min_maturity,
            need_regions=tuple(need_region or ()),
            enterprises=tuple(enterprise or ()),
        ),
        rules=Rules(
            per_need=per_need,
            per_patent=per_patent,
            per_holder_in_need=per_holder_in_need,
            per_holder=per_holder,
            floor=_grade(floor),
            min_probability=min_probability,
            no_repeat_months=no_repeat,
            candidates=max(20, 3 * per_need),
        ),
    )
    _require_order(event)
    with Workspace.open(settings) as workspace:
        event = workspace.store.roadshows.add(event)
    if as_json:
        print_json(event)
    else:
        typer.echo(
            f"已新建活动 {event.id}：{event.name}，{event.days}。下一步：matcher event build {event.id}"
        )


@app.command("list")
def list_(home: Home = None, as_json: AsJson = False) -> None:
    """列出活动和各自的清单版本。

    例：matcher event list
    """
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home)) as workspace:
        events = workspace.store.roadshows.all()
        versions = {event.id: workspace.store.roadshows.lists(event.id) for event in events}
    if as_json:
        print_json([{"event": event, "lists": versions[event.id]} for event in events])
        return
    for event in events:
        typer.echo(f"{event.id} {event.name}　{event.days}　{event.place}")
        for version in versions[event.id]:
            typer.echo(f"    {version.id} {_state(version)}")
    if not events:
        typer.echo("还没有活动。用 matcher event new 新建。")


@app.command("pin")
def pin(
    event: _Event,
    need: Annotated[str, typer.Argument(help="需求编号。")],
    patent: Annotated[str, typer.Argument(help="专利号。")],
    exclude: Annotated[bool, typer.Option("--exclude", help="改为指定不得列入。")] = False,
    home: Home = None,
) -> None:
    """指定一对必须列入（或不得列入）清单；下次编制时生效。

    例：matcher event pin HD001 N001 ZL201610123456.7；matcher event pin HD001 N001 ZL201610123456.7 --exclude
    """
    from matcher import roadshows
    from matcher.events import Pair
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home)) as workspace:
        found = roadshows.event_named(workspace, event)
        found = roadshows.pin(workspace, found, Pair(need, patent), include=not exclude)
    typer.echo(
        f"{found.id}：指定列入 {len(found.rules.pinned)} 对，指定不列入 {len(found.rules.excluded)} 对。"
    )


@app.command("build")
def build(
    event: _Event,
    by: _By = "",
    home: Home = None,
    model: Model = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """编制一版清单（拟稿）：在各项上限内使总价值最大，并说明哪些上限起了作用。

    例：matcher event build HD001 --by 王芳
    """
    from matcher import roadshows, usecases
    from matcher.workspace import Workspace

    at = now()
    with Workspace.open(read_settings(home, model)) as workspace:
        found = roadshows.event_named(workspace, event)
        with progress("建立索引") as show:
            usecases.build_index(workspace, at, show)
        with progress("编制清单") as show:
            version, built = roadshows.build_list(
                workspace, found, roadshows.Day(read_day(as_of), at), by, progress=show
            )
    if as_json:
        print_json({"list": version, **_figures(built)})
    else:
        typer.echo(_account(version, built, found.rules))


@app.command("move")
def move(
    list_id: _List,
    state: Annotated[str, typer.Argument(help="审核、已发布、作废，或退回拟稿。")],
    by: _By,
    note: Annotated[str, typer.Option("--note", help="说明；作废时必填。")] = "",
    home: Home = None,
) -> None:
    """把清单送审、退回、发布或作废；发布后不再改动，由另一人审核。

    例：matcher event move HD001-01 审核 --by 王芳；matcher event move HD001-01 作废 --by 李强 --note 数据有误
    """
    typer.echo(_moved(list_id, state, by, note, home))


@app.command("publish")
def publish(list_id: _List, by: _By, home: Home = None) -> None:
    """发布已送审的清单：编号、存档、校验码从此不变，每条对接开始跟踪。

    例：matcher event publish HD001-01 --by 李强
    """
    typer.echo(_moved(list_id, "已发布", by, "", home))


@app.command("export")
def export(
    list_id: _List,
    out: _Out,
    preset: Preset = "对外版",
    recipient: Annotated[str, typer.Option("--for", help="企业版、高校版交给谁（名称）。")] = "",
    home: Home = None,
) -> None:
    """导出清单（带对接编号和反馈表），交出去填写后可用 matcher event import 收回。

    例：matcher event export HD001-01 --out 对接清单.xlsx --preset 对外版
    """
    from matcher import roadshows
    from matcher.matchlists import exports
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home)) as workspace:
        shown = roadshows.shown_list(workspace, roadshows.list_named(workspace, list_id))
    written = exports.export(shown, out, preset=preset, recipient=recipient)
    withheld = f"；{written.withheld} 条需求按保密等级未列入" if written.withheld else ""
    typer.echo(f"已写出 {out}：{written.needs} 条需求，{written.matches} 项推荐{withheld}。")


@app.command("check")
def check(
    list_id: _List,
    out: Annotated[Path | None, typer.Option("--out", help="核验清单写成 xlsx。")] = None,
    status_days: Annotated[
        int, typer.Option("--status-days", min=1, help="法律状态核验超过几天要重查。")
    ] = 30,
    fee_days: Annotated[int, typer.Option("--fee-days", min=1, help="年费几天内到期要核对。")] = 60,
    expiry_months: Annotated[int, typer.Option("--expiry-months", min=1, help="几个月内届满要提示。")] = 12,
    home: Home = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """核验清单：发布前要查的法律状态、年费、届满和待核实事项。

    例：matcher event check HD001-01 --out 核验清单.xlsx
    """
    from collections import Counter

    from matcher import roadshows
    from matcher.matchlists.exports.reports import write_report
    from matcher.matchlists.sheets import verification_report
    from matcher.matchlists.verification import Limits
    from matcher.workspace import Workspace

    day = read_day(as_of)
    with Workspace.open(read_settings(home)) as workspace:
        version = roadshows.list_named(workspace, list_id)
        found = roadshows.check_list(workspace, version, day, Limits(status_days, fee_days, expiry_months))
    if out is not None:
        write_report(verification_report(found, version, now()), out)
    if as_json:
        print_json(
            [
                {"check": item.check, "patent": item.patent.id, "what": item.what, "matches": item.matches}
                for item in found
            ]
        )
        return
    counts = Counter(item.check for item in found)
    parts = "，".join(f"{name} {count} 项" for name, count in sorted(counts.items()))
    typer.echo(f"清单 {version.id} 待核验 {len(found)} 项" + (f"：{parts}。" if parts else "，可以发布。"))


@app.command("diff")
def diff(
    old: _List,
    new_list: Annotated[
        str | None, typer.Argument(help="新清单编号；不给则按今天的数据重新编制后比较（不保存）。")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="差异清单写成 xlsx。")] = None,
    home: Home = None,
    model: Model = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """差异清单：新增、移除（及原因）、等级变化。

    例：matcher event diff HD001-01 HD001-02 --out 差异清单.xlsx
    """
    from matcher import roadshows, usecases
    from matcher.matchlists.exports.reports import write_report
    from matcher.matchlists.sheets import difference_report
    from matcher.workspace import Workspace

    at = now()
    with Workspace.open(read_settings(home, model)) as workspace:
        before = roadshows.list_named(workspace, old)
        after = roadshows.list_named(workspace, new_list) if new_list else None
        if after is None:
            usecases.build_index(workspace, at)
        found = roadshows.compare(workspace, before, after, roadshows.Day(read_day(as_of), at))
    if out is not None:
        write_report(difference_report(found, before, after, at), out)
    if as_json:
        print_json(
            [
                {
                    "kind": item.kind,
                    "need_id": item.match.need.id,
                    "patent_id": item.match.patent.id,
                    "reason": item.reason,
                    "before": item.grade_before,
                    "after": item.grade_after,
                }
                for item in found
            ]
        )
        return
    for item in found:
        grades = (
            f"（{item.grade_before} → {item.grade_after}）" if item.grade_before and item.grade_after else ""
        )
        typer.echo(f"{item.kind}{grades}　{item.match.need.title}　{item.match.patent.title}　{item.reason}")
    typer.echo(f"共 {len(found)} 处不同。")


def _moved(list_id: str, state: str, by: str, note: str, home: Path | None) -> str:
    from matcher import roadshows
    from matcher.errors import InputError
    from matcher.events import ListState
    from matcher.matchlists.lifecycle import Move
    from matcher.workspace import Workspace

    at = now()
    try:
        wanted = ListState(state)
    except ValueError as error:
        raise InputError(f"不认识的清单状态“{state}”。可选：{'、'.join(ListState)}。") from error
    with Workspace.open(read_settings(home)) as workspace:
        version = roadshows.list_named(workspace, list_id)
        after = roadshows.move_list(workspace, version, Move(wanted, by, at.date(), note), at)
    return f"清单 {after.id}：{_state(after)}"


def _modes(names: list[str]) -> tuple[LicensingMode, ...]:
    from matcher.importing.terms import parse_modes

    return tuple(dict.fromkeys(mode for name in names for mode in parse_modes(name)))


def _grade(name: str) -> Grade:
    from matcher.errors import InputError
    from matcher.matches import Grade

    try:
        return Grade(name)
    except ValueError as error:
        raise InputError(f"不认识的推荐等级“{name}”。可选：{'、'.join(Grade)}。") from error


def _require_order(event: Event) -> None:
    from matcher.errors import InputError

    if event.ends is not None and event.ends < event.starts:
        raise InputError(f"结束日期 {event.ends} 早于活动日期 {event.starts}。")
    if not event.name:
        raise InputError("活动名称不能为空。")


def _state(version: ListVersion) -> str:
    parts = [str(version.state)]
    if version.published_on is not None:
        parts.append(f"{version.published_on} 发布")
    if version.by:
        parts.append(f"经办 {version.by}")
    if version.note:
        parts.append(version.note)
    return f"{'，'.join(parts)}；校验码 {version.checksum[:16]}"


def _figures(built: Built) -> dict[str, object]:
    return {
        "value": built.selection.value,
        "bound": built.selection.bound,
        "gap": built.selection.gap,
        "pairs": len(built.entries),
        "needs": built.needs,
        "patents": built.patents,
        "holders": built.holders,
        "concentration": built.concentration,
        "candidates": built.candidates,
        "folded": built.folded,
        "excluded": built.excluded,
        "repeated": built.repeated,
        "low": built.low,
        "binding": [
            {"cap": item.cap, "of": item.of, "limit": item.limit, "price": item.price}
            for item in built.selection.binding
        ],
    }


def _account(version: ListVersion, built: Built, rules: Rules) -> str:
    from collections import Counter

    selection = built.selection
    lines = [
        f"已编制清单 {version.id}（拟稿）：{len(built.entries)} 条对接，"
        f"涉及需求 {built.needs} 项、专利（组）{built.patents} 件、权利人 {built.holders} 家。",
        f"候选 {built.candidates} 对；并入同组专利 {built.folded}，指定不列入 {built.excluded}，"
        f"近 {rules.no_repeat_months} 个月已发布过 {built.repeated}，低于最低概率 {built.low}。",
        f"总价值 {selection.value:.4f}，可证上限 {selection.bound:.4f}，差距 {selection.gap:.2%}。",
    ]
    counts = Counter(item.cap for item in selection.binding)
    if counts:
        parts = "，".join(f"{cap} {count} 处" for cap, count in sorted(counts.items()))
        lines.append(f"起作用的上限：{parts}。代价最大的：")
        for item in sorted(selection.binding, key=lambda item: (-item.price, item.cap, item.of))[:3]:
            lines.append(f"    {item.cap}（{'，'.join(item.of)}）放宽 1，总价值约增 {item.price:.4f}")
    else:
        lines.append("没有上限起作用：放宽上限也不会更好。")
    lines.append(
        f"下一步：matcher event check {version.id} 核验，matcher event move {version.id} 审核 --by 经办人"
    )
    return "\n".join(lines)
