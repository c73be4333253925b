from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from eval.evidence import Witnesses, of_history
from eval.judgements import Judgement, judgements
from eval.replay import Past
from eval.systems import Replayed
from matcher.domain import (
    Assessment,
    Enterprise,
    Need,
    Patent,
    PatentType,
    Prospect,
    Transaction,
    TransactionKind,
)
from matcher.errors import InputError
from matcher.outcomes import Outcome, Reason, State
from matcher.settings import Settings
from models.catalogue import load_model
from models.contract import Embedder

WORDS = ("滚动轴承润滑", "污水除磷剂", "叶片检测", "电池材料")
PATENTS = [
    Patent(
        f"p{number}",
        word,
        type=PatentType.INVENTION,
        filed=date(2015, 1, 1),
        granted=date(2017, 1, 1),
        holders=("临江大学",),
    )
    for number, word in enumerate(WORDS)
]
ENTERPRISES = [
    Enterprise("e0", "宏远", focus_areas=("轴承润滑",)),
    Enterprise("e1", "清源", focus_areas=("除磷",)),
]
NEEDS = [Need("n9", "叶片裂纹检测", enterprise_id="e0", received=date(2020, 5, 1))]
DEALS = [
    Transaction("t0", "p0", TransactionKind.ORDINARY_LICENCE, date(2019, 6, 1), "临江大学", "宏远", "e0"),
    Transaction("t1", "p1", TransactionKind.ASSIGNMENT, date(2020, 3, 1), "临江大学", "清源", "e1"),
    Transaction("t2", "p3", TransactionKind.ORDINARY_LICENCE, date(2021, 6, 1), "临江大学", "宏远", "e0"),
]
SAID = [
    Assessment("a0", "p2", "e0", prospect=Prospect.GOOD, on=date(2020, 6, 1)),
    Assessment("a1", "p3", "e0", prospect=Prospect.POOR, on=date(2021, 6, 1)),
]
PAST = Past(PATENTS, ENTERPRISES, NEEDS, DEALS)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_model(Settings().model)


def _replayed(embedder: Embedder) -> Replayed:
    return Replayed(embedder, Settings(), {one.id: one for one in ENTERPRISES}, SAID)


def test_bought_patents_stand_above_the_other_candidates_of_their_day(embedder: Embedder) -> None:
    found = of_history(Witnesses(PAST), _replayed(embedder), date(2021, 6, 1), 12)
    assert found.graded is None
    assert found.table.need_ids == ("e0@2019-05-31", "e1@2019-05-31")
    assert found.groups == {"e0@2019-05-31": "e0", "e1@2019-05-31": "e1"}
    levels = [dict(zip(need.candidate_ids, need.levels.tolist(), strict=True)) for need in found.table.needs]
    assert levels == [{"p0": 4, "p1": 1, "p2": 1, "p3": 1}, {"p0": 1, "p1": 4, "p2": 1, "p3": 1}]


def test_nothing_from_the_day_itself_or_later_is_learned_from(embedder: Embedder) -> None:
    # the last deal is of 2021-06-01: before that day it is unknown, and so is the assessment
    found = of_history(Witnesses(PAST, SAID), _replayed(embedder), date(2021, 6, 1), 12)
    assert [(need.need_id, need.candidate_ids) for need in found.table.needs[2:]] == [("e0", ("p2",))]
    changed = [replace(one, on=date(2022, 1, 1)) if one.id == "t2" else one for one in DEALS]
    other = of_history(
        Witnesses(replace(PAST, transactions=changed), SAID[:1]), _replayed(embedder), date(2021, 6, 1), 12
    )
    assert other.table.need_ids == found.table.need_ids
    for one, two in zip(found.table.needs, other.table.needs, strict=True):
        np.testing.assert_array_equal(one.values, two.values)


def test_an_assessment_is_the_answer_and_no_signal(embedder: Embedder) -> None:
    found = of_history(Witnesses(PAST, SAID), _replayed(embedder), date(2021, 6, 1), 12)
    column = found.table.names.index("assessments")
    assert np.isnan(found.table.needs[2].values[:, column]).all()


def test_only_a_judged_pool_may_be_calibrated_on(embedder: Embedder) -> None:
    pool = judgements([Judgement("n9", "p2", 4), Judgement("n9", "p0", 1)])
    replayed = _replayed(embedder)
    assert of_history(Witnesses(PAST, SAID), replayed, date(2021, 6, 1), 12).graded is None
    found = of_history(Witnesses(PAST, SAID, pool=pool), replayed, date(2021, 6, 1), 12)
    assert found.graded is not None
    [need] = found.graded.needs
    assert (need.need_id, need.candidate_ids, need.levels.tolist()) == ("n9", ("p0", "p2"), [1, 4])
    assert found.groups["n9"] == "e0"
    assert found.table.need_ids == ("e0@2019-05-31", "e1@2019-05-31", "n9", "e0")


@pytest.mark.parametrize(
    ("need", "patent", "message"),
    [
        ("n8", "p0", "有 1 个需求编号在数据中找不到（例如 n8）"),
        ("n9", "p8", "有 1 个专利编号在数据中找不到（例如 p8）"),
    ],
)
def test_a_pool_of_other_records_is_refused(embedder: Embedder, need: str, patent: str, message: str) -> None:
    pool = judgements([Judgement(need, patent, 4)])
    with pytest.raises(InputError, match=message) as error:
        of_history(Witnesses(PAST, pool=pool), _replayed(embedder), date(2021, 6, 1), 12)
    assert error.value.code == "unknown_id"


def test_the_follow_up_of_lists_is_graded_by_need(embedder: Embedder) -> None:
    outcomes = [
        Outcome("m2", "v", "n9", "p2", "l", State.SIGNED, changed_on=date(2020, 9, 1)),
        Outcome("m3", "v", "n9", "p3", "l", State.UNSUITABLE, 1, date(2020, 9, 1), Reason.TECHNOLOGY),
        Outcome("m0", "v", "n9", "p0", "l", State.PUSHED, changed_on=date(2020, 9, 1)),
    ]
    found = of_history(Witnesses(PAST, (), outcomes), _replayed(embedder), date(2021, 6, 1), 12)
    need = found.table.needs[2]
    assert (need.need_id, need.candidate_ids, need.levels.tolist()) == ("n9", ("p2", "p3"), [4, 1])
    assert found.groups["n9"] == "e0"


def test_a_past_that_says_nothing_is_refused(embedder: Embedder) -> None:
    with pytest.raises(InputError, match="2019-01-01 之前没有可以学习的交易、评价或对接结果") as error:
        of_history(Witnesses(PAST, SAID), _replayed(embedder), date(2019, 1, 1), 12)
    assert error.value.code == "empty"
