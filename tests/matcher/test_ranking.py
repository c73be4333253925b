from dataclasses import replace
from datetime import date
from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain import (
    Assessment,
    FeeKind,
    FeeTerms,
    LegalStatus,
    LicensingMode,
    Maturity,
    MaturityScale,
    Need,
    Patent,
    PatentType,
    Prospect,
)
from matcher.matches import Grade
from matcher.ranking import Bounded, ListRules, Scale, rank, score, shortlist, shortlist_in_order
from matcher.settings import RankingSettings
from matcher.signals.contract import Candidate, Context, Reading
from matcher.signals.table import Weighted

TODAY = date(2024, 6, 1)
CONTEXT = Context(TODAY)
SETTINGS = RankingSettings(
    weights={"semantic": 0.4, "lexical": 0.3},
    strong=0.60,
    recommended=0.45,
    possible=0.30,
    text_strong=0.55,
    text_recommended=0.40,
    text_possible=0.25,
)
"""Round weights and thresholds, so that the known answers can be worked out by hand."""
NEED = Need("n", "磁悬浮轴承")
PATENT = Patent("p", "轴承", status=LegalStatus.GRANTED, holders=("某大学",))
M = LicensingMode
GRADES = list(Grade)


def text(name, semantic, lexical=None, **change):
    return Candidate(replace(PATENT, id=name, **change), semantic, lexical)


def ids(matches):
    return [match.patent.id for match in matches]


class Fixed:
    """A signal that reads what the test says."""

    label, default_weight = "测试", 0.1

    def __init__(self, name, value, textual=False):
        self.name, self.value, self.textual = name, value, textual

    def concerns(self, need, context):
        return True

    def read(self, need, candidate, context):
        return None if self.value is None else Reading(self.value, lambda: self.name)


def scored(values, weights=None, textual=2, settings=SETTINGS):
    signals = [Fixed(f"s{n}", value, n < textual) for n, value in enumerate(values)]
    weights = weights or [0.4, 0.3, *[0.3 / (len(values) - 2)] * (len(values) - 2)]
    scale = Scale(settings, tuple(map(Weighted, signals, weights)))
    return scale.read(NEED, Candidate(PATENT), CONTEXT)


def test_a_score_by_hand():
    # Known: semantic 0.8 (0.4), lexical 0.6 (0.3), fee 1 (0.03); their weights add up to 0.73.
    candidate = text("a", 0.8, 0.6, fee=FeeTerms(FeeKind.FREE))
    [match] = rank(NEED, [candidate], CONTEXT, SETTINGS)
    assert [part.signal for part in match.contributions] == ["semantic", "lexical", "fee"]
    assert [part.weight for part in match.contributions] == pytest.approx(
        [0.4 / 0.73, 0.3 / 0.73, 0.03 / 0.73]
    )
    assert match.score == pytest.approx((0.32 + 0.18 + 0.03) / 0.73)
    assert match.completeness == pytest.approx(0.73)
    assert match.missing == ("IPC 分类", "成熟度", "转化方式", "地域", "权利类型与剩余期限", "企业评价")
    assert match.probability is None


def test_order_is_score_then_completeness_then_id():
    candidates = [
        text("d", 0.5, 0.5),
        text("c", 0.9, 0.9),
        text("b", 0.5, 0.5),
        text("a", 0.2, 0.2),
        text("e", 0.5),
    ]
    assert ids(rank(NEED, candidates, CONTEXT, SETTINGS)) == ["c", "b", "d", "e", "a"]


def test_the_order_of_a_pure_text_run_is_that_of_the_weighted_texts():
    values = [(0.9, 0.1), (0.1, 0.95), (0.5, 0.6), (0.6, 0.45), (0.3, 0.3)]
    candidates = [text(f"p{n}", *pair) for n, pair in enumerate(values)]
    matches = rank(NEED, candidates, CONTEXT, SETTINGS)
    assert ids(matches) == ["p0", "p2", "p3", "p1", "p4"]  # 0.557, 0.543, 0.536, 0.464, 0.3
    for match in matches:
        semantic, lexical = values[int(match.patent.id[1:])]
        assert match.score == pytest.approx((0.4 * semantic + 0.3 * lexical) / 0.7)


def test_grades_need_both_thresholds():
    # All nine known: the cautious score is the score. Texts 0.5 are too weak for 强烈推荐 whatever the facts say.
    assert scored([0.5, 0.5, 1.0, 1.0]).grade is Grade.RECOMMENDED
    assert scored([0.6, 0.6, 1.0, 1.0]).grade is Grade.STRONG
    assert scored([0.24, 0.24, 1.0, 1.0]).grade is Grade.NOT_RECOMMENDED
    assert scored([0.9, 0.9, 0.0, 0.0]).grade is Grade.STRONG
    assert scored([0.6, 0.6, 0.0, 0.0]).grade is Grade.POSSIBLE


