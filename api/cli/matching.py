"""Commands that match: quick, demo, match, list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import (
    AsJson,
    AsOf,
    Exact,
    Explain,
    Groups,
    Home,
    Model,
    Preset,
    groups_named,
    now,
    patent_filter,
    read_day,
    read_settings,
)
from api.cli.terminal import print_json, progress

if TYPE_CHECKING:
    from matcher.matches import MatchList
    from matcher.settings import Settings
    from matcher.workspace import Workspace

_Out = Annotated[Path | None, typer.Option("--out", help="对接清单文件（.xlsx、.json、.trec 或 .txt）。")]
_Run = Annotated[Path | None, typer.Option("--run", help="另存一份 TREC run 文件，供评估。")]
_ListK = Annotated[int, typer.Option("--list-k", min=1, help="清单中每条需求最多列几件专利。")]
_Regions = Annotated[list[str] | None, typer.Option("--region", help="只看这些地区的专利（可重复）。")]
_Holders = Annotated[list[str] | None, typer.Option("--holder", help="只看这些专利权人的专利（可重复）。")]
_Ipc = Annotated[list[str] | None, typer.Option("--ipc", help="只看这些 IPC 开头的专利（可重复），如 G06F。")]
_Types = Annotated[
    list[str] | None, typer.Option("--type", help="只看这些类型：发明专利、实用新型、外观设计。")
]


def quick(
    needs: Annotated[Path, typer.Argument(help="需求文件：xlsx、xls、csv、jsonl 或 BEIR 文件夹。")],
    patents: Annotated[Path, typer.Argument(help="专利文件：格式同上。")],
    out: _Out = None,
    run: _Run = None,
    top_k: Annotated[str, typer.Option("--top-k", help="run 文件中每条需求写几件；all 为全部。")] = "20",
    list_k: _ListK = 10,
    event: Annotated[str, typer.Option("--event", help="活动名称，印在封面上。")] = "",
    organiser: Annotated[str | None, typer.Option("--organiser", help="编制单位，印在封面上。")] = None,
    preset: Preset = "内部版",
    model: Model = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """两个文件，一条命令：不建工作区，直接得到对接清单。

    例：matcher quick 企业需求.xlsx 专利清单.xlsx --out 对接清单.xlsx
    """
    from matcher import usecases

    depth = _depth(top_k)
    settings = read_settings(model=model)
    day = read_day(as_of)
    request = usecases.ListRequest(day, now(), event, organiser or settings.organiser, k=list_k)
    opened = usecases.quick(needs, patents, settings)
    for line in opened.notes:
        typer.echo(line, err=True)
    if run is not None:
        with progress("写 run 文件") as show:
            lines = usecases.quick_run(opened, run, depth, day, progress=show)
        typer.echo(f"已写出 {run}：{lines} 行。", err=True)
    if out is not None or run is None or as_json:
        with progress("对接") as show:
            result = usecases.quick_list(opened, request, progress=show)
        _deliver(result, out, preset, as_json)


def match(
    text: Annotated[str | None, typer.Argument(help="用一句或一段中文说明需要什么技术。")] = None,
    need: Annotated[str | None, typer.Option("--need", help="工作区中的需求编号。")] = None,
    patent: Annotated[str | None, typer.Option("--patent", help="专利号：反向找适合的企业。")] = None,
    k: Annotated[int, typer.Option("--k", min=1, help="列几项。")] = 10,
    region: _Regions = None,
    holder: _Holders = None,
    ipc: _Ipc = None,
    patent_type: _Types = None,
    exact: Exact = False,
    explain: Explain = False,
    home: Home = None,
    model: Model = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """一条需求找专利，或一件专利找企业。

    例：matcher match "高温合金叶片的无损检测"；matcher match --need N001；matcher match --patent ZL201610123456.7
    """
    from matcher.errors import InputError

    if sum(value is not None for value in (text, need, patent)) != 1:
        raise InputError("请给出一段需求文字、--need 或 --patent 三者之一。")
    settings = read_settings(home, model, exact=exact)
    _check_ahead(settings)
    from matcher import usecases
    from matcher.workspace import Workspace

    request = usecases.ListRequest(as_of=read_day(as_of), made_at=now(), k=k)
    chosen = patent_filter(region, holder, ipc, patent_type)
    with Workspace.open(settings) as workspace:
        _prepare(workspace)
        if explain:
            typer.echo(usecases.search_plan(workspace, request, chosen), err=True)
        if patent is not None:
            result = usecases.match_patent(workspace, patent, request)
        elif need is not None:
            result = usecases.match_need(workspace, need, request, chosen)
        else:
            result = usecases.match_text(workspace, text or "", request, chosen)
    _deliver(result, None, "内部版", as_json)


def list_(
    out: _Out = None,
    run: _Run = None,
    event: Annotated[str, typer.Option("--event", help="活动名称，印在封面上。")] = "",
    organiser: Annotated[str | None, typer.Option("--organiser", help="编制单位，印在封面上。")] = None,
    list_k: _ListK = 10,
    needs: Annotated[
        Path | None, typer.Option("--needs", help="只对这个文件中的需求（先导入）；默认工作区中的全部需求。")
    ] = None,
    need_region: Annotated[
        list[str] | None, typer.Option("--need-region", help="只对这些地区的需求。")
    ] = None,
    enterprise: Annotated[list[str] | None, typer.Option("--enterprise", help="只对这些企业的需求。")] = None,
    region: _Regions = None,
    holder: _Holders = None,
    ipc: _Ipc = None,
    patent_type: _Types = None,
    since: Annotated[
        str | None, typer.Option("--since", help="只列这份活动清单（如 HD001-01）没有的对接。")
    ] = None,
    preset: Preset = "内部版",
    exact: Exact = False,
    explain: Explain = False,
    home: Home = None,
    model: Model = None,
    base: Annotated[
        bool, typer.Option("--base", help="从基础库选（默认：有专利入库后只从资源库选）。")
    ] = False,
    group: Groups = None,
    shard: Annotated[
        str | None,
        typer.Option("--shard", help="只编第 i 片（i/n），写入 --out 文件夹，供 list-merge 合并。"),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """为一场活动的全部需求编制对接清单。

    例：matcher list --event 2026年秋季路演 --region 云州市 --out 对接清单.xlsx --preset 对外版
    """
    _check_shard(shard, out, since is not None or run is not None or as_json)
    settings = read_settings(home, model, exact=exact)
    _check_ahead(settings)
    from api.cli.records import summary
    from matcher import roadshows, usecases
    from matcher.landing import Manner
    from matcher.shards import Part, save
    from matcher.store.filters import NeedFilter
    from matcher.workspace import Workspace

    request = usecases.ListRequest(
        as_of=read_day(as_of),
        made_at=now(),
        event=event,
        organiser=organiser or settings.organiser,
        k=list_k,
        base=base,
        groups=groups_named(group),
    )
    wanted = NeedFilter(regions=tuple(need_region or ()), enterprises=tuple(enterprise or ()))
    chosen = patent_filter(region, holder, ipc, patent_type)
    with Workspace.open(settings) as workspace:
        if needs is not None:
            imported = usecases.import_file(workspace, "needs", needs, Manner({}), at=now())
            typer.echo(summary(imported.report), err=True)
            wanted = NeedFilter(ids=imported.ids)
        if shard is None:  # parts are made side by side: none of them builds an index
            _prepare(workspace)
        if explain:
            typer.echo(usecases.search_plan(workspace, request, chosen), err=True)
        with progress("编制清单") as show:
            if shard is not None and out is not None:
                part = usecases.make_shard(
                    workspace, request, Part.read(shard), wanted, chosen, progress=show
                )
                typer.echo(f"已写出分片 {save(part, out)}：{len(part.match_list.needs)} 条需求。", err=True)
                return
            result = usecases.make_list(workspace, request, wanted, chosen, progress=show)
        if since is not None:
            result = roadshows.new_since(workspace, result, since)
    if run is not None:
        _export(result, run, preset="内部版")
    _deliver(result, out, preset, as_json)


def list_merge(
    folder: Annotated[Path, typer.Argument(help="matcher list --shard 写出的分片所在的文件夹。")],
    out: _Out = None,
    run: _Run = None,
    preset: Preset = "内部版",
    as_json: AsJson = False,
) -> None:
    """把各片合并成一份对接清单，与不分片编制的相同。

    例：matcher list-merge 分片 --out 对接清单.xlsx
    """
    from matcher import usecases

    result = usecases.merge_list(folder, now())
    if run is not None:
        _export(result, run, preset="内部版")
    _deliver(result, out, preset, as_json)


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="示例文件和清单写到哪里。")] = Path("demo"),
) -> None:
    """虚构的河东省：写出示例 Excel，导入，建索引，编制清单。

    例：matcher demo
    """
    from api.cli.demonstration import run_demo

    run_demo(folder)


def _depth(text: str) -> int | None:
    """How many results a run holds for each need; None: all."""
    from matcher.errors import InputError

    if text == "all":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise InputError(f"--top-k 应为正整数或 all，收到的是“{text}”。")
    return int(text)


def _check_shard(shard: str | None, out: Path | None, other: bool) -> None:
    """Refuse what a part of a list cannot do, before anything is opened."""
    from matcher.errors import InputError
    from matcher.shards import Part

    if shard is None:
        return
    Part.read(shard)
    if out is None or out.suffix or other:
        raise InputError(
            "--shard 只写出清单的一片：请用 --out 指定一个文件夹，--run、--since 和 --json 不能同时使用；"
            "格式和版式在 matcher list-merge 合并时指定。"
        )


def _check_ahead(settings: Settings) -> None:
    """Have the index's files read while the rest of the program is loaded; nothing of them is used before."""
    from indexes.manifest import check_ahead

    check_ahead(settings.home / "indexes" / "patents", settings.home / "indexes" / "demand")


def _prepare(workspace: Workspace) -> None:
    """Build what is missing or stale, and say so."""
    from indexes.kernels import load_loops
    from matcher import usecases

    load_loops()  # while the index is still being checked
    with progress("建立索引") as show:
        built = usecases.build_index(workspace, now(), show)
    if built:
        typer.echo(f"已建立索引 {workspace.index_version()}。", err=True)


def _deliver(result: MatchList, out: Path | None, preset: str, as_json: bool) -> None:
    from rich.console import Console

    from matcher.matchlists.exports import list_rows, preset_named

    if out is not None:
        _export(result, out, preset)
    rows = list_rows(result, preset_named(preset))
    if as_json:
        from matcher.matchlists.exports.json_file import document

        print_json(document(rows))
    elif out is None:
        from matcher.matchlists.exports.terminal import print_list

        print_list(rows, Console())


def _export(result: MatchList, out: Path, preset: str) -> None:
    from matcher.matchlists.exports import export

    written = export(result, out, preset=preset)
    withheld = f"；{written.withheld} 条需求按保密等级未列入" if written.withheld else ""
    typer.echo(f"已写出 {out}：{written.needs} 条需求，{written.matches} 项推荐{withheld}。", err=True)
