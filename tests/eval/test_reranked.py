"""The reranked product as a system: those reread first, the others behind, and what failed is said."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from eval.baselines import Task
from eval.judgements import Judgement, judgements
from eval.reranked import reranked
from eval.systems import Product, context_at, full
from matcher.domain import Need, Patent
from matcher.reranking import Reranking
from matcher.settings import RerankingSettings, Settings
from models.catalogue import load_model
from tests.matcher.test_reranking import Fixed

NEEDS = [Need("n1", "滚动轴承润滑")]
PATENTS = [
    Patent("p1", "滚动轴承的润滑结构"),
    Patent("p2", "滚动轴承润滑脂的制备"),
    Patent("p3", "一种电池组冷却装置"),
    Patent("p4", "轴承座"),
]


@pytest.fixture(scope="module")
def product() -> Product:
    settings = Settings()
    context = context_at(date(2020, 1, 1), {}, [])
    return Product.of(Task(NEEDS, PATENTS), load_model(settings.model), settings, context)


def reranking(model: Fixed, **settings: float) -> Reranking:
    return Reranking(model, RerankingSettings(model="fixed", **settings), clock=lambda: model.now[0])


def test_those_reread_come_first_and_the_others_keep_their_order(product: Product) -> None:
    plain = full(product).rankings["n1"]
    assert plain.ids[:2] == ("p1", "p2")
    run = reranked(product, reranking(Fixed(), candidates=2))
    assert run.name == "reranked"
    assert run.rankings["n1"].ids == ("p2", "p1", *plain.ids[2:])
    assert (np.diff(run.rankings["n1"].scores) < 0).all()
    np.testing.assert_allclose(run.rankings["n1"].scores[2:], plain.scores[2:])


def test_only_judged_candidates_are_reread_where_they_are_what_counts(product: Product) -> None:
    model = Fixed()
    known = judgements([Judgement("n1", "p4", 4), Judgement("n1", "p1", 1)])
    run = reranked(product, reranking(model, candidates=50), known)
    assert run.rankings["n1"].ids == ("p1", "p4")
    assert model.read[1:] == ["滚动轴承的润滑结构", "轴承座"]


def test_a_need_that_came_late_is_ranked_as_it_was_and_counted(product: Product) -> None:
    run = reranked(product, reranking(Fixed(), candidates=4, seconds=1.5))
    assert run.name == "reranked（1 项未精排）"
    assert run.rankings["n1"].ids == full(product).rankings["n1"].ids
