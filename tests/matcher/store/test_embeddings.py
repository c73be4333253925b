"""No text is embedded twice, and no damaged vector is ever used."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from matcher.store import embeddings
from matcher.store.embeddings import EmbeddingCache, Vectors


class Encoder:
    """A text's vector is (length, first character, 0.1); remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        return np.array([[len(text), ord(text[0]) if text else 0, 0.1] for text in texts], dtype=np.float32)


def test_each_distinct_text_is_embedded_once(tmp_path: Path) -> None:
    encoder = Encoder()
    cache = EmbeddingCache(tmp_path, "model", 3)
    done: list[int] = []
    vectors = cache.encode(["甲", "bb", "甲", ""], encoder, done.append)
    assert vectors.dtype == np.float32
    assert vectors.tolist() == Encoder()(["甲", "bb", "甲", ""]).tolist()
    assert encoder.asked == [["甲", "bb", ""]]
    assert done == [1, 3]
    assert cache.encode(["bb", "ccc"], encoder).tolist() == Encoder()(["bb", "ccc"]).tolist()
    assert encoder.asked[1:] == [["ccc"]]
    assert len(cache) == 4


def test_it_is_remembered_by_model(tmp_path: Path) -> None:
    EmbeddingCache(tmp_path, "model", 3).encode(["甲", "乙"], Encoder())
    again = Encoder()
    assert (
        EmbeddingCache(tmp_path, "model", 3).encode(["乙", "甲"], again).tolist()
        == Encoder()(["乙", "甲"]).tolist()
    )
    assert again.asked == []
    EmbeddingCache(tmp_path, "other", 3).encode(["甲"], again)
    assert again.asked == [["甲"]]


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    assert EmbeddingCache(tmp_path, "model", 3).encode([], Encoder()).shape == (0, 3)
    assert list(tmp_path.rglob("*.block")) == []


def test_what_was_done_before_a_failure_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "_AT_ONCE", 2)
    encoder = Encoder()

    def failing(texts: Sequence[str]) -> Vectors:
        if "c" in texts:
            raise RuntimeError("power cut")
        return encoder(texts)

    with pytest.raises(RuntimeError, match="power cut"):
        EmbeddingCache(tmp_path, "model", 3).encode(["a", "b", "c", "d"], failing)
    EmbeddingCache(tmp_path, "model", 3).encode(["a", "b", "c", "d"], encoder)
    assert encoder.asked == [["a", "b"], ["c", "d"]]


def test_many_small_blocks_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "_BLOCKS", 3)
    texts = [f"{number} text" for number in range(20)]
    encoder = Encoder()
    cache = EmbeddingCache(tmp_path, "model", 3)
    for text in texts:
        cache.encode([text], encoder)
        assert len(list(tmp_path.rglob("*.block"))) <= 3
    assert cache.encode(texts, encoder).tolist() == Encoder()(texts).tolist()
    assert (
        EmbeddingCache(tmp_path, "model", 3).encode(texts[::-1], encoder).tolist()
        == Encoder()(texts[::-1]).tolist()
    )
    assert len(encoder.asked) == 20


def test_two_processes_may_add_to_one_cache(tmp_path: Path) -> None:
    first, second = EmbeddingCache(tmp_path, "model", 3), EmbeddingCache(tmp_path, "model", 3)
    first.encode(["a", "b"], Encoder())
    second.encode(["b", "c"], Encoder())
    both = EmbeddingCache(tmp_path, "model", 3)
    assert len(both) == 3
    silent = Encoder()
    assert both.encode(["a", "b", "c"], silent).tolist() == Encoder()(["a", "b", "c"]).tolist()
    assert silent.asked == []


@pytest.mark.parametrize("place", [0, 30, 70, 100, -1])
def test_a_flipped_bit_costs_a_block_and_never_an_answer(tmp_path: Path, place: int) -> None:
    cache = EmbeddingCache(tmp_path, "model", 3)
    cache.encode(["a", "b"], Encoder())
    cache.encode(["c"], Encoder())
    victim = max(tmp_path.rglob("*.block"), key=lambda file: file.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[place] ^= 1
    victim.write_bytes(data)
    encoder = Encoder()
    again = EmbeddingCache(tmp_path, "model", 3)
    assert again.encode(["c"], encoder).tolist() == Encoder()(["c"]).tolist()
    assert encoder.asked == []
    assert again.encode(["a", "b", "c"], encoder).tolist() == Encoder()(["a", "b", "c"]).tolist()
    assert encoder.asked == [["a", "b"]]
    assert len(EmbeddingCache(tmp_path, "model", 3)) == 3


def test_damage_is_not_carried_into_a_joined_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    EmbeddingCache(tmp_path, "model", 3).encode(["a", "b"], Encoder())
    (block,) = tmp_path.rglob("*.block")
    data = bytearray(block.read_bytes())
    data[-1] ^= 1
    block.write_bytes(data)
    monkeypatch.setattr(embeddings, "_BLOCKS", 1)
    EmbeddingCache(tmp_path, "model", 3).encode(["c"], Encoder())
    assert len(EmbeddingCache(tmp_path, "model", 3)) == 1


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 500])
def test_truncated_and_foreign_files_are_dropped(tmp_path: Path, content: bytes) -> None:
    EmbeddingCache(tmp_path, "model", 3).encode(["a"], Encoder())
    (block,) = tmp_path.rglob("*.block")
    block.write_bytes(block.read_bytes()[:-1])
    (block.parent / f"{hashlib.sha256(content).hexdigest()}.block").write_bytes(content)
    assert len(EmbeddingCache(tmp_path, "model", 3)) == 0
    assert list(tmp_path.rglob("*.block")) == []


def test_another_dimension_finds_nothing(tmp_path: Path) -> None:
    EmbeddingCache(tmp_path, "model", 3).encode(["a"], Encoder())
    assert len(EmbeddingCache(tmp_path, "model", 4)) == 0


@pytest.mark.parametrize("answer", [np.zeros((1, 2)), np.zeros((2, 3)), np.array([[np.nan, 0, 0]])])
def test_an_encoder_that_answers_wrongly_is_refused(tmp_path: Path, answer: Vectors) -> None:
    cache = EmbeddingCache(tmp_path, "model", 3)
    with pytest.raises(ValueError, match="finite vectors of shape"):
        cache.encode(["a"], lambda _: answer)
    assert len(cache) == 0


KILLED = """
import os, sys
from pathlib import Path
import numpy as np
from matcher.store import embeddings

embeddings._AT_ONCE = 1
cache = embeddings.EmbeddingCache(Path(sys.argv[1]), "model", 3)
print("ready", flush=True)
cache.encode([str(n) for n in range(100_000)], lambda texts: np.ones((len(texts), 3), np.float32))
"""


def test_a_killed_process_leaves_only_whole_blocks(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        while len(list(tmp_path.rglob("*.block"))) < 5 and child.poll() is None:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
    blocks = len(list(tmp_path.rglob("*.block")))
    cache = EmbeddingCache(tmp_path, "model", 3)
    assert len(cache) == blocks >= 5
    encoder = Encoder()
    assert cache.encode(["0", "1"], encoder).tolist() == [[1, 1, 1]] * 2
    assert encoder.asked == []
