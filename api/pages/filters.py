"""The filters of a search: what a form holds, and how many of the results each choice would keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form

from matcher.domain import LegalStatus, LicensingMode, Patent, PatentType
from matcher.errors import InputError
from matcher.matches import Match
from matcher.signals.region import place
from matcher.store.filters import PatentFilter

_SHOWN = 8
"""Choices listed for one filter; those that are chosen are always listed."""
_Chosen = Annotated[list[Annotated[str, Form(max_length=100)]], Form(max_length=50)]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter; `count` of the results have it."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: the name of its field in the form, what people call it, its choices."""

    field: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the form's filters are set to."""

    region: tuple[str, ...] = ()
    holder: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.region, self.holder, self.type, self.status, self.mode))

    def patents(self) -> PatentFilter:
        """The same as the store reads it; raises InputError for a value that no form of ours offers."""
        try:
            return PatentFilter(
                regions=self.region,
                holders=self.holder,
                types=tuple(map(PatentType, self.type)),
                statuses=tuple(map(LegalStatus, self.status)),
                modes=tuple(map(LicensingMode, self.mode)),
            )
        except ValueError as error:
            raise InputError("筛选条件不在可选范围内，请从页面上勾选。", code="unknown_filter") from error


def chosen_filters(
    region: _Chosen = [],  # noqa: B006 (FastAPI copies defaults)
    holder: _Chosen = [],  # noqa: B006
    type: _Chosen = [],  # noqa: B006
    status: _Chosen = [],  # noqa: B006
    mode: _Chosen = [],  # noqa: B006
) -> Chosen:
    """A dependency: the filters of a posted form."""
    return Chosen(tuple(region), tuple(holder), tuple(type), tuple(status), tuple(mode))


def city(region: str) -> str:
    """The city of a region, however it is written; the region itself where it names none. Both find it as a filter."""
    return place(region).city or region


@dataclass(frozen=True, slots=True)
class _Facet:
    """What people call a filter, and what a patent has of it."""

    label: str
    values: Callable[[Patent], Iterable[object]]


_FACETS = {
    "region": _Facet("地区", lambda patent: [city(patent.region)]),
    "holder": _Facet("专利权人", lambda patent: patent.holders),
    "type": _Facet("专利类型", lambda patent: [patent.type]),
    "status": _Facet("法律状态", lambda patent: [patent.status]),
    "mode": _Facet("权利人愿意的转化方式", lambda patent: patent.modes),
}
"""By the field of the form."""


def filters_of(matches: Iterable[Match], chosen: Chosen) -> tuple[Filter, ...]:
    """The filters over unfiltered results, the most frequent choices first; one without a choice is left out."""
    patents = [match.patent for match in matches]
    found = []
    for field, facet in _FACETS.items():
        counts = Counter(str(value) for patent in patents for value in set(facet.values(patent)) if value)
        picked = getattr(chosen, field)
        frequent = [value for value, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        shown = dict.fromkeys([*picked, *frequent[:_SHOWN]])
        choices = tuple(Choice(value, counts[value], value in picked) for value in shown)
        if choices:
            found.append(Filter(field, facet.label, choices))
    return tuple(found)
