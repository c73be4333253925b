"""Who fills in what: patents to be inventoried, divided by holder and college or first inventor; pure functions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matcher.availability import lapsed
from matcher.domain import ImplementationStatus, LegalStatus, Patent
from matcher.inventory import Act, Division, Item, Move, Printed, Stage, Task, move
from matcher.programme.inventory_form import printed_cells

UNKNOWN_UNIT = {Division.COLLEGE: "未注明学院", Division.INVENTOR: "未注明发明人"}
UNKNOWN_HOLDER = "未注明专利权人"
_GONE = frozenset({ImplementationStatus.ASSIGNED, ImplementationStatus.INVESTED})
_TO_DO = frozenset({Stage.NOT_STARTED, Stage.AWAITING})
_NOT_IN_A_NAME = re.compile(r'[\\/:*?"<>|\s]+')


@dataclass(frozen=True, slots=True)
class Share:
    """What one unit of a holder has to fill in, patents by number."""

    holder: str
    unit: str
    patents: tuple[Patent, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """One round of handing out; `id` such as PD20260301."""

    id: str
    division: Division
    made_on: date
    due: date | None = None


def stage_today(item: Item, patent: Patent, as_of: date) -> Stage:
    """The state with what the patent's own record says: lapsed rights are 已失效, those passed on 已转化.

    A licence ends nothing: a licensed patent may be licensed again, so it stays where it is.
    """
    if lapsed(patent, as_of):
        return Stage.DEAD
    if item.stage is Stage.DEAD:
        return Stage.AWAITING
    if patent.implementation in _GONE:
        return Stage.CONVERTED
    return item.stage


def settled(items: Mapping[str, Item], patents: Iterable[Patent], act: Act) -> list[Move]:
    """The moves that bring stored states up to what the records say (已失效, 已转化, restored rights)."""
    found = []
    for patent in patents:
        item = items.get(patent.id) or Item(patent.id)
        today = stage_today(item, patent, act.at.date())
        if today is not item.stage:
            found.append(
                move(item, today, act, f"法律状态为{patent.status}" if patent.status else "按专利记录")
            )
    return found


def to_inventory(patent: Patent, item: Item, as_of: date) -> bool:
    """Whether a patent is to be filled in: granted or not known otherwise, in force, and not yet answered."""
    if patent.status is LegalStatus.PENDING:
        return False
    if patent.granted is None and patent.status is None and patent.publication_number.endswith("A"):
        return False
    return stage_today(item, patent, as_of) in _TO_DO


def shares(patents: Iterable[Patent], division: Division, holders: Sequence[str] = ()) -> list[Share]:
    """The patents by holder and unit, each patent once: with its first holder, or the first of those named."""
    found: dict[tuple[str, str], list[Patent]] = defaultdict(list)
    for patent in patents:
        named = [holder for holder in patent.holders if not holders or holder in holders]
        if named or not holders:
            found[named[0] if named else UNKNOWN_HOLDER, unit_of(patent, division)].append(patent)
    return [
        Share(holder, unit, tuple(sorted(members, key=lambda patent: patent.id)))
        for (holder, unit), members in sorted(found.items())
    ]


def unit_of(patent: Patent, division: Division) -> str:
    """The college or the first inventor, or that neither is known."""
    known = patent.college if division is Division.COLLEGE else next(iter(patent.inventors), "")
    return known or UNKNOWN_UNIT[division]


def tasks(found: Sequence[Share], batch: Batch) -> list[Task]:
    """One numbered task per share, in their order."""
    return [_task(share, batch, number) for number, share in enumerate(found, 1)]


def _task(share: Share, batch: Batch, number: int) -> Task:
    task_id = f"{batch.id}-{number:03d}"
    rows = tuple(Printed(patent.id, printed_cells(task_id, patent)) for patent in share.patents)
    file = f"{in_a_name(share.holder)}/{task_id}-{in_a_name(share.unit)}.xlsx"
    return Task(
        task_id, batch.id, share.holder, share.unit, batch.division, batch.made_on, file, rows, batch.due
    )


def handed_out(found: Sequence[Share], items: Mapping[str, Item], act: Act) -> list[Move]:
    """未盘点 → 待自评 for what is handed out for the first time."""
    every = (items.get(patent.id) or Item(patent.id) for share in found for patent in share.patents)
    return [move(item, Stage.AWAITING, act) for item in every if item.stage is not Stage.AWAITING]


def in_a_name(text: str) -> str:
    """A text as a part of a file's name."""
    return _NOT_IN_A_NAME.sub("_", text)[:60].strip("._") or "单位"
