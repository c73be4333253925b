"""What the two parties have said about the modes of transfer: kept apart from what the law allows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from matcher.domain import Enterprise, LicensingMode, Need, Patent
from matcher.matches import Availability, Verdict


def accepted_modes(need: Need, enterprise: Enterprise | None) -> tuple[LicensingMode, ...]:
    """Modes by which the enterprise would take a patent; empty: it has not said, any will do.

    The need's own modes come before the enterprise's general ones. Who takes an ordinary licence takes an open
    one, which is an ordinary licence at a published price (专利法第51条). 自行实施 is no way to get a patent.
    """
    return _ways_in(need.modes or (enterprise.modes if enterprise else ()))


@cache
def _ways_in(stated: tuple[LicensingMode, ...]) -> tuple[LicensingMode, ...]:
    modes = [mode for mode in stated if mode is not LicensingMode.OWN_USE]
    if LicensingMode.ORDINARY_LICENCE in modes and LicensingMode.OPEN_LICENCE not in modes:
        modes.append(LicensingMode.OPEN_LICENCE)
    return tuple(modes)


def offered(patent: Patent, mode: LicensingMode, declared_open: bool) -> Verdict:
    """Whether the holder offers this mode: 满足 if it said so, 不满足 if it named others only, else 待核实.

    A declaration of open licence offers open and ordinary licences to everybody (专利法第50、51条).
    """
    if mode in patent.modes:
        return Verdict.SATISFIED
    if declared_open and mode in (LicensingMode.OPEN_LICENCE, LicensingMode.ORDINARY_LICENCE):
        return Verdict.SATISFIED
    named = any(item is not LicensingMode.OWN_USE for item in patent.modes)
    return Verdict.VIOLATED if named else Verdict.UNKNOWN


def acceptable(items: Sequence[Availability], accepted: Sequence[LicensingMode]) -> tuple[Availability, ...]:
    """The modes that the enterprise would take; all of them where it has not said."""
    return tuple(item for item in items if not accepted or item.mode in accepted)
