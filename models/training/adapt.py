"""Fine-tunes a sentence-transformers model on pairs that belong together, each beside a hard negative where known.

Multiple negatives ranking (Henderson et al., 2017): in a batch, a query's own passage has to stand above the others'
and above the hard negatives. After every epoch the caller's measure is taken on what was held out; training stops
when it has not risen for `patience` epochs, and the best epoch's weights are kept.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.contract import Embedder, Loading, ModelSpec, ModelUnusable, Precision
from models.transformers import TransformersEmbedder, speakable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Measure = Callable[[Embedder], float]
"""What is to rise, on texts that training does not see."""
Progress = Callable[[int, int], None]
"""Called with (steps done, steps at most)."""


@dataclass(frozen=True, slots=True)
class Triple:
    """A query, a passage that answers it, and one that looks alike but does not (empty: none is known)."""

    query: str
    passage: str
    negative: str = ""


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    """How long and how fast; the defaults are those that the models' own cards fine-tune with."""

    seed: int = 0
    device: str = "cpu"
    epochs: int = 10
    patience: int = 2
    """Epochs without a rise after which training stops."""
    batch: int = 32
    rate: float = 2e-5
    warm_up: int = 10
    """Steps over which the rate rises from zero."""
    scale: float = 20.0
    """Cosines are multiplied by it: the inverse temperature."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """What training did: the measure before (first) and after every epoch, and the epoch that was kept.

    `best` 0: nothing was better than the model as it was, and no folder was written.
    """

    folder: Path | None
    measured: tuple[float, ...]
    losses: tuple[float, ...]
    """Mean loss of every epoch."""
    best: int


def adapt(
    spec: ModelSpec,
    triples: Sequence[Triple],
    measure: Measure,
    out: Path,
    settings: AdaptSettings | None = None,
    progress: Progress = lambda done, total: None,
) -> Adapted:
    """Fine-tune the model of a spec and write the best epoch to `out`, whole or not at all.

    Raises ModelUnusable where the model cannot be loaded or is not of the sentence-transformers kind.
    """
    require_trainable(spec)
    import torch

    settings = settings or AdaptSettings()
    torch.manual_seed(settings.seed)
    embedder = TransformersEmbedder.load(spec, Loading(device=settings.device, precision=Precision.FP32))
    steps = _Steps(embedder.network, embedder.spec, settings)
    course = _Course(embedder, measure)
    random = np.random.default_rng(settings.seed)
    an_epoch = len(list(_batches(triples, settings.batch, np.random.default_rng(settings.seed))))
    total = settings.epochs * max(1, an_epoch)
    while len(course.losses) < settings.epochs and not course.stale(settings.patience):
        losses = []
        for batch in _batches(triples, settings.batch, random):
            losses.append(steps.take(batch))
            progress(min(steps.done, total), total)
        course.end_epoch(float(np.mean(losses)))
    progress(total, total)
    if course.best:
        embedder.network.load_state_dict(course.kept)
        _save(embedder.network, embedder.spec, out)
    folder = out if course.best else None
    return Adapted(folder, tuple(course.measured), tuple(course.losses), course.best)


class _Course:
    """What was measured epoch by epoch, and the best epoch's weights."""

    def __init__(self, embedder: TransformersEmbedder, measure: Measure) -> None:
        self._embedder = embedder
        self._measure = measure
        self.measured = [measure(embedder)]
        self.losses: list[float] = []
        self.best = 0
        self.kept: dict[str, Any] = {}

    def end_epoch(self, loss: float) -> None:
        """Measure the model as it is now, and keep it where it is the best so far."""
        self.losses.append(loss)
        network = self._embedder.network
        network.eval()
        self.measured.append(self._measure(self._embedder))
        if self.measured[-1] > max(self.measured[:-1]):
            self.best = len(self.losses)
            self.kept = {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}

    def stale(self, patience: int) -> bool:
        """Whether nothing has risen for that many epochs."""
        return len(self.losses) - self.best >= patience


def require_trainable(spec: ModelSpec) -> None:
    """Raises ModelUnusable for a model that is not of the sentence-transformers kind."""
    if spec.kind != "sentence-transformers":
        raise ModelUnusable(
            f"模型“{spec.name}”不能微调：只支持 sentence-transformers 模型，请用 --model 指定，如 bge-small-zh-v1.5 "
            "或本地文件夹；静态模型请用 matcher train embedding 重新训练。"
        )


class _Steps:
    """The optimiser and its schedule over one model."""

    def __init__(self, model: SentenceTransformer, spec: ModelSpec, settings: AdaptSettings) -> None:
        import torch
        from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

        self._model = model
        self._spec = spec
        self._settings = settings
        self._loss = MultipleNegativesRankingLoss(model, scale=settings.scale)
        self._optimiser = torch.optim.AdamW(model.parameters(), lr=settings.rate, weight_decay=0.01)
        self.done = 0

    def take(self, batch: list[Triple]) -> float:
        """One step on one batch; its loss."""
        import torch

        self._model.train()
        for group in self._optimiser.param_groups:
            group["lr"] = self._settings.rate * min(1.0, (self.done + 1) / max(1, self._settings.warm_up))
        columns = [
            [self._spec.query_prefix + speakable(item.query) for item in batch],
            [self._spec.passage_prefix + speakable(item.passage) for item in batch],
        ]
        if batch[0].negative:
            columns.append([self._spec.passage_prefix + speakable(item.negative) for item in batch])
        features = [self._read(texts) for texts in columns]
        loss = self._loss(features, torch.zeros(len(batch), device=self._model.device))
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimiser.step()
        self.done += 1
        return float(loss.detach())

    def _read(self, texts: list[str]) -> dict[str, Any]:
        found = self._model.preprocess(texts, prompt="")
        return {
            name: value.to(self._model.device) if hasattr(value, "to") else value
            for name, value in found.items()
        }


def _batches(triples: Sequence[Triple], size: int, random: np.random.Generator) -> Iterator[list[Triple]]:
    """All triples once, those with and those without a negative apart, in an order drawn anew.

    No text stands twice in a batch: it would be its own negative. A last batch of one teaches nothing and is left out.
    """
    for with_negative in (True, False):
        waiting = [one for one in triples if bool(one.negative) is with_negative]
        waiting = [waiting[place] for place in random.permutation(len(waiting))]
        while waiting:
            batch: list[Triple] = []
            rest: list[Triple] = []
            seen: set[str] = set()
            for place, one in enumerate(waiting):
                if len(batch) == size:
                    rest += waiting[place:]
                    break
                texts = {one.query, one.passage, one.negative} - {""}
                if not texts & seen:
                    batch.append(one)
                    seen |= texts
                else:
                    rest.append(one)
            if len(batch) > 1:
                yield batch
            waiting = rest


def _save(model: SentenceTransformer, spec: ModelSpec, out: Path) -> None:
    """Write the folder aside and rename it; its prompts are its own, so that it is spoken to as it was trained."""
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = out.parent / f".{out.name}.{secrets.token_hex(4)}.new"
    model.prompts = {"query": spec.query_prefix, "document": spec.passage_prefix}
    try:
        model.save(str(aside), create_model_card=False)
        if out.exists():
            old = aside.with_suffix(".old")
            out.rename(old)
            aside.rename(out)
            shutil.rmtree(old)
        else:
            aside.rename(out)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
