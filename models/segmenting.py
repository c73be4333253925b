"""Whole batches cut into tokens by compiled loops: those of the tokenizers library, in a tenth of its time.

The library walks a tree of hash tables, one byte a step; here one table has an entry for every beginning of a token, and
a step is a character. The path is the library's to the last tie (Kudo, ACL 2018; `encode_optimized` of its Unigram model).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

_FOLDING = {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]}
_RUNS = {
    "type": "Split",
    "pattern": {"Regex": r"[a-z0-9]+|\p{Han}+"},
    "behavior": "Removed",
    "invert": True,
}
_ALPHANUMERIC = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_BREAK, _LATIN, _HAN, _UNSEEN = range(4)
"""What a character is: between runs, of either kind of run, or not asked about yet."""
_CODES = 0x110000
_PENALTY = 10.0
"""How much less likely than the rarest token an unknown character is: the library's constant."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token ids of many texts in one row, int32: text i is ids[bounds[i] : bounds[i + 1]]."""

    ids: NDArray[np.int32]
    bounds: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Segmenter:
    """A Unigram tokeniser of runs of Han characters and runs of letters and digits.

    keys, uint64, and nodes, int32, both (places,): a hash table from the number of a token's beginning << 21 | a character
    to the beginning that is longer by it; tokens: int32 (beginnings,), the token that it is, or −1; scores: float64
    (tokens + 1,), the last that of an unknown character.
    """

    tokenizer: Tokenizer
    keys: NDArray[np.uint64]
    nodes: NDArray[np.int32]
    tokens: NDArray[np.int32]
    scores: NDArray[np.float64]
    unknown: int
    _classes: NDArray[np.uint8] = field(default_factory=lambda: np.full(_CODES, _UNSEEN, np.uint8))
    _folded: NDArray[np.bool_] = field(default_factory=lambda: np.ones(_CODES, np.bool_))
    """Characters that folding leaves as they are, whatever stands beside them."""

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Self | None:
        """That of a tokeniser made by our own recipe; None for any other, which its library has to run."""
        stated = json.loads(tokenizer.to_str())
        model = stated["model"]
        if model["type"] != "Unigram" or model["unk_id"] is None or model.get("byte_fallback"):
            return None
        if [stated["normalizer"], stated["pre_tokenizer"], stated["added_tokens"]] != [_FOLDING, _RUNS, []]:
            return None
        from models.kernels import plant

        words = [word for word, _ in model["vocab"]]
        scores = np.array([score for _, score in model["vocab"]], np.float64)
        codes, bounds = _codes("".join(words)), np.cumsum([0, *map(len, words)])
        places = 1 << (2 * len(codes)).bit_length()
        keys, nodes = np.zeros(places, np.uint64), np.zeros(places, np.int32)
        tokens = np.full(len(codes) + 1, -1, np.int32)
        plant(codes, bounds, keys, nodes, tokens)
        return cls(
            tokenizer, keys, nodes, tokens, np.append(scores, scores.min() - _PENALTY), int(model["unk_id"])
        )

    def cut(self, texts: Sequence[str]) -> Tokens:
        """The tokens of texts; raises TypeError for a lone surrogate, as the library does."""
        from models.kernels import segment

        # Between texts stands what neither composes with its neighbours nor belongs to a run.
        whole = "\0".join(text.replace("\0", " ") for text in texts)
        codes = self._classified(whole)
        if not self._folded[codes].all():
            codes = self._classified(self.tokenizer.normalizer.normalize_str(whole))
        ids, bounds = np.empty(len(codes), np.int32), np.zeros(len(texts) + 1, np.int64)
        trie = self.keys, self.nodes, self.tokens, self.scores
        count = segment(codes, self._classes, trie, self.unknown, (ids, bounds))
        return Tokens(ids[:count], bounds)

    def _classified(self, text: str) -> NDArray[np.uint32]:
        """The code points of a text, once the library has said of each new one what it is."""
        try:
            codes = _codes(text)
        except UnicodeEncodeError as error:
            raise TypeError("a lone surrogate is no Unicode text") from error
        for code in np.unique(codes[self._classes[codes] == _UNSEEN]).tolist():
            character = chr(code)
            self._folded[code] = _stands_alone(character) and character == (
                self.tokenizer.normalizer.normalize_str(character)
            )
            within = bool(self.tokenizer.pre_tokenizer.pre_tokenize_str(character))
            kind = _LATIN if character in _ALPHANUMERIC else _HAN
            self._classes[code] = kind if within else _BREAK
        return codes


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def _stands_alone(character: str) -> bool:
    """Whether it never joins the character before it: only marks and Korean vowels and finals do."""
    return unicodedata.category(character)[0] != "M" and not "\u1160" <= character <= "\u11ff"
