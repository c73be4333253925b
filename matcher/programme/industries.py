"""重点产业: which key industries a patent or a need belongs to, and by what evidence; the table is data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matcher.domain import Need, Patent
from matcher.errors import InputError
from matcher.programme.rulebook import only, read_table

_KEYS = frozenset({"name", "ipc", "gbt4754", "keywords", "region"})
_CODE = re.compile(r"(?<![\w.])[A-T]?(\d{2,4})(?!\d)")
_IN_TEXT = 2
"""Keywords that the abstract alone must hold."""


@dataclass(frozen=True, slots=True)
class Industry:
    """One key industry and what tells it; an empty list tells nothing."""

    name: str
    ipc: tuple[str, ...] = ()
    gbt4754: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    region: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """An industry with the evidence by which it was given."""

    industry: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What a record says that may tell its industry."""

    ipc: Sequence[str]
    industry: str
    short: str
    long: str
    region: str


def read_industries(home: Path) -> tuple[Industry, ...]:
    """The table of the workspace, else the shipped one. Raises InputError for an unknown key or a nameless entry."""
    entries = read_table("industries", home).get("industry", [])
    return tuple(_industry(number, entry) for number, entry in enumerate(entries, 1))


def _industry(number: int, entry: dict[str, Any]) -> Industry:
    where = f"重点产业表第 {number} 段"
    only(entry, _KEYS, where)
    if not str(entry.get("name", "")).strip():
        raise InputError(f"{where}没有 name（产业名称）。", code="nameless")
    lists = {key: tuple(map(str, entry.get(key, ()))) for key in ("ipc", "gbt4754", "keywords")}
    return Industry(entry["name"], region=str(entry.get("region", "")), **lists)


def patent_tags(patent: Patent, table: Sequence[Industry]) -> tuple[Tag, ...]:
    """The industries of a patent, in the table's order."""
    short = "\n".join((patent.title, *patent.keywords))
    return _tags(_Told(patent.ipc, patent.industry, short, patent.abstract, patent.region), table)


def need_tags(need: Need, table: Sequence[Industry]) -> tuple[Tag, ...]:
    """The industries of a need, in the table's order."""
    short = "\n".join((need.title, need.field))
    return _tags(_Told(need.ipc, need.industry, short, need.description, need.region), table)


def _tags(told: _Told, table: Sequence[Industry]) -> tuple[Tag, ...]:
    found = ((one, _evidence(told, one)) for one in table if not one.region or one.region in told.region)
    return tuple(Tag(one.name, evidence) for one, evidence in found if evidence)


def _evidence(told: _Told, one: Industry) -> str:
    """Why, in words: the class, the code or the words; "" where nothing tells it."""
    for prefix in one.ipc:
        for symbol in told.ipc:
            if _within(symbol, prefix):
                return f"IPC {symbol}（{prefix}）"
    if told.industry and told.industry == one.name:
        return f"所属产业“{told.industry}”"
    for code in _CODE.findall(told.industry):
        for prefix in one.gbt4754:
            if code.startswith(prefix):
                return f"国民经济行业 {code}（{prefix}）"
    named = [word for word in one.keywords if word in told.short]
    if named:
        return f"关键词“{named[0]}”"
    said = [word for word in one.keywords if word in told.long]
    return f"正文关键词“{'”“'.join(said[:3])}”" if len(said) >= _IN_TEXT else ""


def _within(symbol: str, prefix: str) -> bool:
    """G06 and G06F hold G06F 16/68; G06F 16 holds it too, but not G06F 160/00."""
    symbol, prefix = (text.replace(" ", "").upper() for text in (symbol, prefix))
    if len(prefix) <= 4 or "/" in prefix:
        return symbol.startswith(prefix)
    return symbol == prefix or symbol.startswith(f"{prefix}/")
