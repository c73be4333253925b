"""Commands that learn: train embedding, train ranker, train adapt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.judging import Related, known_in
from api.cli.options import AsJson, Home, Model, read_day, read_settings
from api.cli.terminal import counted, print_json, progress

if TYPE_CHECKING:
    from models.training.recipe import StageProgress

Public = Annotated[
    Path | None,
    typer.Option(
        "--public", help="公开语料文件夹（含 patents/、corpora/、classifications/、dictionaries/）。"
    ),
]
Patents = Annotated[list[Path] | None, typer.Option("--patents", help="专利文件（可重复），格式与导入相同。")]
Needs = Annotated[list[Path] | None, typer.Option("--needs", help="需求文件（可重复），格式与导入相同。")]
OwnData = Annotated[bool, typer.Option("--workspace", help="同时使用工作区里的专利和需求。")]

app = typer.Typer(help="用自己的语料和数据训练模型。", no_args_is_help=True)


@app.command("embedding")
def embedding(
    out: Annotated[Path, typer.Argument(help="模型写入的文件夹；以后用 --model 该文件夹 即可启用。")],
    public: Public = None,
    patents: Patents = None,
    needs: Needs = None,
    workspace: OwnData = False,
    dimension: Annotated[
        int, typer.Option("--dimension", min=1, help="训练的维数，写入其中前四分之三；文本少时调小。")
    ] = 512,
    batch: Annotated[
        int, typer.Option("--batch", min=2, help="对比训练每批的对数；对数不足一批的种类不用。")
    ] = 1024,
    seed: Annotated[int, typer.Option("--seed", help="随机种子。")] = 0,
    home: Home = None,
) -> None:
    """从原始文本训练静态向量模型（不需要 GPU，也不需要 torch）；公开语料与本单位的语料可以合用。

    例：matcher train embedding 新模型 --public 公开语料；matcher train embedding 新模型 --workspace --dimension 128
    """
    from matcher.training import Material, train_embedding
    from models.training.recipe import TrainingSettings

    material = Material(public, tuple(patents or ()), tuple(needs or ()), workspace)
    how = TrainingSettings(seed=seed, dimension=dimension, batch=batch)
    with _stages() as show:
        trained = train_embedding(material, out, read_settings(home), how, show)
    typer.echo(
        f"已训练 {trained.folder}：{trained.texts:,} 段文本、{trained.tokens:,} 个词、{trained.pairs:,} 对，"
        f"词表 {trained.vocabulary:,}。启用：matcher index --model {trained.folder}"
    )


@app.command("encoder")
def encoder(
    out: Annotated[Path, typer.Argument(help="模型写入的文件夹；以后用 --model 该文件夹 即可启用。")],
    public: Public = None,
    patents: Patents = None,
    needs: Needs = None,
    workspace: OwnData = False,
    device: Annotated[str, typer.Option("--device", help="在哪里训练：cpu 或 cuda。")] = "cpu",
    masked_steps: Annotated[int, typer.Option("--masked-steps", min=0, help="预测遮盖词的步数。")] = 20_000,
    masked_batch: Annotated[int, typer.Option("--masked-batch", min=1, help="每步的段数。")] = 256,
    steps: Annotated[int, typer.Option("--steps", min=0, help="对比训练的步数。")] = 4_000,
    batch: Annotated[
        int, typer.Option("--batch", min=2, help="对比训练每批的对数；对数不足一批的种类不用。")
    ] = 512,
    layers: Annotated[int, typer.Option("--layers", min=1, help="层数。")] = 4,
    threads: Annotated[int, typer.Option("--threads", min=1, help="使用几个处理器核。")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="随机种子。")] = 0,
    home: Home = None,
    model: Model = None,
) -> None:
    """从头训练小型上下文编码模型（先预测遮盖的词，再对比训练），词表与初始词向量取自静态模型；建议使用 GPU。

    例：matcher train encoder 新编码模型 --public 公开语料 --device cuda
    """
    from matcher.training import Material, train_contextual
    from models.training.encoder import EncoderSettings

    material = Material(public, tuple(patents or ()), tuple(needs or ()), workspace)
    how = EncoderSettings(
        seed=seed, device=device, threads=threads, layers=layers, masked_steps=masked_steps,
        masked_batch=masked_batch, steps=steps, batch=batch,
    )  # fmt: skip
    with _stages() as show:
        trained = train_contextual(material, out, read_settings(home, model), how, show)
    typer.echo(
        f"已训练 {trained.folder}：{trained.tokens:,} 个词、{trained.pairs:,} 对；各步的损失见其中的 training_log.jsonl。"
        f"先与现用模型比较（matcher eval compare），再启用：matcher index --model {trained.folder}"
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
    qrels: Annotated[
        Path | None,
        typer.Option("--qrels", help="工作区需求的盲评结果（matcher eval pool 读回的文件），供校准概率。"),
    ] = None,
    months: Annotated[int, typer.Option("--months", min=1, help="由交易学习时，每隔几个月一个时点。")] = 12,
    by_time: Annotated[
        bool,
        typer.Option(
            "--by-time/--by-enterprise", help="由工作区学习时怎样验证：学早的、验晚的，或按企业交叉验证。"
        ),
    ] = True,
    related: Related = None,
    seed: Annotated[int, typer.Option("--seed", help="交叉验证与抽样的随机种子。")] = 0,
    home: Home = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """学习各信号的权重，校准概率与等级阈值；证据不足时沿用默认权重，并说明原因。

    例：matcher train ranker techneed_dev --before 2020-01-01；matcher train ranker --before 2025-01-01 --out 旧.json
    """
    from dataclasses import replace

    from api.cli.provenance import stamp
    from api.provenance import files_version
    from eval import learning
    from eval.beir import read_collection
    from eval.ranker import STEPS
    from eval.trec import read_judgements
    from matcher.ranker import write_artefact
    from matcher.replacing import replacing
    from matcher.workspace import RANKER

    settings, day = read_settings(home, model), read_day(before)
    with progress("学习") as show:
        if data is not None:
            collection = read_collection(data)
            made = stamp(files_version([data]), settings, seed, day)
            found = learning.train_on_collection(collection, settings, day, made, counted(show, STEPS))
        else:
            known = known_in(settings, related)
            made = stamp(known.data, settings, seed, day)
            pool = None if qrels is None else read_judgements(qrels)
            past = learning.Past(replace(known.witnesses, pool=pool), day, months, by_time)
            found = learning.train_on_history(past, settings, made, counted(show, STEPS))
    path = out or settings.home / RANKER
    with replacing(path) as temporary:
        write_artefact(found.artefact, temporary)
    if as_json:
        print_json({"file": str(path), **found.document()})
    else:
        typer.echo("\n".join([*found.sentences(), f"已写出 {path}。"]))


@app.command("adapt")
def adapt(
    out: Annotated[Path, typer.Argument(help="微调后的模型写入的文件夹。")],
    before: Annotated[
        str | None,
        typer.Option("--before", help="只用这一天之前的交易、评价和对接结果（默认今天）。", metavar="日期"),
    ] = None,
    epochs: Annotated[
        int, typer.Option("--epochs", min=1, help="最多训练几轮；验证不再提高时提前停止。")
    ] = 10,
    rate: Annotated[float, typer.Option("--rate", help="学习率。")] = 2e-5,
    batch: Annotated[int, typer.Option("--batch", min=2, help="每批的对数；显存不够时调小。")] = 32,
    seed: Annotated[int, typer.Option("--seed", help="划分、抽样与训练的随机种子。")] = 0,
    home: Home = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """用本单位的历史交易、企业评价、对接结果和专利题名—摘要微调一个模型，并在留出的企业上报告前后差别与区间。

    例：matcher train adapt 新模型 --model BAAI/bge-small-zh-v1.5 --before 2026-01-01
    """
    from eval.adapting import adapt_model
    from models.training.adapt import AdaptSettings

    settings, day = read_settings(home, model), read_day(before)
    how = AdaptSettings(seed=seed, epochs=epochs, rate=rate, batch=batch)
    witnesses = known_in(settings).witnesses
    with progress("微调") as show:
        found = adapt_model(witnesses, day, out, settings, how=how, progress=show)
    if as_json:
        print_json(found.document())
    else:
        typer.echo("\n".join(found.sentences()))


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
