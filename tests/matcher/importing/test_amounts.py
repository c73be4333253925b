import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InputError
from matcher.importing.amounts import Amount, parse_amount


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("50万元", 50, 50),
        ("50", 50, 50),
        ("50.5 万", 50.5, 50.5),
        ("５０万", 50, 50),
        ("5000元", 0.5, 0.5),
        ("￥5,000元", 0.5, 0.5),
        ("5000-8000元", 0.5, 0.8),
        ("30-50万", 30, 50),
        ("30万-50万元", 30, 50),
        ("30～50万元", 30, 50),
        ("1.2亿元", 12_000, 12_000),
        ("2千万", 2_000, 2_000),
        ("300百万", 30_000, 30_000),
        ("100万以内", 100, 100),
        ("不超过80万元", 80, 80),
        ("10万元/年", 10, 10),
        ("3年10万元", 10, 10),
        ("入门费10万元+销售额3%提成", 10, 10),
        ("免费", 0, 0),
        ("0", 0, 0),
        ("面议", None, None),
        ("双方协商", None, None),
    ],
)
def test_amounts(text, low, high):
    assert parse_amount(text) == Amount(low, high)


def test_the_header_may_set_the_unit():
    assert parse_amount("500000", unit="") == Amount(50, 50)
    assert parse_amount("50万", unit="") == Amount(50, 50)


@pytest.mark.parametrize("text", ["", "abc", "销售额3%", "10万美元", "50-30万", "若干"])
def test_what_is_no_amount(text):
    with pytest.raises(InputError):
        parse_amount(text)


@pytest.mark.parametrize("text", ["-5", "－5万元", "1.5E+06", "1e400"])
def test_no_other_amount_is_read_out_of_a_negative_or_shortened_number(text):
    with pytest.raises(InputError, match="是负数或科学计数法，不是金额"):
        parse_amount(text)


@pytest.mark.parametrize("text", ["9" * 400, "10000000001"])
def test_what_nothing_costs(text):
    with pytest.raises(InputError, match="的金额过大，请核对单位"):
        parse_amount(text)


@given(st.integers(1, 10_000_000))
def test_units_agree(yuan):
    assert (
        parse_amount(f"{yuan}元")
        == parse_amount(f"{yuan / 10_000:.4f}万元")
        == parse_amount(str(yuan), unit="")
    )
