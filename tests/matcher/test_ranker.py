from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from matcher.errors import InputError
from matcher.matches import Grade
from matcher.ranker import (
    Calibration,
    Kind,
    Made,
    RankerArtefact,
    applied,
    in_collection,
    read_artefact,
    require_older,
    write_artefact,
)
from matcher.settings import RankingSettings

MADE = Made(date(2020, 1, 1), "d1", "专利标题", "m1", "s1", 116, 7493, 0, "matcher train ranker")
BARE = RankerArtefact({"semantic": 1.0}, {"semantic": 1.0}, "沿用默认权重。", MADE)
FULL = replace(
    BARE,
    calibration=Calibration(Kind.PLATT, (0.0, 1.0), (0.1, 0.6)),
    thresholds={Grade.STRONG: 0.8, Grade.POSSIBLE: 0.3},
    expected_error=0.01,
    brier=0.09,
    probe=(0.25, -1.0),
)


@pytest.mark.parametrize("artefact", [BARE, FULL])
def test_an_artefact_survives_its_file_byte_for_byte(tmp_path: Path, artefact: RankerArtefact) -> None:
    write_artefact(artefact, tmp_path / "a.json")
    assert read_artefact(tmp_path / "a.json") == artefact
    write_artefact(read_artefact(tmp_path / "a.json"), tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 9}', '{"format": 2, "made": {}}'])
def test_a_damaged_artefact_is_refused_with_what_to_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="请重新训练（matcher train ranker）"):
        read_artefact(tmp_path / "a.json")


def test_an_artefact_that_may_have_seen_the_answers_is_refused() -> None:
    require_older(BARE, date(2020, 1, 1))
    with pytest.raises(
        InputError, match="使用了 2020-01-01 之前的数据训练，不能用于评测更早的时点 2019-12-31"
    ) as error:
        require_older(BARE, date(2019, 12, 31))
    assert error.value.code == "leak"


def test_thresholds_become_settings_with_facts_that_are_neither_good_nor_bad() -> None:
    settings = applied(FULL, RankingSettings(), text_share=0.7)
    assert (settings.text_strong, settings.strong) == (0.8, 0.7 * 0.8 + 0.15)
    assert (settings.text_possible, settings.possible) == (0.3, 0.36)
    assert settings.text_recommended == RankingSettings().text_recommended
    assert settings.weights == {}


@pytest.mark.parametrize(
    ("patents", "strong"), [(1_001, 0.88), (3_162, 0.9), (10_000, 0.92), (200_000, 0.92)]
)
def test_the_larger_a_collection_the_more_a_grade_asks(patents: int, strong: float) -> None:
    found = in_collection(RankingSettings(), patents, text_share=0.7)
    assert found.text_strong == pytest.approx(strong, abs=1e-4)
    assert found.strong == pytest.approx(0.7 * strong + 0.15, abs=2e-4)


def test_a_small_collection_keeps_the_thresholds_and_no_size_lowers_one() -> None:
    given = RankingSettings(text_strong=0.95, strong=0.9)
    assert in_collection(given, 1_000, text_share=0.7) is given
    found = in_collection(given, 200_000, text_share=0.7)
    assert (found.text_strong, found.strong) == (0.95, 0.9)
    assert (found.text_possible, found.possible) == (0.75, 0.675)


def test_learned_weights_go_over_those_of_the_settings() -> None:
    learned = replace(
        BARE, weights={"semantic": 0.2, "lexical": 0.8}, prior={"semantic": 0.5, "lexical": 0.5}
    )
    assert learned.learned
    assert not BARE.learned
    settings = applied(learned, RankingSettings(weights={"semantic": 1.0, "ipc": 0.0}), 1.0)
    assert settings.weights == {"semantic": 0.2, "lexical": 0.8, "ipc": 0.0}


def test_a_calibration_is_constant_beyond_its_ends_and_rises_between() -> None:
    found = FULL.calibration
    assert found is not None
    assert found.probability(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])).tolist() == pytest.approx(
        [0.1, 0.1, 0.35, 0.6, 0.6]
    )
    assert found.threshold(0.35) == pytest.approx(0.5)
    assert found.threshold(0.9) == 1.0
