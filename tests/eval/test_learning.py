from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from eval.beir import TestCollection
from eval.evidence import Evidence
from eval.judgements import Judgement, judgements
from eval.learning import Search, prove, train, train_on_collection, tune
from eval.ranker import SignalTable
from eval.report import Stamp
from eval.simulation import simulate
from matcher.domain import Need, Patent
from matcher.errors import InputError
from matcher.fitting import TITLES, prior_weights
from matcher.matches import Grade
from matcher.ranker import Made, read_artefact, write_artefact
from matcher.settings import Settings

MADE = Made(date(2020, 1, 1), "d", TITLES, "m", "s", 50, 2000, 0, "matcher train ranker")
TRUTH = {"semantic": 0.2, "lexical": 0.2, "ipc": 0.6}
PRIOR = {"semantic": 0.5, "lexical": 0.4, "ipc": 0.1}
STAMP = Stamp("小样 0", "默认", 0, "matcher train ranker 小样", commit="abc")
WORDS = ("轴承润滑", "污水除磷", "叶片检测", "电池材料", "秸秆还田", "相机标定")


def _collection(needs: int) -> TestCollection:
    """Each need asks for one of the subjects; its patent is 4, another subject's 1."""
    subjects = {f"n{i:02d}": i % len(WORDS) for i in range(needs)}
    known = [
        Judgement(need, f"p{other}", 4 if other == subject else 1)
        for need, subject in subjects.items()
        for other in range(len(WORDS))
    ]
    return TestCollection(
        "小样",
        tuple(Need(need, WORDS[subject]) for need, subject in subjects.items()),
        tuple(Patent(f"p{i}", f"一种{word}装置") for i, word in enumerate(WORDS)),
        judgements(known),
    )


def test_training_gives_weights_calibration_and_thresholds(tmp_path: Path) -> None:
    table = simulate(TRUTH, 50)
    found = train(Evidence(table, table, {}), PRIOR, MADE, (0.5,))
    assert found.artefact.weights == pytest.approx(TRUTH, abs=0.05)
    assert "采用学习到的权重" in found.artefact.reason
    assert found.artefact.learned
    assert found.artefact.thresholds is not None
    strong, recommended, possible = found.artefact.thresholds.values()
    assert 1 >= strong >= recommended >= possible > 0
    assert found.reliability is not None
    assert found.artefact.expected_error == found.reliability.expected_error < 0.03
    write_artefact(found.artefact, tmp_path / "r.json")
    assert read_artefact(tmp_path / "r.json") == found.artefact


def test_probabilities_are_of_the_texts_alone() -> None:
    # ipc decides the levels, the texts say nothing: their calibration is flat at the share of relevant pairs
    table = simulate({"semantic": 0.0, "lexical": 0.0, "ipc": 1.0}, 40, unknown=0.0)
    found = train(Evidence(table, table, {}), PRIOR, MADE, ())
    calibration = found.artefact.calibration
    assert calibration is not None
    assert calibration.probabilities[0] == pytest.approx(5 / 40, abs=0.03)
    assert calibration.probabilities[-1] == pytest.approx(5 / 40, abs=0.03)
    assert found.artefact.weights["ipc"] > 0.8


def test_without_graded_pairs_there_is_no_probability() -> None:
    found = train(Evidence(simulate(TRUTH, 50), None, {}), PRIOR, MADE, ())
    assert (found.artefact.calibration, found.artefact.thresholds, found.reliability) == (None, None, None)
    assert found.uncalibrated.startswith(
        "经专家盲评的需求只有 0 条，少于 20 条，不作校准（等级标为未校准）。"
    )


def test_probabilities_that_cannot_be_trusted_are_not_used() -> None:
    # relevance depends on the need, not on the pair: what the other needs say is wrong for each
    table = simulate(TRUTH, 20)
    needs = tuple(
        replace(need, levels=np.full(len(need.levels), 4 if row % 2 == 0 else 1, dtype=np.int8))
        for row, need in enumerate(table.needs)
    )
    graded = SignalTable(table.names, needs)
    found = train(Evidence(table, graded, {}), PRIOR, MADE, ())
    assert found.reliability is not None
    assert found.reliability.expected_error > 0.05
    assert found.artefact.calibration is None
    assert "概率不可信，不作校准（等级标为未校准）。" in found.uncalibrated
    assert found.sentences()[-1] == found.uncalibrated


def test_few_enterprises_keep_the_prior_however_many_needs_they_have() -> None:
    table = simulate(TRUTH, 40)
    groups = {need: f"e{row % 3}" for row, need in enumerate(table.need_ids)}
    found = train(Evidence(table, None, groups), PRIOR, MADE, ())
    assert found.artefact.reason == "有标注差异的企业只有 3 家，少于 20 家，沿用默认权重。"
    assert not found.artefact.learned


def test_a_ranker_says_what_it_was_made_of() -> None:
    artefact = train_on_collection(_collection(24), Settings(), date(2020, 1, 1), STAMP).artefact
    assert artefact.prior == pytest.approx(prior_weights(Settings()))
    made = artefact.made
    assert (made.fitted_before, made.data, made.corpus) == (date(2020, 1, 1), "小样 0", TITLES)
    assert made.model.startswith("patent-need-static-zh（")
    assert (made.needs, made.judgements, made.command, made.commit) == (
        24,
        144,
        "matcher train ranker 小样",
        "abc",
    )
    assert artefact.thresholds is not None
    assert list(artefact.thresholds) == [Grade.STRONG, Grade.RECOMMENDED, Grade.POSSIBLE]
    assert len(artefact.probe) == 36


def test_the_test_needs_are_never_looked_at_while_tuning(tmp_path: Path) -> None:
    collection, search = _collection(24), Search(4, 0.25, tmp_path / "a.jsonl", seed=1)
    found = tune(collection, Settings(), search, date(2020, 1, 1))
    spoilt = TestCollection(
        collection.name,
        collection.needs,
        collection.patents,
        judgements(
            Judgement(need, patent, level if need in _searched(collection, search) else 5 - level)
            for need, judged in collection.judgements.levels.items()
            for patent, level in judged.items()
        ),
    )
    again = tune(spoilt, Settings(), Search(4, 0.25, tmp_path / "b.jsonl", seed=1), date(2020, 1, 1))
    assert again == found
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert json.loads((tmp_path / "a.jsonl").read_text().splitlines()[1])["trial"] == 0
    assert prove(collection, Settings(), search, found, date(2020, 1, 1)).mean == pytest.approx(0.0, abs=0.5)


def _searched(collection: TestCollection, search: Search) -> tuple[str, ...]:
    from eval.splits import development

    return development(collection.judgements.needs_with(), search.test_share, search.seed)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_an_empty_side_of_the_split_is_refused(tmp_path: Path, share: float) -> None:
    search = Search(4, share, tmp_path / "log.jsonl")
    with pytest.raises(InputError, match=f"24 组需求按 {share:.0%} 留作测试，有一边会是空的") as error:
        tune(_collection(24), Settings(), search, date(2020, 1, 1))
    assert error.value.code == "empty"
    assert not (tmp_path / "log.jsonl").exists()
