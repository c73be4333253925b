"""Finds the header row and what each column means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from matcher.errors import InputError
from matcher.importing.rows import Row, cell_text
from matcher.importing.synonyms import ESSENTIAL, SYNONYMS, UNUSED, RecordKind

LOOKED_AT = 20
"""Rows in which the header is looked for."""
_BLANK = re.compile(r"[\s*＊★\u200b-\u200f\ufeff]+")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.、．:]|\(?[一二三四五六七八九十]{1,3}[、.)])(?=.)")
_NOTE = re.compile(
    r"\((?:单位[:]?)?(?:万元|元|人民币|万元人民币|必填|选填|非必填|必选|可选|单选|多选|可多选|年月日|年|月|1-9|trl.*|"
    r"(?:如|例|请|格式|限|不超过|yyyy|精确|下拉|多个|用).*|.*\d+字.*)\)$"
)


@dataclass(frozen=True, slots=True)
class Column:
    """One recognised column: where it stands, its header as in the file (`raw` untrimmed), the field it fills."""

    index: int
    header: str
    field: str
    raw: object = ""


@dataclass(frozen=True, slots=True)
class Header:
    """A header row: `columns` in order of preference within a field."""

    row: int
    columns: tuple[Column, ...]
    unrecognised: tuple[str, ...]
    labels: tuple[str, ...]

    def repeats(self, row: Row) -> bool:
        """Whether a row says the header again, as printed tables do on every page."""
        cells = row.cells
        return all(column.index < len(cells) and cells[column.index] == column.raw for column in self.columns)


@lru_cache(maxsize=4096)
def header_key(header: str) -> str:
    """The form in which headers are compared."""
    text = _BLANK.sub("", unicodedata.normalize("NFKC", header).lower()).replace("【", "[").replace("】", "]")
    text = _NUMBERING.sub("", text).rstrip(":")
    return _NOTE.sub("", text) or text


@cache
def _fields(kind: RecordKind) -> dict[str, tuple[int, str]]:
    """Header key → its rank within the field, and the field."""
    found: dict[str, tuple[int, str]] = {}
    for field, synonyms in SYNONYMS[kind].items():
        for rank, synonym in enumerate(synonyms.split()):
            found.setdefault(header_key(synonym), (rank, field))
    return found


_UNUSED = frozenset({"", *map(header_key, UNUSED.split())})


class Recogniser:
    """Knows the headers of one kind of record; `mapping` (header → field, "" to leave it out) overrides the table.

    Raises InputError where the mapping names an unknown field.
    """

    def __init__(self, kind: RecordKind, mapping: Mapping[str, str]) -> None:
        self._kind = kind
        self.mapped = tuple(mapping)
        self._fields = dict(_fields(kind))
        self._left_out = {header_key(header) for header, field in mapping.items() if not field}
        for key in self._left_out:
            self._fields.pop(key, None)
        for header, field in mapping.items():
            if not field:
                continue
            if field not in SYNONYMS[kind]:
                known = "、".join(SYNONYMS[kind])
                raise InputError(f"--map 中的字段“{field}”不存在。可用字段：{known}。", code="unknown_field")
            self._fields[header_key(header)] = (-1, field)

    def field(self, header: str) -> str | None:
        """The field that a header means; "" where it is known to carry nothing, None where it is unknown."""
        key = header_key(header)
        found = self._fields.get(key)
        if found:
            return found[1]
        return "" if key in _UNUSED | self._left_out or key.startswith("unnamed:") else None

    def rank(self, header: str) -> int:
        """Preference among several headers of one field, the lower the better."""
        return self._fields[header_key(header)][0]

    def header(self, rows: Sequence[Row]) -> Header | None:
        """The row of which the most is recognised, the first of equals; None where no row is a header."""
        best: Header | None = None
        for row in rows:
            header = self._read(row)
            fields = {column.field for column in header.columns}
            if fields.isdisjoint(ESSENTIAL[self._kind]):
                continue
            if best is None or len(fields) > len({column.field for column in best.columns}):
                best = header
        return best

    def _read(self, row: Row) -> Header:
        labels = tuple(cell_text(cell).strip() for cell in row.cells)
        fields = [self.field(label) for label in labels]
        columns = [
            Column(index, label, field, row.cells[index])
            for index, (label, field) in enumerate(zip(labels, fields, strict=True))
            if field
        ]
        columns.sort(key=lambda column: self.rank(column.header))
        unknown = [label for label, field in zip(labels, fields, strict=True) if field is None]
        return Header(row.number, tuple(columns), tuple(dict.fromkeys(unknown)), labels)
