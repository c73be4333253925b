"""`python -m benchmarks.reranking_speed`: pairs a second of a reranker of bge-reranker-v2-m3's shape, random weights.

What is timed is what a list costs: one need of 240 characters against abstracts of 220, one pair after another, on as
many threads as OMP_NUM_THREADS gives. The vocabulary is cut to 1,000: it costs memory, not time.
"""

from __future__ import annotations

import time

import torch
from transformers import XLMRobertaConfig, XLMRobertaForSequenceClassification

PAIRS = 8
TOKENS = 240 + 220 + 4


def main() -> None:
    config = XLMRobertaConfig(
        vocab_size=1_000, hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096,
        max_position_embeddings=8194, type_vocab_size=1, num_labels=1,
    )  # fmt: skip
    model = XLMRobertaForSequenceClassification(config).eval()
    ids = torch.randint(5, 1_000, (1, TOKENS))
    with torch.inference_mode():
        model(ids)
        started = time.perf_counter()
        for _ in range(PAIRS):
            model(ids)
    seconds = time.perf_counter() - started
    print(f"{torch.get_num_threads()} thread(s): {PAIRS / seconds:.2f} pairs/s of {TOKENS} tokens")


if __name__ == "__main__":
    main()
