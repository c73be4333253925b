"""What a filled row asks for: cells → a change of one match, or of who comes; nothing is stored here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from matcher.domain import LicensingMode
from matcher.events import Participation, Party, is_match_id
from matcher.importing.cells import Cells, RowRefused, content_id
from matcher.importing.terms import parse_modes, parse_yes_no, word_key
from matcher.outcomes import Reason, State

_ANSWERS = {
    "是": State.INTERESTED,
    "有": State.INTERESTED,
    "有意向": State.INTERESTED,
    "否": State.UNSUITABLE,
    "无": State.UNSUITABLE,
    "无意向": State.UNSUITABLE,
    "待定": State.SEEN,
    "考虑中": State.SEEN,
}
_FILLED = ("interest", "mode", "amount", "reason", "note")
"""What a row is filled in for; name and date alone say nothing."""
_SEEN = re.compile(r"第(\d+)次")
_REASONS = {word_key(reason): reason for reason in Reason}


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of 对接反馈, read: which match, what is said of it, and the version of its state that the sheet showed."""

    match_id: str
    list_id: str
    state: State
    seen_version: int | None = None
    mode: LicensingMode | None = None
    amount: float | None = None
    reason: Reason | None = None
    note: str = ""
    by: str = ""
    on: date | None = None


def read_answer(cells: Cells) -> Answer | None:
    """The answer of a feedback row, None where nothing was filled in; raises RowRefused for what cannot be used."""
    match_id = "".join(cells.raw("match_id").split()).upper()
    if not any(cells.raw(field) for field in _FILLED):
        return None
    if not match_id:
        raise RowRefused("已填写，但没有对接编号，不知道是哪一条。请从原表复制对接编号。", "match_id")
    if not is_match_id(match_id):
        raise RowRefused("不是有效的对接编号（可能抄错或被截断）。请从原表复制。", "match_id")
    seen = _SEEN.search(cells.raw("state"))
    state = _state(cells)
    return Answer(
        match_id=match_id,
        list_id=cells.raw("list_id").strip(),
        state=state,
        seen_version=int(seen[1]) if seen else None,
        mode=_mode(cells),
        amount=_amount(cells),
        reason=_reason(cells, state),
        note=cells.text("note"),
        by=cells.raw("by"),
        on=cells.date("on"),
    )


@dataclass(frozen=True, slots=True)
class SignUp:
    """One row of 现场意向登记: an enterprise wants a patent; `match_id` where the form said which match."""

    event: str
    enterprise: str
    patent: str
    match_id: str = ""
    mode: LicensingMode | None = None
    amount: float | None = None
    note: str = ""
    by: str = ""
    on: date | None = None


def read_sign_up(cells: Cells) -> SignUp | None:
    """The sign-up of a row, None where it is blank; raises RowRefused where it does not say who wants what."""
    enterprise, patent = cells.raw("enterprise"), cells.raw("patent")
    match_id = "".join(cells.raw("match_id").split()).upper()
    if not (enterprise or patent or match_id):
        return None
    if not match_id and not (enterprise and patent):
        missing = "patent" if enterprise else "enterprise"
        raise RowRefused("登记了意向，但企业名称和专利号没有填全，也没有对接编号。", missing)
    if match_id and not is_match_id(match_id):
        raise RowRefused(
            "不是有效的对接编号（可能抄错或被截断）。请从原表复制，或留空只填专利号。", "match_id"
        )
    return SignUp(
        cells.raw("event"),
        enterprise,
        patent,
        match_id,
        _mode(cells),
        _amount(cells),
        cells.text("note"),
        cells.raw("by"),
        cells.date("on"),
    )


def read_reply(cells: Cells) -> Participation | None:
    """参会回执 of a row, None where it is blank; raises RowRefused where it does not say who."""
    if not cells.raw("attends") and not cells.raw("people"):
        return None
    party, event = cells.raw("party"), cells.raw("event")
    if not party or not event:
        raise RowRefused("回执没有写明单位名称或活动编号。", "event" if party else "party")
    kind = cells.raw("kind")
    people = cells.raw("people")
    count = cells.raw("count")
    return Participation(
        id=content_id("R", event, party),
        event_id=event,
        kind=next((known for known in Party if known in kind), _kind(kind)),
        party=party,
        attends=cells.read("attends", parse_yes_no),
        people=people,
        count=int(float(count)) if re.fullmatch(r"\d+(\.0+)?", count) else None,
        contact=cells.raw("contact"),
        slots=tuple(filter(None, (part.strip() for part in re.split(r"[;；、,，\n]", cells.raw("slots"))))),
        note=cells.text("note"),
    )


def _kind(text: str) -> Party:
    return Party.HOLDER if any(word in text for word in ("高校", "院所", "大学", "科研")) else Party.OTHER


def _state(cells: Cells) -> State:
    said = cells.raw("interest")
    if not said:
        raise RowRefused("填写了其他项，但“是否有意向”为空。请补填：是、否、待定。", "interest")
    state = _ANSWERS.get(word_key(said))
    if state is None:
        raise RowRefused("不能识别。“是否有意向”请填：是、否、待定。", "interest")
    return state


def _reason(cells: Cells, state: State) -> Reason | None:
    said = cells.raw("reason")
    if state is not State.UNSUITABLE:
        if said:
            cells.warn("reason", "有意向或待定时不应填写不合适原因，该项未采用。")
        return None
    if not said:
        raise RowRefused(f"没有意向时须填写不合适原因：{'、'.join(Reason)}。", "reason")
    reason = _REASONS.get(word_key(said))
    if reason is None:
        raise RowRefused(f"不能识别。可填：{'、'.join(Reason)}。", "reason")
    if reason is Reason.OTHER and not cells.raw("note"):
        raise RowRefused("原因为“其他”时须在备注中说明。", "note")
    return reason


def _mode(cells: Cells) -> LicensingMode | None:
    modes = cells.read("mode", parse_modes)
    return modes[0] if modes else None


def _amount(cells: Cells) -> float | None:
    found = cells.amount("amount")
    return None if found is None else found.high
