from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from eval.baselines import Task
from eval.judgements import Judgement, judgements
from eval.replay import Replay
from eval.splits import Cut
from eval.systems import (
    SYSTEMS,
    Product,
    Remembering,
    Replayed,
    ablated,
    context_at,
    full,
    fused,
    judged_signals,
)
from matcher.domain import Assessment, Need, Patent, Prospect
from matcher.errors import InputError
from matcher.fitting import prior_weights, probe
from matcher.ranker import Made, RankerArtefact
from matcher.settings import RankingSettings, RetrievalSettings, Settings
from models.catalogue import load_model
from models.contract import Embedder, Role

NEEDS = [Need("n1", "滚动轴承润滑", ipc=("F16C 33/66",)), Need("n2", "污水除磷")]
PATENTS = [
    Patent("p1", "滚动轴承的润滑结构", ipc=("F16N 7/00",)),
    Patent("p2", "一种污水除磷剂", ipc=("C02F 1/58",)),
    Patent("p3", "滚动轴承润滑", ipc=("F16C 33/66",)),
]
SETTINGS = Settings()
CONTEXT = context_at(date(2020, 1, 1), {}, [])


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_model(SETTINGS.model)


@pytest.fixture
def product(embedder: Embedder) -> Product:
    return Product.of(Task(NEEDS, PATENTS), embedder, SETTINGS, CONTEXT)


@pytest.mark.parametrize("name", list(SYSTEMS))
def test_every_system_finds_what_is_asked_for(product: Product, name: str) -> None:
    run = SYSTEMS[name](product)
    assert run.name == name
    assert run.rankings["n1"].ids == ("p3", "p1", "p2")
    assert run.rankings["n2"].ids[0] == "p2"
    assert (np.diff(run.rankings["n1"].scores) <= 0).all()


def test_the_table_holds_what_the_full_ranking_adds_up(product: Product) -> None:
    known = judgements([Judgement("n1", "p3", 4), Judgement("n1", "p1", 2), Judgement("n2", "p1", 1)])
    table = judged_signals(product, known)
    assert table.need_ids == ("n1", "n2")
    assert table.needs[0].candidate_ids == ("p1", "p3")
    assert table.needs[0].levels.tolist() == [2, 4]
    weights = np.array([prior_weights(SETTINGS)[name] for name in table.names])
    values, run = table.needs[0].values, full(product).rankings["n1"]
    for row, identifier in enumerate(table.needs[0].candidate_ids):
        present = ~np.isnan(values[row])
        expected = (weights[present] @ values[row][present]) / weights[present].sum()
        assert run.scores[run.ids.index(identifier)] == pytest.approx(expected, abs=1e-12)
    with pytest.raises(InputError, match="没有一对标注的需求与专利都在数据中"):
        judged_signals(product, judgements([Judgement("n1", "p9", 4)]))


def test_each_signal_is_left_out_in_turn(embedder: Embedder) -> None:
    weights = dict.fromkeys(prior_weights(SETTINGS), 0.0) | {
        "semantic": 0.4,
        "lexical": 0.4,
        "ipc": 0.2,
    }
    settings = SETTINGS.model_copy(update={"ranking": RankingSettings(weights=weights)})
    runs = ablated(Task(NEEDS, PATENTS), embedder, settings, CONTEXT)
    assert [run.name for run in runs] == ["full", "without semantic", "without lexical", "without ipc"]
    scores = {run.name: run.rankings["n1"].scores[0] for run in runs}
    assert scores["full"] > scores["without ipc"]


def test_a_short_list_is_the_head_of_the_long_one(embedder: Embedder, product: Product) -> None:
    settings = SETTINGS.model_copy(update={"retrieval": RetrievalSettings(candidates=2)})
    short = full(Product.of(Task(NEEDS, PATENTS, k=1), embedder, settings, CONTEXT))
    assert short.rankings["n1"].ids == full(product).rankings["n1"].ids[:1]


