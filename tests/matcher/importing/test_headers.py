import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InputError
from matcher.importing.headers import Recogniser, header_key
from matcher.importing.rows import Row
from matcher.importing.synonyms import ESSENTIAL, SYNONYMS, RecordKind

PATENTS = Recogniser(RecordKind.PATENTS, {})


@pytest.mark.parametrize("kind", list(RecordKind))
def test_every_synonym_means_one_field_of_its_kind(kind):
    recogniser = Recogniser(kind, {})
    owners: dict[str, set[str]] = {}
    for field, synonyms in SYNONYMS[kind].items():
        for synonym in synonyms.split():
            owners.setdefault(header_key(synonym), set()).add(field)
            assert recogniser.field(synonym) == field
    assert [key for key, fields in owners.items() if len(fields) > 1] == []
    assert set(ESSENTIAL[kind]) <= set(SYNONYMS[kind])


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("标题 (中文)", "title"),
        ("公开(公告)号", "publication"),
        ("公开（公告）号", "publication"),
        ("标准化当前权利人", "holders"),
        ("专利有效性", "validity"),
        ("[标]当前申请(专利权)人", "holders"),
        ("【标】当前申请（专利权）人", "holders"),
        ("标题(译)(简体中文)", "title"),
        ("摘要(译)(简体中文)", "abstract"),
        ("简单法律状态", "validity"),
        ("IPC主分类号", "ipc_main"),
        ("名称", "title"),
        ("申请（专利权）人", "holders"),
        ("发明（设计）人", "inventors"),
        ("主权项", "first_claim"),
        ("国省代码", "region"),
        ("主权项内容", "first_claim"),
        ("专利授权号", "publication"),
        ("filing/creation date", "filed"),
        ("Int.Cl.", "ipc"),
        ("是否属于财政资助科研项目形成专利", "funded"),
        ("转化意愿（可接受的转化方式）", "modes"),
        ("* 技术成熟度\n（1-9）", "maturity"),
        ("应用场景(产业化前景)", "scenario"),
        ("许可使用费（万元）", "fee"),
        ("许可期限届满日", "licence_until"),
        ("1、专利名称（必填）", "title"),
        ("专利名称：", "title"),
        ("TITLE", "title"),
        ("Unnamed: 0", ""),
        ("序号", ""),
        ("标题(英文)", ""),
        ("甲乙丙", None),
    ],
)
def test_headers_of_the_exports(header, field):
    assert PATENTS.field(header) == field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("需求名称", "title"),
        ("主要技术指标", "indicators"),
        ("预算（万元）", "budget"),
        ("合作方式（可多选）", "cooperation"),
        ("有效期至", "valid_until"),
        ("公开范围", "confidentiality"),
        ("需求来源", "source"),
        ("拟解决的技术问题", "problem"),
    ],
)
def test_headers_of_need_forms(header, field):
    assert Recogniser(RecordKind.NEEDS, {}).field(header) == field


widths = st.sampled_from([("(", "（"), (")", "）"), ("[", "【"), ("]", "】")])


@given(
    st.sampled_from([(f, s) for f, words in SYNONYMS[RecordKind.PATENTS].items() for s in words.split()]),
    st.booleans(),
    st.integers(0, 10),
    st.sampled_from(["", "*", "★", "\n", " ", "（必填）", "(选填)", "："]),
)
def test_spelling_does_not_matter(pair, wide, place, ornament):
    field, synonym = pair
    text = synonym.replace("(", "（").replace(")", "）") if wide else synonym.upper()
    text = text[:place] + " " + text[place:] + ornament
    assert PATENTS.field(text) == field


def test_the_header_is_the_row_of_which_most_is_known():
    rows = [
        Row(1, ["2026年专利清单", "", ""]),
        Row(3, ["专利名称", "说明", ""]),
        Row(4, ["序号", "专利名称", "申请号", "甲"]),
        Row(5, ["1", "一种专利名称识别方法", "CN201610000001.5", ""]),
    ]
    header = PATENTS.header(rows)
    assert header is not None
    assert header.row == 4
    assert [(column.index, column.field) for column in header.columns] == [(2, "application"), (1, "title")]
    assert header.unrecognised == ("甲",)


def test_the_preferred_column_of_a_field_comes_first():
    header = PATENTS.header([Row(1, ["申请人", "当前权利人", "专利名称"])])
    assert header is not None
    assert [column.header for column in header.columns if column.field == "holders"] == [
        "当前权利人",
        "申请人",
    ]


def test_no_header():
    assert PATENTS.header([Row(1, ["甲", "乙"]), Row(2, ["申请人", "摘要"])]) is None


def test_a_mapping_overrides_the_table():
    recogniser = Recogniser(RecordKind.PATENTS, {"甲（乙）": "abstract", "申请人": "inventors"})
    assert (recogniser.field("甲(乙)"), recogniser.field("申请人")) == ("abstract", "inventors")
    with pytest.raises(InputError, match="“tittle”不存在。可用字段：own_id、application"):
        Recogniser(RecordKind.PATENTS, {"甲": "tittle"})
