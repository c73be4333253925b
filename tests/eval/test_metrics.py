from __future__ import annotations

import math

import ir_measures
import numpy as np
import pytest
import pytrec_eval

from eval.judgements import Judgement, Judgements, Ranking, Run, judgements
from eval.metrics import MEASURES, measure
from eval.scoring import Mode, Scheme, fold, ranked_levels, score
from matcher.errors import InputError


def _known(**needs: dict[str, int]) -> Judgements:
    return judgements(Judgement(need, c, level) for need, row in needs.items() for c, level in row.items())


WORKED = _known(n={"a": 4, "b": 1, "c": 3, "d": 2})
ANSWER = Run.in_order("r", {"n": ["b", "a", "c"]})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ndcg@3", (7 / math.log2(3) + 3 / 2) / (7 + 3 / math.log2(3) + 1 / 2)),
        ("ndcg", (7 / math.log2(3) + 3 / 2 + 1 / math.log2(5)) / (7 + 3 / math.log2(3) + 1 / 2)),
        ("map", (1 / 2 + 2 / 3) / 2),
        ("map@2", 1 / 4),
        ("mrr", 1 / 2),
        ("mrr@1", 0.0),
        ("recall@2", 1 / 2),
        ("hit@1", 0.0),
        ("hit@2", 1.0),
        ("precision@3", 2 / 3),
        ("precision@10", 2 / 10),
        ("precision", 2 / 4),
    ],
)
def test_the_worked_example(name: str, value: float) -> None:
    scores = score(ANSWER, WORKED, Scheme(measures=(name,)))
    assert scores.mean(name) == pytest.approx(value, abs=1e-12)


def test_full_mode_gives_unjudged_no_gain_and_counts_them() -> None:
    run = Run.in_order("r", {"n": ["x", "a", "y", "c"]})
    scores = score(run, WORKED, Scheme(Mode.FULL, ("ndcg@2", "recall@10")))
    assert scores.mean("ndcg@2") == pytest.approx((7 / math.log2(3)) / (7 + 3 / math.log2(3)))
    assert scores.mean("recall@10") == 1.0
    assert scores.mean("unjudged@10") == 0.5


def test_unanswered_needs_count_as_zero_in_both_modes() -> None:
    known = _known(n1={"a": 4}, n2={"b": 4}, n3={"c": 4})
    run = Run("r", {"n1": Ranking.of(["a"], [1.0]), "n3": Ranking((), np.zeros(0))})
    for mode in Mode:
        scores = score(run, known, Scheme(mode, ("ndcg@10", "mrr", "precision")))
        assert scores.need_ids == ("n1", "n2", "n3")
        assert scores.values["ndcg@10"].tolist() == [1.0, 0.0, 0.0]
        assert scores.values["mrr"].tolist() == [1.0, 0.0, 0.0]
        assert scores.unanswered == ("n2", "n3")


def test_judged_but_missing_candidates_go_last_in_id_order() -> None:
    known = _known(n={"a": 1, "b": 4, "c": 2, "d": 3})
    ranked = ranked_levels(Run.in_order("r", {"n": ["x", "d"]}), known, ["n"], Mode.JUDGED)
    assert ranked.levels.tolist() == [[3, 1, 4, 2]]
    assert ranked.ideal.tolist() == [[4, 3, 2, 1]]


def test_needs_with_fewer_results_than_asked_for_are_named() -> None:
    known = _known(n1={"a": 4}, n2={"b": 4})
    run = Run.in_order("r", {"n1": ["a", "b", "c"], "n2": ["b"]})
    assert score(run, known, Scheme(Mode.FULL, ("recall@3",))).short == ("n2",)


def test_equal_titles_are_folded_with_the_highest_level() -> None:
    known = _known(n={"p1": 2, "p2": 4, "p3": 1})
    run = Run.in_order("r", {"n": ["p3", "p2", "p1", "x"]})
    folded, judged = fold(run, known, {"p1": "轴承", "p2": "轴承", "p3": "齿轮", "x": "齿轮"})
    assert folded.rankings["n"].ids == ("p3", "p1")
    assert folded.rankings["n"].scores.tolist() == [-1.0, -2.0]
    assert dict(judged.levels["n"]) == {"p1": 4, "p3": 1}


