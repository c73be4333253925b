"""Commands that gather what is known to be right: eval judgements, eval pool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import AsJson, Home, now, read_day, read_settings
from api.cli.terminal import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.evidence import Witnesses
    from eval.judgements import Judgements
    from eval.pooling import PoolRow
    from matcher.domain import Need, Patent
    from matcher.settings import Settings


@dataclass(frozen=True, slots=True)
class Known:
    """All records of a workspace that say what fitted, and their version."""

    witnesses: Witnesses
    data: str


Related = Annotated[
    Path | None,
    typer.Option(
        "--related", help="关联方表（两列制表符文件：单位名称、所属集团）：同一集团内的转移不算交易。"
    ),
]


def known_in(settings: Settings, related: Path | None = None) -> Known:
    """Read a workspace's past, with a table of related parties; raises NotReady where there is no workspace."""
    from eval import usecases
    from eval.trec import read_groups
    from matcher.errors import NotReady
    from matcher.workspace import Workspace

    if settings.database_url is None and not (settings.home / "matcher.db").is_file():
        raise NotReady(
            f"文件夹 {settings.home} 不是工作区。请先用 matcher import 导入，或用 --home 指定工作区。"
        )
    groups = {} if related is None else read_groups(related)
    with Workspace.open(settings) as workspace:
        found = usecases.witnesses(workspace.store, groups, workspace.settings.home)
        return Known(found, f"{settings.home.name}（{workspace.store.data_version()}）")


def judgements(
    out: Annotated[
        Path, typer.Argument(help="写到哪里：.tsv 带表头 need_id、achievement_id、level，其他为 TREC qrels。")
    ],
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            help="来源（可重复）：transactions 交易、outcomes 对接结果、assessments 企业评价；默认全部。",
        ),
    ] = None,
    before: Annotated[
        str | None, typer.Option("--before", help="只用这一天之前的记录。", metavar="日期")
    ] = None,
    related: Related = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """由工作区的交易、企业评价和对接结果生成标注（qrels），并逐条说明哪些记录没有计入、为什么。

    例：matcher eval judgements 标注.tsv --source transactions --before 2026-01-01
    """
    from dataclasses import asdict

    from eval.labels import Source, gather
    from matcher.errors import InputError

    unknown = [name for name in sources or () if name not in set(Source)]
    if unknown:
        raise InputError(f"没有名为 {'、'.join(unknown)} 的标注来源。可用：{'、'.join(Source)}。")
    chosen = [Source(name) for name in sources or Source]
    until = None if before is None else read_day(before) - timedelta(days=1)
    found = gather(known_in(read_settings(home), related).witnesses, chosen, until)
    _write(found.judgements, out)
    if as_json:
        apart = [asdict(one) for one in found.apart]
        print_json(
            {
                "file": str(out),
                "counts": found.counts,
                "packages": found.packages,
                "differing": found.differing,
                "pairs": len(found.judgements),
                "apart": apart,
                "report": found.sentences(),
            }
        )
    else:
        typer.echo("\n".join([*found.sentences(), f"已写出 {out}。"]))


def pool(
    workbook: Annotated[Path, typer.Argument(help="评审表（.xlsx）：写出，或用 --read 读回。")],
    runs: Annotated[
        list[Path] | None, typer.Option("--run", help="参与评审的各系统的 TREC run 文件（可重复）。")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="测试集文件夹；不给则用工作区中的需求和专利。")
    ] = None,
    k: Annotated[int, typer.Option("--k", min=1, help="每个系统每条需求取前几条。")] = 10,
    seed: Annotated[int, typer.Option("--seed", help="打乱次序的随机种子。")] = 0,
    confidential: Annotated[
        bool, typer.Option("--confidential", help="已取得同意，仅主管部门可见的需求也写入评审表。")
    ] = False,
    read: Annotated[
        Path | None, typer.Option("--read", help="读回填好的评审表，标注写到这个文件（.tsv 或 qrels）。")
    ] = None,
    home: Home = None,
) -> None:
    """盲评：把几个系统的前几条合并打乱，写成评审表请专家逐条评级，再读回为标注。

    例：matcher eval pool 评审.xlsx --run 甲.trec --run 乙.trec；matcher eval pool 评审.xlsx --read 标注.tsv
    """
    from eval.pooling import read_pool, write_pool
    from matcher.errors import InputError

    if read is not None:
        rows = _pooled(runs, data, home, k, seed) if runs else None
        found = read_pool(workbook, rows)
        _write(found.judgements, read)
        typer.echo(f"读回 {len(found.judgements)} 对标注，{found.open} 对未填；已写出 {read}。")
        return
    if not runs:
        raise InputError("请用 --run 给出参与评审的 run 文件；读回评审表请用 --read 标注.tsv。")
    if workbook.exists():
        raise InputError(
            f"{workbook} 已存在，里面可能有专家填好的等级，未覆盖。请换一个文件名或先移走它。", code="exists"
        )
    rows = _pooled(runs, data, home, k, seed)
    write_pool(rows, workbook, now(), confidential)
    needs = len({row.need.id for row in rows})
    typer.echo(
        f"已写出评审表 {workbook}：{needs} 条需求，{len(rows)} 对，来自 {len(runs)} 个系统，次序随机。"
    )


def _pooled(
    runs: Sequence[Path] | None, data: Path | None, home: Path | None, k: int, seed: int
) -> tuple[PoolRow, ...]:
    from eval.pooling import pool as pooled
    from eval.usecases import read_runs

    needs, patents = _records(data, home)
    return pooled(read_runs(runs or []), needs, patents, k, seed)


def _records(data: Path | None, home: Path | None) -> tuple[Sequence[Need], Sequence[Patent]]:
    from eval.beir import read_collection

    if data is not None:
        collection = read_collection(data)
        return collection.needs, collection.patents
    past = known_in(read_settings(home)).witnesses.past
    return past.needs, past.patents


def _write(known: Judgements, out: Path) -> None:
    from eval.trec import write_judgements, write_judgements_tsv

    (write_judgements_tsv if out.suffix == ".tsv" else write_judgements)(known, out)
