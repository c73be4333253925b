from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from models.contract import Role
from models.static import StaticEmbedder
from models.training.recipe import Pair, Share, Stage, TooLittleText, TrainingSettings
from models.training.static import train_static

BATTERIES = ["电池散热装置", "电池冷却方法", "散热冷却系统", "电池热管理系统"]
CROPS = ["小麦播种机械", "玉米播种方法", "小麦收获机械", "玉米病虫害防治"]
SETTINGS = TrainingSettings(
    dimension=4, least_count=2, subsample=1.0, batch=4, steps=20, shares=(Share("title-abstract", 1),)
)


def pairs() -> list[Pair]:
    return [Pair(a, b, "title-abstract") for group in (BATTERIES, CROPS) for a, b in pairwise(group)]


def train(out: Path) -> StaticEmbedder:
    train_static((BATTERIES + CROPS) * 20, pairs(), out, SETTINGS)
    return StaticEmbedder.load(out)


def test_texts_and_pairs_become_a_model_that_knows_the_topics(tmp_path: Path) -> None:
    stages: dict[Stage, tuple[int, int]] = {}
    trained = train_static(
        (text for text in (BATTERIES + CROPS) * 20),
        pairs(),
        tmp_path / "model",
        SETTINGS,
        lambda stage, done, total: stages.__setitem__(stage, (done, total)),
    )
    vectors = StaticEmbedder.load(tmp_path / "model").encode(["电池散热", "冷却系统", "小麦机械"], Role.QUERY)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    assert (trained.texts, trained.pairs, len(trained.losses)) == (160, 6, 20)
    assert set(stages) == set(Stage)
    assert all(done == total for done, total in stages.values())


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
