"""Forms in which a label stands beside or above its value (企业技术需求征集表) → the cells of records, by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from matcher.importing.rows import Row, cell_text, stated

FieldOf = Callable[[str], str | None]
"""The field that a label means; "" where it is known to carry nothing, None where it is unknown."""
_IDENTITY = ("enterprise", "credit_code", "enterprise_own_id", "region", "industry")
_SHARED = (*_IDENTITY, "received", "source", "valid_until", "confidentiality")
"""What one head of a form says for every need below it."""
_FREE = frozenset({"title", "description", "indicators", "problem", "enterprise"})
"""Texts in which a square is a bullet and not a box."""
_BEGINS = frozenset({"title", "own_id"})
_NOTES = re.compile(r"[（(【\[][^（）()【】\[\]]*[）)】\]]")
_INLINE = re.compile(r"\s*([^:：\n]{2,24})[:：]\s*(.*)", re.DOTALL)
_LONGEST_LABEL = 40


@dataclass(slots=True)
class Filled:
    """What a form says of one record: values and labels by field, and the row on which it begins."""

    values: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    row: int = 0

    def add(self, found: Pair) -> None:
        """The first statement of a field stands; more of a free text is added below it."""
        if found.field not in self.values:
            self.values[found.field], self.headers[found.field] = found.value, found.label
            self.row = self.row or found.row
        elif found.field in ("description", "indicators", "problem"):
            self.values[found.field] += f"\n{found.value}"

    @property
    def speaks(self) -> bool:
        """Whether it says what is needed."""
        return not {"title", "description", "problem"}.isdisjoint(self.values)


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value."""

    field: str
    label: str
    value: str
    row: int


def is_list(rows: Sequence[Row], field_of: FieldOf) -> bool:
    """Whether a table has a header row with one record a line: three labels or more side by side, values below."""
    for row in rows[:5]:
        texts = [text for text in _texts(row) if text]
        known = [text for text in texts if label_field(text, field_of) is not None]
        if len(known) >= 3 and len(known) >= 0.6 * len(texts):
            return True
    return False


def unmerged(rows: Sequence[Row]) -> list[Row]:
    """The rows of a list with every merged cell's text in all its places."""
    found: list[Row] = []
    above: Sequence[object] = ()
    for row in rows:
        cells: list[object] = []
        for index, cell in enumerate(row.cells):
            left = cells[-1] if cells else ""
            cells.append(
                left
                if cell is None
                else (above[index] if index < len(above) else "")
                if cell is True
                else cell
            )
        found.append(Row(row.number, cells))
        above = cells
    return found


def records(rows: Sequence[Row], field_of: FieldOf, before: Filled | None = None) -> list[Filled]:
    """The records of one table, in order (see `gathered`)."""
    return gathered(_pairs(rows, field_of), before)


def gathered(pairs: Iterable[Pair], before: Filled | None = None) -> list[Filled]:
    """The records of one form, in order; `before` is the record before, whose head may stand for these too.

    A form that says nothing of a need answers one record that does not speak: a head for the forms that follow.
    """
    found: list[Filled] = []
    current = Filled()
    for pair in pairs:
        if pair.field in _BEGINS and current.values.keys() & _BEGINS and current.speaks:
            found.append(current)
            current = Filled()
        current.add(pair)
    found.append(current)
    for one, previous in zip(found, [before, *found], strict=False):
        if previous is not None:
            _inherit(one, previous)
    return found


def _inherit(one: Filled, previous: Filled) -> None:
    named = one.values.keys() & {"enterprise", "credit_code", "enterprise_own_id"}
    for name in _SHARED:
        if name in previous.values and name not in one.values and not (named and name in _IDENTITY):
            one.values[name], one.headers[name] = previous.values[name], previous.headers[name]


def _pairs(rows: Sequence[Row], field_of: FieldOf) -> Iterator[Pair]:
    """Label and value beside each other; a label alone in its row has its value in the row below."""
    waiting: str = ""
    for row in rows:
        texts = _texts(row)
        if waiting and len(texts) == 1 and label_field(texts[0], field_of) is None:
            yield from pair(waiting, texts[0], row.number, field_of)
            waiting = ""
            continue
        waiting = ""
        place = 0
        while place < len(texts):
            label = texts[place]
            place += 1
            if label_field(label, field_of) is None:
                yield from _inline(label, row.number, field_of)
            elif len(texts) == 1:
                waiting = label
            elif place < len(texts) and not label_field(texts[place], field_of):
                yield from pair(label, texts[place], row.number, field_of)
                place += 1


def _texts(row: Row) -> list[str]:
    """The distinct cells: what goes on from the left or from above is no cell of its own."""
    return [cell_text(cell).strip() for cell in row.cells if cell is not None and cell is not True]


def label_field(text: str, field_of: FieldOf) -> str | None:
    """The field of a label, with or without the notes in brackets."""
    if not text or len(text) > _LONGEST_LABEL:
        return None
    found = field_of(text)
    return field_of(_NOTES.sub("", text)) if found is None else found


def pair(label: str, value: str, row: int, field_of: FieldOf) -> Iterator[Pair]:
    """The label with what is stated beside it, boxes read; none where the label carries nothing, or nothing is stated."""
    name = label_field(label, field_of)
    if name:
        text = stated(value if name in _FREE else ticked(value), name)
        if text:
            yield Pair(name, "".join(label.split()), text, row)


def _inline(text: str, row: int, field_of: FieldOf) -> Iterator[Pair]:
    """Lines such as 需求名称：… inside one cell; lines without a label belong to the one above."""
    label, value = "", ""
    for line in text.split("\n"):
        match = _INLINE.fullmatch(line)
        if match and label_field(match[1], field_of):
            if label:
                yield from pair(label, value, row, field_of)
            label, value = match[1], match[2]
        elif label:
            value = f"{value}\n{line}"
    if label:
        yield from pair(label, value, row, field_of)


_TICK = re.compile(r"[（(\[【]\s*[√✓✔☑vV]\s*[）)\]】]|[□☐○〇]\s*[√✓✔]|[√✓✔]\s*[□☐○〇]|[☑☒■✅]|[√✓✔](?!\d)")
_BOX = re.compile(r"[（(\[【][\s\u3000]*[）)\]】]|[□☐○〇]")
_AROUND = " \t\n\u3000、，,；;。"


def ticked(text: str) -> str:
    """Of options with boxes (☑转让 □许可, 转让（√）) the ticked ones, joined by ；; other texts as they are."""
    marked = _BOX.sub("☐", _TICK.sub("☑", text))
    if "☑" not in marked and marked.count("☐") < 2:
        return text
    before_option = marked.strip()[-1:] not in ("☑", "☐")
    parts = re.split("([☑☐])", marked)
    marks, options = parts[1::2], parts[2::2] if before_option else parts[0:-1:2]
    chosen = [option.strip(_AROUND) for mark, option in zip(marks, options, strict=True) if mark == "☑"]
    return "；".join(filter(None, chosen))
