import numpy as np
import pytest

from models.segmenting import Tokens
from models.training import cooccurrence
from models.training.cooccurrence import word_vectors
from models.training.recipe import Stage, TooLittleText, TrainingSettings


def silent(stage: Stage, done: int, total: int) -> None: ...


def topics(texts: int) -> Tokens:
    """Texts of six tokens, of 1–5 and of 6–10 in turn."""
    random = np.random.default_rng(3)
    rows = [random.integers(1, 6, 6) + 5 * (number % 2) for number in range(texts)]
    return Tokens(np.concatenate(rows).astype(np.int32), np.arange(texts + 1, dtype=np.int64) * 6)


SETTINGS = TrainingSettings(dimension=4, window=3, subsample=1.0)


def test_pairs_are_counted_by_distance_and_never_across_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens(np.array([1, 2, 3, 1, 2], dtype=np.int32), np.array([0, 3, 5], dtype=np.int64))
    settings = TrainingSettings(window=2, subsample=1e9)
    expected = np.zeros((4, 4))
    expected[1, 2] = expected[2, 1] = 2  # next to each other in both texts
    expected[2, 3] = expected[3, 2] = 1
    expected[1, 3] = expected[3, 1] = 0.5  # two apart: weight ½
    np.testing.assert_array_equal(
        cooccurrence._cooccurrences(tokens, 4, settings, silent).toarray(), expected
    )
    monkeypatch.setattr(cooccurrence, "_CHUNK", 2)
    np.testing.assert_array_equal(
        cooccurrence._cooccurrences(tokens, 4, settings, silent).toarray(), expected
    )


def test_words_of_one_topic_lie_together() -> None:
    vectors = word_vectors(topics(400), 12, SETTINGS, silent)
    cosines = vectors @ vectors.T
    assert np.abs(cosines[1:6, 6:11]).max() < 0.1
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [0, *[1] * 10, 0], atol=1e-5)


def test_the_same_seed_gives_the_same_vectors() -> None:
    first = word_vectors(topics(100), 11, SETTINGS, silent)
    np.testing.assert_array_equal(first, word_vectors(topics(100), 11, SETTINGS, silent))


def test_too_few_words_are_refused_with_what_to_do() -> None:
    with pytest.raises(
        TooLittleText,
        match=r"^文本只用到 10 个不同的词，不足以训练 16 维的模型；请提供更多文本，或减小维数。$",
    ):
        word_vectors(topics(10), 11, TrainingSettings(dimension=16), silent)