def test_what_is_unknown_counts_as_neutral_in_the_grade_and_not_in_the_score():
    alone = scored([0.64, 0.64, None, None])  # cautious 0.7 · 0.64 + 0.3 · 0.5 = 0.598
    assert (alone.score, alone.grade) == (pytest.approx(0.64), Grade.RECOMMENDED)
    assert scored([0.65, 0.65, None, None]).grade is Grade.STRONG  # 0.605


def test_a_need_without_a_vector_is_graded_by_its_words():
    assert scored([None, 0.9, 0.5, 0.5]).grade is scored([0.9, 0.9, 0.5, 0.5]).grade is Grade.STRONG


def test_without_any_text_nothing_is_recommended():
    assert scored([None, None, 1.0, 1.0]).grade is Grade.NOT_RECOMMENDED
    assert scored([None, None, None, None]).score == 0.0


values = st.one_of(st.none(), st.floats(0, 1))


@given(st.lists(values, min_size=4, max_size=9), st.data())
def test_deleting_a_good_fact_never_raises_the_grade(readings, data):
    place = data.draw(st.integers(2, len(readings) - 1))
    good = readings.copy()
    good[place] = data.draw(st.floats(0.5, 1))
    without = good.copy()
    without[place] = None
    assert GRADES.index(scored(without).grade) >= GRADES.index(scored(good).grade)


@given(st.lists(values, min_size=4, max_size=9), st.data())
def test_deleting_a_fact_that_raises_the_score_lowers_it(readings, data):
    place = data.draw(st.integers(2, len(readings) - 1))
    without = readings.copy()
    without[place] = None
    rest = scored(without)
    known = without.copy()
    known[place] = data.draw(st.floats(rest.score, 1))
    assert scored(known).score >= rest.score - 1e-12


facts = st.fixed_dictionaries(
    {
        "ipc": st.sampled_from([(), ("F16C 32/04",), ("A61K 8/00",)]),
        "maturity": st.sampled_from(
            [None, Maturity(3, "", MaturityScale.TRL9), Maturity(8, "", MaturityScale.TRL9)]
        ),
        "modes": st.sampled_from([(), (M.ASSIGNMENT,), (M.ORDINARY_LICENCE,)]),
        "fee": st.sampled_from([None, FeeTerms(FeeKind.FREE), FeeTerms(FeeKind.LUMP_SUM, 50.0)]),
        "region": st.sampled_from(["", "泰安市", "广东省"]),
        "type": st.sampled_from([None, *PatentType]),
        "filed": st.sampled_from([None, date(2003, 1, 1), date(2012, 1, 1), date(2020, 1, 1)]),
        "status": st.sampled_from([None, *LegalStatus]),
        "holders": st.sampled_from([("某大学",), ("甲公司",), ("甲公司", "乙公司"), ()]),
    }
)
FULL_NEED = Need(
    "n",
    "轴承",
    enterprise="甲公司",
    ipc=("F16C 32/00",),
    region="山东省泰安市",
    budget=30,
    modes=(M.ASSIGNMENT,),
    min_maturity=Maturity(5, "", MaturityScale.TRL9),
)
FULL_CONTEXT = Context(
    TODAY,
    assessments={"p1": (Assessment("a", "p1", "e", prospect=Prospect.GOOD, on=date(2024, 1, 1)),)},
)
pools = st.lists(st.tuples(values, values, facts), max_size=14)


def candidates_of(pool):
    return [text(f"p{n}", semantic, lexical, **fact) for n, (semantic, lexical, fact) in enumerate(pool)]


@given(pools)
def test_every_score_is_the_sum_of_its_parts(pool):
    matches = rank(FULL_NEED, candidates_of(pool), FULL_CONTEXT, SETTINGS)
    assert len(matches) == len(pool)
    for match in matches:
        assert match.score == fsum(part.weight * part.value for part in match.contributions)
        assert 0 <= match.score <= 1 + 1e-12
        if match.contributions:
            assert fsum(part.weight for part in match.contributions) == pytest.approx(1)
        assert all(
            0 <= part.value <= 1 and part.reason and "%" not in part.reason for part in match.contributions
        )
    keys = [(-match.score, -match.completeness, match.patent.id) for match in matches]
    assert keys == sorted(keys)


@given(pools, st.integers(1, 4), st.sampled_from(GRADES), st.sampled_from([NEED, FULL_NEED]), st.booleans())
def test_a_list_is_the_head_of_the_ranking(pool, list_k, floor, need, assessed):
    """Whatever the need leaves unsaid: what cannot be known of any patent raises no bound."""
    context = FULL_CONTEXT if assessed else CONTEXT
    candidates = candidates_of(pool)
    found = shortlist(need, candidates, context, SETTINGS, ListRules(list_k, floor, 3))
    good_enough = [
        match
        for match in rank(need, candidates, context, SETTINGS)
        if GRADES.index(match.grade) <= GRADES.index(floor)
    ]
    listed = [match for match in good_enough if not match.excluded][:list_k]
    assert list(found.matches) == listed
    before = good_enough if len(listed) < list_k else good_enough[: good_enough.index(listed[-1])]
    assert list(found.excluded) == [match for match in before if match.excluded][:3]


