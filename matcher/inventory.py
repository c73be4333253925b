"""盘点与筛选: where each patent stands between the base library and the screened one; records and transitions, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from matcher.domain import FeeTerms, ImplementationStatus, LicensingMode, Maturity, Prospect
from matcher.errors import InputError


class Stage(StrEnum):
    """盘点状态, in the order of a patent's way."""

    NOT_STARTED = "未盘点"
    AWAITING = "待自评"
    SELF_ASSESSED = "发明人已自评"
    CENTRAL = "集中评价中"
    SCREENED = "已入资源库"
    HELD = "暂不入库"
    CONVERTED = "已转化"
    DEAD = "已失效"


_S = Stage
_ENDS = frozenset({_S.CONVERTED, _S.DEAD})
NEXT: Mapping[Stage, frozenset[Stage]] = {
    _S.NOT_STARTED: _ENDS | {_S.AWAITING, _S.SELF_ASSESSED},
    _S.AWAITING: _ENDS | {_S.SELF_ASSESSED},
    _S.SELF_ASSESSED: _ENDS | {_S.AWAITING, _S.CENTRAL, _S.SCREENED, _S.HELD},
    _S.CENTRAL: _ENDS | {_S.AWAITING, _S.SELF_ASSESSED, _S.SCREENED, _S.HELD},
    _S.SCREENED: _ENDS | {_S.AWAITING, _S.CENTRAL, _S.HELD},
    _S.HELD: _ENDS | {_S.AWAITING, _S.CENTRAL, _S.SCREENED},
    _S.CONVERTED: frozenset({_S.AWAITING, _S.CENTRAL, _S.SCREENED, _S.DEAD}),
    _S.DEAD: frozenset({_S.AWAITING}),
}
"""What may follow each state; a restored right begins again, a licence that has ended returns to the library."""
_NEEDS_REASON = frozenset({_S.HELD})
ASSESSED = frozenset({_S.SELF_ASSESSED, _S.CENTRAL, _S.SCREENED, _S.HELD})
"""States in which the holder has done its part (已盘点); 已转化 counts where there is a self-assessment."""


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What was said of a patent in 自评 or in 集中评价: `by` whom, `on` which day, in which file."""

    by: str
    on: date
    prospect: Prospect | None = None
    maturity: Maturity | None = None
    scenario: str = ""
    funded: bool | None = None
    project: str = ""
    implementation: ImplementationStatus | None = None
    unimplemented: str = ""
    """未实施原因."""
    modes: tuple[LicensingMode, ...] = ()
    fee: FeeTerms | None = None
    source: str = ""

    def says_the_same(self, other: Appraisal) -> bool:
        """Whether both say the same, whatever files they came in."""
        return replace(self, source="") == replace(other, source="")


@dataclass(frozen=True, slots=True)
class Justification:
    """正当理由 for not using a patent: it counts once somebody has accepted it."""

    reason: str
    accepted_by: str = ""
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One patent's place in the inventory; `id` is the patent's, self-assessment and 集中评价 stand side by side."""

    id: str
    stage: Stage = Stage.NOT_STARTED
    version: int = 0
    """Counts the changes; 0: nothing has happened yet."""
    changed_on: date | None = None
    by: str = ""
    reason: str = ""
    """Why 暂不入库, or the note of the last step."""
    self_assessment: Appraisal | None = None
    central: Appraisal | None = None
    justification: Justification | None = None

    @property
    def assessed(self) -> bool:
        """已盘点: whether the holder has done its part; what was sent back for another answer is not."""
        ended = self.stage in _ENDS and self.self_assessment is not None
        return self.stage in ASSESSED or ended


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a patent's history in the inventory."""

    patent_id: str
    version: int
    at: datetime
    by: str
    before: Stage
    after: Stage
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, and the file it comes from."""

    by: str
    at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A change ready to be written: the item before and after, and its line of history."""

    before: Item
    after: Item
    step: Step


class Division(StrEnum):
    """By what an inventory is handed out."""

    COLLEGE = "学院"
    INVENTOR = "第一发明人"


@dataclass(frozen=True, slots=True)
class Printed:
    """One line as it was handed out: the patent and its protected cells, in the sheet's order."""

    patent_id: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """盘点任务: what one unit was given to fill in; `id` such as PD20260630-003."""

    id: str
    batch: str
    holder: str
    unit: str
    division: Division
    made_on: date
    file: str
    rows: tuple[Printed, ...] = ()
    due: date | None = None
    returned_on: date | None = None
    returned_file: str = ""


def move(item: Item, stage: Stage, act: Act, reason: str = "") -> Move:
    """`item` brought to `stage`. Raises InputError where that may not follow, or 暂不入库 has no reason."""
    if stage not in NEXT[item.stage]:
        allowed = "、".join(name for name in Stage if name in NEXT[item.stage])
        raise InputError(
            f"专利 {item.id} 的盘点状态不能由“{item.stage}”改为“{stage}”。可改为：{allowed}。",
            code="transition",
        )
    if stage in _NEEDS_REASON and not reason:
        raise InputError(f"专利 {item.id} 改为“{stage}”须填写原因。", code="reason_missing")
    return changed(item, replace(item, stage=stage, reason=reason), act)


def changed(before: Item, after: Item, act: Act) -> Move:
    """A change of anything, whatever the state: numbered, dated and with its line of history."""
    after = replace(after, version=before.version + 1, changed_on=act.at.date(), by=act.by)
    step = Step(after.id, after.version, act.at, act.by, before.stage, after.stage, after.reason, act.source)
    return Move(before, after, step)
