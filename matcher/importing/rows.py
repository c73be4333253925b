"""What every file format is read into: sheets of numbered rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from matcher.importing.synonyms import YES_NO_FIELDS
from matcher.text import clean


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file as people count, from 1, and its cells as they were read."""

    number: int
    cells: Sequence[object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a file whose rows name their own columns (jsonl); `refused` says why it could not be read."""

    number: int
    values: Mapping[str, object]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows below a header that is still to be found; `name` is empty where a format has no sheets."""

    name: str
    rows: Iterator[Row]
    form: bool = False
    """A table of a document: labels may stand beside their values, None goes on to the left, True is the cell above."""
    prose: bool = False
    """Paragraphs of a document outside its tables, one cell each."""


@dataclass(slots=True)
class Notes:
    """What a reader has to say of the file as a whole; grows while the file is read."""

    encoding: str = ""
    skipped_sheets: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


_EXACT = 1e15
"""Whole numbers above may have lost digits in a spreadsheet."""
_LINES = re.compile(r"\r\n?")


def cell_text(value: object) -> str:
    """A cell's value as text: whole numbers without decimals, 是/否, ISO dates, lists joined by ；."""
    if isinstance(value, str):
        return _LINES.sub("\n", value) if "\r" in value else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value)) if abs(value) < _EXACT else f"{value:.5E}"
        return repr(value)
    if isinstance(value, list):
        return "；".join(filter(None, map(cell_text, value)))
    return str(value)


_ABSENT = frozenset(
    {
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "null",
        "none",
        "nan",
        "n/a",
        "#n/a",
        "NULL",
        "None",
        "NaN",
        "N/A",
        "#N/A",
    }
)
_FORMULA = frozenset("=+-@")
"""Signs before which our workbooks put a ', so that no spreadsheet takes the text for a formula."""
_NOTHING = frozenset({"无", "暂无", "没有"})


def stated(value: object, field: str) -> str:
    """What a cell says: its text without invisible signs; "" where it only marks absence (-, N/A, 无).

    In a column that asks whether there is something, 无 is an answer.
    """
    text = clean(value if type(value) is str else cell_text(value))
    if text[:1] == "'" and text[1:2] in _FORMULA:
        text = text[1:]
    if text in _ABSENT or (text in _NOTHING and field not in YES_NO_FIELDS):
        return ""
    return text
