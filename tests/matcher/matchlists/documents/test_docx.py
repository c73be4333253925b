"""Word files: Chinese fonts named on every run, tables and fields in place, the same bytes twice."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from pathlib import Path

import docx

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
from matcher.matchlists.documents.docx_file import write_docx

DOCUMENT = Document(
    title="会后报告",
    header="河东省知识产权局",
    blocks=(
        Heading("一、概况", 1),
        Paragraph("共推送\x0b 4 条。\n其中签约 1 条。"),
        Facts((Fact("时间", "2026年10月20日"),)),
        Grid(("序号", "单位"), (1, 4), (("1", "东港大学"), ("", "")), 1.0),
        Funnel((Stage("已推送", 4), Stage("已签约", 1), Stage("无", 0))),
    ),
    made_at=datetime(2026, 10, 21, 9, 30),
    organiser="河东省知识产权局",
)


def test_everything_stands_where_it_should(tmp_path: Path) -> None:
    write_docx(DOCUMENT, tmp_path / "a.docx")
    book = docx.Document(str(tmp_path / "a.docx"))
    texts = [paragraph.text for paragraph in book.paragraphs if paragraph.text]
    assert texts == ["会后报告", "一、概况", "共推送 4 条。\n其中签约 1 条。"]
    facts, grid, funnel = ([[cell.text for cell in row.cells] for row in table.rows] for table in book.tables)
    assert facts == [["时间", "2026年10月20日"]]
    assert grid == [["序号", "单位"], ["1", "东港大学"], ["", ""]]
    assert funnel[1:] == [
        ["已推送", "█" * 24, "4 条（100.0%）"],
        ["已签约", "█" * 6, "1 条（25.0%）"],
        ["无", "", "0 条（0.0%）"],
    ]
    assert book.core_properties.created.replace(tzinfo=None) == DOCUMENT.made_at
    assert round(book.sections[0].page_width.cm, 1) == 21.0


def test_every_run_names_its_chinese_font_and_pages_are_numbered(tmp_path: Path) -> None:
    write_docx(DOCUMENT, tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        body = archive.read("word/document.xml").decode()
        footer = "".join(archive.read(name).decode() for name in archive.namelist() if "footer" in name)
    runs = re.findall(r"<w:r>.*?</w:r>", body, flags=re.S)
    assert runs
    assert all(re.search(r'w:eastAsia="(宋体|黑体)"', run) for run in runs)
    assert 'w:instr="PAGE"' in footer
    assert 'w:instr="NUMPAGES"' in footer


def test_equal_documents_give_equal_bytes(tmp_path: Path) -> None:
    write_docx(DOCUMENT, tmp_path / "a.docx")
    write_docx(DOCUMENT, tmp_path / "b.docx")
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
