"""Reads .csv: finds the encoding and the delimiter, then streams."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from matcher.errors import InputError
from matcher.importing.rows import Notes, Row, Sheet

_BLOCK = 1 << 20
_FIELD = 1_000_000
"""Characters in one cell; more is a quotation mark that was never closed."""
_LINE = 4_000_000
_SAMPLE = 100_000
_DELIMITERS = ",\t;；|"


def read_delimited(path: Path, notes: Notes) -> Iterator[Sheet]:
    """The file as one sheet without a name. Row numbers count records, as a spreadsheet shows them.

    Raises InputError for what is no text.
    """
    notes.encoding = encoding_of(path)
    delimiter = _delimiter(path, notes.encoding)
    yield Sheet("", _rows(path, notes, delimiter))


def _rows(path: Path, notes: Notes, delimiter: str) -> Iterator[Row]:
    with path.open(encoding=notes.encoding, errors="replace", newline="") as file:
        csv.field_size_limit(_FIELD)
        reader = csv.reader(_lines(file), delimiter=delimiter)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                if any(cells) and any(cell.strip() for cell in cells):
                    yield Row(number, cells)
        except csv.Error:
            notes.remarks.append(
                f"第 {number + 1} 行的引号没有闭合，该行及其后的内容未读取。请修正引号后重新导入。"
            )


def _lines(file: TextIO) -> Iterator[str]:
    """The lines, none of which may fill the memory."""
    while line := file.readline(_LINE):
        if len(line) == _LINE:
            raise csv.Error("line too long")
        yield line


def encoding_of(path: Path) -> str:
    """UTF-16 by its mark, then strict UTF-8, then GB18030; a damaged file is read by the one that fits better.

    UTF-8 comes first because many UTF-8 texts are valid GB18030 too. Raises InputError for binary files.
    """
    with path.open("rb") as file:
        start = file.read(_BLOCK)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start:
        raise InputError(
            f"文件“{path.name}”不是文本表格。请另存为 .xlsx 或 .csv 后导入。", code="file_binary"
        )
    for encoding in ("utf-8-sig", "gb18030"):
        if _damage(path, encoding, strict=True) == 0:
            return encoding
    damage = {encoding: _damage(path, encoding, strict=False) for encoding in ("utf-8-sig", "gb18030")}
    best = min(damage, key=lambda encoding: damage[encoding])
    if damage[best] > max(100, path.stat().st_size // 100):
        raise InputError(
            f"文件“{path.name}”的文字编码无法识别。请用 Excel 或 WPS 打开后另存为 .xlsx，或以 UTF-8 保存。",
            code="file_encoding",
        )
    return best


def _damage(path: Path, encoding: str, *, strict: bool) -> int:
    """How many signs cannot be read; with `strict`, 1 at the first."""
    decoder = codecs.getincrementaldecoder(encoding)("strict" if strict else "replace")
    count = 0
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                count += 0 if strict else text.count("\ufffd")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return 1
    return count


def _delimiter(path: Path, encoding: str) -> str:
    """The sign that cuts the first lines into the most columns of equal number."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        text = file.read(_SAMPLE)
    if len(text) == _SAMPLE:
        text = text[: text.rfind("\n") + 1] or text
    return max(_DELIMITERS, key=lambda delimiter: _regularity(text, delimiter))


def _regularity(text: str, delimiter: str) -> float:
    csv.field_size_limit(_FIELD)
    try:
        widths = Counter(
            len(row) for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if row
        )
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    width, count = max(widths.items(), key=lambda item: ((item[0] - 1) * item[1], item[0]))
    return (width - 1) * count / widths.total()
