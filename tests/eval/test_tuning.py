from __future__ import annotations

from pathlib import Path

import pytest

from eval.simulation import simulate
from eval.tuning import grid_weights, proof, random_weights, tune
from matcher.errors import InputError

PRIOR = {"semantic": 0.5, "lexical": 0.25, "ipc": 0.25}
TABLE = simulate({"semantic": 0.2, "lexical": 0.2, "ipc": 0.6}, 40)
TEST = TABLE.of_needs(TABLE.need_ids[:20])
DEVELOPMENT = TABLE.of_needs(TABLE.need_ids[20:])


def test_settings_begin_with_the_prior() -> None:
    drawn = random_weights(PRIOR, 5, seed=1)
    assert drawn[0] == pytest.approx(PRIOR)
    assert all(sum(row.values()) == pytest.approx(1.0) for row in drawn)
    assert random_weights(PRIOR, 3, seed=1) == drawn[:3]
    grid = grid_weights(PRIOR, {"semantic": (0.0, 1.0), "ipc": (2.0,)})
    assert [list(row.values()) for row in grid] == [
        pytest.approx([0.5, 0.25, 0.25]),
        pytest.approx([0.0, 1 / 3, 2 / 3]),
        pytest.approx([0.4, 0.2, 0.4]),
    ]


def test_the_best_setting_is_found_and_proven_on_the_test_split(tmp_path: Path) -> None:
    done: list[int] = []
    found = tune(DEVELOPMENT, random_weights(PRIOR, 30), tmp_path / "log", done.append)
    assert len(done) == 30
    assert found.best.value == max(trial.value for trial in found.trials) > found.prior.value
    assert proof(TEST, found).low > 0


def test_an_interrupted_search_goes_on_after_its_last_whole_line(tmp_path: Path) -> None:
    settings, log = random_weights(PRIOR, 6), tmp_path / "log"
    whole = tune(DEVELOPMENT, settings, log)
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:4]) + '{"trial": 3, "va', encoding="utf-8")
    done: list[int] = []
    again = tune(DEVELOPMENT, settings, log, done.append)
    assert (again.resumed, done) == (3, [3, 1, 1, 1])
    assert (again.best, again.trials) == (whole.best, whole.trials)
    assert log.read_text(encoding="utf-8").splitlines(keepends=True) == lines


def test_another_searchs_log_is_refused_and_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "log"
    tune(DEVELOPMENT, random_weights(PRIOR, 3), log)
    before = log.read_bytes()
    with pytest.raises(InputError, match="属于另一次调参"):
        tune(DEVELOPMENT, random_weights(PRIOR, 4), log)
    assert log.read_bytes() == before


def test_a_search_without_needs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="全部需求都在测试集中"):
        tune(TABLE.of_needs([]), random_weights(PRIOR, 3), tmp_path / "log")
