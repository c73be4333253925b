"""Unmet needs: which they are, how they are put together, and what of them may be shown to whom."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from matcher.domain import Confidentiality, Need
from matcher.matches import Grade, Match, NeedMatches
from matcher.programme.diagnosis import diagnose
from matcher.programme.order_reports import order_pages, university_pages
from matcher.programme.orders import Orders, by_university, nearest
from matcher.programme.unmet import Lead, clusters, is_unmet, uncovered_sentences
from matcher.responses import Subject, opening
from tests.matcher.programme.inventory_examples import patent

PATENT = patent("201610000001.5")
OTHER = patent("201610000002.X", holders=("岱岳公司", "青屿大学"), inventors=("甲", "乙", "丙", "丁"))


def match(need, one, grade):
    return Match(need, one, 0.5, grade, ())


def lead(number, enterprise="", budget=None, openness=Confidentiality.PUBLIC):
    need = Need(
        f"N{number}", f"需求{number}", "阀门泄漏。", enterprise=enterprise, budget=budget, confidentiality=openness,
        industry="机械",
    )  # fmt: skip
    found = (match(need, PATENT, Grade.POSSIBLE), match(need, OTHER, Grade.NOT_RECOMMENDED))
    return Lead(need, found, ("泄漏",), ("阀门泄漏。",))


@pytest.mark.parametrize(
    ("grade", "answer"),
    [
        (Grade.STRONG, False),
        (Grade.RECOMMENDED, False),
        (Grade.POSSIBLE, True),
        (Grade.NOT_RECOMMENDED, True),
    ],
)
def test_unmet_is_what_nothing_reaches_at_recommended(grade, answer):
    need = Need("N1", "阀门")
    assert is_unmet(NeedMatches(need, None, (match(need, PATENT, grade),))) is answer
    assert is_unmet(NeedMatches(need, None, ()))


def test_clusters_by_average_linkage_ranked_by_demand():
    found = [lead(1, "甲"), lead(2, "乙", 10.0), lead(3, "丙"), lead(4, "丙", 5.0), lead(5, "丙", 90.0)]
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0.9, 0.1, 0], [0, 0, 1], [0, 0, 0.5]], dtype=np.float32)
    made = clusters(found, vectors, 0.6)
    assert [
        (one.number, [each.need.id for each in one.leads], one.enterprises, one.budget) for one in made
    ] == [
        (1, ["N1", "N3"], 2, 0.0),
        (2, ["N4", "N5"], 1, 95.0),
        (3, ["N2"], 1, 10.0),
    ]
    assert clusters([], np.empty((0, 0), dtype=np.float32)) == []
    assert [one.name for one in clusters(found[:1], vectors[:1])] == ["需求1"]


def test_the_uncovered_part_is_the_sentences_with_words_that_no_near_patent_has():
    need = Need("N1", "高温阀门", "阀门在高温下泄漏。希望寿命两年。")
    assert list(uncovered_sentences(need, ("泄漏",))) == ["阀门在高温下泄漏。"]
    assert list(uncovered_sentences(need, ())) == []


def test_nearest_holders_each_once_with_team():
    assert [(one.holder, one.patent, one.team) for one in nearest(lead(1))] == [
        ("泰山学院", "一种阀门01", "张三、李四"),
        ("岱岳公司", "一种阀门02", "甲、乙、丙"),
        ("青屿大学", "一种阀门02", "甲、乙、丙"),
    ]


def orders(*found):
    made = clusters(found, np.eye(len(found), dtype=np.float32))
    states = {one.need.id: opening(one.need.id, Subject.ORDER) for one in found}
    diagnoses = {one.need.id: diagnose(one.need) for one in found}
    return Orders(date(2026, 6, 30), 9, tuple(made), (), diagnoses, {}, states)


def test_what_universities_see():
    found = orders(
        lead(1, "岱岳阀门"),
        lead(2, "汶水公司", openness=Confidentiality.ANONYMOUS),
        lead(3, "泗水公司", openness=Confidentiality.AUTHORITY_ONLY),
    )
    assert list(by_university(found)) == ["泰山学院", "青屿大学"], "companies get no sheet"
    pages = university_pages(found)
    assert [page.name for page in pages] == ["泰山学院", "青屿大学"]
    assert [(row.id, row.title, row.uncovered) for row in pages[0].rows] == [
        ("N1", "需求1", "阀门泄漏。"),
        ("匿名", "匿名需求（所属行业：机械）", "可向主管部门了解"),
    ]
    everything = repr([vars(row) for page in pages for row in page.rows])
    assert not any(
        name in everything for name in ("岱岳阀门", "汶水公司", "泗水公司", "需求2", "需求3", "N2", "N3")
    )


def test_the_bureau_sees_all():
    directions, lines, vague = order_pages(
        orders(lead(1, "甲", 5.0), lead(2, "乙", openness=Confidentiality.AUTHORITY_ONLY))
    )
    assert [(row.name, row.enterprises, row.budget) for row in directions.rows] == [
        ("需求1", 1, 5.0),
        ("需求2", 1, None),
    ]
    assert [(row.enterprise, row.grade, row.holders) for row in lines.rows] == [
        ("甲", "可关注", "泰山学院、岱岳公司、青屿大学"),
        ("乙", "可关注", "泰山学院、岱岳公司、青屿大学"),
    ]
    assert vague.rows == []


def test_a_lead_without_any_near_patent():
    alone = replace(lead(1), nearest=())
    (line,) = order_pages(orders(alone))[1].rows
    assert (line.patent, line.grade, line.holders) == ("", "", "")
