"""The cells of one row by field, and the readings every kind of record shares."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar

from matcher.domain import FeeKind, FeeTerms
from matcher.errors import InputError
from matcher.identifiers import (
    ApplicationNumber,
    PublicationNumber,
    parse_application,
    parse_credit_code,
    parse_publication,
)
from matcher.importing.amounts import Amount, parse_amount
from matcher.importing.dates import parse_date
from matcher.importing.report import RowProblem, Severity
from matcher.importing.terms import fee_kinds
from matcher.text import garbled, sentences

T = TypeVar("T")


class RowRefused(Exception):
    """The row cannot become a record; `field` is where, the message says why and what to do."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(slots=True)
class Cells:
    """The stated cells of one row, by field (see `rows.stated`); readings that fail leave a problem and answer nothing."""

    values: Mapping[str, str]
    headers: Mapping[str, str]
    file: str
    sheet: str
    row: int
    problems: list[RowProblem]

    def raw(self, field: str) -> str:
        """The cell as it stands, "" where there is none."""
        return self.values.get(field, "")

    def text(self, field: str) -> str:
        """A text for people, kept as it is; one that looks damaged is reported."""
        value = self.raw(field)
        if value and not value.isascii():
            place = garbled(value)
            if place:
                self.warn(field, f"疑似乱码：“{place}”。原文已保留，请核对来源文件的编码。")
        return value

    def read(self, field: str, parse: Callable[[str], T]) -> T | None:
        """The cell through a parser; None, with a warning, where it raises InputError."""
        value = self.raw(field)
        if not value:
            return None
        try:
            return parse(value)
        except InputError as error:
            self.warn(field, f"{error}该项未导入。")
            return None

    def date(self, field: str, *, deadline: bool = False) -> date | None:
        """A day; a deadline may be the end of a period (…至…) or open (长期)."""
        if not deadline:
            return self.read(field, parse_date)
        if re.search(r"长期|永久|不限", self.raw(field)):
            return None
        return self.read(field, lambda value: parse_date(re.split("[至~～]", value)[-1], deadline=True))

    def names(self, field: str) -> tuple[str, ...]:
        """Holders or inventors."""
        value = self.raw(field)
        return split_names(value) if value else ()

    def credit_code(self, field: str = "credit_code") -> str:
        """A verified 统一社会信用代码 or ""."""
        return self.read(field, parse_credit_code) or ""

    def amount(self, field: str) -> Amount | None:
        """Money in 万元; a header that says （元） counts as the unit."""
        header = self.headers.get(field, "")
        unit = "" if re.search(r"[(（](?:单位[:：])?元[)）]", header) else "万"
        return self.read(field, lambda value: parse_amount(value, unit=unit))

    def fee(self) -> FeeTerms | None:
        """Price and payment from the columns `fee` and `payment`; of a range the upper end."""
        price, payment = self.raw("fee"), self.raw("payment")
        if not price and not payment:
            return None
        kinds = fee_kinds(f"{payment};{price}")
        amount = self.amount("fee") if re.search(r"\d", price) or not kinds else None
        kind = kinds[0] if kinds else None
        if amount is not None and amount.high is None:
            kind = kind or FeeKind.NEGOTIABLE
        text = "；".join(dict.fromkeys(filter(None, (price, payment))))
        return FeeTerms(kind, amount.high if amount else 0.0 if kind is FeeKind.FREE else None, text)

    def warn(self, field: str, message: str) -> None:
        """Something was left out or should be looked at; the row lands."""
        self.problem(field, message, Severity.WARNING)

    def problem(self, field: str, message: str, severity: Severity) -> None:
        """Add a problem of this row."""
        value = self.values.get(field, "")[:200]
        header = self.headers.get(field, "")
        self.problems.append(RowProblem(self.file, self.sheet, self.row, header, value, message, severity))


@dataclass(frozen=True, slots=True)
class PatentNumbers:
    """What the number columns of a row say of a patent; a foreign number stands in `foreign`."""

    application: ApplicationNumber | None = None
    publication: PublicationNumber | None = None
    foreign: str = ""

    @property
    def id(self) -> str:
        """The patent's identity; "" where no number can be used."""
        if self.application is not None:
            return self.application.id
        return self.foreign or (self.publication.id if self.publication is not None else "")


