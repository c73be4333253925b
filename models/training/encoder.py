"""A small contextual encoder trained from scratch: masked words, then texts that belong together.

A BERT of a few narrow layers (Devlin et al., NAACL 2019) over the words of a static model, whose rows are its first word
embeddings. Masked words first (whole words are single tokens here), then multiple negatives ranking (Henderson et al.,
2017) over the same kinds of pairs that the static model learns from. The result is a plain sentence-transformers folder.

`models/README.md` says what it came to. Torch is imported inside functions only.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing

from models.segmenting import Tokens
from models.static import StaticEmbedder
from models.training.contrastive import TokenPairs, tokenise_pairs
from models.training.recipe import Pair, Stage, StageProgress, TrainingSettings
from models.training.static import unit_rows
from models.training.vocabulary import tokenise
from models.transformers import require_library

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[MASK]")
_NAMED = {"unk_token": "[UNK]", **{f"{name[1:-1].lower()}_token": name for name in _SPECIAL}}
"""As transformers asks for them."""
_WARM_UP = 0.05
LOG = "training_log.jsonl"
"""Beside the weights: mean losses of every `_LOGGED` steps."""
_LOGGED = 25


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """The shape and the course; 4 layers of 256 are 3 million weights beside the words' 9 million."""

    seed: int = 0
    device: str = "cpu"
    threads: int = 1
    width: int = 256
    """Dimension of the vectors: the leading directions of the static rows."""
    layers: int = 4
    heads: int = 4
    longest: int = 128
    """Tokens of a text that the finished model reads."""
    masked_steps: int = 20_000
    masked_batch: int = 256
    masked_length: int = 64
    """Words in a passage whose masked ones are guessed."""
    masked_share: float = 0.15
    masked_rate: float = 5e-4
    steps: int = 4_000
    batch: int = 512
    length: int = 64
    """Words of a side of a pair."""
    rate: float = 2e-4
    temperature: float = 0.05


@dataclass(frozen=True, slots=True)
class EncoderTrained:
    """What a run came to; losses step by step."""

    folder: Path
    tokens: int
    pairs: int
    masked_losses: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)


def train_encoder(
    texts: Iterable[str],
    pairs: Iterable[Pair],
    start: StaticEmbedder,
    out: Path,
    settings: EncoderSettings,
    progress: StageProgress,
) -> EncoderTrained:
    """Train on texts and pairs and write a sentence-transformers folder to `out`.

    The words and their first embeddings are those of the static model `start`. Raises ModelUnusable without the
    extra `transformers`.
    """
    require_library(start.spec)
    import torch

    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    random = np.random.default_rng(settings.seed)
    plain = start.tokenizer
    model = _model(plain, unit_rows(start.rows[:, : settings.width]), settings)
    tokens = _words(list(texts), plain, progress)
    masked = list(_guess_masked(model, tokens, settings, random, progress))
    kinds = tokenise_pairs(pairs, plain, TrainingSettings(batch=settings.batch, longest=settings.length))
    losses = list(_contrast(model, kinds, settings, random, progress))
    model.save(str(out), create_model_card=False)
    _write_log(out / LOG, {Stage.MASKED: masked, Stage.CONTRAST: losses})
    return EncoderTrained(out, len(tokens.ids), sum(map(len, kinds.values())), masked, losses)


def _write_log(file: Path, losses: dict[Stage, list[float]]) -> None:
    lines = (
        json.dumps({"stage": stage.name.lower(), "step": start, "loss": round(float(np.mean(part)), 4)})
        for stage, values in losses.items()
        for start in range(0, len(values), _LOGGED)
        if (part := values[start : start + _LOGGED])
    )
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _words(texts: list[str], plain: Tokenizer, progress: StageProgress) -> Tokens:
    return tokenise(plain, texts, lambda done: progress(Stage.TOKENS, done, len(texts)))


