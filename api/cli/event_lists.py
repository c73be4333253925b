"""Commands for an event's lists: event build, move, publish, export, check, diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import AsJson, AsOf, Home, Model, Preset, now, read_day, read_settings
from api.cli.terminal import print_json, progress

if TYPE_CHECKING:
    from matcher.events import ListVersion, Rules
    from matcher.matchlists.building import Built

_Event = Annotated[str, typer.Argument(help="活动编号（如 HD001）或名称。", metavar="活动")]
_List = Annotated[
    str, typer.Argument(help="清单编号（如 HD001-02）；给活动编号或名称则为其最新一版。", metavar="清单")
]
_By = Annotated[str, typer.Option("--by", help="经办人。")]
_Out = Annotated[Path, typer.Option("--out", help="写到哪个文件。")]


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


def publish(list_id: _List, by: _By, home: Home = None) -> None:
    """发布已送审的清单：编号、存档、校验码从此不变，每条对接开始跟踪。

    例：matcher event publish HD001-01 --by 李强
    """
    typer.echo(_moved(list_id, "已发布", by, "", home))


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
    return f"清单 {after.id}：{state_text(after)}"


def state_text(version: ListVersion) -> str:
    """Where a list stands in its life, who took the last step, and its checksum."""
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
        f"近 {rules.no_repeat_months} 个月已发布过 {built.repeated}，低于等级或概率下限 {built.low}。",
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