_FOREIGN = re.compile(r"(?!CN|ZL)(?:[A-Z]{2}|PCT/).*\d{4}.*")


def patent_numbers(cells: Cells, *fields: str) -> PatentNumbers:
    """The numbers in `fields`, whichever column they stand in; unusable ones are reported and left out."""
    numbers = PatentNumbers()
    for field in fields:
        value = cells.raw(field)
        if value:
            numbers = _joined(numbers, cells, field, value)
    return numbers


def _joined(numbers: PatentNumbers, cells: Cells, field: str, value: str) -> PatentNumbers:
    application, publication, foreign = numbers.application, numbers.publication, numbers.foreign
    try:
        found = parse_number(value, publication_first=field == "publication")
    except InputError as error:
        if field == "application" and _FOREIGN.fullmatch(value.upper()):
            return PatentNumbers(application, publication, foreign or value.upper())
        cells.warn(field, f"{error}该号码未导入。")
        return numbers
    if isinstance(found, PublicationNumber):
        return PatentNumbers(application, publication or found, foreign)
    if found.check and found.check != found.expected_check:
        cells.warn(field, f"{wrong_check(value, found)}该号码未导入。")
        return numbers
    return PatentNumbers(application or found, publication, foreign)


def wrong_check(text: str, number: ApplicationNumber) -> str:
    """What to tell a person of a wrong check digit."""
    return f"申请号“{text}”的校验位不符：末位应为 {number.expected_check}，请核对。"


def parse_number(text: str, *, publication_first: bool = False) -> ApplicationNumber | PublicationNumber:
    """An application or a publication number; the error speaks of the one that was expected."""
    parsers: list[Callable[[str], ApplicationNumber | PublicationNumber]] = [
        parse_application,
        parse_publication,
    ]
    if publication_first:
        parsers.reverse()
    try:
        return parsers[0](text)
    except InputError as first:
        try:
            return parsers[1](text)
        except InputError:
            raise first from None


_SEPARATORS = re.compile(r"[;；|、\n]+")
_HOLES = re.compile(r"(^|[;；|、])\s*\?+")
"""Blanks after a separator that an encoder replaced by question marks."""
_COMMAS = re.compile(r"[,，](?![^(（]*[)）])")
_HAN = re.compile(r"[\u3400-\u9fff]")


@lru_cache(maxsize=65536)
def split_names(text: str) -> tuple[str, ...]:
    """Names at ; ； | 、 and line breaks; at commas and blanks only between Chinese names, never inside Latin ones."""
    if "?" in text:
        text = _HOLES.sub(r"\1", text)
    names = [name for part in _SEPARATORS.split(text) if (name := part.strip(" \t\u3000,，"))]
    if any("," in name or "，" in name for name in names):
        names = [part for name in names for part in _at_commas(name)]
    if len(names) == 1 and " " in names[0]:
        parts = names[0].split()
        if all(2 <= len(part) <= 4 and all(map(_HAN.match, part)) for part in parts):
            names = parts
    return tuple(dict.fromkeys(names))


def _at_commas(name: str) -> list[str]:
    parts = [part.strip() for part in _COMMAS.split(name)]
    return [part for part in parts if part] if all(_HAN.search(part) for part in parts if part) else [name]


def split_phrases(text: str) -> tuple[str, ...]:
    """Phrases at ; ； | and line breaks; where there is none of these, at 、 and commas."""
    parts = re.split(r"[;；|\n]+", text)
    if len(list(filter(str.strip, parts))) == 1:
        parts = re.split(r"[、，,]+", text)
    return tuple(dict.fromkeys(stripped for part in parts if (stripped := part.strip(" \t\u3000。"))))


@dataclass(frozen=True, slots=True)
class Texts:
    """A title and the text below it."""

    title: str
    body: str


_TITLE = 60
"""Characters of a title made from a text."""


def titled(title: str, body: str) -> Texts:
    """Both as they are; without a title the first sentence is taken out of the text as one."""
    if title or not body:
        return Texts(title, body)
    first = sentences(body)[0][:_TITLE]
    return Texts(first.rstrip("。；;！!\n"), body[len(first) :].lstrip())


def content_id(prefix: str, *parts: object) -> str:
    """An identity made of what the record says, for records that no one has numbered."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
    return f"{prefix}-{digest[:16]}"
