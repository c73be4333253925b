"""Commands that bring records in: import, template, index."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import AsJson, Home, Model, now, read_settings
from api.cli.terminal import print_json, progress

if TYPE_CHECKING:
    from matcher.importing.preview import Preview
    from matcher.importing.report import ImportReport, RowProblem

_SHOWN = 12
"""Kinds of problems printed; all problems are in the report file."""
_ALIKE = 3
"""Problems of one kind printed: thousands of the same must not hide the one that differs."""
_QUOTED = re.compile("“[^”]*”|CN[0-9.X]+")
"""What differs between two problems of one kind: values and numbers of records."""

_Kind = Annotated[
    str,
    typer.Argument(
        help="patents 专利、needs 需求、enterprises 企业、assessments 企业评价、transactions 历史交易、holders 专利权人。"
    ),
]


def import_(
    kind: _Kind,
    path: Annotated[Path, typer.Argument(help="xlsx、xls、csv、jsonl 文件或 BEIR 文件夹。")],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", help="指定列的含义：列名=字段（可重复），如 --map 成果名称=title。"),
    ] = None,
    source: Annotated[str, typer.Option("--source", help="数据来源名称：用于区分各来源自编的编号。")] = "",
    prefer_new: Annotated[
        bool, typer.Option("--prefer-new", help="与已有值不同时以本文件为准（默认保留原值并报告）。")
    ] = False,
    report: Annotated[Path | None, typer.Option("--report", help="把未导入的行和提示写成 xlsx。")] = None,
    refused: Annotated[
        Path | None, typer.Option("--refused", help="把未导入的行原样写成 xlsx，改好后可直接再导入。")
    ] = None,
    columns: Annotated[bool, typer.Option("--columns", help="只看各列怎么理解，不导入任何内容。")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """导入一个文件：好的行入库，坏的行逐行说明；重复导入不改变任何数据。

    例：matcher import patents 专利盘点表.xlsx --report 导入报告.xlsx
    """
    from matcher import usecases
    from matcher.importing.returns import write_returned
    from matcher.landing import Manner
    from matcher.workspace import Workspace

    manner = Manner(_mapping(mapping or []), source, prefer_new=prefer_new)
    at = now()
    if columns:
        with Workspace.open(read_settings(home)) as workspace:
            _show_columns(kind, usecases.preview_file(workspace, kind, path, manner), as_json)
        return
    with Workspace.open(read_settings(home)) as workspace, progress("导入") as show:
        result = usecases.import_file(workspace, kind, path, manner, at=at, progress=show).report
    if report is not None:
        result.write_xlsx(report, made_at=at)
    if refused is not None:
        write_returned(result, refused, made_at=at)
    if as_json:
        print_json(result.to_json())
    else:
        typer.echo(summary(result))
    if result.rows_read and not result.landed + result.merged:
        raise typer.Exit(3)


def _show_columns(kind: str, found: Preview, as_json: bool) -> None:
    from matcher.landing import record_kind
    from matcher.matchlists.templates import field_labels

    if as_json:
        print_json(asdict(found))
        return
    labels = field_labels(record_kind(kind))
    for sheet in found.sheets:
        known = "" if sheet.found else "（没有认出表头）"
        typer.echo(f"{f'工作表“{sheet.sheet}”' if sheet.sheet else '各列'}{known}：")
        for column in sheet.columns:
            field = column.field
            meaning = f"{labels[field]}（{field}）" if field else "不导入" if field == "" else "未识别"
            typer.echo(f"  {column.header} → {meaning}：{'、'.join(filter(None, column.cells[:2]))}")
    for remark in found.remarks:
        typer.echo(f"  {remark}")


def template(kind: _Kind, out: Annotated[Path, typer.Argument(help="模板写到哪里（.xlsx）。")]) -> None:
    """写出带下拉选项和填写说明的导入模板。

    例：matcher template needs 需求征集模板.xlsx
    """
    from matcher.matchlists.templates import write_template

    write_template(kind, out)
    typer.echo(f"已写出模板 {out}。")


def index(
    full: Annotated[
        bool, typer.Option("--full", help="全部重建，重新统计词频（默认只补入变动部分）。")
    ] = False,
    merge: Annotated[
        bool, typer.Option("--merge", help="把补入的部分并入主索引，不再等变动积到设定的比例。")
    ] = False,
    home: Home = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """为工作区中的专利和需求建立索引：数据没变不动，变动少只补入变动部分，积多了并入主索引，否则重建。

    例：matcher index
    """
    from matcher import usecases
    from matcher.workspace import Workspace

    with Workspace.open(read_settings(home, model)) as workspace, progress("建立索引") as show:
        built = usecases.build_index(workspace, now(), show, full=full, merge=merge)
        status = IndexStatus(built, workspace.store.patents.count(), workspace.index_version())
    if as_json:
        print_json(asdict(status))
    else:
        state = "已建立" if status.built else "索引已是最新："
        typer.echo(f"{state}索引 {status.version}，专利 {status.patents} 件。")


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What `index` answers."""

    built: bool
    patents: int
    version: str


def summary(report: ImportReport) -> str:
    """A report in a few lines: the count of every row, what was recognised, the first problems."""
    from matcher.importing.report import SEVERITY_LABELS

    several = len({problem.file for problem in report.problems}) > 1
    lines = [
        f"{report.file}：读取 {report.rows_read} 行 = 新增 {report.landed} + 合并 {report.merged} + 未导入 {report.refused}；"
        f"提醒 {report.warnings} 处。"
    ]
    for sheet in report.sheets:
        name = f"工作表“{sheet.sheet}”" if sheet.sheet else ""
        known = "、".join(use.header for use in sheet.recognised)
        lines.append(f"  {name}已识别的列：{known}")
        if sheet.unrecognised:
            lines.append(f"  {name}未识别的列：{'、'.join(sheet.unrecognised)}（可用 --map 列名=字段 指定）")
    lines += [f"  {remark}" for remark in report.remarks]
    kinds = _kinds(report)
    for alike in kinds[:_SHOWN]:
        lines += [
            f"  {SEVERITY_LABELS[problem.severity]}：{problem.line(file=several)}"
            for problem in alike[:_ALIKE]
        ]
        if len(alike) > _ALIKE:
            lines.append(f"    …… 同类共 {len(alike)} 处。")
    if sum(min(len(alike), _ALIKE) for alike in kinds[:_SHOWN]) < len(report.problems):
        lines.append(f"  共 {len(report.problems)} 处，用 --report 报告.xlsx 导出全部。")
    return "\n".join(lines)


def _kinds(report: ImportReport) -> list[list[RowProblem]]:
    """The problems grouped by what is wrong, refused rows first, then in file order."""
    found: dict[tuple[str, str, str], list[RowProblem]] = {}
    for problem in sorted(report.problems, key=lambda each: each.severity.value != "refused"):
        key = (problem.severity.value, problem.column, _QUOTED.sub("", problem.message))
        found.setdefault(key, []).append(problem)
    return list(found.values())


def _mapping(pairs: list[str]) -> dict[str, str]:
    """列名=字段 pairs as a mapping; raises InputError."""
    from matcher.errors import InputError

    found = {}
    for pair in pairs:
        header, sign, field = pair.rpartition("=")
        if not sign or not header.strip() or not field.strip():
            raise InputError(f"--map 应写成 列名=字段，收到的是“{pair}”。")
        found[header.strip()] = field.strip()
    return found
