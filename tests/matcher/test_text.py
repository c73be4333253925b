import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.text import clean, garbled, normalise, sentences


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("注冊(cè)商標（PET）", "注册商标(pet)"),
        ("提高（gāo）效率", "提高效率"),
        ("步骤(a)和(ii)", "步骤(a)和(ii)"),
        ("聚对苯二甲酸乙二醇酯(PET)", "聚对苯二甲酸乙二醇酯(pet)"),
        ("ＡＢＣ　１２\t3\r\n4", "abc 12 3 4"),
        ("阀\u200b门\ufeff", "阀门"),
        ("150 亿个?g-1", "150 亿个 g-1"),
        ("阀\ufffd门", "阀 门"),
        ("阀\ud800门\udfff", "阀门"),
        ("漢語拼音", "汉语拼音"),
        ("What? Yes", "what? yes"),
        ("", ""),
    ],
)
def test_texts_for_matching(text, compared):
    assert normalise(text) == compared


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing_more_for_ordinary_text(text):
    once = normalise(text)
    assert once == once.strip()
    assert "  " not in once
    assert not any(sign in once for sign in "\u200b\ufeff\n\t")


def test_display_keeps_everything_visible():
    assert clean(" 注冊(cè)商標\u200b（PET）\x00\n第二行 ") == "注冊(cè)商標（PET）\n第二行"
    assert clean("plain ") == "plain"
    assert clean("一种\udcff泵") == "一种泵"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("只有150 亿个?g-1的球孢", "50 亿个?g-1的球孢"),
        ("附着力???", "附着力???"),
        ("成品≥8mpa?? ，耐热", "≥8mpa?? ，耐热"),
        ("锟斤拷", "锟斤拷"),
        ("一种阀\ufffd门", "一种阀\ufffd门"),
    ],
)
def test_damage_is_shown_with_its_surroundings(text, place):
    assert place in garbled(text) or garbled(text) in text
    assert garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        "如何解决?我们",
        "能否提高?若能则好",
        "一种阀门？",
        "Is it so? Yes.",
        "何为A?见下",
        "café 与 PET",
        "",
        "真的吗?不",
    ],
)
def test_real_questions_are_no_damage(text):
    assert garbled(text) == ""


def test_sentences_keep_their_signs():
    assert sentences("一、甲。乙；丙\n丁3.5！“戊。”己") == [
        "一、甲。",
        "乙；",
        "丙",
        "丁3.5！",
        "“戊。”",
        "己",
    ]
    assert sentences("") == []


@given(st.text(st.sampled_from("甲乙。；！\n a"), max_size=40))
def test_sentences_lose_nothing_but_blanks(text):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
