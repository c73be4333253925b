"""Options that several commands share, with the one wording of their help."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from matcher.groups import Group
    from matcher.settings import Settings
    from matcher.store.filters import PatentFilter

Home = Annotated[
    Path | None, typer.Option("--home", help="工作区文件夹（默认 workspace，或环境变量 MATCHER_HOME）。")
]
Model = Annotated[
    str | None,
    typer.Option("--model", help="模型：目录名称、本地文件夹或“机构/模型”名称，如 BAAI/bge-small-zh-v1.5。"),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="以哪一天的状态为准，如 2026-06-30（默认今天）。", metavar="日期"),
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取。")]
Exact = Annotated[bool, typer.Option("--exact", help="语义通道逐件精确计算，不用压缩索引。")]
Explain = Annotated[bool, typer.Option("--explain", help="说明语义通道如何检索（索引种类和筛选方式）。")]
Groups = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        help="只对这些类别（可重复；同一口径满足其一），如 资质类型=高新技术企业、专利产业=新材料、专利产业=未归类。"
        "口径：资质类型、企业地市、归口部门、注册状态、需求产业、单位类型、主管部门、属地、专利产业。",
    ),
]
Preset = Annotated[str, typer.Option("--preset", help="清单版式：对外版、内部版、企业版、高校版。")]


def read_settings(home: Path | None = None, model: str | None = None, *, exact: bool = False) -> Settings:
    """Settings of the workspace named on the command line."""
    from matcher.settings import load_settings

    return load_settings(home=home, model=model, retrieval={"exact": True} if exact else None)


def read_day(text: str | None) -> date:
    """The day named on the command line, today by default; raises InputError."""
    from matcher.errors import InputError

    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"日期“{text}”无法识别，请写成 2026-06-30 的形式。") from error


def now() -> datetime:
    """The one place where the command line reads the clock."""
    return datetime.now().replace(microsecond=0)


def groups_named(names: list[str] | None) -> tuple[Group, ...]:
    """The groups of --group; raises InputError."""
    from matcher.groups import group_named

    return tuple(map(group_named, names or ()))


def patent_filter(
    regions: list[str] | None, holders: list[str] | None, ipc: list[str] | None, types: list[str] | None
) -> PatentFilter:
    """The patents that the options keep; raises InputError for an unknown type."""
    from matcher.domain import PatentType
    from matcher.errors import InputError
    from matcher.store.filters import PatentFilter

    known = {kind.value: kind for kind in PatentType}
    if unknown := [name for name in types or () if name not in known]:
        raise InputError(f"不认识的专利类型“{unknown[0]}”。可选：{'、'.join(known)}。")
    return PatentFilter(
        regions=tuple(regions or ()),
        holders=tuple(holders or ()),
        ipc=tuple(ipc or ()),
        types=tuple(known[name] for name in types or ()),
    )
