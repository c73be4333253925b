"""What an officer hands out or sends on; which documents there are, and as what files, stands in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matcher.errors import InputError
from matcher.matchlists.documents.after_event import after_event
from matcher.matchlists.documents.blocks import Document
from matcher.matchlists.documents.briefing import Briefing
from matcher.matchlists.documents.desk_sheets import invitations, reply_sheet, sign_in_sheet, wish_sheet
from matcher.matchlists.documents.dispatch import success_story
from matcher.matchlists.documents.docx_file import write_docx
from matcher.matchlists.documents.handbook import handbook
from matcher.matchlists.documents.on_site import agenda, reply_form, sign_in, wish_form
from matcher.matchlists.documents.parties import enterprise_booklet, holder_booklet
from matcher.matchlists.documents.pdf_file import write_pdf
from matcher.matchlists.exports.reports import Report, write_report

__all__ = ["KINDS", "Briefing", "Kind", "kind_named", "write", "write_pages"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document: what writes its pages (docx, pdf) and its sheet (xlsx), where it has them.

    `of` says for whom it is made where that must be said: 企业, 权利人, or 对接编号.
    """

    name: str
    pages: Callable[[Briefing, str], Document] | None = None
    sheet: Callable[[Briefing], Report] | None = None
    of: str = ""
    internal: bool = False

    @property
    def formats(self) -> tuple[str, ...]:
        """The suffixes it can be written as."""
        return (("docx", "pdf") if self.pages else ()) + (("xlsx",) if self.sheet else ())


KINDS: tuple[Kind, ...] = (
    Kind("路演手册", lambda briefing, _: handbook(briefing)),
    Kind("议程", lambda briefing, _: agenda(briefing)),
    Kind("签到表", lambda briefing, _: sign_in(briefing), sign_in_sheet),
    Kind("参会回执", lambda briefing, _: reply_form(briefing), reply_sheet),
    Kind("现场意向登记表", lambda briefing, _: wish_form(briefing), wish_sheet),
    Kind("邀请名单", sheet=invitations, internal=True),
    Kind("企业手册", enterprise_booklet, of="企业"),
    Kind("高校手册", holder_booklet, of="权利人"),
    Kind("会后报告", lambda briefing, _: after_event(briefing), internal=True),
    Kind("典型案例", success_story, of="对接编号"),
)


def kind_named(name: str) -> Kind:
    """The kind of that name; raises InputError naming those there are."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise InputError(
        f"没有名为“{name}”的会务文件。可选：{'、'.join(kind.name for kind in KINDS)}。",
        code="unknown_document",
    )


def write(briefing: Briefing, kind: Kind, path: Path, of: str = "") -> None:
    """Write one document in the format of the path's suffix, whole or not at all.

    Raises InputError for a format that the kind has not or where `of` is missing, NotReady for a PDF without fonts.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in kind.formats:
        raise InputError(
            f"{kind.name}没有“{suffix}”格式。可选：{'、'.join(kind.formats)}。", code="unknown_format"
        )
    if kind.of and not of:
        raise InputError(f"{kind.name}须写明{kind.of}。", code="party_missing")
    if suffix == "xlsx" and kind.sheet is not None:
        write_report(kind.sheet(briefing), path)
    elif kind.pages is not None:
        write_pages(kind.pages(briefing, of), path)


def write_pages(document: Document, path: Path) -> None:
    """Write a document as .docx or .pdf; raises InputError for another suffix."""
    suffix = path.suffix.lower()
    if suffix == ".docx":
        write_docx(document, path)
    elif suffix == ".pdf":
        write_pdf(document, path)
    else:
        raise InputError(f"不支持的格式“{suffix}”。可选：.docx、.pdf。", code="unknown_format")
