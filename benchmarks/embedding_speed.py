"""Documents a second of the shipped model, beside jieba.cut alone and a bge-small-shaped encoder.

    python -m benchmarks.embedding_speed [--texts 20000] [--encoder-texts 64]

All three read the same synthetic texts (`benchmarks.synthetic`, 220 characters) in one process, one after the other,
with the threads that the environment allows. The encoder has bge-small-zh's shape (4 layers, 512 wide, vocabulary
21,128) and random weights: time does not depend on their values. Load time and memory are those of a fresh process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.synthetic import ABSTRACT, texts
from models.catalogue import DEFAULT, load_model
from models.contract import Role

_LOAD = """
import resource, time
before = time.perf_counter()
from models.catalogue import load_model
from models.contract import Role
model = load_model("patent-need-static-zh")
loaded = time.perf_counter() - before
model.encode(["一种锂离子电池的散热装置"], Role.PASSAGE)
import sys
print(f"{loaded:.2f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, torch: {'torch' in sys.modules}")
"""


def measure(name: str, texts: list[str], work: Callable[[list[str]], object]) -> None:
    start = time.perf_counter()
    work(texts)
    seconds = time.perf_counter() - start
    print(
        f"{name:46s} {len(texts):7,d} texts {seconds:8.2f} s {len(texts) / seconds:10,.0f} texts/s",
        flush=True,
    )


def bge_small_shaped() -> Callable[[list[str]], object]:
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=21128, hidden_size=512, num_hidden_layers=4, num_attention_heads=8, intermediate_size=2048
    )
    model = BertModel(config).eval()

    def encode(texts: list[str]) -> object:
        ids = torch.randint(1000, 21000, (len(texts), ABSTRACT + 2))
        with torch.inference_mode():
            return [model(part).last_hidden_state[:, 0] for part in ids.split(32)]

    return encode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--encoder-texts", type=int, default=64)
    arguments = parser.parse_args()
    import jieba

    jieba.initialize()
    fresh = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True)
    print(f"load {DEFAULT}: {fresh.stdout.strip()}; {len(os.sched_getaffinity(0))} processors")
    abstracts = texts(arguments.texts)
    titles = [text[:20] for text in abstracts]
    model = load_model(DEFAULT)
    model.encode(abstracts[:100], Role.PASSAGE)
    measure(f"{DEFAULT}, 220 characters", abstracts, lambda part: model.encode(part, Role.PASSAGE))
    measure(f"{DEFAULT}, 20 characters", titles, lambda part: model.encode(part, Role.PASSAGE))
    cut = abstracts[: max(1, len(abstracts) // 10)]
    measure(
        "jieba.cut alone, 220 characters",
        cut,
        lambda part: [list(jieba.cut(text, HMM=False)) for text in part],
    )
    measure(
        "bge-small-shaped encoder, fp32, 220 characters",
        abstracts[: arguments.encoder_texts],
        bge_small_shaped(),
    )


if __name__ == "__main__":
    main()
