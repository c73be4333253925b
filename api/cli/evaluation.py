"""Commands that prove: eval run, compare, ablate, history, tune."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import judging
from api.cli.options import AsJson, AsOf, Home, Model, read_day, read_settings
from api.cli.terminal import counted, print_json, progress

if TYPE_CHECKING:
    from eval.judgements import Run
    from eval.report import Report
    from eval.scoring import Scheme

app = typer.Typer(help="离线评估：用专家标注或历史交易检验清单的好坏。", no_args_is_help=True)

_Data = Annotated[
    Path, typer.Argument(help="测试集文件夹（needs.jsonl、achievements.jsonl、qrels.tsv，或 BEIR 格式）。")
]
_Mode = Annotated[str, typer.Option("--mode", help="judged：只排已标注的候选；full：全库排序。")]
_Measures = Annotated[
    list[str] | None, typer.Option("--measure", help="指标（可重复），如 ndcg@10、recall@50、map、mrr。")
]
_Html = Annotated[Path | None, typer.Option("--html", help="另写一份自带图表、无需联网的网页报告。")]
_WIDTH = 168
"""Columns that the widest table wants."""
_Seed = Annotated[int, typer.Option("--seed", help="抽样的随机种子。")]
_ByEnterprise = Annotated[
    Path | None,
    typer.Option(
        "--enterprises", help="需求所属企业（两列制表符文件：需求编号、企业）：按企业而非需求重抽样。"
    ),
]


@app.command("run")
def run(
    data: _Data,
    runs: Annotated[
        list[Path] | None,
        typer.Option("--run", help="另外评估的 TREC run 文件（可重复），列在当前设置之后。"),
    ] = None,
    mode: _Mode = "judged",
    measure: _Measures = None,
    enterprises: _ByEnterprise = None,
    html: _Html = None,
    write_runs: Annotated[
        Path | None, typer.Option("--write-runs", help="把各方案的结果写成 TREC run 文件的文件夹。")
    ] = None,
    seed: _Seed = 0,
    model: Model = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """评估一组设置：六种基准、各通道与完整排序始终并列，均带 95 % 区间、配对检验和概率可信度。

    例：matcher eval run techneed_dev --html 评估.html；matcher eval run techneed_dev --run 别的系统.trec
    """
    from api.cli.provenance import stamp
    from api.provenance import files_version
    from eval import trec, usecases
    from eval.beir import read_collection

    collection, settings, day = read_collection(data), read_settings(model=model), read_day(as_of)
    asked = usecases.of_collection(collection, _scheme(mode, measure))
    others = usecases.read_runs(runs or [])
    with progress("评估") as show:
        found = [*usecases.baselines(collection, seed=seed)]
        show(1, 3)
        found += [*usecases.product_runs(collection, asked, settings, day), *others]
        show(2, 3)
        made = stamp(files_version([data, *(runs or [])]), settings, seed, day)
        groups = None if enterprises is None else trec.read_groups(enterprises)
        tested = [found[-1].name]
        report = usecases.report(f"评估：{data.name}", found, asked, made, tested, groups)
        show(3, 3)
    if write_runs is not None:
        _write_runs(found, write_runs)
    _deliver(report, html, as_json)


@app.command("compare")
def compare(
    runs: Annotated[list[Path], typer.Argument(help="两份以上 TREC run 文件；第一份为基准。")],
    qrels: Annotated[Path, typer.Option("--qrels", help="qrels 文件或测试集文件夹。")],
    mode: _Mode = "judged",
    measure: _Measures = None,
    enterprises: _ByEnterprise = None,
    html: _Html = None,
    seed: _Seed = 0,
    as_json: AsJson = False,
) -> None:
    """比较几份 run：逐需求（或逐企业）配对，差值带 95 % 区间和效应量，随机化检验并作 Holm 校正。

    例：matcher eval compare 旧.trec 新.trec --qrels qrels.tsv
    """
    from api.cli.provenance import stamp
    from api.provenance import files_version
    from eval import trec, usecases
    from matcher.errors import InputError

    if len(runs) < 2:
        raise InputError("比较至少需要两份 run 文件。")
    asked = usecases.question(qrels, _scheme(mode, measure))
    found = usecases.read_runs(runs)
    made = stamp(files_version([qrels, *runs]), read_settings(), seed, read_day(None))
    groups = None if enterprises is None else trec.read_groups(enterprises)
    _deliver(usecases.report("比较", found, asked, made, groups=groups), html, as_json)


@app.command("ablate")
def ablate(
    data: _Data,
    mode: _Mode = "judged",
    measure: _Measures = None,
    html: _Html = None,
    seed: _Seed = 0,
    model: Model = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """逐一去掉每个信号和每个通道，看各自贡献多少。

    例：matcher eval ablate techneed_dev --as-of 2019-12-31
    """
    from api.cli.provenance import stamp
    from api.provenance import files_version
    from eval import usecases
    from eval.beir import read_collection
    from matcher.opening import open_model

    collection, settings = read_collection(data), read_settings(model=model)
    asked = usecases.of_collection(collection, _scheme(mode, measure))
    made = stamp(files_version([data]), settings, seed, read_day(as_of))
    _deliver(usecases.ablate(collection, asked, open_model(settings), settings, made), html, as_json)


@app.command("history")
def history(
    first: Annotated[
        str | None, typer.Option("--from", help="第一个时点（默认：最早一笔交易的前一天）。", metavar="日期")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="到哪一天为止（默认：最后一笔交易）。", metavar="日期")
    ] = None,
    months: Annotated[int, typer.Option("--months", min=1, help="每隔几个月一个时点。")] = 12,
    ranker: Annotated[
        Path | None,
        typer.Option("--ranker", help="学到的排序模型（matcher train ranker 的产物），一并评测。"),
    ] = None,
    html: _Html = None,
    one_page: Annotated[
        Path | None, typer.Option("--one-page", help="另写一页纸（网页，可打印为 A4），供领导阅读。")
    ] = None,
    related: judging.Related = None,
    seed: _Seed = 0,
    home: Home = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """用工作区里的历史交易回放：站在过去各时点出清单，看后来的成交在不在里面。

    例：matcher eval history --from 2021-01-01 --months 12 --html 回放.html --one-page 一页纸.html
    """
    from api.cli.provenance import stamp
    from eval import usecases
    from matcher.ranker import read_artefact
    from matcher.replacing import replacing

    settings = read_settings(home, model)
    artefact = None if ranker is None else read_artefact(ranker)
    known = judging.known_in(settings, related)
    begins, ends = (None if day is None else read_day(day) for day in (first, last))
    cuts = usecases.cuts_of(known.witnesses.past, begins, ends, months)
    made = stamp(known.data, settings, seed, cuts[-1].until)
    with progress("回放") as show:
        found = usecases.history(known.witnesses, cuts, settings, made, artefact, show)
    if one_page is not None:
        with replacing(one_page) as temporary:
            temporary.write_text(found.page, encoding="utf-8")
        typer.echo(f"已写出 {one_page}。", err=True)
    _deliver(found.report, html, as_json)


@app.command("tune")
def tune(
    data: _Data,
    trials: Annotated[int, typer.Option("--trials", min=2, help="试多少组权重。")] = 200,
    test_share: Annotated[float, typer.Option("--test-share", help="留作测试、调参时不看的需求比例。")] = 0.3,
    log: Annotated[
        Path, typer.Option("--log", help="逐次记录的文件；中断后再运行同一命令即从断点继续。")
    ] = Path("调参记录.jsonl"),
    prove: Annotated[bool, typer.Option("--prove", help="调完后用留出的测试需求验证一次。")] = False,
    seed: _Seed = 0,
    model: Model = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """在开发集上搜索信号权重与通道融合；测试集的标注在 --prove 之前从不读取。

    例：matcher eval tune techneed_dev --trials 300 --log 调参.jsonl --prove
    """
    from eval import learning
    from eval.beir import read_collection

    collection, settings, day = read_collection(data), read_settings(model=model), read_day(as_of)
    search = learning.Search(trials, test_share, log, seed)
    with progress("调参") as show:
        found = learning.tune(collection, settings, search, day, counted(show, trials))
    proof = learning.prove(collection, settings, search, found, day) if prove else None
    if as_json:
        print_json(found.document(proof))
    else:
        typer.echo("\n".join(found.sentences(proof)))


app.command("judgements")(judging.judgements)
app.command("pool")(judging.pool)


def _scheme(mode: str, measures: Sequence[str] | None) -> Scheme:
    from eval.metrics import measure
    from eval.scoring import DEFAULT_MEASURES, Mode, Scheme
    from matcher.errors import InputError

    names = tuple(measure(name).name for name in measures or DEFAULT_MEASURES)
    try:
        return Scheme(Mode(mode), names)
    except ValueError as error:
        raise InputError(f"--mode 应为 judged 或 full，收到的是“{mode}”。") from error


def _write_runs(runs: Sequence[Run], folder: Path) -> None:
    from eval.trec import write_run

    for one in runs:
        write_run(one, folder / f"{one.name}.trec")
    typer.echo(f"已写出 {len(runs)} 份 run 文件到 {folder}。", err=True)


def _deliver(report: Report, html: Path | None, as_json: bool) -> None:
    from rich.console import Console

    from eval.html import as_html
    from eval.report import as_json as document
    from eval.report import print_report
    from matcher.replacing import replacing

    if html is not None:
        with replacing(html) as temporary:
            temporary.write_text(as_html(report), encoding="utf-8")
        typer.echo(f"已写出 {html}。", err=True)
    if as_json:
        print_json(document(report))
    else:
        console = Console()
        print_report(report, Console(width=max(console.width, _WIDTH)))
