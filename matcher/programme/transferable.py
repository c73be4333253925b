"""Which patents may pass to others on a day, and why one may not: what a feed of transferable patents offers and takes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from matcher.availability import availability, lapsed
from matcher.domain import ImplementationStatus, LicensingMode, Patent, Transaction, TransactionKind
from matcher.matches import Feasibility
from matcher.term import expiry

PASSED = frozenset({TransactionKind.ASSIGNMENT, TransactionKind.INVESTMENT})
"""Transactions after which a patent is no longer its old holder's."""
_DONE = frozenset({ImplementationStatus.ASSIGNED, ImplementationStatus.INVESTED})


class Gone(StrEnum):
    """Why a patent is not offered any more."""

    LAPSED = "权利终止"
    ASSIGNED = "已转让或作价入股"
    WITHDRAWN = "权利人不再提供"
    BARRED = "各种转化方式均不能办理"
    REMOVED = "已不在库中"


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether a patent is offered on a day (`gone` None) and the next day on which time alone may change that."""

    gone: Gone | None
    review: date | None


def offer(patent: Patent, deals: Iterable[Transaction], as_of: date) -> Offer:
    """What is known stands in the way, or nothing does; a patent whose status is unknown is offered, to be verified."""
    passed = [deal for deal in deals if deal.kind in PASSED and deal.buyer not in patent.holders]
    return Offer(_gone(patent, passed, as_of), _review(patent, passed, as_of))


def _gone(patent: Patent, passed: list[Transaction], as_of: date) -> Gone | None:
    if lapsed(patent, as_of):
        return Gone.LAPSED
    if patent.implementation in _DONE or any(deal.on is None or deal.on <= as_of for deal in passed):
        return Gone.ASSIGNED
    if patent.modes == (LicensingMode.OWN_USE,):
        return Gone.WITHDRAWN
    ways = availability(patent, as_of)
    if ways and all(way.feasibility is Feasibility.IMPOSSIBLE for way in ways):
        return Gone.BARRED
    return None


def _review(patent: Patent, passed: list[Transaction], as_of: date) -> date | None:
    """The first day after `as_of` on which a term ends, or a burden or deal begins or ends."""
    days = [expiry(patent), *(deal.on for deal in passed)]
    for burden in patent.encumbrances:
        days += [burden.since, burden.until and burden.until + timedelta(1)]
    return min((day for day in days if day is not None and day > as_of), default=None)
