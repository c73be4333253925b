"""Drafts of applications: what is read of them, and what the university is shown."""

from datetime import date, datetime

import pytest
from docx import Document as Word

from matcher.domain import Confidentiality, Need
from matcher.errors import InputError
from matcher.importing.workbooks import read_paragraphs
from matcher.matchlists.documents.blocks import Grid, Paragraph
from matcher.programme.before_filing import NearNeed, NearPatent, Outlook, outlook_document
from matcher.programme.draft import Draft, read_draft
from matcher.settings import FileLimits
from tests.matcher.programme.inventory_examples import patent

ABSTRACT = "本发明公开了一种高温阀门，采用陶瓷密封环，泄漏率低于0.1%。"


@pytest.mark.parametrize(
    ("paragraphs", "draft"),
    [
        (
            ["说明书摘要", ABSTRACT, "权利要求书", "1. 一种高温阀门，其特征在于，包括密封环。", "说明书", "一种高温阀门", "技术领域", "本发明涉及阀门。"],
            Draft("一种高温阀门", ABSTRACT, "一种高温阀门，其特征在于，包括密封环。"),
        ),
        (["发明名称：一种高温阀门", "【摘要】", ABSTRACT], Draft("一种高温阀门", ABSTRACT)),
        (
            ["一种高温阀门", "一、技术领域", "涉及阀门。", "三、发明内容：", ABSTRACT, "更多内容。"],
            Draft("一种高温阀门", f"{ABSTRACT}\n更多内容。"),
        ),
        (["一种高温阀门", ABSTRACT], Draft("一种高温阀门", ABSTRACT)),
    ],
)  # fmt: skip
def test_drafts_are_read_by_their_headings(paragraphs, draft):
    assert read_draft(paragraphs) == draft


@pytest.mark.parametrize("paragraphs", [[], ["一种高温阀门"], ["太长的一段" * 30]])
def test_a_draft_without_title_or_text_is_refused(paragraphs):
    with pytest.raises(InputError, match="没有找到名称和摘要"):
        read_draft(paragraphs)


def test_paragraphs_of_a_word_file_tables_included(tmp_path):
    document = Word()
    document.add_paragraph("发明名称：一种阀门")
    document.add_paragraph("")
    document.add_table(rows=1, cols=1).cell(0, 0).text = "摘要"
    document.save(tmp_path / "a.docx")
    assert read_paragraphs(tmp_path / "a.docx", FileLimits()) == ["发明名称：一种阀门", "摘要"]
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(InputError, match="已损坏"):
        read_paragraphs(tmp_path / "b.docx", FileLimits())


def test_what_the_university_is_shown():
    open_one = Need(
        "N1",
        "阀门泄漏",
        enterprise="岱岳公司",
        industry="机械",
        region="泰安市",
        confidentiality=Confidentiality.PUBLIC,
    )
    anonymous = Need(
        "N2", "密封老化", enterprise="汶水公司", industry="化工", confidentiality=Confidentiality.ANONYMOUS
    )
    kept = Need("N3", "秘密需求", enterprise="泗水公司")
    near = tuple(NearNeed(need, ("密封",)) for need in (open_one, anonymous, kept))
    own = (NearPatent(patent("201610000001.5"), ("阀门", "密封")),)
    found = Outlook(Draft("一种高温阀门", ABSTRACT), "泰山学院", date(2026, 6, 30), near, own, (), ("寿命",))
    document = outlook_document(found, "某局", datetime(2026, 6, 30))
    needs, mine = (block.rows for block in document.blocks if isinstance(block, Grid))
    assert needs == (
        ("1", "阀门泄漏（岱岳公司）", "机械", "泰安市", "密封"),
        ("2", "匿名需求", "化工", "", ""),
    )
    assert mine == (("CN201610000001.5", "一种阀门01", "泰山学院", "阀门、密封"),)
    texts = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    assert texts[0] == "另有 1 项相近的需求或企业关注领域仅主管部门可见，可向主管部门了解。"
    assert texts[1:3] == ["库中没有其他单位相近的专利。", "寿命"]
    assert "不构成对新颖性、创造性、实用性" in texts[3]
    assert not any(name in repr(document) for name in ("汶水公司", "泗水公司", "秘密需求", "密封老化"))
