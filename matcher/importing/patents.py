"""Cells → patents."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from matcher.domain import (
    Encumbrance,
    EncumbranceKind,
    LegalStatus,
    Maturity,
    MaturitySource,
    Patent,
    PatentType,
)
from matcher.errors import InputError
from matcher.identifiers import PublicationStage, own_key, parse_ipc, parse_locarno
from matcher.importing.cells import (
    Cells,
    PatentNumbers,
    RowRefused,
    parse_number,
    patent_numbers,
    split_phrases,
    titled,
)
from matcher.importing.maturity import parse_maturity
from matcher.importing.terms import (
    IMPLEMENTATION,
    LICENCES,
    MATURITY_SOURCES,
    PROSPECTS,
    TYPES,
    Standing,
    parse_modes,
    parse_status,
    parse_yes_no,
)


def read_patent(cells: Cells, source: str) -> Patent:
    """One patent. Raises RowRefused where it has no title, or no number and no id of its own."""
    own_id = cells.raw("own_id")
    numbers = _numbers(cells, own_id)
    identity = numbers.id or own_key(source, own_id)
    if not identity:
        raise RowRefused(
            "没有可用的申请号或公开（公告）号，无法确定是哪一件专利。请补充或更正号码。", "application"
        )
    title = cells.text("title")
    if not title:
        return _untitled(cells, identity, source)
    days = _days(cells, numbers)
    classes = _classes(cells)
    return Patent(
        id=identity,
        title=title,
        application_number=str(numbers.application or numbers.foreign),
        publication_number=str(numbers.publication or ""),
        type=_type(cells, numbers, classes),
        published=days.published,
        granted=days.granted,
        ipc=classes.ipc,
        locarno=classes.locarno,
        source=source,
        own_id=own_id,
        **{fact.name: fact.read(cells) for fact in _facts(tuple(cells.headers))},
    )


def _untitled(cells: Cells, identity: str, source: str) -> Patent:
    """A text corpus may have no titles: the first sentence becomes one. Raises RowRefused for anything else."""
    if cells.raw("application") or cells.raw("publication") or not cells.raw("abstract"):
        raise RowRefused("缺少专利名称。请补充后重新导入。", "title")
    texts = titled("", cells.text("abstract"))
    return Patent(identity, texts.title, texts.body, source=source, own_id=cells.raw("own_id"))


def _numbers(cells: Cells, own_id: str) -> PatentNumbers:
    """The number columns; without any, an own id that is written as a number (CN102955381B)."""
    numbers = patent_numbers(cells, "application", "publication")
    if not numbers.id and re.match(r"(?:CN|ZL)-?\d", own_id):
        try:
            parse_number(own_id)
        except InputError:
            return numbers
        return patent_numbers(cells, "own_id")
    return numbers


@dataclass(frozen=True, slots=True)
class _Days:
    published: date | None
    granted: date | None


def _days(cells: Cells, numbers: PatentNumbers) -> _Days:
    """公开（公告）日 is the day of the grant or of the application's publication, by the number's kind code."""
    granted, published, announced = cells.date("granted"), cells.date("published"), cells.date("announced")
    stage = numbers.publication.stage if numbers.publication else None
    if stage is PublicationStage.GRANT:
        return _Days(published, granted or announced)
    return _Days(published or announced, granted)


@dataclass(frozen=True, slots=True)
class _Classes:
    ipc: tuple[str, ...]
    locarno: str


def _classes(cells: Cells) -> _Classes:
    """The IPC symbols, main one first, and the Locarno class wherever it stands; unreadable ones are reported."""
    symbols: dict[str, None] = {}
    locarno = ""
    for field in ("ipc_main", "ipc", "locarno"):
        value = cells.raw(field)
        if not value:
            continue
        found = _split_classes(value)
        symbols.update(dict.fromkeys(found.ipc))
        locarno = locarno or found.locarno
        for symbol in found.unknown:
            cells.warn(field, f"“{symbol}”不是有效的 IPC 或洛迦诺分类号。该项未导入。")
    return _Classes(tuple(symbols), locarno)


@dataclass(frozen=True, slots=True)
class _Symbols:
    ipc: tuple[str, ...]
    locarno: str
    unknown: tuple[str, ...]


@lru_cache(maxsize=65536)
def _split_classes(text: str) -> _Symbols:
    ipc: list[str] = []
    unknown: list[str] = []
    locarno = ""
    for part in re.split(r"[;；|、,，\n]+", text):
        symbol = part.strip("? \t\u3000")
        if not symbol:
            continue
        try:
            ipc.append(parse_ipc(symbol))
        except InputError:
            try:
                locarno = locarno or parse_locarno(symbol)
            except InputError:
                unknown.append(symbol)
    return _Symbols(tuple(ipc), locarno, tuple(unknown))


def _type(cells: Cells, numbers: PatentNumbers, classes: _Classes) -> PatentType | None:
    """As stated, else by the application number, the kind code or a design class; a contradiction is reported."""
    stated = cells.read("type", TYPES.one)
    known = numbers.application.type if numbers.application else None
    known = known or (numbers.publication.type if numbers.publication else None)
    if known is None and classes.locarno and not classes.ipc:
        known = PatentType.DESIGN
    if stated and known and stated is not known:
        cells.warn("type", f"专利类型“{stated}”与号码不符（按号码应为{known}），已按号码导入。")
        return known
    return stated or known


def _status(cells: Cells) -> LegalStatus | None:
    standing = _standing(cells)
    return standing.status if standing else None


def _standing(cells: Cells) -> Standing | None:
    """The detailed status, else the plain 有效/失效/审中."""
    return cells.read("status", parse_status) or cells.read("validity", parse_status)


def _stated_encumbrances(status: str) -> tuple[EncumbranceKind, ...]:
    try:
        return parse_status(status).encumbrances if status else ()
    except InputError:  # reported where the status is read
        return ()


_STATED = {
    EncumbranceKind.PLEDGE: "pledged",
    EncumbranceKind.PRESERVATION: "preserved",
    EncumbranceKind.OPEN_LICENCE: "open_licence",
}
_NO_LICENCE = frozenset({EncumbranceKind.PLEDGE, EncumbranceKind.PRESERVATION})


def _encumbrances(cells: Cells) -> tuple[Encumbrance, ...]:
    """What the status and the columns of its own say stands on the right, each kind once."""
    kinds = set(_stated_encumbrances(cells.raw("status")))
    kinds |= {kind for kind, column in _STATED.items() if cells.read(column, parse_yes_no)}
    licence = cells.read("licence_kind", LICENCES.one)
    if licence:
        kinds.add(licence)
    if not kinds:
        return ()
    until = cells.date("licence_until", deadline=True) if kinds - _NO_LICENCE else None
    parties = {EncumbranceKind.PLEDGE: cells.raw("pledgee"), licence: cells.raw("licensee")}
    return tuple(
        Encumbrance(kind, parties.get(kind, ""), until=None if kind in _NO_LICENCE else until)
        for kind in EncumbranceKind
        if kind in kinds
    )


def _maturity(cells: Cells) -> Maturity | None:
    """The level; a header that speaks of 13 levels sets the scale."""
    source = cells.read("maturity_source", MATURITY_SOURCES.one) or MaturitySource.SELF
    levels = 13 if "13" in cells.headers.get("maturity", "") else 9
    return cells.read("maturity", lambda value: parse_maturity(value, source, levels=levels))


def _holders(cells: Cells) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*cells.names("holders"), *cells.names("co_holders"))))


def _region(cells: Cells) -> str:
    """The stated region without codes, else what the address begins with."""
    stated = cells.raw("region")
    if stated:
        return re.sub(r"[;；|(（]?\s*[A-Z]{0,2}\d{0,6}[)）]?$", "", stated).strip() or stated
    address = cells.raw("address")
    return region_of(address) if address else ""


_ADDRESS = re.compile(
    r"(?:CN|中国|\d{6}|\s)*((?:[\u4e00-\u9fff]{2,7}?(?:省|自治区|特别行政区))?(?:[\u4e00-\u9fff]{2,4}?(?:地区|盟|市)|[\u4e00-\u9fff]{2,11}?自治州)?)"
)


@lru_cache(maxsize=65536)
def region_of(address: str) -> str:
    """Province and city at the beginning of a Chinese address: 518057广东省深圳市南山区… → 广东省深圳市."""
    match = _ADDRESS.match(address)
    return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class _Fact:
    """A field of the record, the columns it is read from, and how."""

    name: str
    columns: tuple[str, ...]
    read: Callable[[Cells], Any]


_FACTS = (
    _Fact("abstract", ("abstract",), lambda cells: cells.text("abstract")),
    _Fact("first_claim", ("first_claim",), lambda cells: cells.text("first_claim")),
    _Fact("status", ("status", "validity"), _status),
    _Fact("status_date", ("status_date",), lambda cells: cells.date("status_date")),
    _Fact("filed", ("filed",), lambda cells: cells.date("filed")),
    _Fact("holders", ("holders", "co_holders"), _holders),
    _Fact("inventors", ("inventors",), lambda cells: cells.names("inventors")),
    _Fact("region", ("region", "address"), _region),
    _Fact("industry", ("industry",), lambda cells: cells.text("industry")),
    _Fact("keywords", ("keywords",), lambda cells: split_phrases(cells.text("keywords"))),
    _Fact("maturity", ("maturity",), _maturity),
    _Fact("modes", ("modes",), lambda cells: cells.read("modes", parse_modes) or ()),
    _Fact("fee", ("fee", "payment"), lambda cells: cells.fee()),
    _Fact("encumbrances", ("status", "licence_kind", *_STATED.values()), _encumbrances),
    _Fact(
        "evaluation_report",
        ("evaluation_report",),
        lambda cells: cells.read("evaluation_report", parse_yes_no),
    ),
    _Fact("funded", ("funded",), lambda cells: cells.read("funded", parse_yes_no)),
    _Fact(
        "implementation", ("implementation",), lambda cells: cells.read("implementation", IMPLEMENTATION.one)
    ),
    _Fact("scenario", ("scenario",), lambda cells: cells.text("scenario")),
    _Fact("prospect", ("prospect",), lambda cells: cells.read("prospect", PROSPECTS.one)),
    _Fact("contact", ("contact",), lambda cells: cells.raw("contact")),
    _Fact("college", ("college",), lambda cells: cells.text("college")),
    _Fact("project", ("project",), lambda cells: cells.raw("project")),
)
"""Read only where a column is there: most exports fill few of them."""


@lru_cache(maxsize=256)
def _facts(columns: tuple[str, ...]) -> tuple[_Fact, ...]:
    return tuple(fact for fact in _FACTS if not set(fact.columns).isdisjoint(columns))
