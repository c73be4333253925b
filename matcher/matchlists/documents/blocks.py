"""What documents are made of, whatever they are written as: headings, paragraphs, tables, a funnel; plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BLANK = "【待填】"
"""Stands where only a person knows what to write."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3; `fresh` begins a page."""

    text: str
    level: int = 1
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Body text; a `note` is set small and grey."""

    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A table of labelled texts, two columns wide."""

    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a header; `widths` are shares. Empty rows are to be written in: they are as high as `high` says (cm)."""

    columns: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a funnel."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel chart: bars by count, widest first stage."""

    stages: tuple[Stage, ...]


Block = Heading | Paragraph | Facts | Grid | Funnel


@dataclass(frozen=True, slots=True)
class Document:
    """One document on A4. `header` stands on every page with the page's number below; with `cover` the title has its own."""

    title: str
    header: str
    blocks: tuple[Block, ...]
    made_at: datetime
    organiser: str = ""
    subtitle: str = ""
    cover: bool = False
    landscape: bool = False
