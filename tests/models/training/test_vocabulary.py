from dataclasses import replace

import jieba
import numpy as np
import pytest

from models.training.recipe import Stage, TrainingSettings
from models.training.vocabulary import UNKNOWN, build_tokenizer, texts_with, tokenise

SETTINGS = TrainingSettings(least_count=2, least_latin=2)
TEXTS = [
    "一种新型绕线式异步电动机的LED控制方法",
    "反刍动物无抗饲料配方设计及开发，异步电动机",
    "ＬＥＤ控制方法与饲料配方、动物、动物饲料 pcr",
]


def silent(stage: Stage, done: int, total: int) -> None: ...


def words(tokenizer, text: str) -> list[str]:
    return tokenizer.encode(text, add_special_tokens=False).tokens


def test_keeps_words_that_occur_often_enough_and_every_character() -> None:
    tokenizer = build_tokenizer(TEXTS, SETTINGS, silent)
    assert words(tokenizer, "动物饲料的LED控制") == ["动物", "饲料", "的", "led", "控制"]
    assert words(tokenizer, "配方设计") == ["配方", "设", "计"]  # 设计 occurs once
    assert tokenizer.encode("量子").ids == [0]
    assert tokenizer.token_to_id(UNKNOWN) == 0


def test_full_width_and_punctuation_do_not_matter() -> None:
    tokenizer = build_tokenizer(TEXTS, SETTINGS, silent)
    assert words(tokenizer, "ＬＥＤ（饲料）\n。！") == ["led", "饲料"]


def test_segments_like_jieba_where_all_its_words_are_kept() -> None:
    sentences = [
        "新能源汽车动力电池热管理系统",
        "高强度铝合金板材热处理工艺研究",
        "污水处理厂剩余污泥资源化利用",
    ]
    tokenizer = build_tokenizer(sentences, TrainingSettings(least_count=1), silent)
    for sentence in sentences:
        assert words(tokenizer, sentence) == jieba.lcut(sentence, HMM=False)


def test_tokens_of_many_texts_stand_in_one_row_cut_at_the_longest() -> None:
    tokenizer = build_tokenizer(TEXTS, SETTINGS, silent)
    done: list[int] = []
    tokens = tokenise(tokenizer, ["饲料配方", "", "动物饲料的控制"], done.append, longest=3)
    assert tokens.bounds.tolist() == [0, 2, 2, 5]
    assert [tokenizer.id_to_token(int(i)) for i in tokens.ids] == ["饲料", "配方", "动物", "饲料", "的"]
    assert tokens.ids.dtype == np.int32
    assert done == [3]


@pytest.mark.parametrize("texts", [[], ["", "。。"]])
def test_nothing_to_read_gives_a_vocabulary_of_nothing(texts: list[str]) -> None:
    assert build_tokenizer(texts, SETTINGS, silent).get_vocab_size() == 1


def test_a_small_table_keeps_characters_and_the_words_of_most_texts() -> None:
    texts = ["饲料 " * 9, "电动机", "电动机", "电动机与饲料"]
    assert texts_with(tokenise(build_tokenizer(texts, SETTINGS, silent), texts, lambda _: None), 9).sum() == 6
    characters = len(set("饲料电动机与"))
    small = build_tokenizer(texts, replace(SETTINGS, largest=characters + 2), silent)
    assert words(small, "饲料电动机") == [
        "饲",
        "料",
        "电动机",
    ]  # 饲料 is more frequent, 电动机 is in more texts
