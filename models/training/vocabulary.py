"""The tokeniser: jieba's dictionary as a Unigram model, cut down to the words that the texts use.

The most probable segmentation of a Unigram model is the maximum-probability path that jieba.cut(HMM=False) takes,
so Chinese words come out as jieba's, but the model is a plain tokenizer.json without code.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram

from models.segmenting import Tokens
from models.training.recipe import Stage, StageProgress, TrainingSettings

UNKNOWN = "[UNK]"
"""Row 0: all that the vocabulary lacks, a zero vector."""
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_LATIN = re.compile(r"[a-z][a-z0-9]*|[0-9]+[a-z]+")
_ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789"
_LONGEST_LATIN = 16
_BATCH = 2_000


def build_tokenizer(texts: Sequence[str], settings: TrainingSettings, progress: StageProgress) -> Tokenizer:
    """Words of jieba's dictionary and frequent Latin words that occur often enough, and every character seen."""
    characters = {folded for character in set().union(*texts) for folded in normalise(character)}
    frequencies, total = _dictionary(characters)
    for word, count in _latin_words(texts).items():
        if count >= settings.least_latin:
            frequencies[word] = max(frequencies.get(word, 0), count)
    for character in sorted(characters):
        if _HAN.fullmatch(character) or character in _ALPHANUMERIC:
            frequencies.setdefault(character, 1)
    words = list(frequencies)
    tokenizer = _unigram(frequencies, words, total)
    tokens = tokenise(tokenizer, texts, lambda done: progress(Stage.VOCABULARY, done, len(texts)))
    return _unigram(frequencies, _kept(words, tokens, settings), total)


def _kept(words: list[str], tokens: Tokens, settings: TrainingSettings) -> list[str]:
    """All characters seen, alone or in a word; then the words that stand in most texts, up to `largest` rows."""
    counts = np.bincount(tokens.ids, minlength=len(words) + 1)[1:]
    spread = texts_with(tokens, len(words) + 1)[1:]
    seen = {character for word, count in zip(words, counts, strict=True) if count for character in word}
    single = np.array([len(word) == 1 for word in words], dtype=np.bool_)
    known = np.where(single, [word in seen for word in words], counts >= settings.least_count).astype(
        np.bool_
    )
    order = np.lexsort((-spread, ~single, ~known))[: min(int(known.sum()), settings.largest - 1)]
    return [words[place] for place in np.sort(order)]


def texts_with(tokens: Tokens, size: int) -> NDArray[np.int64]:
    """In how many texts each token stands, shape (size,)."""
    found = np.zeros(size, dtype=np.int64)
    for start, end in pairwise(tokens.bounds.tolist()):
        found[tokens.ids[start:end]] += 1  # an index that stands twice adds once
    return found


def normalise(text: str) -> str:
    """What the tokeniser's own normaliser does."""
    return unicodedata.normalize("NFKC", text).lower()


def tokenise(
    tokenizer: Tokenizer, texts: Sequence[str], done: Callable[[int], None], longest: int | None = None
) -> Tokens:
    """Token ids of the texts, at most `longest` of each."""
    rows: list[NDArray[np.int32]] = []
    for start in range(0, len(texts), _BATCH):
        encodings = tokenizer.encode_batch_fast(list(texts[start : start + _BATCH]), add_special_tokens=False)
        rows += [np.array(encoding.ids[:longest], dtype=np.int32) for encoding in encodings]
        done(len(rows))
    bounds = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)])
    return Tokens(np.concatenate(rows) if rows else np.zeros(0, np.int32), bounds.astype(np.int64))


def _unigram(frequencies: dict[str, int], words: list[str], total: int) -> Tokenizer:
    scored = [(word, math.log(max(frequencies[word], 1) / total)) for word in words]
    tokenizer = Tokenizer(Unigram([(UNKNOWN, 0.0), *scored], unk_id=0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    words_and_numbers = Regex(r"[a-z0-9]+|\p{Han}+")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(words_and_numbers, "removed", invert=True)
    return tokenizer


def _dictionary(characters: set[str]) -> tuple[dict[str, int], int]:
    """Words of jieba's dictionary that these characters can form, in its order, with their frequencies; and the
    frequencies' sum over the whole dictionary, by which a path of few long words beats one of many short ones."""
    import jieba

    frequencies: dict[str, int] = {}
    total = 0
    with jieba.get_dict_file() as file:
        for line in file:
            word, count, *_ = line.decode("utf-8").split(" ")
            total += int(count)
            if characters.issuperset(word) and _HAN.fullmatch(word):
                frequencies[word] = int(count)
    return frequencies, total


def _latin_words(texts: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(word for word in _LATIN.findall(normalise(text)) if 2 <= len(word) <= _LONGEST_LATIN)
    return counts
