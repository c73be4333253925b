"""Word documents of ours: fonts that Chinese offices have, and the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from matcher.matchlists.exports.replacing import replacing
from matcher.matchlists.exports.sheet_text import clean

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
BODY_FONT = "宋体"
HEAD_FONT = "黑体"


def new_document(title: str, made_at: datetime) -> Any:  # noqa: ANN401 (python-docx is untyped)
    """An empty A4 document; `made_at` is the only time in it."""
    from docx import Document
    from docx.shared import Cm, Pt

    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = clean(title), "", ""
    properties.created = properties.modified = made_at.replace(tzinfo=None)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2)
    style = document.styles["Normal"]
    style.font.size = Pt(10.5)
    _set_font(style, BODY_FONT)
    return document


def heading(document: Any, text: str, size: float = 14, *, centred: bool = False) -> None:  # noqa: ANN401
    """A paragraph in the head font."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    run = paragraph.add_run(clean(text))
    run.font.size, run.bold = Pt(size), True
    _set_font(run, HEAD_FONT)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def set_cell(cell: Any, text: str, *, label: bool = False) -> None:  # noqa: ANN401
    """A cell's text; labels stand in the head font."""
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(clean(text))
    if label:
        _set_font(run, HEAD_FONT)


def save(document: Any, path: Path) -> None:  # noqa: ANN401
    """Write the document, whole or not at all, with fixed times inside the archive."""
    stream = io.BytesIO()
    document.save(stream)
    with (
        replacing(path) as temporary,
        zipfile.ZipFile(stream) as made,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in made.infolist():
            archive.writestr(
                zipfile.ZipInfo(part.filename, _ZIP_TIME), made.read(part), compress_type=zipfile.ZIP_DEFLATED
            )


def _set_font(styled: Any, name: str) -> None:  # noqa: ANN401
    """A font for Chinese characters too: Word keeps that one apart."""
    from docx.oxml.ns import qn

    styled.font.name = name
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)
