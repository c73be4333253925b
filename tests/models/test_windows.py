"""Long texts are read to their end by windows; short ones are left alone."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import load_model
from models.contract import Loading, LongTexts, ModelSpec, Progress, Role, Vectors
from models.windows import MOST, WindowedEmbedder, windows


class Counting:
    """A text's vector is (number of 甲, number of 乙) of its first ten characters behind the prefix, normalised."""

    spec = ModelSpec("counting", "counting", "static", 2, query_prefix="问：", max_tokens=10)
    fingerprint = "f"

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        self.read += texts
        rows = np.array([[text[:10].count("甲"), text[:10].count("乙")] for text in texts], dtype=np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲乙丙丁", ["甲乙丙丁"]),
        ("甲乙。丙丁。", ["甲乙。", "丙丁。"]),
        ("甲。乙。丙。丁。", ["甲。乙。", "丙。丁。"]),
        ("甲乙丙丁戊己庚辛", ["甲乙丙丁", "戊己庚辛"]),
        ("甲！？乙\n丙；", ["甲！？乙\n", "丙；"]),
        ("", []),
        ("  \n ", []),
    ],
)  # fmt: skip
def test_windows_end_with_sentences_where_they_can(text: str, expected: list[str]) -> None:
    assert windows(text, 5, len) == expected


@given(st.text(alphabet="甲乙。；\nab ", max_size=400), st.integers(1, 60))
def test_windows_fit_and_lose_nothing_but_the_end(text: str, room: int) -> None:
    found = windows(text, room, len)
    assert all(0 < len(piece) <= room for piece in found)
    assert text.startswith("".join(found)) or not "".join(found).strip()
    assert len(found) <= MOST
    if len(found) < MOST:
        assert not text[len("".join(found)) :].strip()


def test_a_text_within_the_limit_gets_the_inner_vector() -> None:
    inner = Counting()
    windowed = WindowedEmbedder(inner, LongTexts.MEAN, len)
    texts = ["甲乙", "", "甲" * 10]
    np.testing.assert_array_equal(
        windowed.encode(texts, Role.PASSAGE), Counting().encode(texts, Role.PASSAGE)
    )
    assert inner.read == texts


def test_windows_are_pooled_by_mean_or_maximum_and_normalised() -> None:
    text = "甲甲甲甲甲甲甲。" + "乙乙乙乙乙乙乙。" + "甲甲甲甲乙乙乙。"
    mean = WindowedEmbedder(Counting(), LongTexts.MEAN, len).encode([text], Role.PASSAGE)[0]
    expected = np.array([1 + 0.8, 1 + 0.6])
    np.testing.assert_allclose(mean, expected / np.linalg.norm(expected), atol=1e-6)
    top = WindowedEmbedder(Counting(), LongTexts.MAX, len).encode([text], Role.PASSAGE)[0]
    np.testing.assert_allclose(top, [0.5**0.5, 0.5**0.5], atol=1e-6)


def test_windows_without_a_vector_say_nothing_and_all_of_them_give_zero() -> None:
    windowed = WindowedEmbedder(Counting(), LongTexts.MEAN, len)
    found = windowed.encode(["丙丙丙丙丙丙丙。甲甲甲甲甲。", "丙丙丙丙丙丙丙。丁丁丁丁丁。"], Role.PASSAGE)
    assert found.tolist() == [[1, 0], [0, 0]]


def test_the_prefix_takes_its_room_in_every_window() -> None:
    inner = Counting()
    WindowedEmbedder(inner, LongTexts.MEAN, len).encode(["甲甲甲甲乙乙乙乙甲甲甲甲"], Role.QUERY)
    assert inner.read == ["甲甲甲甲乙乙", "乙乙甲甲甲甲"]


def test_the_pooling_is_part_of_the_fingerprint() -> None:
    kinds = {WindowedEmbedder(Counting(), kind, len).fingerprint for kind in (LongTexts.MEAN, LongTexts.MAX)}
    assert len(kinds | {"f"}) == 3


def test_an_encoder_s_windows_hold_what_it_reads(tiny_bert: Path) -> None:
    """64 tokens, two of them special: a text of 62 characters is whole, one of 63 has two windows."""
    cut = load_model(str(tiny_bert), Loading(long_texts=LongTexts.CUT))
    whole = load_model(str(tiny_bert), Loading(long_texts=LongTexts.MEAN))
    sentence = "磁悬浮轴承装置电池材料制备方法。"
    short, long = (sentence * 4)[:62], sentence * 4 + "高温合金叶片。"
    np.testing.assert_array_equal(whole.encode([short], Role.PASSAGE), cut.encode([short], Role.PASSAGE))
    parts = cut.encode([sentence * 3, sentence + "高温合金叶片。"], Role.PASSAGE)
    expected = parts.mean(axis=0) / np.linalg.norm(parts.mean(axis=0))
    np.testing.assert_allclose(whole.encode([long], Role.PASSAGE)[0], expected, atol=1e-5)
    np.testing.assert_array_equal(
        cut.encode([long], Role.PASSAGE), cut.encode([long + "电池" * 99], Role.PASSAGE)
    )


def test_to_cut_is_no_pooling() -> None:
    with pytest.raises(ValueError, match="needs no windows"):
        WindowedEmbedder(Counting(), LongTexts.CUT, len)


def test_progress_counts_texts_not_windows() -> None:
    done: list[int] = []
    WindowedEmbedder(Counting(), LongTexts.MEAN, len).encode(["甲" * 50] * 3, Role.PASSAGE, done.append)
    assert done == [3]
