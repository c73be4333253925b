"""Where every patent of the inventory stands at the end of a day, with what it is counted by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from matcher.availability import lapsed
from matcher.domain import Holder, LegalStatus, Patent
from matcher.groups import UNCLASSIFIED, UNSTATED, city_of, kind_by_name
from matcher.inventory import ASSESSED, Division, Stage
from matcher.programme.splitting import UNKNOWN_HOLDER, UNKNOWN_UNIT


@dataclass(frozen=True, slots=True)
class Standing:
    """One patent on a day; `counted` is False for what is not granted or not in force then."""

    patent: Patent
    holder: str
    college: str
    city: str
    department: str
    kind: str
    """高校, 科研机构, 医院, 企业: as on record, else as the name says; "" where neither tells."""
    stage: Stage
    done: bool
    """已盘点."""
    assessed: bool
    """有企业评价."""
    dealt: bool
    """有转让、许可或作价入股的交易."""
    counted: bool
    granted_known: bool
    industries: tuple[str, ...] = (UNCLASSIFIED,)
    assigned: bool = False
    """Given to an expert to assess."""


@dataclass(frozen=True, slots=True)
class Day:
    """What is known at the end of a day, by patent id."""

    as_of: date
    stages: Mapping[str, Stage]
    first_done: Mapping[str, date]
    """Patent id → the day on which it was first 已盘点."""
    assessed: frozenset[str]
    dealt: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()


def standings(
    patents: Iterable[Patent],
    holders: Mapping[str, Holder],
    day: Day,
    industries: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Standing]:
    """Every patent on the day, in the order given; `industries` has the key industries by patent id."""
    named = industries or {}
    return [_standing(patent, holders, day, named.get(patent.id, (UNCLASSIFIED,))) for patent in patents]


def _standing(
    patent: Patent, holders: Mapping[str, Holder], day: Day, industries: tuple[str, ...]
) -> Standing:
    name = patent.holders[0] if patent.holders else UNKNOWN_HOLDER
    holder = holders.get(name)
    stage = day.stages.get(patent.id, Stage.NOT_STARTED)
    first = day.first_done.get(patent.id)
    ended = stage in (Stage.CONVERTED, Stage.DEAD)
    granted = patent.granted is None or patent.granted <= day.as_of
    return Standing(
        patent,
        name,
        patent.college or UNKNOWN_UNIT[Division.COLLEGE],
        city_of(holder.region if holder and holder.region else patent.region),
        (holder.department if holder else "") or UNSTATED,
        (holder.kind if holder else "") or kind_by_name(name),
        stage,
        stage in ASSESSED or (ended and first is not None and first <= day.as_of),
        patent.id in day.assessed,
        patent.id in day.dealt,
        granted and patent.status is not LegalStatus.PENDING and not lapsed(patent, day.as_of),
        patent.granted is not None,
        industries,
        patent.id in day.assigned,
    )