@given(pools)
def test_no_score_passes_its_bound_and_no_grade_is_missed(pool):
    scale, candidates = Scale.of(SETTINGS), candidates_of(pool)
    facts = scale.facts(NEED, CONTEXT)
    assert facts == pytest.approx(0.07)  # fee and right; the need says nothing of the rest
    assert scale.facts(FULL_NEED, FULL_CONTEXT) == pytest.approx(0.3)
    texts = {
        name: np.array([np.nan if value is None else value for value in found], dtype=np.float64)
        for name, found in (
            ("semantic", [one.semantic for one in candidates]),
            ("lexical", [one.lexical for one in candidates]),
        )
    }
    found = scale.promising(texts, facts, Grade.POSSIBLE)
    assert found.bounds.tolist() == sorted(found.bounds, reverse=True)
    pairs = [scale.read(NEED, one, CONTEXT) for one in candidates]
    for place, bound in zip(found.places, found.bounds, strict=True):
        assert pairs[place].score <= bound
    left_out = set(range(len(pairs))) - set(found.places.tolist())
    assert all(pairs[place].grade is Grade.NOT_RECOMMENDED for place in left_out)


def test_bounds_by_hand():
    texts = {"semantic": np.array([0.5, np.nan, np.nan]), "lexical": np.array([0.5, 0.9, np.nan])}
    found = Scale.of(SETTINGS).promising(texts, 0.07, Grade.NOT_RECOMMENDED)
    assert found.places.tolist() == [2, 1, 0]
    # Nothing known; (0.3 · 0.9 + 0.07) / 0.37; (0.7 · 0.5 + 0.07) / 0.77.
    assert found.bounds.tolist() == pytest.approx([1.0, 0.34 / 0.37, 0.42 / 0.77])
    assert Scale.of(SETTINGS).promising(texts, 0.07, Grade.STRONG).places.tolist() == [1]


def test_no_more_candidates_are_taken_than_can_come_into_the_list():
    taken = []

    def falling():
        for n in range(100):
            taken.append(n)
            value = 0.9 - n / 200
            yield Bounded(text(f"p{n:02d}", value, value), (0.7 * value + 0.07) / 0.77)

    found = shortlist_in_order(NEED, falling(), CONTEXT, Scale.of(SETTINGS), ListRules(list_k=3))
    assert ids(found.matches) == ["p00", "p01", "p02"]
    # (0.7 v + 0.07) / 0.77 falls below 0.89 at v = 0.879; one more has to be looked at.
    assert taken == [0, 1, 2, 3, 4, 5]


@given(pools, st.randoms())
def test_a_match_depends_on_no_other_and_on_no_order(pool, random):
    candidates = candidates_of(pool)
    together = rank(FULL_NEED, candidates, FULL_CONTEXT, SETTINGS)
    alone = {
        c.patent.id: rank(FULL_NEED, [c], Context(TODAY, assessments=FULL_CONTEXT.assessments), SETTINGS)[0]
        for c in candidates
    }
    random.shuffle(candidates)
    assert rank(FULL_NEED, candidates, FULL_CONTEXT, SETTINGS) == together
    assert together == [alone[match.patent.id] for match in together]


def test_no_suitable_patent_is_an_answer():
    found = shortlist(NEED, [text("a", 0.1, 0.1), text("b", 0.2, 0.0)], CONTEXT, SETTINGS)
    assert (found.matches, found.excluded) == ((), ())


def test_an_excluded_near_miss_is_shown_with_its_reason():
    dead = text("a", 0.9, 0.9, status=LegalStatus.LAPSED)
    found = shortlist(NEED, [dead, text("b", 0.7, 0.7)], CONTEXT, SETTINGS)
    assert ids(found.matches) == ["b"]
    assert ids(found.excluded) == ["a"]
    assert found.excluded[0].gates[0].reason == "法律状态为未缴年费终止（核验日期不详）"


def test_reasons_are_worded_for_what_is_shown_only():
    asked = []

    def evidence(need, patent):
        from matcher.signals.contract import Evidence

        asked.append(patent.id)
        return Evidence(("轴承",))

    context = Context(TODAY, evidence=evidence)
    candidates = [text(f"p{n}", 0.9 - n / 100, 0.8) for n in range(20)]
    shortlist(NEED, candidates, context, SETTINGS, ListRules(list_k=2))
    assert set(asked) == {"p0", "p1"}


def test_scores_alone_word_nothing():
    context = Context(TODAY, evidence=lambda need, patent: pytest.fail("no reason was asked for"))
    found = score(NEED, [text("a", 0.4, 0.2), text("b", 0.9, 0.2)], context, Scale.of(SETTINGS))
    assert [item.candidate.patent.id for item in found] == ["b", "a"]
