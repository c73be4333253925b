from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from eval.baselines import (
    BASELINES,
    Task,
    bm25_characters,
    bm25_tuned,
    bm25_words,
    ipc_overlap,
    popularity,
    random_order,
)
from eval.beir import read_collection
from eval.scoring import score
from matcher.domain import Need, Patent

NEEDS = [Need("n1", "滚动轴承润滑", ipc=("F16C 33/66",)), Need("n2", "废水除磷")]
PATENTS = [
    Patent("p1", "滚动轴承的润滑结构", ipc=("F16C 33/66", "F16N 7/00")),
    Patent("p2", "一种除磷剂", ipc=("C02F 1/58",)),
    Patent("p3", "轴承座", ipc=("F16C 35/00",)),
]


@pytest.mark.parametrize("name", list(BASELINES))
def test_every_baseline_orders_all_patents_by_falling_score(name: str) -> None:
    run = BASELINES[name](Task(NEEDS, PATENTS))
    assert run.name == name
    for ranking in run.rankings.values():
        assert sorted(ranking.ids) == ["p1", "p2", "p3"]
        assert (ranking.scores[:-1] >= ranking.scores[1:]).all()
    assert BASELINES[name](Task(NEEDS, PATENTS, k=2)).rankings["n1"].ids == run.rankings["n1"].ids[:2]


@pytest.mark.parametrize("baseline", [bm25_words, bm25_characters, bm25_tuned])
def test_words_find_their_patent(baseline: object) -> None:
    run = baseline(Task(NEEDS, PATENTS))  # type: ignore[operator]
    assert run.rankings["n1"].ids == ("p1", "p3", "p2")
    assert run.rankings["n2"].ids[0] == "p2"


def test_bm25_by_hand() -> None:
    run = bm25_characters(
        Task([Need("n", "磷")], [Patent("a", "除磷"), Patent("b", "轴"), Patent("c", "磷磷")])
    )
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    # lengths in 1–2-grams: a 3 (除, 磷, 除磷), b 1, c 3 (磷, 磷, 磷磷); mean 7/3
    norm = 1.2 * (0.25 + 0.75 * 3 / (7 / 3))
    assert run.rankings["n"].ids == ("c", "a", "b")
    assert run.rankings["n"].scores.tolist() == pytest.approx(
        [idf * 2 * 2.2 / (2 + norm), idf * 2.2 / (1 + norm), 0.0]
    )


def test_ipc_counts_common_levels_and_leaves_needs_without_symbols_unanswered() -> None:
    run = ipc_overlap(Task(NEEDS, PATENTS))
    assert list(run.rankings) == ["n1"]
    assert run.rankings["n1"].ids == ("p1", "p3", "p2")
    assert run.rankings["n1"].scores.tolist() == [5.0, 3.0, 0.0]


def test_popularity_is_the_same_for_every_need() -> None:
    run = popularity(Task(NEEDS, PATENTS, deals={"p3": 2, "p2": 1}))
    assert run.rankings["n1"].ids == run.rankings["n2"].ids == ("p3", "p2", "p1")


def test_random_repeats_with_its_seed() -> None:
    patents = [Patent(f"p{i:02d}", "轴承") for i in range(30)]
    first, second = (random_order(Task(NEEDS, patents, seed=seed)).rankings["n1"].ids for seed in (1, 2))
    assert first != second
    assert random_order(Task(NEEDS, patents, seed=1)).rankings["n1"].ids == first


@pytest.mark.skipif(
    "MATCHER_DATA" not in os.environ, reason="MATCHER_DATA does not name the folder of real data"
)
def test_the_reference_figures_are_met_again() -> None:
    collection = read_collection(Path(os.environ["MATCHER_DATA"]) / "techneed_dev")
    task = Task(collection.needs, collection.patents)
    words = score(bm25_words(task), collection.judgements).mean("ndcg@10")
    characters = score(bm25_characters(task), collection.judgements).mean("ndcg@10")
    assert words == pytest.approx(0.573, abs=0.005)
    assert characters == pytest.approx(0.602, abs=0.005)


def test_a_short_list_is_the_head_of_the_long_one() -> None:
    for name, baseline in BASELINES.items():
        whole, short = (baseline(Task(NEEDS, PATENTS, k, seed=3)) for k in (None, 2))
        for need, ranking in short.rankings.items():
            assert ranking.ids == whole.rankings[need].ids[:2], name