def _model(plain: Tokenizer, rows: NDArray[np.float32], settings: EncoderSettings) -> SentenceTransformer:
    """The untrained model: random layers over the words' rows, mean pooling, unit length."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    tokenizer = Tokenizer.from_str(plain.to_str())
    tokenizer.add_special_tokens(list(_SPECIAL))
    pad, first, last, mask = (tokenizer.token_to_id(token) for token in _SPECIAL)
    assert mask == len(rows) + len(_SPECIAL) - 1
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", first), ("[SEP]", last)]
    )
    config = BertConfig(
        vocab_size=mask + 1,
        hidden_size=settings.width,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        intermediate_size=4 * settings.width,
        max_position_embeddings=settings.longest,
        type_vocab_size=1,
        pad_token_id=pad,
    )
    network = BertModel(config, add_pooling_layer=False)
    words = network.embeddings.word_embeddings.weight
    with torch.no_grad():
        words[: len(rows)] = torch.from_numpy(rows) * float(config.initializer_range * settings.width**0.5)
    with tempfile.TemporaryDirectory() as folder:
        network.save_pretrained(folder)
        fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_object=tokenizer, model_max_length=settings.longest, **_NAMED
        )
        fast.save_pretrained(folder)
        transformer = Transformer(folder, max_seq_length=settings.longest)
    pooling = Pooling(settings.width, pooling_mode="mean")
    return SentenceTransformer(modules=[transformer, pooling, Normalize()], device=settings.device)


def _guess_masked(
    model: SentenceTransformer,
    tokens: Tokens,
    settings: EncoderSettings,
    random: np.random.Generator,
    progress: StageProgress,
) -> Iterator[float]:
    """Masked language modelling over passages drawn evenly over all words; the loss of every step."""
    import torch

    network: Any = model[0].auto_model
    special = _special(model)
    width = settings.width
    head = torch.nn.Sequential(torch.nn.Linear(width, width), torch.nn.GELU(), torch.nn.LayerNorm(width))
    head.to(settings.device)
    course = _Course([network, head], settings.masked_rate, settings.masked_steps)
    for step in range(settings.masked_steps):
        passages = _passages(tokens, settings, random)
        ids, attention = _padded(passages, special)
        hidden = (random.random(ids.shape) < settings.masked_share) & (attention > 0)
        hidden &= ~np.isin(ids, [special["[CLS]"], special["[SEP]"], 0])
        shown = np.where(hidden, special["[MASK]"], ids)
        with course.precision(settings.device):
            states = network(**_tensors(shown, attention, settings.device)).last_hidden_state
            guessed = head(states[torch.from_numpy(hidden).to(settings.device)])
            logits = guessed @ network.embeddings.word_embeddings.weight.T
        wanted = torch.from_numpy(ids[hidden].astype(np.int64)).to(settings.device)
        yield course.step(torch.nn.functional.cross_entropy(logits.float(), wanted))
        progress(Stage.MASKED, step + 1, settings.masked_steps)


def _contrast(
    model: SentenceTransformer,
    kinds: dict[str, TokenPairs],
    settings: EncoderSettings,
    random: np.random.Generator,
    progress: StageProgress,
) -> Iterator[float]:
    """Both directions' cross-entropy over cosines / temperature; the loss of every step."""
    import torch

    special = _special(model)
    course = _Course([model], settings.rate, settings.steps)
    names = list(kinds)
    weights = {share.kind: share.weight for share in TrainingSettings().shares}
    shares = np.array([weights[name] for name in names])
    for step in range(settings.steps if names else 0):
        drawn = kinds[names[random.choice(len(names), p=shares / shares.sum())]]
        chosen = random.choice(len(drawn), settings.batch, replace=False)
        sides = [_texts(side, chosen) for side in (drawn.left, drawn.right)]
        with course.precision(settings.device):
            left, right = (
                model(_tensors(*_padded(side, special), settings.device))["sentence_embedding"].float()
                for side in sides
            )
        logits = left @ right.T / settings.temperature
        logits = logits.masked_fill(_alike(*sides).to(settings.device), float("-inf"))
        places = torch.arange(settings.batch, device=settings.device)
        loss = torch.nn.functional.cross_entropy(logits, places)
        loss = (loss + torch.nn.functional.cross_entropy(logits.T, places)) / 2
        yield course.step(loss)
        progress(Stage.CONTRAST, step + 1, settings.steps)


class _Course:
    """AdamW with a warm-up and a linear way down, in bfloat16 where the machine has it."""

    def __init__(self, parts: Sequence[torch.nn.Module], rate: float, steps: int) -> None:
        import torch

        self._weights = [weight for part in parts for weight in part.parameters()]
        for part in parts:
            part.train()
        self._optimiser = torch.optim.AdamW(self._weights, lr=rate, weight_decay=0.01, betas=(0.9, 0.98))
        rise = max(1, round(_WARM_UP * steps))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser, lambda step: min((step + 1) / rise, max(0.0, 1 - step / max(1, steps)))
        )

    @staticmethod
    def precision(device: str) -> torch.autocast:
        """The precision of the forward pass."""
        import torch

        return torch.autocast(device.split(":")[0], dtype=torch.bfloat16)

    def step(self, loss: torch.Tensor) -> float:
        """One step down the loss; its value."""
        import torch

        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimiser.step()
        self._schedule.step()
        return float(loss.detach())


def _special(model: SentenceTransformer) -> dict[str, int]:
    return {token: model.tokenizer.convert_tokens_to_ids(token) for token in _SPECIAL}


def _passages(
    tokens: Tokens, settings: EncoderSettings, random: np.random.Generator
) -> list[NDArray[np.int32]]:
    """Passages that begin anywhere and end with their text at the latest."""
    starts = random.integers(0, len(tokens.ids), settings.masked_batch)
    ends = tokens.bounds[np.searchsorted(tokens.bounds, starts, side="right")]
    ends = np.minimum(ends, starts + settings.masked_length)
    return [tokens.ids[start:end] for start, end in zip(starts, ends, strict=True)]


def _texts(side: Tokens, chosen: NDArray[np.int64]) -> list[NDArray[np.int32]]:
    return [side.ids[side.bounds[place] : side.bounds[place + 1]] for place in chosen]


def _alike(left: list[NDArray[np.int32]], right: list[NDArray[np.int32]]) -> torch.Tensor:
    """Where another pair has the same left or right text: no negative; shape (pairs, pairs)."""
    import torch

    def same(side: list[NDArray[np.int32]]) -> NDArray[np.bool_]:
        _, names = np.unique([hash(text.tobytes()) for text in side], return_inverse=True)
        return np.asarray(names[:, None] == names[None, :])

    return torch.from_numpy((same(left) | same(right)) & ~np.eye(len(left), dtype=np.bool_))


def _padded(
    texts: list[NDArray[np.int32]], special: dict[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids and attention of texts framed by their special tokens, shape (texts, longest)."""
    lengths = np.array([len(text) + 2 for text in texts])
    ids = np.full((len(texts), int(lengths.max())), special["[PAD]"], dtype=np.int64)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text) + 2] = [special["[CLS]"], *text, special["[SEP]"]]
    return ids, (np.arange(ids.shape[1]) < lengths[:, None]).astype(np.int64)


def _tensors(ids: NDArray[np.int64], attention: NDArray[np.int64], device: str) -> dict[str, torch.Tensor]:
    import torch

    return {
        "input_ids": torch.from_numpy(ids).to(device),
        "attention_mask": torch.from_numpy(attention).to(device),
    }
