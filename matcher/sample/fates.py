"""What its history has made of each patent: holder, legal status, encumbrances, what is still on offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from matcher.domain import (
    Encumbrance,
    EncumbranceKind,
    Enterprise,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    Patent,
    Transaction,
    TransactionKind,
)
from matcher.sample.lots import Lots
from matcher.sample.register import TODAY
from matcher.sample.transactions import OPEN_PRICE

K, S = TransactionKind, LegalStatus
_LICENCES = {
    K.ORDINARY_LICENCE: EncumbranceKind.ORDINARY_LICENCE,
    K.SOLE_LICENCE: EncumbranceKind.SOLE_LICENCE,
    K.EXCLUSIVE_LICENCE: EncumbranceKind.EXCLUSIVE_LICENCE,
}
_UNTOUCHED = (
    (S.LAPSED, 8), (S.PRESERVED, 2), (S.INVALIDATION_PENDING, 1), (S.PARTLY_INVALIDATED, 1), (S.RESTORED, 1),
)  # fmt: skip
"""What befell patents that were never dealt with, and how many."""


def after(patent: Patent, history: Sequence[Transaction], by_name: Mapping[str, Enterprise]) -> Patent:
    """The patent after its transactions, in order of time."""
    for event in history:
        change = _CHANGES.get(event.kind)
        if change is not None and (event.kind in _LASTING or event.until is None or event.until >= TODAY):
            patent = change(patent, event, by_name)
    return patent


def _sold(patent: Patent, event: Transaction, by_name: Mapping[str, Enterprise]) -> Patent:
    invested = event.kind is K.INVESTMENT
    buyer = by_name.get(event.buyer)
    return replace(
        patent,
        holders=(event.buyer,),
        status=S.TRANSFERRED,
        region=event.region,
        implementation=ImplementationStatus.INVESTED if invested else ImplementationStatus.ASSIGNED,
        modes=(),
        fee=None,
        contact=buyer.contact if buyer else "",
        college="",
        encumbrances=(),
    )


def _licensed(patent: Patent, event: Transaction, by_name: Mapping[str, Enterprise]) -> Patent:
    """Sole and exclusive licences are on record; of ordinary ones, which nobody has to record, some."""
    kind = _LICENCES[event.kind]
    recorded = kind is not EncumbranceKind.ORDINARY_LICENCE or Lots(f"recorded {patent.id}").share(0.3)
    return replace(
        patent,
        status=S.LICENCE_RECORDED if recorded else patent.status,
        implementation=ImplementationStatus.LICENSED,
        encumbrances=(*patent.encumbrances, Encumbrance(kind, event.buyer, event.on, event.until)),
    )


def _opened(patent: Patent, event: Transaction, by_name: Mapping[str, Enterprise]) -> Patent:
    modes = tuple(dict.fromkeys((*patent.modes, LicensingMode.OPEN_LICENCE)))
    return replace(
        patent,
        status=S.OPEN_LICENCE,
        fee=OPEN_PRICE,
        modes=modes,
        implementation=ImplementationStatus.LICENSED,
    )


def _pledged(patent: Patent, event: Transaction, by_name: Mapping[str, Enterprise]) -> Patent:
    return replace(
        patent,
        status=S.PLEDGED,
        encumbrances=(Encumbrance(EncumbranceKind.PLEDGE, event.buyer, event.on, None),),
    )


_CHANGES: dict[TransactionKind, Callable[[Patent, Transaction, Mapping[str, Enterprise]], Patent]] = {
    K.ASSIGNMENT: _sold,
    K.INVESTMENT: _sold,
    K.OPEN_LICENCE: _opened,
    K.PLEDGE: _pledged,
    **dict.fromkeys(_LICENCES, _licensed),
}
_LASTING = frozenset({K.ASSIGNMENT, K.INVESTMENT, K.OPEN_LICENCE})


def befallen(patents: Sequence[Patent], dealt: set[str], answering: set[str]) -> list[Patent]:
    """The patents, of which some that nobody dealt with have lapsed, are preserved, contested, narrowed or restored."""
    old = [one for one in patents if one.id not in dealt and one.granted and one.granted < date(2023, 1, 1)]
    # The first of each fate answers a need, so that a list has something to warn of.
    wanted = [one for one in Lots("fates").shuffled(old) if one.id not in answering]
    missed = [one for one in Lots("missed").shuffled(old) if one.id in answering]
    changed: dict[str, Patent] = {}
    for status, count in _UNTOUCHED:
        for number in range(count):
            patent = (missed if number == 0 else wanted).pop()
            changed[patent.id] = _fated(patent, status)
    return [changed.get(patent.id, patent) for patent in patents]


def _fated(patent: Patent, status: LegalStatus) -> Patent:
    if status is not S.LAPSED:
        return replace(patent, status=status)
    granted = patent.granted or TODAY
    lapsed = granted + timedelta(days=Lots(f"lapse {patent.id}").between(500, 1100))
    return replace(
        patent, status=status, status_date=min(lapsed, TODAY - timedelta(days=40)), modes=(), fee=None
    )
