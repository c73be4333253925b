"""Blank workbooks for officers to fill in, so that every column is recognised on import."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from matcher.errors import InputError
from matcher.importing.headers import Recogniser
from matcher.importing.synonyms import SYNONYMS, RecordKind
from matcher.matchlists.exports.sheet_text import line_count
from matcher.matchlists.exports.styles import Styles
from matcher.matchlists.need_form import write_need_form
from matcher.matchlists.template_fields import TEMPLATES, Entry, Field, Template
from matcher.replacing import replacing

ENTRY_SHEET = "填写"
NOTES_SHEET = "填写说明"
MANDATORY_MARK = "*"
HEADER_ROW = 1
"""Zero-based; the title stands above it, and the first line to fill in follows it."""
_HAN = re.compile("[一-龥]")
_LAST_ROW = 1_048_575
_FIRST_DAY = date(1900, 1, 1)
_LAST_DAY = date(2100, 12, 31)
_FIXED_TIME = datetime(1980, 1, 1)
"""A template is no dated document: the same version of the program writes the same bytes."""


def template_for(kind: str) -> Template:
    """The template of that kind of record; raises InputError naming those there are."""
    for template in TEMPLATES:
        if template.kind == kind:
            return template
    kinds = "、".join(template.kind for template in TEMPLATES)
    raise InputError(f"没有名为“{kind}”的模板。可选：{kinds}。", code="unknown_template")


def field_labels(kind: RecordKind) -> dict[str, str]:
    """What each field of a kind is called: its title in the template, else the first Chinese header that is known for it."""
    recogniser = Recogniser(kind, {})
    titles = [field.title for template in TEMPLATES if template.kind is kind for field in template.fields]
    named = {recogniser.field(title): title for title in reversed(titles)}
    return {
        field: named.get(field) or next(filter(_HAN.search, synonyms.split()), field)
        for field, synonyms in SYNONYMS[kind].items()
    }


def write_template(kind: str, path: Path) -> None:
    """Write the template of `kind` (patents, needs, enterprises, assessments, transactions, holders) as xlsx, of needs also as docx.

    The first sheet holds title and header, with drop-downs and checks that warn; the example stands on the
    notes sheet only, so that a filled template imports without it. Raises InputError.
    """
    template = template_for(kind)
    if template.kind is RecordKind.NEEDS and path.suffix.lower() == ".docx":
        write_need_form(path)
        return
    if path.suffix.lower() != ".xlsx":
        word = "（技术需求另有 Word 版：.docx）" if template.kind is RecordKind.NEEDS else ""
        raise InputError(
            f"模板是 Excel 文件，请把 {path.name} 改为以 .xlsx 结尾的文件名{word}。", code="not_xlsx"
        )
    with replacing(path) as temporary:
        _write(template, temporary)


def _write(template: Template, path: Path) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(
        path, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": template.title, "created": _FIXED_TIME})
    styles = Styles(book)
    _write_entry_sheet(book.add_worksheet(ENTRY_SHEET), styles, template)
    _write_notes(book.add_worksheet(NOTES_SHEET), styles, template)
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error


def _write_entry_sheet(page: Any, styles: Styles, template: Template) -> None:  # noqa: ANN401
    hint = f"{template.title}（{MANDATORY_MARK} 为必填，各列怎样填写和示例见“{NOTES_SHEET}”）"
    page.set_row(0, 26)
    page.write_string(0, 0, hint, styles.named("entry title"))
    page.set_row(HEADER_ROW, 34)
    for index, field in enumerate(template.fields):
        page.set_column(index, index, field.width, styles.named(_entry_style(field)))
        name = "mandatory" if field.mandatory else "header"
        page.write_string(HEADER_ROW, index, _header(field), styles.named(name))
        page.data_validation(HEADER_ROW + 1, index, _LAST_ROW, index, _validation(field))
    page.freeze_panes(HEADER_ROW + 1, 1)
    page.repeat_rows(HEADER_ROW)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _header(field: Field) -> str:
    return field.title + (MANDATORY_MARK if field.mandatory else "")


def _entry_style(field: Field) -> str:
    return {Entry.DATE: "entry date", Entry.NUMBER: "entry number"}.get(field.entry, "entry")


def _validation(field: Field) -> dict[str, Any]:
    """A check that warns and lets pass: the importer knows more spellings than a drop-down can hold."""
    rule: dict[str, Any] = {
        "input_title": field.title,
        "input_message": field.note,
        "error_type": "warning",
        "error_title": "请核对",
        "error_message": f"“{field.title}”：{field.note}。确定按所填内容保留吗？",
    }
    if field.terms and not field.several:
        return {**rule, "validate": "list", "source": list(field.terms)}
    if field.entry is Entry.DATE:
        return {
            **rule,
            "validate": "date",
            "criteria": "between",
            "minimum": _FIRST_DAY,
            "maximum": _LAST_DAY,
        }
    if field.entry is Entry.NUMBER:
        return {**rule, "validate": "decimal", "criteria": ">=", "value": 0}
    return {**rule, "validate": "any"}


def _write_notes(page: Any, styles: Styles, template: Template) -> None:  # noqa: ANN401
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    widths = (22, 10, 10, 46, 46, 34)
    for index, width in enumerate(widths):
        page.set_column(index, index, width)
    page.set_row(0, 30)
    page.write_string(0, 0, f"{template.title}·填写说明", styles.named("entry title"))
    for index, title in enumerate(
        ("列名", "是否必填", "格式", "怎样填写", "可选内容", "示例（勿填入第一张表）")
    ):
        page.write_string(1, index, title, styles.named("header"))
    for row, field in enumerate(template.fields, 2):
        cells = (
            f"“{field.title}”",  # quoted, or the importer would take this line for a header
            "必填" if field.mandatory else "",
            field.entry,
            field.note,
            "、".join(field.terms),
            field.example,
        )
        lines = max(line_count(text, width * 0.45) for text, width in zip(cells, widths, strict=True))
        page.set_row(row, 15.0 * lines + 6)
        for index, text in enumerate(cells):
            page.write_string(row, index, text, styles.named("text"))
    page.freeze_panes(2, 1)
