from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from eval.artefacts import Made, RankerArtefact, read_artefact, require_older, write_artefact
from eval.calibration import Calibration, Kind
from matcher.errors import InputError
from matcher.matches import Grade

MADE = Made(date(2020, 1, 1), "d1", "专利标题", "m1", "s1", 116, 7493, 0, "matcher train ranker")
BARE = RankerArtefact({"semantic": 1.0}, {"semantic": 1.0}, "沿用默认权重。", MADE)
FULL = replace(
    BARE,
    calibration=Calibration(Kind.PLATT, (0.0, 1.0), (0.1, 0.6)),
    thresholds={Grade.STRONG: 0.8, Grade.POSSIBLE: 0.3},
    expected_error=0.01,
    brier=0.09,
)


@pytest.mark.parametrize("artefact", [BARE, FULL])
def test_an_artefact_survives_its_file_byte_for_byte(tmp_path: Path, artefact: RankerArtefact) -> None:
    write_artefact(artefact, tmp_path / "a.json")
    assert read_artefact(tmp_path / "a.json") == artefact
    write_artefact(read_artefact(tmp_path / "a.json"), tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 9}', '{"format": 1, "made": {}}'])
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