def test_an_evaluation_without_needs_is_refused() -> None:
    with pytest.raises(InputError, match="没有可评测的需求：没有一条需求带有等级不低于 4 的标注"):
        score(ANSWER, _known(n={"a": 3}), Scheme(relevant=4))


@pytest.mark.parametrize("name", ["ndgc@10", "ndcg@0", "ndcg@", "ndcg@x", ""])
def test_an_unknown_measure_is_refused_with_the_names(name: str) -> None:
    with pytest.raises(InputError) as error:
        measure(name)
    assert "、".join(MEASURES) in str(error.value)


def _random(seed: int) -> tuple[Run, Judgements]:
    """Runs with ties, unjudged results, missing candidates and missing needs."""
    generator = np.random.default_rng(seed)
    pool = [f"p{i:02d}" for i in range(40)]
    rows: list[Judgement] = []
    rankings: dict[str, Ranking] = {}
    for need in (f"n{i}" for i in range(12)):
        judged = generator.choice(pool, 15, replace=False).tolist()
        rows += [Judgement(need, c, int(generator.integers(1, 5))) for c in judged]
        if generator.random() > 0.2:
            returned = generator.choice(pool, int(generator.integers(1, 30)), replace=False).tolist()
            rankings[need] = Ranking.of(returned, generator.integers(0, 6, len(returned)) / 4.0)
    return Run("r", rankings), judgements(rows)


def _mirrored(identifier: str) -> str:
    """trec_eval breaks ties by descending id: mirrored numbers make that our ascending order."""
    return f"p{99 - int(identifier[1:]):02d}"


PAIRS = [
    ("map", "map"),
    ("mrr", "recip_rank"),
    ("recall@5", "recall_5"),
    ("precision@10", "P_10"),
    ("hit@5", "success_5"),
]


@pytest.mark.parametrize("seed", range(8))
def test_values_agree_with_trec_eval_need_by_need(seed: int) -> None:
    run, known = _random(seed)
    names = tuple(ours for ours, _ in PAIRS)
    scores = score(run, known, Scheme(Mode.FULL, (*names, "ndcg@10")))
    results = {
        need: {_mirrored(c): s for c, s in zip(r.ids, r.scores.tolist(), strict=True)}
        for need, r in run.rankings.items()
    }
    binary = {n: {_mirrored(c): int(v >= 3) for c, v in row.items()} for n, row in known.levels.items()}
    gains = {n: {_mirrored(c): 2 ** (v - 1) - 1 for c, v in row.items()} for n, row in known.levels.items()}
    theirs = pytrec_eval.RelevanceEvaluator(
        binary, {"map", "recip_rank", "recall.5", "P.10", "success.5"}
    ).evaluate(results)
    graded = pytrec_eval.RelevanceEvaluator(gains, {"ndcg_cut.10"}).evaluate(results)
    for row, need in enumerate(scores.need_ids):
        for ours, name in PAIRS:
            assert scores.values[ours][row] == pytest.approx(theirs.get(need, {}).get(name, 0.0), abs=1e-9)
        assert scores.values["ndcg@10"][row] == pytest.approx(
            graded.get(need, {}).get("ndcg_cut_10", 0.0), abs=1e-9
        )


@pytest.mark.parametrize("seed", range(4))
def test_means_agree_with_ir_measures_which_counts_missing_needs_as_zero(seed: int) -> None:
    run, known = _random(seed)
    qrels = [ir_measures.Qrel(n, _mirrored(c), v) for n, row in known.levels.items() for c, v in row.items()]
    results = [
        ir_measures.ScoredDoc(n, _mirrored(c), s)
        for n, r in run.rankings.items()
        for c, s in zip(r.ids, r.scores.tolist(), strict=True)
    ]
    theirs = {
        "map": ir_measures.AP(rel=3),
        "mrr": ir_measures.RR(rel=3),
        "recall@5": ir_measures.R(rel=3) @ 5,
        "precision@10": ir_measures.P(rel=3) @ 10,
    }
    found = ir_measures.calc_aggregate(list(theirs.values()), qrels, results)
    scores = score(run, known, Scheme(Mode.FULL, tuple(theirs)), need_ids=list(known.levels))
    for ours, name in theirs.items():
        assert scores.mean(ours) == pytest.approx(found[name], abs=1e-9)
