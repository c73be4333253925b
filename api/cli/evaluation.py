"""Commands that prove: eval run, eval compare, eval ablate."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import AsJson, AsOf, Model, read_day, read_settings
from api.cli.terminal import print_json

if TYPE_CHECKING:
    from eval.report import Report, Stamp
    from eval.scoring import Scheme
    from eval.usecases import Question

app = typer.Typer(help="离线评估：用专家标注或历史交易检验清单的好坏。", no_args_is_help=True)

_Data = Annotated[
    Path, typer.Argument(help="测试集文件夹（needs.jsonl、achievements.jsonl、qrels.tsv，或 BEIR 格式）。")
]
_Mode = Annotated[str, typer.Option("--mode", help="judged：只排已标注的候选；full：全库排序。")]
_Measures = Annotated[
    list[str] | None, typer.Option("--measure", help="指标（可重复），如 ndcg@10、recall@50、map、mrr。")
]
_Html = Annotated[Path | None, typer.Option("--html", help="另写一份自带图表、无需联网的网页报告。")]
_WIDTH = 150
"""Columns that the widest table wants."""
_Seed = Annotated[int, typer.Option("--seed", help="自助抽样的随机种子。")]


@app.command("run")
def run(
    data: _Data,
    runs: Annotated[
        list[Path] | None,
        typer.Option("--run", help="要评估的 TREC run 文件（可重复）；不给则评估当前设置。"),
    ] = None,
    mode: _Mode = "judged",
    measure: _Measures = None,
    baselines: Annotated[bool, typer.Option(help="同时列出各基准方法。")] = True,
    html: _Html = None,
    seed: _Seed = 0,
    model: Model = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """评估一组设置或现成的 run 文件，基准方法始终并列，均带 95 % 区间。

    例：matcher eval run techneed_dev --html 评估.html；matcher eval run techneed_dev --run run.trec
    """
    from eval import usecases
    from eval.beir import read_collection

    collection = read_collection(data)
    asked = usecases.of_collection(collection, _scheme(mode, measure))
    stamp = _stamp(data, model, as_of, seed)
    found = [*usecases.baselines(collection, seed=seed)] if baselines else []
    if runs:
        found += usecases.read_runs(runs)
    else:
        found += usecases.product_runs(collection, asked, read_settings(model=model), read_day(as_of))
    _deliver(usecases.report(f"评估：{data.name}", found, asked, stamp), html, as_json)


@app.command("compare")
def compare(
    runs: Annotated[list[Path], typer.Argument(help="两份以上 TREC run 文件；第一份为基准。")],
    qrels: Annotated[Path, typer.Option("--qrels", help="qrels 文件或测试集文件夹。")],
    mode: _Mode = "judged",
    measure: _Measures = None,
    html: _Html = None,
    seed: _Seed = 0,
    as_json: AsJson = False,
) -> None:
    """比较几份 run：逐需求配对，差值带 95 % 区间，随机化检验并作 Holm 校正。

    例：matcher eval compare 旧.trec 新.trec --qrels qrels.tsv
    """
    from eval import usecases
    from matcher.errors import InputError

    if len(runs) < 2:
        raise InputError("比较至少需要两份 run 文件。")
    asked = usecases.question(qrels, _scheme(mode, measure))
    found = usecases.read_runs(runs)
    _deliver(usecases.report("比较", found, asked, _stamp(qrels, None, None, seed)), html, as_json)


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
    from eval import usecases
    from eval.beir import read_collection
    from matcher.workspace import open_model

    collection, settings = read_collection(data), read_settings(model=model)
    asked: Question = usecases.of_collection(collection, _scheme(mode, measure))
    stamp = _stamp(data, model, as_of, seed)
    _deliver(usecases.ablate(collection, asked, open_model(settings), settings, stamp), html, as_json)


def _scheme(mode: str, measures: Sequence[str] | None) -> Scheme:
    from eval.scoring import DEFAULT_MEASURES, Mode, Scheme
    from matcher.errors import InputError

    try:
        return Scheme(Mode(mode), tuple(measures or DEFAULT_MEASURES))
    except ValueError as error:
        raise InputError(f"--mode 应为 judged 或 full，收到的是“{mode}”。") from error


def _stamp(data: Path, model: str | None, as_of: str | None, seed: int) -> Stamp:
    from eval.report import Stamp

    settings = read_settings(model=model)
    command = "matcher " + " ".join(sys.argv[1:])
    return Stamp(data.name, settings.model, seed, command, as_of=read_day(as_of).isoformat())


def _deliver(report: Report, html: Path | None, as_json: bool) -> None:
    from rich.console import Console

    from eval.report import as_html, print_report
    from eval.report import as_json as document
    from matcher.matchlists.exports.replacing import replacing

    if html is not None:
        with replacing(html) as temporary:
            temporary.write_text(as_html(report), encoding="utf-8")
        typer.echo(f"已写出 {html}。", err=True)
    if as_json:
        print_json(document(report))
    else:
        console = Console()
        print_report(report, Console(width=max(console.width, _WIDTH)))
