"""Which texts go through a network together: of like length, and no more than memory holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MOST = 32
_ROOM = MOST * 512**2
"""Pairs of tokens in a batch: attention may keep a number of each head for every pair of a text's tokens."""


def batches(texts: Sequence[str], longest: int, most: int = MOST) -> Iterator[list[int]]:
    """Rows of the texts that are not blank, shorter ones first, at most `most` at once.

    A model that reads `longest` tokens gets fewer long texts at once, down to one: a character counts as a token. Up
    to 512 tokens the length changes nothing.
    """
    filled = [row for row, text in enumerate(texts) if text.strip()]
    filled.sort(key=lambda row: (len(texts[row]), row))  # little padding
    batch: list[int] = []
    for row in filled:
        tokens = min(len(texts[row]), longest)
        if batch and (len(batch) == most or (len(batch) + 1) * tokens**2 > _ROOM):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
