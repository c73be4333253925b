from __future__ import annotations

import pytest

from eval.judgements import Judgement, Ranking, Run, judgements, require_known
from matcher.errors import InputError


def test_collects_in_id_order_and_counts_agreeing_repetitions() -> None:
    known = judgements(
        [Judgement("n2", "b", 4), Judgement("n1", "c", 1), Judgement("n2", "a", 2), Judgement("n2", "b", 4)]
    )
    assert {need: dict(judged) for need, judged in known.levels.items()} == {
        "n1": {"c": 1},
        "n2": {"a": 2, "b": 4},
    }
    assert list(known.levels["n2"]) == ["a", "b"]
    assert known.repeated == 1
    assert len(known) == 3
    assert known.needs_with(3) == ("n2",)
    assert known.needs_without(3) == ("n1",)


def test_disagreeing_repetitions_are_refused_with_both_levels() -> None:
    with pytest.raises(InputError) as error:
        judgements([Judgement("n1", "a", 4), Judgement("n1", "a", 2), Judgement("n1", "b", 2)])
    assert str(error.value) == (
        "有 1 条标注前后不一致（例如 n1 × a：4 与 2）。同一需求与专利只能有一个等级，请先核定。"
    )
    assert error.value.code == "judgements_disagree"


def test_impossible_levels_and_emptiness_are_refused() -> None:
    with pytest.raises(InputError, match=r"有 2 条标注的等级不是 1–4（例如 n × a：0、n × b：5）"):
        judgements([Judgement("n", "a", 0), Judgement("n", "b", 5)])
    with pytest.raises(InputError, match="标注为空") as error:
        judgements([])
    assert error.value.code == "empty"


def test_unknown_ids_are_counted_with_three_examples() -> None:
    with pytest.raises(InputError) as error:
        require_known("专利", ["x", "p1", "w", "y", "z", "x"], ["p1", "p2"])
    assert str(error.value) == (
        "有 4 个专利编号在数据中找不到（例如 w、x、y等）。请核对编号，或先导入这些专利。"
    )
    require_known("专利", ["p1"], ["p1", "p2"])


def test_restrictions_keep_only_what_is_asked_for() -> None:
    known = judgements([Judgement("n1", "a", 4), Judgement("n1", "b", 1), Judgement("n2", "b", 3)])
    assert dict(known.of_needs(["n2"]).levels) == {"n2": {"b": 3}}
    assert dict(known.of_candidates(["a"]).levels) == {"n1": {"a": 4}}


def test_rankings_sort_by_score_and_ties_by_id() -> None:
    ranking = Ranking.of(["b", "c", "a", "d"], [1.0, 2.0, 1.0, 1.0])
    assert ranking.ids == ("c", "a", "b", "d")
    assert ranking.scores.tolist() == [2.0, 1.0, 1.0, 1.0]


def test_scores_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="有 1 个分数不是有限数值（例如 b）") as error:
        Ranking.of(["a", "b"], [1.0, float("nan")])
    assert error.value.code == "not_finite"


def test_a_run_in_order_keeps_the_order() -> None:
    run = Run.in_order("r", {"n": ["z", "a"]})
    assert run.rankings["n"].ids == ("z", "a")
    assert run.rankings["n"].scores.tolist() == [-1.0, -2.0]
