from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from eval.judgements import Judgement, judgements
from eval.ranker import (
    NeedSignals,
    Plan,
    SignalTable,
    _Fit,
    cross_validated,
    learn,
    need_ndcg,
    scores,
    signal_table,
)
from eval.simulation import learning_curve, simulate
from matcher.domain import Need, Patent
from matcher.errors import InputError
from matcher.matches import Contribution, Grade, Match

TRUTH = {"semantic": 0.2, "lexical": 0.3, "ipc": 0.3, "fee": 0.2}
PRIOR = {"semantic": 0.4, "lexical": 0.4, "ipc": 0.1, "fee": 0.1}


def test_the_score_is_the_products_arithmetic() -> None:
    values = np.array([[0.5, 1.0, 0.0], [0.5, np.nan, 1.0], [np.nan, np.nan, np.nan]])
    found = scores(values, np.array([0.5, 0.25, 0.25]))
    assert found.tolist() == pytest.approx([0.5, (0.25 + 0.25) / 0.75, 0.0])


def test_the_gradient_is_that_of_the_loss_where_values_are_missing() -> None:
    problem = _Fit(simulate(TRUTH, 5, seed=2), np.array([0.4, 0.4, 0.1, 0.1]))
    w, step = np.array([1.0, 2.0, 0.5, 3.0]), 1e-6
    slopes = [
        (problem._loss(w + step * e)[0] - problem._loss(w - step * e)[0]) / (2 * step) for e in np.eye(4)
    ]
    assert problem._loss(w)[1].tolist() == pytest.approx(slopes, abs=1e-7)


def test_known_weights_are_recovered_from_simulated_deals() -> None:
    outcome = learn(simulate(TRUTH, 60), PRIOR)
    assert not outcome.fell_back
    assert outcome.weights == pytest.approx(TRUTH, abs=0.03)
    assert sum(outcome.weights.values()) == pytest.approx(1.0)
    assert outcome.gain is not None
    assert outcome.gain.low > 0


def test_few_needs_keep_the_prior_and_say_so() -> None:
    outcome = learn(simulate(TRUTH, 12), PRIOR)
    assert outcome.fell_back
    assert outcome.weights == pytest.approx(PRIOR)
    assert outcome.reason == "有标注差异的需求只有 12 条，少于 20 条，沿用默认权重。"


def test_a_prior_that_is_right_is_kept() -> None:
    outcome = learn(simulate(TRUTH, 60), TRUTH)
    assert outcome.fell_back
    assert outcome.weights == pytest.approx(TRUTH)
    assert "沿用默认权重" in outcome.reason


def test_weights_are_never_negative() -> None:
    table = simulate({"good": 1.0, "harmful": 0.0}, 40, unknown=0.0)
    reversed_second = SignalTable(
        table.names,
        tuple(
            NeedSignals(
                n.need_id, n.candidate_ids, np.column_stack([n.values[:, 0], 1 - n.values[:, 0]]), n.levels
            )
            for n in table.needs
        ),
    )
    outcome = learn(reversed_second, {"good": 0.6, "harmful": 0.4})
    assert outcome.weights["harmful"] >= 0.0
    assert need_ndcg(reversed_second, np.array(list(outcome.weights.values()))).mean() > 0.8


def test_the_whole_procedure_is_proven_on_needs_it_never_saw() -> None:
    assert cross_validated(simulate(TRUTH, 50), PRIOR, parts=3).low > 0
    same = cross_validated(simulate(TRUTH, 50), TRUTH, parts=3)
    assert same.low > -0.01


def test_the_learning_curve_shows_how_many_needs_it_takes() -> None:
    few, many = learning_curve(TRUTH, PRIOR, sizes=(10, 40))
    assert (few.needs, few.fell_back, few.gain.mean) == (10, True, 0.0)
    assert (many.needs, many.fell_back) == (40, False)
    assert many.gain.low > 0
    assert many.distance < few.distance


def test_matches_become_a_table_with_unknown_signals_missing() -> None:
    def match(need: str, patent: str, **values: float) -> Match:
        parts = tuple(Contribution(name, name, 1.0, value, "") for name, value in values.items())
        return Match(Need(need, "轴承"), Patent(patent, "轴承"), 0.5, Grade.POSSIBLE, parts)

    known = judgements([Judgement("n", "b", 4), Judgement("n", "a", 1)])
    table = signal_table(
        [match("n", "b", semantic=0.5), match("n", "a", ipc=1.0), match("n", "z")], known, ["semantic", "ipc"]
    )
    assert table.need_ids == ("n",)
    assert table.needs[0].levels.tolist() == [1, 4]
    assert np.nan_to_num(table.needs[0].values, nan=-1).tolist() == [[-1, 1.0], [0.5, -1]]
    with pytest.raises(InputError, match="没有一条匹配带有标注"):
        signal_table([match("n", "z")], known, ["semantic"])


def test_an_incomplete_prior_is_refused() -> None:
    with pytest.raises(InputError, match="缺少 ipc、fee"):
        learn(simulate(TRUTH, 30), {"semantic": 1.0, "lexical": 1.0})


def test_a_gain_may_be_proven_on_later_days_by_what_earlier_ones_taught() -> None:
    table = simulate(TRUTH, 60)
    times = {need: date(2020 + row % 3, 1, 1) for row, need in enumerate(table.need_ids)}
    outcome = learn(table, PRIOR, Plan(times=times))
    assert outcome.reason.startswith("按时间先后验证的增益 +0.")
    assert outcome.weights == pytest.approx(TRUTH, abs=0.03)
    # what only later days say changes nothing that the last day is measured by
    last = [need for need, on in times.items() if on.year == 2022]
    assert outcome.gain is not None
    alone = learn(table, PRIOR, Plan(times=times, parts=1)).gain
    assert alone is not None
    assert alone.mean != outcome.gain.mean
    assert len(last) == 20
    with pytest.raises(InputError, match="只有一个时点的证据"):
        learn(table, PRIOR, Plan(times=dict.fromkeys(table.need_ids, date(2020, 1, 1))))
