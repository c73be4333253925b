"""Events (路演, 对接会) and the lists made for them: records and coded terms; no I/O."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from matcher.domain import LicensingMode, PatentType
from matcher.groups import Group, Quota
from matcher.matches import Grade


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """One need and one patent, ordered by their ids."""

    need_id: str
    patent_id: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which patents and needs an event is about; an empty field asks nothing.

    Regions match by part, `ipc` by prefix, `holders` by whole name, `industries` by part. Patents whose maturity is
    unknown pass `min_maturity` (TRL): unknown is to be verified, not absent.
    """

    regions: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    ipc: tuple[str, ...] = ()
    types: tuple[PatentType, ...] = ()
    modes: tuple[LicensingMode, ...] = ()
    industries: tuple[str, ...] = ()
    min_maturity: int | None = None
    need_regions: tuple[str, ...] = ()
    enterprises: tuple[str, ...] = ()
    need_ids: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    """Groups that needs and patents must belong to; of one dimension any."""
    base: bool = False
    """Whether patents outside the screened library (资源库) count although there is one."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a list of the event may hold. Caps count 同组专利 as one; None: no cap."""

    per_need: int = 5
    per_patent: int | None = 3
    per_holder_in_need: int | None = 2
    per_holder: int | None = None
    floor: Grade = Grade.POSSIBLE
    min_probability: float | None = None
    """Lowest calibrated probability; asks for a calibration."""
    no_repeat_months: int = 0
    """Pairs of lists published in the last months are not shown again; 0: no such rule."""
    candidates: int = 20
    """Matches of each need that the selection looks at."""
    pinned: tuple[Pair, ...] = ()
    excluded: tuple[Pair, ...] = ()
    quotas: tuple[Quota, ...] = ()
    """How many lines of the whole list may be of a group, such as 专利产业=新材料."""


@dataclass(frozen=True, slots=True)
class EventChange:
    """One change of an event: `what` in Chinese, and why; `pair` where it says where one match is to stand."""

    at: datetime
    by: str
    what: str
    reason: str
    pair: Pair | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """路演活动; `id` such as HD001. `ends` is None where it lasts one day; `changes` the oldest first."""

    id: str
    name: str
    starts: date
    ends: date | None = None
    place: str = ""
    organiser: str = ""
    scope: Scope = Scope()
    rules: Rules = Rules()
    changes: tuple[EventChange, ...] = ()

    @property
    def version(self) -> int:
        """Counts the changes, from 1: two editors who read the same one cannot both write."""
        return len(self.changes) + 1

    @property
    def days(self) -> str:
        """The days as people read them."""
        if self.ends is None or self.ends == self.starts:
            return chinese_day(self.starts)
        return f"{chinese_day(self.starts)}至{chinese_day(self.ends)}"


class ListState(StrEnum):
    """清单状态, in the order of a list's life."""

    DRAFT = "拟稿"
    REVIEW = "审核"
    PUBLISHED = "已发布"
    VOID = "作废"


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One version of an event's list; `id` such as HD001-02. `checksum` is the SHA-256 of its snapshot."""

    id: str
    event_id: str
    number: int
    state: ListState
    checksum: str
    published_on: date | None = None
    made_at: datetime | None = None
    version: int = 1
    """Counts the changes of state; two editors who read the same one cannot both write."""
    by: str = ""
    note: str = ""
    """Who took the last step and why."""
    request: str = ""
    """What asked for it, where that may be tried again: one version, whatever the number of tries."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of one version: the match it speaks of, and the patents that stand with it (同组专利)."""

    match_id: str
    need_id: str
    patent_id: str
    family: tuple[str, ...] = ()
    pinned: bool = False

    @property
    def pair(self) -> Pair:
        """The need and the patent shown."""
        return Pair(self.need_id, self.patent_id)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The need with the patent shown and each that stands with it."""
        return tuple(Pair(self.need_id, patent) for patent in (self.patent_id, *self.family))


class Party(StrEnum):
    """Who may come."""

    ENTERPRISE = "企业"
    HOLDER = "权利人"
    OTHER = "其他单位"


@dataclass(frozen=True, slots=True)
class Participation:
    """参会回执 of one enterprise or holder; contacts are personal data and stay with the organiser."""

    id: str
    event_id: str
    kind: Party
    party: str
    attends: bool | None = None
    people: str = ""
    """Names as written, one or several."""
    count: int | None = None
    contact: str = ""
    slots: tuple[str, ...] = ()
    """Times at which it can meet; empty: any."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One 对接洽谈 of an enterprise and a holder on all matches they share."""

    enterprise: str
    holder: str
    match_ids: tuple[str, ...]
    slot: str = ""
    table: int = 0
    """From 1; 0 where there was no place for it."""
    public: bool = False
    """Whether the enterprise's name may be shown to everybody."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """对接洽谈日程 of one event (`id`), made from one version of its list."""

    id: str
    list_id: str
    slots: tuple[str, ...]
    tables: int
    meetings: tuple[Meeting, ...] = ()
    unplaced: tuple[Meeting, ...] = ()


_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXY"
"""31 signs, a prime number; no 0, 1, I, O or Z: match ids are read aloud and typed."""
_BODY = 9


def match_id(event_id: str, pair: Pair) -> str:
    """The id under which a pair is followed through one event: the same in every version of its list.

    M, nine signs (44 bits) and a check that any one wrong sign and any swap of neighbours fails.
    """
    digest = hashlib.sha256("\x1f".join((event_id, pair.need_id, pair.patent_id)).encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    body = "".join(_ALPHABET[number // 31**place % 31] for place in range(_BODY))
    return f"M{body}{_check(body)}"


def is_match_id(text: str) -> bool:
    """Whether a text is a match id without a slip of the pen."""
    if len(text) != _BODY + 2 or text[0] != "M" or not set(text[1:]) <= set(_ALPHABET):
        return False
    return _check(text[1:-1]) == text[-1]


def _check(body: str) -> str:
    return _ALPHABET[sum((place + 1) * _ALPHABET.index(char) for place, char in enumerate(body)) % 31]


def chinese_day(day: date) -> str:
    """2026年10月20日."""
    return f"{day.year}年{day.month}月{day.day}日"
