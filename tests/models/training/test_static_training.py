from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from models.contract import Role
from models.static import StaticEmbedder
from models.training.recipe import Pair, Share, Stage, TooLittleText, TrainingSettings
from models.training.static import train_static, with_parts

BATTERIES = ["电池散热装置", "电池散热元件"]
COOLING = ["冷却系统管路", "冷却系统水泵"]
CROPS = ["小麦播种机械", "玉米播种机械"]
TEXTS = (BATTERIES + COOLING + CROPS) * 20
"""Words of batteries and of cooling never stand in one text: only pairs tell that they belong together."""
SETTINGS = TrainingSettings(
    dimension=4,
    kept=1.0,
    least_count=2,
    subsample=1.0,
    batch=4,
    steps=60,
    rate=0.1,
    weight_rate=0.1,
    shares=(Share("title-abstract", 1),),
)


def pairs() -> list[Pair]:
    crops = [Pair(CROPS[0], CROPS[1], "title-abstract")] * 4
    return crops + [Pair(left, right, "title-abstract") for left in BATTERIES for right in COOLING]


def train(out: Path) -> StaticEmbedder:
    train_static(TEXTS, pairs(), out, SETTINGS)
    return StaticEmbedder.load(out)


def test_texts_and_pairs_become_a_model_that_knows_the_topics(tmp_path: Path) -> None:
    stages: dict[Stage, tuple[int, int]] = {}
    trained = train_static(
        iter(TEXTS),
        pairs(),
        tmp_path / "model",
        SETTINGS,
        lambda stage, done, total: stages.__setitem__(stage, (done, total)),
    )
    vectors = StaticEmbedder.load(tmp_path / "model").encode(["电池散热", "冷却系统", "小麦播种"], Role.QUERY)
    assert vectors[0] @ vectors[1] > 0.1 > 0 > vectors[0] @ vectors[2]
    assert trained.losses[-1] < trained.losses[0] / 100
    assert (trained.texts, trained.pairs, len(trained.losses)) == (120, 8, 60)
    assert set(stages) == set(Stage) - {Stage.MASKED}
    assert all(done == total for done, total in stages.values())


def test_without_pairs_words_that_never_meet_have_nothing_in_common(tmp_path: Path) -> None:
    trained = train_static(TEXTS, [], tmp_path / "model", SETTINGS)
    vectors = StaticEmbedder.load(tmp_path / "model").encode(["电池散热", "冷却系统", "小麦播种"], Role.QUERY)
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(3), atol=0.02)
    assert trained.losses == []


def test_the_leading_directions_are_written(tmp_path: Path) -> None:
    train_static(TEXTS, pairs(), tmp_path / "whole", SETTINGS)
    train_static(TEXTS, pairs(), tmp_path / "part", replace(SETTINGS, kept=0.75))
    whole, part = (
        load_file(tmp_path / name / "0_StaticEmbedding/model.safetensors") for name in ("whole", "part")
    )
    np.testing.assert_array_equal(part["embeddings"], whole["embeddings"][:, :3])
    np.testing.assert_array_equal(part["weights"], whole["weights"])


def test_a_rare_word_is_known_by_its_characters(tmp_path: Path) -> None:
    tokenizer = Tokenizer(
        Unigram([("[UNK]", 0.0), ("铅", -3.0), ("渣", -3.0), ("炉渣", -2.0), ("铅渣", -2.0)], unk_id=0)
    )
    rows = np.array([[0, 0], [0, 0], [0, 0], [1, 0], [0, 1]], dtype=np.float32)
    counts = np.array([0, 0, 0, 10_000, 0])
    found = with_parts(rows, counts, tokenizer, parts=100)
    assert found[1].tolist() == [0, 0]  # 铅 stands only in a word that was never seen
    np.testing.assert_allclose(found[2], [1, 0])  # 渣 is what 炉渣 says of it
    np.testing.assert_allclose(found[3], [1, 0], atol=0.01)  # a frequent word stays itself
    np.testing.assert_allclose(found[4], np.array([0.5, 1]) / 1.25**0.5, atol=1e-6)


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    assert train(tmp_path / "a").fingerprint == train(tmp_path / "b").fingerprint


def test_characters_seen_only_inside_words_get_the_words_vectors(tmp_path: Path) -> None:
    model = train(tmp_path / "model")
    part, whole = model.encode(["麦", "小麦"], Role.PASSAGE)
    assert np.linalg.norm(part) == pytest.approx(1, abs=1e-5)
    assert part @ whole > 0.8


def test_too_little_text_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(TooLittleText):
        train_static(["电池"], [], tmp_path / "model")
    assert not (tmp_path / "model").exists()
