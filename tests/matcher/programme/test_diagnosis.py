"""What a need lacks and what is asked of its enterprise."""

from datetime import date

import pytest

from matcher.domain import LicensingMode, Maturity, MaturityScale, Need
from matcher.programme.diagnosis import ASPECTS, Readiness, diagnose

FULL = Need(
    "N1",
    "高温阀门密封",
    "目前用石墨密封，用于化工管道，550℃下半年就泄漏，停产检修一次损失8万元。"
    + "工作压力10MPa，介质为导热油，阀门口径80mm，每天开关30次。" * 4,
    indicators="泄漏率不高于0.1%，寿命不低于2年",
    problem="试过换密封脂，温度一高就干",
    budget=50.0,
    modes=(LicensingMode.ORDINARY_LICENCE,),
    min_maturity=Maturity(6, "中试", MaturityScale.STAGE),
    valid_until=date(2027, 6, 30),
)


def test_a_need_that_says_everything_is_asked_nothing():
    found = diagnose(FULL)
    assert (found.completeness, found.missing, found.questions) == (1.0, (), ())
    assert found.specificity == 1.0
    assert found.quantities[:4] == ("550℃", "8万元", "10MPa", "80mm")
    assert found.readiness is Readiness.READY


def test_a_vague_need_is_asked_for_everything_the_weightiest_first():
    found = diagnose(Need("N2", "希望提升产品质量", "希望引进先进技术，全面提高产品性能。"))
    assert found.completeness == 0.0
    assert found.missing == (
        "可量化的技术指标", "现有工艺或产品", "具体难题", "用途和工况", "预算", "合作方式", "成熟度要求", "时限",
    )  # fmt: skip
    assert found.questions[0].startswith("要达到什么指标？")
    assert found.empty_words == ("提升", "先进", "全面", "提高")
    assert found.specificity == pytest.approx((0 + 27 / 200 + 0) / 3)
    assert found.readiness is Readiness.LACKING


@pytest.mark.parametrize(
    ("text", "quantities"),
    [
        ("寿命≥3000小时", ("3000小时",)),
        ("温度-40～85℃", ("40～85℃",)),
        ("精度 0.02 mm", ("0.02 mm",)),
        ("成本下降15%以上", ("15%",)),
        ("第3方检测，2023版", ()),
        ("采用5G模组", ()),
    ],
)
def test_quantities(text, quantities):
    assert diagnose(Need("N", "甲", text)).quantities == quantities


def test_weights_make_the_completeness():
    found = diagnose(Need("N3", "阀门", "目前漏，要求泄漏率0.1%"))
    assert found.missing == ("用途和工况", "预算", "合作方式", "成熟度要求", "时限")
    assert found.completeness == pytest.approx(7 / 11.5)
    assert sum(aspect.weight for aspect in ASPECTS) == 11.5
