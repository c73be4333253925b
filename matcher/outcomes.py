"""What became of a match: states, reasons and the transitions that are allowed; pure functions of records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from matcher.domain import LicensingMode
from matcher.errors import Conflict, InputError


class State(StrEnum):
    """对接状态."""

    PUSHED = "已推送"
    SEEN = "已查看"
    INTERESTED = "有意向"
    NEGOTIATING = "洽谈中"
    SIGNED = "已签约"
    UNSUITABLE = "不合适"
    ON_HOLD = "搁置"
    LAPSED = "已失效"
    WITHDRAWN = "已撤回"


class Reason(StrEnum):
    """Why a match came to nothing, or rests."""

    TECHNOLOGY = "技术不匹配"
    MATURITY = "成熟度不足"
    PRICE = "价格分歧"
    MODE = "转化方式不一致"
    HOLDER_UNWILLING = "权利人无意愿"
    CO_HOLDER = "共有人不同意"
    ALTERNATIVE = "已有替代方案"
    OWN_RESEARCH = "已自行研发"
    STABILITY = "权利稳定性存疑"
    FUNDS = "资金不足"
    CAPACITY = "产能或设备条件不足"
    TIMING = "时机不合适"
    UNREACHABLE = "联系不上"
    OTHER = "其他"


class NextStep(StrEnum):
    """下一步: what was agreed to do next."""

    CONTACT = "会后联系"
    PAPERS = "寄送资料"
    VISIT = "现场考察"
    TRIAL = "样品试验"
    CONTRACT = "商谈合同"
    MEDIATION = "请主管部门协调"


_S = State
_OPEN = frozenset({_S.UNSUITABLE, _S.ON_HOLD, _S.LAPSED, _S.WITHDRAWN})
NEXT: Mapping[State, frozenset[State]] = {
    _S.PUSHED: _OPEN | {_S.SEEN, _S.INTERESTED, _S.NEGOTIATING, _S.SIGNED},
    _S.SEEN: _OPEN | {_S.INTERESTED, _S.NEGOTIATING, _S.SIGNED},
    _S.INTERESTED: _OPEN | {_S.NEGOTIATING, _S.SIGNED},
    _S.NEGOTIATING: _OPEN | {_S.SIGNED},
    _S.SIGNED: frozenset(),
    _S.UNSUITABLE: frozenset({_S.INTERESTED, _S.NEGOTIATING, _S.LAPSED, _S.WITHDRAWN}),
    _S.ON_HOLD: _OPEN - {_S.ON_HOLD} | {_S.INTERESTED, _S.NEGOTIATING, _S.SIGNED},
    _S.LAPSED: frozenset({_S.PUSHED}),
    _S.WITHDRAWN: frozenset({_S.PUSHED}),
}
"""What may follow each state. A signed match is a transaction: it ends here, and goes on among the duties."""
_OVER = _OPEN - {_S.ON_HOLD} | {_S.SIGNED}
"""States after which nothing more was agreed."""
_NEEDS_REASON = frozenset({_S.UNSUITABLE, _S.ON_HOLD})
_NEEDS_NOTE = frozenset({_S.LAPSED, _S.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of one match; `id` is the match id, `list_id` the version on which it was last shown."""

    id: str
    event_id: str
    need_id: str
    patent_id: str
    list_id: str
    state: State = State.PUSHED
    version: int = 1
    """Counts the changes: a change names the one it was made on, and fails where there is a newer one."""
    changed_on: date | None = None
    reason: Reason | None = None
    note: str = ""
    by: str = ""
    mode: LicensingMode | None = None
    amount: float | None = None
    """万元: wanted while 有意向 and 洽谈中, agreed once 已签约."""
    effective: date | None = None
    """The day on which the contract took effect."""
    next_step: NextStep | None = None


def followed(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those whose matches are still pursued."""
    return [one for one in outcomes if one.state not in _OVER]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of a match, who says so and when; None and "" leave a fact as it is."""

    state: State
    by: str
    at: datetime
    reason: Reason | None = None
    note: str = ""
    mode: LicensingMode | None = None
    amount: float | None = None
    effective: date | None = None
    source: str = ""
    """The file that it came from."""
    list_id: str = ""
    """The version of the list that was answered; "": the one on which the match was last shown."""
    next_step: NextStep | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a match's history."""

    match_id: str
    version: int
    at: datetime
    by: str
    before: State | None
    after: State
    reason: Reason | None = None
    note: str = ""
    list_id: str = ""
    source: str = ""
    next_step: NextStep | None = None


class Basis(StrEnum):
    """What sets the date."""

    STATUTE = "法定期限"
    CONTRACT = "以合同约定为准"
    ADVICE = "建议期限"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do for one signed match; `id` is the match id and the kind."""

    id: str
    match_id: str
    kind: str
    due: date
    basis: Basis
    source: str
    remind_from: date
    done: date | None = None
    note: str = ""


def advance(outcome: Outcome, change: Change, seen_version: int | None = None) -> Outcome:
    """The outcome after a change; it is the same object where the change says nothing new.

    `seen_version` is the version that the editor had before them. Raises Conflict where it is an older one, and
    InputError where the change is not allowed or lacks its reason.
    """
    after = replace(
        outcome,
        state=change.state,
        reason=change.reason if change.state in _NEEDS_REASON else None,
        note=change.note or (outcome.note if change.state is outcome.state else ""),
        mode=change.mode or outcome.mode,
        amount=outcome.amount if change.amount is None else change.amount,
        effective=change.effective or outcome.effective,
        next_step=None if change.state in _OVER else change.next_step or outcome.next_step,
    )
    if change.state is outcome.state:
        after = replace(after, reason=change.reason or outcome.reason)
    if after == outcome:
        return outcome
    if seen_version is not None and seen_version != outcome.version:
        raise Conflict(
            f"对接 {outcome.id} 已由{outcome.by or '他人'}改为“{outcome.state}”（第 {outcome.version} 次），"
            f"您看到的是第 {seen_version} 次的状态。请核对后再改。"
        )
    _check(outcome, after)
    return replace(after, by=change.by, version=outcome.version + 1, changed_on=change.at.date())


def step(before: Outcome, after: Outcome, change: Change) -> Step:
    """The line of history that a change leaves."""
    return Step(
        after.id,
        after.version,
        change.at,
        change.by,
        before.state,
        after.state,
        after.reason,
        after.note,
        change.list_id or after.list_id,
        change.source,
        after.next_step,
    )


def _check(before: Outcome, after: Outcome) -> None:
    state = after.state
    if state is not before.state and state not in NEXT[before.state]:
        allowed = "、".join(name for name in State if name in NEXT[before.state]) or "无（已是最终状态）"
        raise InputError(
            f"对接 {after.id} 的状态不能由“{before.state}”改为“{state}”。可改为：{allowed}。",
            code="transition",
        )
    if state in _NEEDS_REASON and after.reason is None:
        raise InputError(
            f"对接 {after.id} 改为“{state}”须填写原因：{'、'.join(Reason)}。", code="reason_missing"
        )
    if (after.reason is Reason.OTHER or state in _NEEDS_NOTE) and not after.note:
        what = "原因为“其他”" if after.reason is Reason.OTHER else f"改为“{state}”"
        raise InputError(f"对接 {after.id} {what}，须填写说明。", code="note_missing")
    if state is State.SIGNED and after.mode in (None, LicensingMode.OWN_USE):
        modes = "、".join(mode for mode in LicensingMode if mode is not LicensingMode.OWN_USE)
        raise InputError(f"对接 {after.id} 改为“已签约”须填写转化方式：{modes}。", code="mode_missing")
