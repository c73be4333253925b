"""What a cell can hold and how many lines it takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matchlists.exports.sheet_text import CELL_LIMIT, clean, fitted, line_count, looks_like_formula


def test_control_characters_go_and_line_ends_become_one():
    assert clean("甲\x00乙\x0b\r\n丙\r丁\t戊\ufffe\ud800") == "甲乙\n丙\n丁 戊"


@pytest.mark.parametrize("text", ["字" * 40_000, "𠮷" * 20_000, "a" + "𠮷" * 20_000])
def test_a_cell_holds_no_more_than_excel_takes(text):
    cut = clean(text)
    assert len(cut.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert cut.endswith("…（余下从略）")
    assert cut.encode("utf-8")


def test_a_text_at_the_limit_is_whole():
    assert clean("字" * CELL_LIMIT) == "字" * CELL_LIMIT


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 1),
        ("一二三四五六七八九十", 1),
        ("一二三四五六七八九十一", 2),
        ("一\n二\n三", 3),
        ("一二三四五六七八abcdefgh", 2),  # the word does not fit behind eight characters
        ("a" * 18, 2),  # 10.08 em
    ],
)
def test_lines_of_ten_em(text, lines):
    assert line_count(text, 10) == lines


@given(st.text(max_size=200), st.integers(1, 12))
def test_fitted_text_fits_and_begins_the_same(text, lines):
    cut = fitted(text, 10, lines)
    assert line_count(cut, 10) <= lines or lines == 1
    assert cut == text or text.startswith(cut.removesuffix("…（余下从略）"))


@pytest.mark.parametrize("text", ["=1+1", "+5V 电源", "-196℃", "@a", "\tx", "\rx"])
def test_formula_like_texts(text):
    assert looks_like_formula(text)


def test_other_texts_are_no_formulas():
    assert not looks_like_formula("一种=装置")
