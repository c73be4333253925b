import pytest

from matcher.domain import MaturityScale, MaturitySource
from matcher.errors import InputError
from matcher.importing.maturity import parse_maturity

TRL9, LEVEL13, STAGE, FREE = (
    MaturityScale.TRL9,
    MaturityScale.LEVEL13,
    MaturityScale.STAGE,
    MaturityScale.FREE,
)


@pytest.mark.parametrize(
    ("text", "level", "scale"),
    [
        ("TRL 5", 5, TRL9),
        ("trl-7", 7, TRL9),
        ("TRL4～6", 4, TRL9),
        ("5级", 5, TRL9),
        ("第 7 级", 7, TRL9),
        ("５", 5, TRL9),
        ("4-6", 4, TRL9),
        ("技术成熟度3级", 3, TRL9),
        ("8级（产品级）", 8, LEVEL13),
        ("报告级", 1, LEVEL13),
        ("回报级", 9, LEVEL13),
        ("11级", 9, LEVEL13),
        ("13", 9, LEVEL13),
        ("研发", 3, STAGE),
        ("小试", 4, STAGE),
        ("中试阶段", 6, STAGE),
        ("小试/中试", 4, STAGE),
        ("量产", 9, STAGE),
        ("样机", 6, FREE),
        ("实验室样机", 5, FREE),
        ("产业化前期", 7, FREE),
        ("应用示范", 7, FREE),
        ("临床前研究", 5, FREE),
        ("临床Ⅱ期", 7, FREE),
    ],
)
def test_levels(text, level, scale):
    maturity = parse_maturity(text)
    assert (maturity.level, maturity.scale, maturity.text) == (level, scale, text.strip())


def test_scale_and_source_may_be_given():
    maturity = parse_maturity("8", MaturitySource.CENTRAL, levels=13)
    assert (maturity.level, maturity.scale, maturity.source) == (8, LEVEL13, MaturitySource.CENTRAL)


@pytest.mark.parametrize("text", ["TRL 12", "0", "14", "成熟", "不清楚"])
def test_what_is_no_maturity(text):
    with pytest.raises(InputError):
        parse_maturity(text)
