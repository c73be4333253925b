"""PDF: set only with a Chinese font, the same bytes twice, and data is never code."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
import typst

from matcher.errors import NotReady
from matcher.matchlists.documents import pdf_file
from matcher.matchlists.documents.blocks import (
    Document,
    Fact,
    Facts,
    Funnel,
    Grid,
    Heading,
    Paragraph,
    Stage,
)

DOCUMENT = Document(
    title='路演手册 #panic("x") $a$ *b* \\ "',
    header="河东省知识产权局",
    blocks=(
        Heading("一、概况", 1),
        Paragraph("#let x = 1\n第二行", note=True),
        Facts((Fact("专利号", "ZL202110000001.0"),)),
        Grid(("序号", "单位"), (1, 4), (("1", "东港大学"), ("", "")), 1.0),
        Funnel((Stage("已推送", 0), Stage("有意向", 0))),
        Heading("次页", 2, fresh=True),
    ),
    made_at=datetime(2026, 10, 1, 9, 30),
    organiser="河东省知识产权局",
    cover=True,
)


@pytest.fixture
def fonts() -> None:
    try:
        pdf_file.require_fonts()
    except NotReady as error:
        if os.environ.get("MATCHER_CI") == "1":
            pytest.fail(str(error))
        pytest.skip("no Chinese font here: apt-get install fonts-noto-cjk")


def test_without_a_chinese_font_nothing_is_set() -> None:
    embedded = typst.Fonts(include_system_fonts=False).families()
    with pytest.raises(NotReady, match="apt-get install fonts-noto-cjk"):
        pdf_file._families(embedded)


@pytest.mark.usefixtures("fonts")
def test_equal_documents_give_equal_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    pdf_file.write_pdf(DOCUMENT, first)
    pdf_file.write_pdf(DOCUMENT, second)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"%PDF-")


@pytest.mark.usefixtures("fonts")
def test_the_fonts_are_embedded(tmp_path: Path) -> None:
    pdf_file.write_pdf(DOCUMENT, tmp_path / "a.pdf")
    content = (tmp_path / "a.pdf").read_bytes()
    assert b"/FontFile3" in content or b"/FontFile2" in content
    assert b"/ToUnicode" in content  # text can be searched and copied
