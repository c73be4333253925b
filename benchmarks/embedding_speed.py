"""Characters and documents a second of tokenising and embedding, on one core and on two, beside jieba.cut alone.

    python -m benchmarks.embedding_speed [--texts 20000] [--encoder-texts 64]

Every line reads synthetic abstracts of 220 characters (`benchmarks.synthetic`) in a fresh process that may run on so
many cores. Load time and memory are those of a fresh process, too. jieba.cut and the encoder read a part of them. The
encoder has bge-small-zh's shape (4 layers, 512 wide, vocabulary 21,128) and random weights: time does not depend on
their values. The last lines of a model are the cache that keeps the vectors of texts: the first time all are embedded,
the second time, opened again from its files, none.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.measuring import Cost, clocked, measure
from benchmarks.synthetic import ABSTRACT, texts
from indexes.terms import text_keys
from indexes.tokens import Stream
from matcher.store.embeddings import EmbeddingCache
from models.catalogue import DEFAULT, SHIPPED, load_model
from models.contract import Role
from models.static import StaticEmbedder

_CORES = (1, 2)
_JIEBA = 2_000
"""Texts that jieba.cut reads at most."""
_LOAD = """
import resource, sys, time
before = time.perf_counter()
from models.catalogue import DEFAULT, load_model
from models.contract import Role
model = load_model(DEFAULT)
loaded = time.perf_counter() - before
model.encode(["一种锂离子电池的散热装置"], Role.PASSAGE)
held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{loaded:.2f} s, {held:.0f} MiB, torch: {'torch' in sys.modules}")
"""


def main() -> None:
    """Print one line a work and number of cores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--encoder-texts", type=int, default=64)
    asked = parser.parse_args()
    fresh = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True)
    print(f"loading {DEFAULT}: {fresh.stdout.strip()}")
    print(
        f"{'':52s}{'cores':>6s}{'a second by the clock':>31s}{'a second of processor':>31s}{'jieba = 1':>10s}"
    )
    cut = line("jieba.cut alone", 1, min(asked.texts, _JIEBA), measure(jieba_cut, min(asked.texts, _JIEBA)))
    for cores in _CORES:
        line(
            "lexical channel: characters and pairs",
            cores,
            asked.texts,
            measure(lexical, cores, asked.texts),
            cut,
        )
        for model in sorted(folder.name for folder in SHIPPED.iterdir() if folder.is_dir()):
            for name, work in (("tokeniser alone", tokenised), ("embedding", embedded)):
                line(f"{model}: {name}", cores, asked.texts, measure(work, cores, model, asked.texts), cut)
            for name, cost in measure(kept, cores, model, asked.texts).answer.items():
                line(f"{model}: {name}", cores, asked.texts, cost, cut)
        cost = measure(encoded, cores, asked.encoder_texts)
        line("bge-small-shaped encoder, fp32", cores, asked.encoder_texts, cost, cut)


def line(name: str, cores: int, count: int, cost: Cost, beside: float | None = None) -> float:
    """Print the rates; answers texts a second of processor time."""
    clock, processor = count / cost.seconds, count / cost.processor
    ratio = "" if beside is None else f"{processor / beside:.2f} ×"
    rates = "".join(
        f"{rate:8,.0f} texts {rate * ABSTRACT / 1000:8,.1f} k chars" for rate in (clock, processor)
    )
    print(f"{name:52s}{cores:6d}  {rates}{ratio:>10s}", flush=True)
    return processor


def timed(work: Callable[..., object], *arguments: object) -> Cost:
    """What the work took; its answer stays in its process."""
    return replace(clocked(work, *arguments), answer=None)


def on(cores: int) -> None:
    """Keep this process on so many cores; libraries that count them afterwards start as many threads."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def jieba_cut(count: int) -> Cost:
    """By dictionary only, as the product cuts."""
    import jieba

    jieba.initialize()
    abstracts = texts(count)
    return timed(lambda: [list(jieba.cut(text, HMM=False)) for text in abstracts])


def lexical(cores: int, count: int) -> Cost:
    """Texts cut into the keys that the lexical index counts."""
    on(cores)
    abstracts = texts(count)
    return timed(lambda: [text_keys(abstracts, stream) for stream in (Stream.CHARACTERS, Stream.BIGRAMS)])


def tokenised(cores: int, model: str, count: int) -> Cost:
    on(cores)
    embedder, abstracts = load_model(model), texts(count)
    if not isinstance(embedder, StaticEmbedder):
        raise SystemExit(f"{model} has no tokeniser that can be run alone")
    embedder.encode(abstracts[:100], Role.PASSAGE)
    return timed(lambda: embedder.tokenizer.encode_batch_fast(abstracts, add_special_tokens=False))


def embedded(cores: int, model: str, count: int) -> Cost:
    on(cores)
    embedder, abstracts = load_model(model), texts(count)
    embedder.encode(abstracts[:100], Role.PASSAGE)
    return timed(embedder.encode, abstracts, Role.PASSAGE)


def kept(cores: int, model: str, count: int) -> dict[str, Cost]:
    """Through the cache, twice."""
    on(cores)
    embedder, abstracts = load_model(model), texts(count)
    embedder.encode(abstracts[:100], Role.PASSAGE)

    def build(folder: str) -> None:
        cache = EmbeddingCache(Path(folder), embedder.fingerprint, embedder.spec.dimension)
        cache.encode(abstracts, lambda missing: embedder.encode(missing, Role.PASSAGE))

    with tempfile.TemporaryDirectory() as folder:
        return {
            "through the cache, first": timed(build, folder),
            "the same texts again": timed(build, folder),
        }


def encoded(cores: int, count: int) -> Cost:
    on(cores)
    encode, abstracts = bge_small_shaped(cores), texts(count)
    encode(abstracts[:2])
    return timed(encode, abstracts)


def bge_small_shaped(cores: int) -> Callable[[list[str]], object]:
    import torch
    from transformers import BertConfig, BertModel

    torch.set_num_threads(cores)
    config = BertConfig(
        vocab_size=21128, hidden_size=512, num_hidden_layers=4, num_attention_heads=8, intermediate_size=2048
    )
    model = BertModel(config).eval()

    def encode(abstracts: list[str]) -> object:
        ids = torch.randint(1000, 21000, (len(abstracts), ABSTRACT + 2))
        with torch.inference_mode():
            return [model(part).last_hidden_state[:, 0] for part in ids.split(32)]

    return encode


if __name__ == "__main__":
    main()