def test_the_product_answers_a_replay_with_what_was_known_then(embedder: Embedder) -> None:
    known = judgements([Judgement("n1", "p3", 4)])
    at = Replay(
        Cut(date(2020, 1, 1), date(2021, 1, 1)), tuple(NEEDS), tuple(PATENTS), known, frozenset(), {}, ()
    )
    replayed = Replayed(embedder, SETTINGS)
    assert replayed.answer("full")(at).rankings["n1"].ids[0] == "p3"
    assert replayed.on(at) is replayed.on(at)
    said = [
        Assessment("a1", "p1", "e1", prospect=Prospect.GOOD, on=date(2019, 6, 1)),
        Assessment("a2", "p1", "e1", prospect=Prospect.GOOD, on=date(2020, 6, 1)),
        Assessment("a3", "p1", "e1", prospect=Prospect.GOOD),
    ]
    assert [one.id for one in context_at(at.cut.on, {}, said).assessments["p1"]] == ["a1"]


def test_learned_weights_rank_a_day_and_are_refused_on_one_they_may_have_seen(embedder: Embedder) -> None:
    at = Replay(
        Cut(date(2020, 1, 1), date(2021, 1, 1)),
        tuple(NEEDS),
        tuple(PATENTS),
        judgements([Judgement("n1", "p3", 4)]),
        frozenset(),
        {},
        (),
    )
    prior = prior_weights(SETTINGS)
    only = {name: float(name == "ipc") + 1e-6 * (name == "lexical") for name in prior}
    made = Made(date(2020, 1, 1), "d", "专利标题", "m", "s", 50, 2000, 0, "matcher train ranker")
    ranker = RankerArtefact(only, prior, "采用学习到的权重。", made, probe=probe(embedder))
    replayed = Replayed(embedder, SETTINGS)
    run = replayed.learned(ranker)(at)
    assert run.name == "learned"
    assert run.rankings["n1"].scores[0] == pytest.approx(1.0, abs=1e-5)
    late = RankerArtefact(only, prior, "", replace(made, fitted_before=date(2020, 1, 2)))
    with pytest.raises(InputError, match="不能用于评测更早的时点 2020-01-01") as error:
        replayed.learned(late)(at)
    assert error.value.code == "leak"


def test_a_text_is_encoded_once_and_alike(embedder: Embedder) -> None:
    asked: list[str] = []

    class Counting:
        spec, fingerprint = embedder.spec, embedder.fingerprint

        def encode(self, texts: list[str], role: Role, progress: None = None) -> np.ndarray:
            asked.extend(texts)
            return embedder.encode(texts, role)

    remembering = Remembering(Counting())
    texts = ["轴承", "除磷", "轴承"]
    for _ in range(2):
        np.testing.assert_array_equal(
            remembering.encode(texts, Role.PASSAGE), embedder.encode(texts, Role.PASSAGE)
        )
    assert asked == ["轴承", "除磷"]
    remembering.encode(["轴承"], Role.QUERY)
    assert asked == ["轴承", "除磷", "轴承"]


def test_silent_needs_lend_their_words_and_get_no_list(embedder: Embedder) -> None:
    silent = [Need(f"s{i}", "轴承需要除磷") for i in range(30)]
    alone, among = (
        Product.of(Task(NEEDS, PATENTS, 3, silent=others), embedder, SETTINGS, CONTEXT)
        for others in ((), silent)
    )
    whole = Product.of(Task([*NEEDS, *silent], PATENTS, 3), embedder, SETTINGS, CONTEXT)
    assert list(fused(among).rankings) == ["n1", "n2"]
    for need in ("n1", "n2"):
        scores = fused(among).rankings[need].scores.tolist()
        assert scores == fused(whole).rankings[need].scores.tolist()
        assert scores != fused(alone).rankings[need].scores.tolist()
