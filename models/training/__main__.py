"""`python -m models.training DATA OUT` trains the shipped model again from the raw public files."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID

from models.training.recipe import Stage, TrainingSettings
from models.training.sources import training_pairs, training_texts
from models.training.static import train_static


def main() -> None:
    """Read the sources, train with the default settings, say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m models.training", description=__doc__)
    parser.add_argument(
        "data", type=Path, help="folder with patents/, corpora/, classifications/, dictionaries/"
    )
    parser.add_argument("out", type=Path, help="model folder to write")
    arguments = parser.parse_args()
    console = Console(stderr=True)
    with Progress(console=console) as bars:
        tasks: dict[Stage, TaskID] = {}

        def show(stage: Stage, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage.value, total=total)
            bars.update(tasks[stage], completed=done)

        trained = train_static(
            training_texts(arguments.data),
            training_pairs(arguments.data),
            arguments.out,
            TrainingSettings(),
            show,
        )
    console.print(
        f"{trained.folder}: {trained.texts:,} texts, {trained.tokens:,} tokens, {trained.vocabulary:,} rows, "
        f"{trained.pairs:,} pairs, loss {trained.losses[0]:.3f} → {trained.losses[-1]:.3f}"
    )


if __name__ == "__main__":
    main()
