"""The tables, the prose around them and the paragraphs of a Word document as texts; imported by the bounded process alone, so it imports nothing of ours.

A cell is its text; None stands where the cell to the left goes on (merged columns), True where the one above does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COLUMNS = 63
"""The most columns of a table in Word."""
_SKIPPED = frozenset({"tbl", "pPr", "rPr", "tcPr", "sdtPr", "moveFrom", "del", "instrText", "Fallback"})
"""Nested tables come by themselves; properties, deleted text and fallbacks of drawings are not what people see."""
_TICKED = frozenset({"F0FE", "F0FC", "F052", "F053", "F0FD"})
"""Ticks and ticked boxes of Wingdings and Wingdings 2."""
_EMPTY = frozenset({"F0A8", "F06F", "F071", "F0A3", "F02A", "F035"})
Cell = str | bool | None


def tables(body: Any) -> Iterator[list[list[Cell]]]:  # noqa: ANN401 (an lxml element)
    """Every table below an element, nested ones after the one that holds them."""
    for table in body.iter(f"{_W}tbl"):
        yield [_row(row) for row in _children(table, "tr")]


def blocks(body: Any) -> Iterator[tuple[bool, list[list[Cell]]]]:  # noqa: ANN401
    """The document from top to bottom: (True, prose) for every run of paragraphs outside tables, (False, rows) for tables.

    A paragraph of prose is one cell, "" where it is empty; a tab stands at every tab and where underlining begins or ends.
    """
    prose: list[list[Cell]] = []
    for child in _flat(body):
        if child.tag == f"{_W}p":
            prose.append([_marked(child)])
        elif child.tag == f"{_W}tbl":
            yield True, prose
            prose = []
            for table in tables(child):
                yield False, table
    yield True, prose


def _flat(body: Any) -> Iterator[Any]:  # noqa: ANN401
    """The paragraphs and tables of a body, also those inside content controls."""
    for child in body:
        if child.tag == f"{_W}sdt":
            content = child.find(f"{_W}sdtContent")
            if content is not None:
                yield from _flat(content)
        else:
            yield child


def _marked(paragraph: Any) -> str:  # noqa: ANN401
    parts: list[str] = []
    underlined = False
    for run in paragraph.iter(f"{_W}r"):
        line = run.find(f"{_W}rPr/{_W}u")
        now = line is not None and line.get(f"{_W}val", "single") != "none"
        if now is not underlined:
            parts.append("\t")
        underlined = now
        _collect(run, parts, tab="\t")
    return "".join(parts).strip()


def paragraphs(body: Any) -> Iterator[str]:  # noqa: ANN401
    """The text of every paragraph that holds any, those in tables too, in order."""
    for paragraph in body.iter(f"{_W}p"):
        text = _text(paragraph)
        if text:
            yield text


def _row(row: Any) -> list[Cell]:  # noqa: ANN401
    cells: list[Cell] = []
    for cell in _children(row, "tc"):
        properties = cell.find(f"{_W}tcPr")
        cells.append(True if _goes_on(properties) else _text(cell))
        cells += [None] * (_span(properties) - 1)
    return cells[:_COLUMNS]


def _children(element: Any, name: str) -> Iterator[Any]:  # noqa: ANN401
    """The children of that name, also those inside content controls."""
    for child in element:
        if child.tag == f"{_W}{name}":
            yield child
        elif child.tag == f"{_W}sdt":
            content = child.find(f"{_W}sdtContent")
            if content is not None:
                yield from _children(content, name)


def _goes_on(properties: Any) -> bool:  # noqa: ANN401
    merge = None if properties is None else properties.find(f"{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val", "continue") == "continue"


def _span(properties: Any) -> int:  # noqa: ANN401
    span = None if properties is None else properties.find(f"{_W}gridSpan")
    value = "1" if span is None else span.get(f"{_W}val", "1")
    return min(max(int(value), 1), _COLUMNS) if value.isdecimal() else 1


def _text(cell: Any) -> str:  # noqa: ANN401
    parts: list[str] = []
    _collect(cell, parts)
    return "".join(parts).strip()


def _collect(element: Any, parts: list[str], tab: str = " ") -> None:  # noqa: ANN401
    for child in element:
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if name in _SKIPPED:
            continue
        if name == "t":
            parts.append(child.text or "")
        elif name in ("br", "cr"):
            parts.append("\n")
        elif name == "tab":
            parts.append(tab)
        elif name == "sym":
            parts.append(_symbol(child.get(f"{_W}char", "")))
        elif name == "checkBox":
            parts.append(_check_box(child))
        else:
            if name == "p" and parts:
                parts.append("\n")
            _collect(child, parts, tab)


def _symbol(code: str) -> str:
    code = code.upper()
    return "☑" if code in _TICKED else "☐" if code in _EMPTY else ""


def _check_box(box: Any) -> str:  # noqa: ANN401
    """A legacy form field: its state where somebody has set one, else its default."""
    for name in ("checked", "default"):
        found = box.find(f"{_W}{name}")
        if found is not None:
            return "☐" if found.get(f"{_W}val", "1") in ("0", "false", "off") else "☑"
    return "☐"
