"""Commands for events: event new, set, list, pin; the other commands of the group stand beside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import event_lists, event_scope, followups, meetings
from api.cli.options import AsJson, Groups, Home, groups_named, now, patent_filter, read_day, read_settings
from api.cli.terminal import print_json

if TYPE_CHECKING:
    from matcher.domain import LicensingMode
    from matcher.events import Event
    from matcher.groups import Quota
    from matcher.matches import Grade

app = typer.Typer(help="路演与对接会：活动、清单、日程、反馈、结果和会务文件。", no_args_is_help=True)

app.command("scope")(event_scope.scope)
app.command("build")(event_lists.build)
app.command("move")(event_lists.move)
app.command("publish")(event_lists.publish)
app.command("export")(event_lists.export)
app.command("check")(event_lists.check)
app.command("diff")(event_lists.diff)
app.command("import")(followups.import_)
app.command("outcomes")(followups.outcomes)
app.command("outcome")(followups.outcome)
app.command("duties")(followups.duties)
app.command("done")(followups.done)
app.command("schedule")(meetings.schedule)
app.command("documents")(meetings.documents)
app.command("monthly")(meetings.monthly)

_NOBODY, _UNSAID = "命令行", "未说明"
_By = Annotated[str, typer.Option("--by", help="经办人，记入历史。")]
_Reason = Annotated[str, typer.Option("--reason", help="原因，记入历史。")]
_Quotas = Annotated[
    list[str] | None,
    typer.Option(
        "--quota",
        help='整份清单中某类最多几条（可重复），如 专利产业=新材料:5、资质类型=央企:10；写 --quota "" 取消。',
    ),
]
_Event = Annotated[str, typer.Argument(help="活动编号（如 HD001）或名称。", metavar="活动")]


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
    group: Groups = None,
    base: Annotated[
        bool, typer.Option("--base", help="从基础库选（默认：有专利入库后只从资源库选）。")
    ] = False,
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
    quota: _Quotas = None,
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
            types=tuple(filter(None, chosen.types)),
            modes=_modes(mode or []),
            industries=tuple(industry or ()),
            min_maturity=min_maturity,
            need_regions=tuple(need_region or ()),
            enterprises=tuple(enterprise or ()),
            groups=groups_named(group),
            base=base,
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
            quotas=_quotas(quota),
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


@app.command("set")
def set_(
    event: _Event,
    per_need: Annotated[
        int | None, typer.Option("--per-need", min=1, help="每项需求最多几件（组）专利。")
    ] = None,
    per_patent: Annotated[
        int | None, typer.Option("--per-patent", min=0, help="每件（组）专利最多列给几项需求；0 为不限。")
    ] = None,
    per_holder_in_need: Annotated[
        int | None,
        typer.Option("--per-holder-in-need", min=0, help="每项需求中同一权利人最多几件；0 为不限。"),
    ] = None,
    per_holder: Annotated[
        int | None, typer.Option("--per-holder", min=0, help="同一权利人在整份清单中最多几条；0 为不限。")
    ] = None,
    floor: Annotated[str | None, typer.Option("--floor", help="列入的最低推荐等级。")] = None,
    no_repeat: Annotated[
        int | None, typer.Option("--no-repeat-months", min=0, help="最近几个月其他活动已发布过的对接不再列。")
    ] = None,
    quota: _Quotas = None,
    base: Annotated[
        bool | None, typer.Option("--base/--library", help="改为从基础库选，或只从资源库选。")
    ] = None,
    by: _By = _NOBODY,
    reason: _Reason = _UNSAID,
    home: Home = None,
) -> None:
    """修改活动的编制规则；下次编制时生效，已有的清单不变。

    例：matcher event set HD001 --per-patent 2 --no-repeat-months 6
    """
    from matcher import planning, roadshows
    from matcher.workspace import Workspace

    caps = {"per_patent": per_patent, "per_holder_in_need": per_holder_in_need, "per_holder": per_holder}
    changes: dict[str, Any] = {name: cap or None for name, cap in caps.items() if cap is not None}
    if per_need is not None:
        changes |= {"per_need": per_need, "candidates": max(20, 3 * per_need)}
    if floor is not None:
        changes["floor"] = _grade(floor)
    if no_repeat is not None:
        changes["no_repeat_months"] = no_repeat
    if quota is not None:
        changes["quotas"] = _quotas(quota)
    with Workspace.open(read_settings(home)) as workspace:
        found = roadshows.event_named(workspace, event)
        wanted = replace(found, rules=replace(found.rules, **changes))
        if base is not None:
            wanted = replace(wanted, scope=replace(wanted.scope, base=base))
        found = planning.edit_event(workspace, found, wanted, planning.Edit(by, now(), reason))
    rules = found.rules
    typer.echo(
        f"{found.id}：每项需求 {rules.per_need} 件，每件专利{_limit(rules.per_patent)}，"
        f"每项需求中同一权利人{_limit(rules.per_holder_in_need)}，同一权利人合计{_limit(rules.per_holder)}，"
        f"等级不低于{rules.floor}，{rules.no_repeat_months} 个月内不重复"
        f"{'，类别上限 ' + '、'.join(map(str, rules.quotas)) if rules.quotas else ''}"
        f"{'，从基础库选' if found.scope.base else ''}。"
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
            typer.echo(f"    {version.id} {event_lists.state_text(version)}")
    if not events:
        typer.echo("还没有活动。用 matcher event new 新建。")


@app.command("pin")
def pin(
    event: _Event,
    need: Annotated[str, typer.Argument(help="需求编号。")],
    patent: Annotated[str, typer.Argument(help="专利号。")],
    exclude: Annotated[bool, typer.Option("--exclude", help="改为指定不得列入。")] = False,
    free: Annotated[bool, typer.Option("--free", help="取消指定，由系统决定。")] = False,
    by: _By = _NOBODY,
    reason: _Reason = _UNSAID,
    home: Home = None,
) -> None:
    """指定一对必须列入（或不得列入）清单；下次编制时生效。

    例：matcher event pin HD001 N001 ZL201610123456.7；matcher event pin HD001 N001 ZL201610123456.7 --exclude
    """
    from matcher import planning, roadshows
    from matcher.events import Pair
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home)) as workspace:
        found = roadshows.event_named(workspace, event)
        place = planning.Place.BARRED if exclude else planning.Place.PINNED
        place = planning.Place.FREE if free else place
        edit = planning.Edit(by, now(), reason)
        found = planning.place_match(workspace, found, Pair(need, patent), place, edit)
    typer.echo(
        f"{found.id}：指定列入 {len(found.rules.pinned)} 对，指定不列入 {len(found.rules.excluded)} 对。"
    )


def _quotas(texts: list[str] | None) -> tuple[Quota, ...]:
    """The quotas of --quota; one empty text: none any more."""
    from matcher.groups import quota_named

    return tuple(quota_named(text) for text in texts or () if text)


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


def _limit(cap: int | None) -> str:
    return "不限" if cap is None else f"至多 {cap}"
