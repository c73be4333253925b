"""Documents as Word files: python-docx with Chinese fonts named for every run, so that Word and WPS set them alike."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from matcher.matchlists.documents.blocks import Block, Document, Facts, Funnel, Grid, Heading, Paragraph
from matcher.matchlists.exports.sheet_text import clean
from matcher.replacing import replacing

_SONG, _HEI, _LATIN = "宋体", "黑体", "Times New Roman"
_SIZES = {1: 16.0, 2: 13.0, 3: 11.0}
_TINT, _LINE = "EEF1F5", "9AA3AD"
_BAR = 24
"""Blocks in the longest bar of a funnel."""
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def write_docx(document: Document, path: Path) -> None:
    """Write the document, whole or not at all; equal input gives equal bytes."""
    import docx

    book = docx.Document()
    _set_up(book, document)
    _head(book, document)
    for block in document.blocks:
        _write(book, block)
    packed = BytesIO()
    book.save(packed)
    with replacing(path) as temporary:
        _repack(packed, temporary)


def _set_up(book: Any, document: Document) -> None:  # noqa: ANN401 (python-docx is untyped)
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    section = book.sections[0]
    width, height = (29.7, 21.0) if document.landscape else (21.0, 29.7)
    section.page_width, section.page_height = Cm(width), Cm(height)
    section.orientation = WD_ORIENT.LANDSCAPE if document.landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    section.different_first_page_header_footer = document.cover
    _run(section.header.paragraphs[0], f"{document.header}　{document.title}", _HEI, 8.5)
    footer = section.footer.paragraphs[0]
    footer.alignment = 1
    _run(footer, f"{document.organiser}　第 ", _SONG, 8.5)
    _field(footer, "PAGE")
    _run(footer, " 页 / 共 ", _SONG, 8.5)
    _field(footer, "NUMPAGES")
    _run(footer, " 页", _SONG, 8.5)
    normal = book.styles["Normal"]
    normal.paragraph_format.space_after = 0
    _fonts(normal.element.get_or_add_rPr(), _SONG)
    made: datetime = document.made_at.replace(tzinfo=None)
    core = book.core_properties
    core.title, core.author = clean(document.title), clean(document.organiser)
    core.created = core.modified = made
    core.last_modified_by, core.comments, core.revision = "", "", 1


def _head(book: Any, document: Document) -> None:  # noqa: ANN401
    from docx.enum.text import WD_BREAK
    from docx.shared import Pt

    title = book.add_paragraph()
    title.alignment = 1
    title.paragraph_format.space_before = Pt(160 if document.cover else 0)
    title.paragraph_format.space_after = Pt(10)
    _run(title, document.title, _HEI, 26 if document.cover else 18, bold=True)
    if document.subtitle:
        subtitle = book.add_paragraph()
        subtitle.alignment = 1
        subtitle.paragraph_format.space_after = Pt(8)
        _run(subtitle, document.subtitle, _SONG, 13 if document.cover else 10.5)
    if document.cover:
        made = document.made_at
        below = book.add_paragraph()
        below.alignment = 1
        below.paragraph_format.space_before = Pt(260)
        _run(below, f"{document.organiser}\n{made.year}年{made.month}月{made.day}日", _SONG, 13)
        below.add_run().add_break(WD_BREAK.PAGE)


def _write(book: Any, block: Block) -> None:  # noqa: ANN401
    from docx.shared import Pt

    if isinstance(block, Heading):
        heading = book.add_paragraph(style=f"Heading {block.level}")
        heading.paragraph_format.page_break_before = block.fresh
        heading.paragraph_format.space_before = Pt(0 if block.fresh else 12)
        heading.paragraph_format.space_after = Pt(6)
        _run(heading, block.text, _HEI, _SIZES[block.level], bold=True, colour="000000")
    elif isinstance(block, Paragraph):
        paragraph = book.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(5)
        paragraph.paragraph_format.line_spacing = 1.35
        if not block.note:
            paragraph.paragraph_format.first_line_indent = Pt(21)
        _run(paragraph, block.text, _SONG, 9 if block.note else 10.5, colour="555555" if block.note else "")
    elif isinstance(block, Facts):
        _table(book, (("", 2.9), ("", 13.7)), [(fact.label, fact.text) for fact in block.rows], labelled=True)
    elif isinstance(block, Grid):
        total = 25.3 if book.sections[0].page_width > book.sections[0].page_height else 16.6
        shares = [total * width / sum(block.widths) for width in block.widths]
        _table(book, tuple(zip(block.columns, shares, strict=True)), block.rows, high=block.high)
    else:
        _table(book, (("阶段", 3.2), ("", 9.4), ("数量", 4.0)), _bars(block))


def _bars(funnel: Funnel) -> list[tuple[str, ...]]:
    most = max(1, *(stage.count for stage in funnel.stages))
    first = funnel.stages[0].count
    return [
        (
            stage.label,
            "█" * max(1 if stage.count else 0, round(_BAR * stage.count / most)),
            f"{stage.count} 条" + (f"（{stage.count / first:.1%}）" if first else ""),
        )
        for stage in funnel.stages
    ]


def _table(
    book: Any,  # noqa: ANN401
    columns: tuple[tuple[str, float], ...],
    rows: Any,  # noqa: ANN401 (sequences of texts)
    labelled: bool = False,
    high: float = 0.0,
) -> None:
    """A framed table; its header repeats on every page. `labelled`: no header, the first column holds labels."""
    from docx.enum.table import WD_ROW_HEIGHT_RULE
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt

    table = book.add_table(rows=0 if labelled else 1, cols=len(columns), style="Table Grid")
    table.autofit = False
    if not labelled:
        for cell, (title, width) in zip(table.rows[0].cells, columns, strict=True):
            cell.width = Cm(width)
            _fill(cell, title, _HEI, shaded=True, centred=True)
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in rows:
        line = table.add_row()
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if high:
            line.height, line.height_rule = Cm(high), WD_ROW_HEIGHT_RULE.AT_LEAST
        for number, (cell, text) in enumerate(zip(line.cells, row, strict=True)):
            label = labelled and number == 0
            cell.width = Cm(columns[number][1])
            _fill(cell, text, _HEI if label else _SONG, shaded=label)
    for column, (_, width) in zip(table.columns, columns, strict=True):
        column.width = Cm(width)
    _dress(table._tbl.tblPr)
    book.add_paragraph().paragraph_format.space_after = Pt(4)


def _dress(properties: Any) -> None:  # noqa: ANN401
    """Grey lines, and room above and below the text."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>' for side in sides)
    properties.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>"))
    room = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 60), ("left", 90), ("bottom", 60), ("right", 90))
    )
    properties.append(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{room}</w:tblCellMar>"))


def _fill(cell: Any, text: str, font: str, shaded: bool = False, centred: bool = False) -> None:  # noqa: ANN401
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    if centred:
        paragraph.alignment = 1
    _run(paragraph, text, font, 9)
    if shaded:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), _TINT)
        cell._tc.get_or_add_tcPr().append(shade)


def _run(paragraph: Any, text: str, font: str, size: float, bold: bool = False, colour: str = "") -> None:  # noqa: ANN401
    from docx.shared import Pt, RGBColor

    for number, line in enumerate(clean(text).split("\n")):
        run = paragraph.add_run()
        if number:
            run.add_break()
        run.add_text(line)
        run.font.size, run.font.bold, run.font.italic = Pt(size), bold, False
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour)
        _fonts(run._r.get_or_add_rPr(), font)


def _fonts(properties: Any, chinese: str) -> None:  # noqa: ANN401
    """Latin and Chinese fonts by name: without w:eastAsia, Word takes whatever its template says."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    fonts.set(qn("w:ascii"), _LATIN)
    fonts.set(qn("w:hAnsi"), _LATIN)
    fonts.set(qn("w:eastAsia"), chinese)


def _field(paragraph: Any, code: str) -> None:  # noqa: ANN401
    """A number that Word counts itself."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    paragraph._p.append(field)


def _repack(packed: BytesIO, path: Path) -> None:
    """The same archive with a fixed date on every entry."""
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _ZIP_DAY), source.read(name), zipfile.ZIP_DEFLATED)
