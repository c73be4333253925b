"""Reads .jsonl and BEIR folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from matcher.importing.rows import Entry, Notes

_LINE = 16 << 20
"""Bytes of one line."""


def read_json_lines(path: Path, notes: Notes) -> Iterator[Entry]:
    """One entry a line, numbered from 1; blank lines are skipped, unreadable ones refused.

    The content of an object called `metadata` counts as if it stood beside it (BEIR).
    """
    notes.encoding = "utf-8"
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LINE + 1):
            number += 1
            if len(line) > _LINE:
                while line and not line.endswith(b"\n"):
                    line = file.readline(_LINE)
                yield Entry(number, {}, "这一行过长，无法读取。")
                continue
            line = line.strip(b"\xef\xbb\xbf \t\r\n")
            if line:
                yield _entry(number, line)


def _entry(number: int, line: bytes) -> Entry:
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Entry(number, {}, f"这一行不是有效的 JSON：第 {error.colno} 个字符处无法识别。")
    if not isinstance(values, dict):
        return Entry(number, {}, "这一行不是 JSON 对象（应以 { 开头）。")
    extra = values.pop("metadata", None)
    return Entry(number, {**extra, **values} if isinstance(extra, dict) else values)
