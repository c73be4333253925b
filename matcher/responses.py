"""What is answered to what was asked of somebody: R&D orders, wishes for improvement, services for patents.

An order (研发线索) is an unmet need that a university takes up; a wish (改进需求) is what an assessment wants improved;
a service (服务对接) is what an institution does with a patent that it was given.
Records and transitions; no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from matcher.errors import Conflict, InputError


class Subject(StrEnum):
    """What is responded to."""

    ORDER = "研发线索"
    WISH = "改进需求"
    SERVICE = "服务对接"


OPENING = {Subject.ORDER: "待认领", Subject.WISH: "待回应", Subject.SERVICE: "待联系"}
"""The state of what nobody has responded to yet."""
NEXT: Mapping[Subject, Mapping[str, tuple[str, ...]]] = {
    Subject.ORDER: {
        "待认领": ("已认领", "终止"),
        "已认领": ("洽谈", "立项", "待认领", "终止"),
        "洽谈": ("立项", "待认领", "终止"),
        "立项": ("形成专利", "终止"),
        "形成专利": ("转化",),
        "转化": (),
        "终止": ("待认领",),
    },
    Subject.WISH: {
        "待回应": ("拟改进", "联合攻关", "不采纳"),
        "拟改进": ("联合攻关", "已形成新专利", "不采纳"),
        "联合攻关": ("已形成新专利", "不采纳"),
        "不采纳": ("拟改进", "联合攻关"),
        "已形成新专利": (),
    },
    Subject.SERVICE: {
        "待联系": ("已联系", "提供服务", "不适合"),
        "已联系": ("提供服务", "不适合"),
        "提供服务": ("提供服务", "不适合"),
        "不适合": ("已联系", "提供服务"),
    },
}
"""What may follow each state."""
_NEEDS_NOTE = {"终止": "原因", "不采纳": "原因", "不适合": "原因", "提供服务": "服务方式"}
_NEEDS_UNIT = frozenset({"已认领"})
_NEEDS_PATENT = frozenset({"形成专利", "已形成新专利"})


@dataclass(frozen=True, slots=True)
class Response:
    """The state of one order, wish or service; `id` is the need's, assessment's or commission's, `unit` who took it up."""

    id: str
    subject: Subject
    state: str
    version: int = 0
    unit: str = ""
    note: str = ""
    patent: str = ""
    """The number of the patent that came of it."""
    due: date | None = None
    by: str = ""
    changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One change: to which state, who says so and when; "" and None leave a fact as it is."""

    state: str
    by: str
    at: datetime
    unit: str = ""
    note: str = ""
    patent: str = ""
    due: date | None = None


def opening(id_: str, subject: Subject) -> Response:
    """What nobody has responded to."""
    return Response(id_, subject, OPENING[subject])


def advance(response: Response, turn: Turn) -> Response:
    """The response after a change. Raises InputError where it may not follow or lacks what it needs."""
    allowed = NEXT[response.subject][response.state]
    if turn.state not in NEXT[response.subject]:
        known = "、".join(NEXT[response.subject])
        raise InputError(
            f"不认识的状态“{turn.state}”。{response.subject}的状态有：{known}。", code="unknown_state"
        )
    if turn.state not in allowed:
        raise InputError(
            f"{response.subject} {response.id} 不能由“{response.state}”改为“{turn.state}”。"
            f"可改为：{'、'.join(allowed) or '无（已是最终状态）'}。",
            code="transition",
        )
    released = turn.state == OPENING[response.subject]
    after = replace(
        response,
        state=turn.state,
        version=response.version + 1,
        unit="" if released else turn.unit or response.unit,
        note=turn.note,
        patent=turn.patent or response.patent,
        due=turn.due or response.due,
        by=turn.by,
        changed_on=turn.at.date(),
    )
    _check(after)
    return after


def _check(after: Response) -> None:
    if after.state in _NEEDS_NOTE and not after.note:
        raise InputError(
            f"{after.subject} {after.id} 改为“{after.state}”须写明{_NEEDS_NOTE[after.state]}。",
            code="note_missing",
        )
    if after.state in _NEEDS_UNIT and not after.unit:
        raise InputError(
            f"{after.subject} {after.id} 改为“{after.state}”须写明认领单位。", code="unit_missing"
        )
    if after.state in _NEEDS_PATENT and not after.patent:
        raise InputError(
            f"{after.subject} {after.id} 改为“{after.state}”须写明专利号或申请号。", code="patent_missing"
        )


def outdated(response: Response) -> Conflict:
    """The error of a change made on a state that is no longer the newest."""
    return Conflict(f"{response.subject} {response.id} 刚被他人改动，请刷新后再改。")
