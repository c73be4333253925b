"""Forms laid out without tables (需求名称：…, tabs, underlines, blanks to fill) → labels with their values.

A paragraph may hold several labels (企业名称：甲公司　技术领域：…), a label its value beside it, behind a tab or on an
underline, or in the paragraphs below up to the next label. What belongs to no label is handed back with its place, and
so is whatever looks like a person's contact: it must not slip into a description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from matcher.importing.labelled import FieldOf, Pair, label_field, pair
from matcher.importing.rows import Row, cell_text

_BREAK = re.compile(r"\t+|[ \u3000]{2,}|[_＿]{2,}")
"""Where one entry of a paragraph ends and another may begin."""
_LABEL = re.compile(r"(?:^|(?<=[\s\u3000；;，,。]))([^\s:：；;，,。]{2,24}(?:[（(][^（）()]*[）)])?)\s*[:：]")
_PERSONAL = re.compile(r"联系|电话|手机|邮箱|微信|传真|负责人|法定代表|法人|填表|填报人|签字|盖章|身份证")
_TEXTS = frozenset({"description", "indicators", "problem"})
"""What goes on over several paragraphs."""
_HEADING = re.compile(r"(?:[表书函]|通知)(?:[（(].*[）)])?$")
"""The title of a form asks for no value."""
_LONGEST_HEADING = 40


@dataclass(slots=True)
class Prose:
    """What a run of paragraphs says: pairs in order, and the entries that no label claims, each at its paragraph."""

    pairs: list[Pair] = field(default_factory=list)
    rest: list[Row] = field(default_factory=list)
    labels: int = 0
    """Labels that were known, with or without a value; none: it is no form."""


@dataclass(slots=True)
class _Open:
    """The label whose value is still being read."""

    label: str
    name: str
    row: int
    parts: list[str]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A known label with what follows it; the label is "" for words that have none."""

    label: str
    value: str


def read_prose(rows: Sequence[Row], field_of: FieldOf) -> Prose:
    """Read the paragraphs in order."""
    found = Prose()
    open_: _Open | None = None
    for row in rows:
        text = cell_text(row.cells[0]).strip()
        for place, piece in enumerate(_pieces(text, field_of)):
            if piece.label:
                _close(open_, found, field_of)
                found.labels += 1
                name = label_field(piece.label, field_of) or ""
                open_ = _Open(piece.label, name, row.number, [piece.value] if piece.value else [])
            elif open_ is not None and _belongs(piece.value, open_, same_line=place > 0):
                open_.parts.append(piece.value)
            elif not (_HEADING.search(piece.value) and len(piece.value) <= _LONGEST_HEADING):
                found.rest.append(Row(row.number, [piece.value]))
    _close(open_, found, field_of)
    return found


def _belongs(text: str, open_: _Open, *, same_line: bool) -> bool:
    """Whether words without a known label go on with the open one."""
    labelled = _LABEL.match(text)
    if labelled and (_PERSONAL.search(labelled[1]) or open_.name not in _TEXTS):
        return False
    return open_.name in _TEXTS or not open_.parts or same_line


def _close(open_: _Open | None, found: Prose, field_of: FieldOf) -> None:
    if open_ is not None:
        joint = "\n" if open_.name in _TEXTS else " "
        found.pairs += pair(open_.label, joint.join(open_.parts), open_.row, field_of)


def _pieces(text: str, field_of: FieldOf) -> Iterator[_Piece]:
    """The entries of one paragraph, in order; a label alone is followed by its value, if there is one."""
    for part in filter(None, map(str.strip, _BREAK.split(text))):
        bare = part.rstrip(":：").strip()
        if label_field(bare, field_of) is not None:
            yield _Piece(bare, "")
            continue
        labels = [match for match in _LABEL.finditer(part) if label_field(match[1], field_of) is not None]
        before = part[: labels[0].start()].strip() if labels else part
        if before:
            yield _Piece("", before)
        ends = [match.start() for match in labels[1:]] + [len(part)]
        for match, end in zip(labels, ends[: len(labels)], strict=True):
            yield _Piece(match[1], part[match.end() : end].strip(" \u3000；;，,"))
