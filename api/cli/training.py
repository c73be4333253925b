"""Commands that learn: train embedding, train ranker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.judging import known_in
from api.cli.options import AsJson, Home, Model, read_day, read_settings
from api.cli.terminal import counted, print_json, progress

if TYPE_CHECKING:
    from models.training.recipe import StageProgress

app = typer.Typer(help="用自己的语料和数据训练模型。", no_args_is_help=True)


@app.command("embedding")
def embedding(
    out: Annotated[Path, typer.Argument(help="模型写入的文件夹；以后用 --model 该文件夹 即可启用。")],
    public: Annotated[
        Path, typer.Option("--public", help="公开语料文件夹（含 patents/、corpora/、classifications/）。")
    ],
) -> None:
    """从原始文本训练静态向量模型（不需要 GPU，也不需要 torch）。

    例：matcher train embedding 新模型 --public 公开语料
    """
    from matcher.errors import InputError
    from models.training.recipe import TooLittleText, TrainingSettings
    from models.training.sources import training_pairs, training_texts
    from models.training.static import train_static

    try:
        with _stages() as show:
            trained = train_static(
                training_texts(public), training_pairs(public), out, TrainingSettings(), show
            )
    except TooLittleText as error:
        raise InputError(str(error)) from error
    typer.echo(
        f"已训练 {trained.folder}：{trained.texts:,} 段文本、{trained.tokens:,} 个词、{trained.pairs:,} 对，"
        f"词表 {trained.vocabulary:,}。启用：matcher index --model {trained.folder}"
    )


@app.command("ranker")
def ranker(
    data: Annotated[
        Path | None, typer.Argument(help="带标注的测试集文件夹；不给则用工作区的交易、企业评价和对接结果。")
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            "--before", help="只用这一天之前的证据（默认今天）；评测更早的时点时会被拒绝。", metavar="日期"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="写到哪里（默认工作区的 ranker.json，随即生效）。")
    ] = None,
    months: Annotated[int, typer.Option("--months", min=1, help="由交易学习时，每隔几个月一个时点。")] = 12,
    seed: Annotated[int, typer.Option("--seed", help="交叉验证与抽样的随机种子。")] = 0,
    home: Home = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """学习各信号的权重，校准概率与等级阈值；证据不足时沿用默认权重，并说明原因。

    例：matcher train ranker techneed_dev --before 2020-01-01；matcher train ranker --before 2025-01-01 --out 旧.json
    """
    from api.cli.provenance import files_version, stamp
    from eval import learning
    from eval.beir import read_collection
    from eval.ranker import STEPS
    from matcher.matchlists.exports.replacing import replacing
    from matcher.ranker import write_artefact
    from matcher.workspace import RANKER

    settings, day = read_settings(home, model), read_day(before)
    with progress("学习") as show:
        if data is not None:
            collection = read_collection(data)
            made = stamp(files_version([data]), settings, seed, day)
            found = learning.train_on_collection(collection, settings, day, made, counted(show, STEPS))
        else:
            known = known_in(settings)
            made = stamp(known.data, settings, seed, day)
            past = learning.Past(known.witnesses, day, months)
            found = learning.train_on_history(past, settings, made, counted(show, STEPS))
    path = out or settings.home / RANKER
    with replacing(path) as temporary:
        write_artefact(found.artefact, temporary)
    if as_json:
        print_json({"file": str(path), **found.document()})
    else:
        typer.echo("\n".join([*found.sentences(), f"已写出 {path}。"]))


@contextmanager
def _stages() -> Iterator[StageProgress]:
    """One progress bar a stage, on standard error."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from models.training.recipe import Stage

    with Progress(console=Console(stderr=True)) as bars:
        tasks: dict[Stage, TaskID] = {}

        def show(stage: Stage, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage.value, total=total)
            bars.update(tasks[stage], completed=done)

        shown: Callable[[Stage, int, int], None] = show
        yield shown
