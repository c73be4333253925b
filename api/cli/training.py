"""Commands that learn: train embedding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
