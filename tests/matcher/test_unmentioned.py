"""What a need's title asks for and a patent does not mention."""

from __future__ import annotations

from datetime import date

from indexes.lexical import LexicalIndex
from indexes.postings import Document
from matcher.corpus import patent_text
from matcher.domain import Need, Patent
from matcher.quick import TwoFiles, matching_of
from matcher.ranking import ListRules
from matcher.related import RelatedTerms
from matcher.settings import Settings
from matcher.signals.contract import Context
from matcher.unmentioned import sought, unmentioned
from models.catalogue import load_model

PATENT = Patent("p1", "一种去除蓝藻臭味的方法", abstract="向水体投加药剂，去除蓝藻释放的臭味物质。")
TEXT = patent_text(PATENT).whole


def test_words_of_asking_and_those_of_every_patent_say_nothing():
    index = LexicalIndex.build([Document("一种装置")] * 30 + [Document("苦味检测装置")])
    assert sought("如何去除花椒中苦味的装置研发", index) == ["去除", "花椒", "苦味"]


def test_names_in_letters_count_and_numbers_do_not():
    index = LexicalIndex.build([Document("一种装置")] * 30)
    assert sought("2025年v2g与stat3项目", index) == ["v2g", "stat3"]


def test_what_the_text_holds_or_has_a_related_term_for_is_not_named():
    words = ["花椒", "苦味", "去除"]
    assert unmentioned(words, PATENT, TEXT, ()) == ("花椒", "苦味")
    assert unmentioned(words, PATENT, TEXT, [RelatedTerms("苦味", "臭味")]) == ("花椒",)


def test_three_are_named_at_most():
    assert unmentioned(["花椒", "苦味", "辣椒", "茶叶"], PATENT, TEXT, ()) == ("花椒", "苦味", "辣椒")


def test_a_title_alone_leaves_out_nothing():
    assert unmentioned(["花椒"], Patent("p2", "一种去除蓝藻臭味的方法"), TEXT, ()) == ()
    claimed = Patent("p3", "一种方法", first_claim="一种方法，其特征在于投加药剂。")
    assert unmentioned(["花椒"], claimed, patent_text(claimed).whole, ()) == ("花椒",)


def test_the_reason_says_it_beside_what_both_share():
    settings = Settings()
    others = {f"p{number}": Patent(f"p{number}", f"第{number}种阀门的结构") for number in range(2, 9)}
    need = Need("n1", "如何去除花椒中的苦味")
    matching = matching_of(
        TwoFiles((need,), {"p1": PATENT, **others}, ()), load_model(settings.model), settings
    )
    [listed] = matching.match([need], Context(date(2026, 1, 1)), ListRules(list_k=1))
    [words] = [part for part in listed.matches[0].contributions if part.signal == "lexical"]
    assert words.reason == (
        "需求与专利共有术语：去除（专利文本未提及“花椒”“苦味”）；摘要第1句：“向水体投加药剂，去除蓝藻释放的臭味物质。”"
    )
