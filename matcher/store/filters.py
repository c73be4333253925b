"""What can be asked of the store, as data; an empty field asks nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matcher.bands import FeeBand, MaturityBand
from matcher.domain import LegalStatus, LicensingMode, PatentType


@dataclass(frozen=True, slots=True)
class PatentFilter:
    """Patents that satisfy every stated field, by any one of its values.

    Regions match by part (浙江 finds 浙江省杭州市), IPC by prefix (G06F, G06F 16, G06F 16/68), holders by
    their whole names. A mode matches only patents whose holder stated it. `ids` may be some 30,000 at most: SQLite
    takes no more parameters; ask for the patents of more ids with `many`. Not to be stated is a value of its own:
    None among types, statuses, modes, maturities and fees, "" among regions and holders.
    """

    ids: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    types: tuple[PatentType | None, ...] = ()
    ipc: tuple[str, ...] = ()
    statuses: tuple[LegalStatus | None, ...] = ()
    modes: tuple[LicensingMode | None, ...] = ()
    maturities: tuple[MaturityBand | None, ...] = ()
    fees: tuple[FeeBand | None, ...] = ()
    screened: bool = False
    """Only the screened library (资源库)."""


@dataclass(frozen=True, slots=True)
class NeedFilter:
    """Needs that satisfy every stated field; a need without a date lies in no received range.

    `enterprises` are names, credit codes or ids.
    """

    ids: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    enterprises: tuple[str, ...] = ()
    received_from: date | None = None
    received_to: date | None = None
    within: str = ""
    """A region that all of them lie in, whatever `regions` asks besides."""
