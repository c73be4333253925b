"""公开转移转化清单: publicly funded patents that have not been used for three full years after the grant.

A patent is listed on a day if it was publicly funded, was granted at least three full years before the end of that
day, is in force, is not used, and no 正当理由 has been accepted. What is not known is 待核实: such a patent is neither
listed nor silently left out. Three years end with the corresponding day of the third year, or the last day of a
month that has none (民法典第202条): a patent granted on 29 February 2020 has been granted for three full years at the
end of 28 February 2023.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matcher.availability import lapsed
from matcher.domain import ImplementationStatus, LegalStatus, Patent, Transaction, TransactionKind
from matcher.inventory import Item, Justification
from matcher.term import years_later

YEARS = 3
_K = TransactionKind
DEALS = frozenset(
    {
        _K.ASSIGNMENT,
        _K.ORDINARY_LICENCE,
        _K.SOLE_LICENCE,
        _K.EXCLUSIVE_LICENCE,
        _K.OPEN_LICENCE,
        _K.INVESTMENT,
    }
)
"""Transactions by which a patent passes into use."""


class Listing(StrEnum):
    """What becomes of a publicly funded patent on a day."""

    LISTED = "列入"
    TO_VERIFY = "待核实"
    JUSTIFIED = "有正当理由"


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One patent and why; `full_on` is the day at whose end three years are full."""

    patent: Patent
    listing: Listing
    reason: str
    full_on: date | None
    justification: Justification | None = None


def transfer_list(
    patents: Iterable[Patent], items: dict[str, Item], deals: dict[str, list[Transaction]], as_of: date
) -> list[TransferLine]:
    """The lines of a day, listed ones first, then by the day on which three years were full."""
    found = [
        line
        for patent in patents
        if (line := transfer_line(patent, items.get(patent.id), deals.get(patent.id, ()), as_of)) is not None
    ]
    order = {listing: place for place, listing in enumerate(Listing)}
    return sorted(found, key=lambda line: (order[line.listing], line.full_on or date.max, line.patent.id))


def transfer_line(
    patent: Patent, item: Item | None, deals: Iterable[Transaction], as_of: date
) -> TransferLine | None:
    """What becomes of one patent; None where one known fact keeps it out."""
    full_on = years_later(patent.granted, YEARS) if patent.granted else None
    dealt = next(
        (deal for deal in deals if deal.kind in DEALS and (deal.on is None or deal.on <= as_of)), None
    )
    unused = patent.implementation is ImplementationStatus.NOT_IMPLEMENTED
    if (
        patent.funded is False
        or (full_on is not None and full_on > as_of)
        or patent.status is LegalStatus.PENDING
        or lapsed(patent, as_of)
        or (not unused and (patent.implementation is not None or dealt is not None))
    ):
        return None
    justification = item.justification if item else None
    if _accepted(justification, as_of) and justification:
        reason = f"{justification.reason}（{justification.accepted_by}认定）"
        return TransferLine(patent, Listing.JUSTIFIED, reason, full_on, justification)
    doubts = _doubts(patent, dealt)
    if doubts:
        return TransferLine(patent, Listing.TO_VERIFY, "；".join(doubts), full_on, justification)
    reason = f"财政资助，{patent.granted} 授权，至 {full_on} 满三年，未实施"
    if justification:
        reason += f"；所报理由“{justification.reason}”尚未认定"
    return TransferLine(patent, Listing.LISTED, reason, full_on, justification)


def _accepted(justification: Justification | None, as_of: date) -> bool:
    if justification is None or not justification.accepted_by:
        return False
    return justification.accepted_on is None or justification.accepted_on <= as_of


def _doubts(patent: Patent, dealt: Transaction | None) -> list[str]:
    """What has to be known before a patent can be listed."""
    found = []
    if patent.funded is None:
        found.append("是否财政资助不详")
    if patent.granted is None:
        found.append("授权公告日不详")
    if patent.status is None:
        found.append("法律状态不详")
    if patent.implementation is None:
        found.append("实施状态不详")
    elif dealt is not None:
        on = f"{dealt.on} " if dealt.on else ""
        found.append(f"实施状态为未实施，但{on}有{dealt.kind}记录")
    return found
