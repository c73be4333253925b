"""The filters of a search: what a form holds, and how many results each choice would have beside the other filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Form

from matcher.bands import FeeBand, MaturityBand, fee_band, maturity_band
from matcher.domain import LegalStatus, LicensingMode, Patent, PatentType
from matcher.errors import InputError
from matcher.matchlists.exports.wording import UNSTATED, UNVERIFIED
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
    """What the form's filters are set to; what is not stated is chosen by the words that the facet has for it."""

    region: tuple[str, ...] = ()
    holder: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    maturity: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    fee: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(self.of(field) for field in _FACETS)

    def of(self, field: str) -> tuple[str, ...]:
        """What one filter is set to."""
        values: tuple[str, ...] = getattr(self, field)
        return values

    def without(self, field: str) -> Chosen:
        """The other filters."""
        return replace(self, **{field: ()})

    def patents(self) -> PatentFilter:
        """The same as the store reads it; raises InputError for a value that no form of ours offers."""
        try:
            read = {facet.asks: tuple(map(facet.read, self.of(field))) for field, facet in _FACETS.items()}
            return PatentFilter(**read)  # type: ignore[arg-type]  # by the facet's own reader
        except ValueError as error:
            raise InputError("筛选条件不在可选范围内，请从页面上勾选。", code="unknown_filter") from error


def chosen_filters(
    region: _Chosen = [],  # noqa: B006 (FastAPI copies defaults)
    holder: _Chosen = [],  # noqa: B006
    type: _Chosen = [],  # noqa: B006
    status: _Chosen = [],  # noqa: B006
    maturity: _Chosen = [],  # noqa: B006
    mode: _Chosen = [],  # noqa: B006
    fee: _Chosen = [],  # noqa: B006
) -> Chosen:
    """A dependency: the filters of a posted form."""
    return Chosen(*map(tuple, (region, holder, type, status, maturity, mode, fee)))


def city(region: str) -> str:
    """The city of a region, however it is written; the region itself where it names none. Both find it as a filter."""
    return place(region).city or region


@dataclass(frozen=True, slots=True)
class _Facet:
    """What people call a filter and the lack of a fact, what a patent has of it, and what the store is asked for."""

    label: str
    unknown: str
    values: Callable[[Patent], Iterable[str | None]]
    asks: str
    stated: Callable[[str], object] = str

    def read(self, value: str) -> object:
        """A value of the form as the store reads it; raises ValueError."""
        if value == self.unknown:
            return "" if self.stated is str else None
        return self.stated(value)

    def of(self, patent: Patent) -> set[str]:
        """What a patent counts for."""
        return {str(value) for value in self.values(patent) if value} or {self.unknown}


_FACETS: Mapping[str, _Facet] = {
    "region": _Facet("地区", UNSTATED, lambda patent: [city(patent.region)], "regions"),
    "holder": _Facet("专利权人", UNVERIFIED, lambda patent: patent.holders, "holders"),
    "type": _Facet("专利类型", UNVERIFIED, lambda patent: [patent.type], "types", PatentType),
    "status": _Facet("法律状态", UNVERIFIED, lambda patent: [patent.status], "statuses", LegalStatus),
    "maturity": _Facet(
        "技术成熟度", UNSTATED, lambda patent: [maturity_band(patent.maturity)], "maturities", MaturityBand
    ),
    "mode": _Facet("权利人愿意的转化方式", UNSTATED, lambda patent: patent.modes, "modes", LicensingMode),
    "fee": _Facet("费用", UNSTATED, lambda patent: [fee_band(patent.fee)], "fees", FeeBand),
}
"""By the field of the form, in the order in which they are listed."""


def filters_of(search: Callable[[Chosen], Sequence[Patent]], chosen: Chosen) -> tuple[Filter, ...]:
    """Every filter, counted over what `search` finds under all the others; the most frequent choices first.

    A filter without a choice is left out.
    """
    found = []
    for field, facet in _FACETS.items():
        picked = chosen.of(field)
        patents = search(chosen.without(field))
        counts = Counter(value for patent in patents for value in facet.of(patent))
        frequent = [value for value, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        shown = dict.fromkeys([*picked, *frequent[:_SHOWN]])
        choices = tuple(Choice(value, counts[value], value in picked) for value in shown)
        if choices:
            found.append(Filter(field, facet.label, choices))
    return tuple(found)
